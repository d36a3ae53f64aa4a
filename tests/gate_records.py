"""Two sides of a gate, made up: a baseline, and runs that lost something, gained or did neither."""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.gate_options import parse_metrics
from harness.gate_result import GateResult
from harness.gate_sides import Question, gate_records
from harness.judge import Judgement
from harness.record import Record
from tests.records import make_record

CELLS = ("sgd", "momentum", "adam", "nadam")
NOISE = 0.001
"""Standard deviation over seeds, of each side on its own."""


def side(
    salt: str,
    *,
    seeds: int = 12,
    noise: float = NOISE,
    shifts: Mapping[str, float] | None = None,
    cells: Sequence[str] = CELLS,
    **others: object,
) -> list[Record]:
    """One side; `shifts` moves the accuracy of a cell, `salt` makes its noise another's."""
    found = []
    for cell in cells:
        draw = np.random.default_rng([ord(letter) for letter in salt + cell])
        for seed, chance in enumerate(draw.normal(0.0, noise, seeds)):
            accuracy = 0.97 + (shifts or {}).get(cell, 0.0) + float(chance)
            found.append(
                make_record(variant=cell, seed=seed, accuracies=(0.9, accuracy), **others)  # type: ignore[arg-type]
            )
    return found


def held(
    before: Sequence[Record],
    after: Sequence[Record],
    metrics: str = "test_accuracy",
    **asked: object,
) -> GateResult:
    """The result of one side against another."""
    return gate_records(before, after, Question(metrics=parse_metrics(metrics), **asked))  # type: ignore[arg-type]


def judged(result: GateResult) -> Judgement:
    """The verdicts of a gate that could judge."""
    assert result.judgement is not None, result.reasons
    return result.judgement


def colours(result: GateResult) -> dict[str, str]:
    """Variant -> the colour of its cell."""
    return {cell[1]: colour for cell, colour in judged(result).cells.items()}
