"""Claims about made-up runs whose answer is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.claim import Claim, Claims, Statement, Term
from harness.record import Record
from harness.verdict import Verdict, judge
from tests.records import make_record

Values = Mapping[str, Sequence[float]]


def runs(values: Values) -> list[Record]:
    """One run a value and variant; its seed is its place."""
    return [
        make_record(
            experiment="e", variant=variant, baseline=variant, seed=seed, accuracies=[value]
        )
        for variant, found in values.items()
        for seed, value in enumerate(found)
    ]


def term(variant: str, weight: float = 1.0, metric: str = "test_accuracy") -> Term:
    return Term(metric=metric, at=(f"e/{variant}",), weight=weight)


def more(bound: float = 0.0, **others: object) -> Statement:
    terms = (term("a"), term("b", -1.0))
    return replace(Statement(says="a above b", terms=terms, bound=bound), **others)  # type: ignore[arg-type]


def claim(*statements: Statement, **others: object) -> Claim:
    found = Claim(id="D1-C01", place="1", text="a beats b", statements=statements)
    return replace(found, **others)  # type: ignore[arg-type]


def verdict(found: Claim, values: Values) -> Verdict:
    return judge(Claims(claims=(found,)), runs(values))[0]


HIGH, LOW = (0.97, 0.975, 0.972, 0.969), (0.95, 0.953, 0.955, 0.949)
