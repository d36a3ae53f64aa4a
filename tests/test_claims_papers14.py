"""The claims and numbers of papers 1 and 4 and those across papers: complete, sound, decidable."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench import (
    calculated,
    claims_paper1,
    claims_paper4,
    planning,
    recipes_paper1,
    reported_paper1,
    reported_paper4,
)
from bench.claims_across import ACROSS
from bench.findings import FINDINGS
from harness import claim
from harness.claim import Claim, Claims, Fact, Reported, read_claims, write_claims
from harness.metrics import metric
from harness.record import Record
from harness.verdict import judge
from lenet.model import LeNet
from tests.records import make_record

COUNTS = {"D1": {"C": 63, "N": 15, "T": 3, "F": 5}, "D4": {"C": 14, "N": 8, "F": 6}}
"""Of the catalogue: claims, numbers, tables and figures."""
NOT_TESTABLE = {"D1-C03", "D1-C05", "D1-C06", "D1-C51", "D1-C63"}
CAUSES = {"D1-C13", "D1-C20", "D1-C24", "D1-C50", "D4-C13"}
"""Claims about a cause, as the catalogue marks them."""

OF = {
    "D1": (claims_paper1.CLAIMS, reported_paper1.REPORTED, reported_paper1.PAPER),
    "D4": (claims_paper4.CLAIMS, reported_paper4.REPORTED, reported_paper4.PAPER),
}
HERE = Claims(
    papers=tuple(paper for _, _, paper in OF.values()),
    reported=tuple(each for _, reported, _ in OF.values() for each in reported),
    claims=(*(each for claims, _, _ in OF.values() for each in claims), *ACROSS),
)
"""All but papers 2 and 3 and the findings, which name claims of theirs."""
STATED = {each.id: each for each in HERE.claims}

Outcomes = Mapping[str, Sequence[float]]
"""Variant -> final accuracy, one a seed."""


def ids(paper: str, kinds: str) -> list[str]:
    return [f"{paper}-{kind}{n + 1:02d}" for kind in kinds for n in range(COUNTS[paper][kind])]


@pytest.mark.parametrize(("paper", "kinds"), [("D1", "TFN"), ("D4", "FN")])
def test_every_claim_and_number_has_its_row_in_order(paper: str, kinds: str) -> None:
    claims, reported, about = OF[paper]
    assert [each.id for each in claims] == ids(paper, "C")
    assert [each.id for each in reported] == ids(paper, kinds)
    assert about.id == paper


def test_every_comparison_across_papers_is_there() -> None:
    assert [each.id for each in ACROSS] == [f"X-C{n:02d}" for n in range(1, 12)]


def test_claims_make_sense_and_survive_a_file(tmp_path: Path) -> None:
    claim.check(HERE)
    write_claims(HERE, tmp_path)
    assert replace(read_claims([tmp_path]), written_at="") == HERE


def test_every_cell_is_one_of_the_paper_tier() -> None:
    known = {
        f"{experiment.name}/{variant.name}"
        for experiment in planning.all_experiments().values()
        if experiment.is_unasked("paper")
        for variant in experiment.paper_variants
    }
    assert claim.cells(HERE) - known == set()


def test_every_experiment_named_by_a_paper_exists() -> None:
    named = {name for paper in HERE.papers for name in paper.experiments}
    assert named <= set(planning.all_experiments())


def test_every_split_is_by_what_happens_or_does_not() -> None:
    for each in HERE.claims:
        for statement in each.statements:
            if statement.split:
                assert metric(statement.split).is_outcome, each.id


def test_every_condition_is_judged_by_its_experiment() -> None:
    experiments = planning.all_experiments()
    for each in HERE.claims:
        for term in (term for statement in each.statements for term in statement.terms):
            if term.metric.startswith("accuracy_under/"):
                asked = term.metric.removeprefix("accuracy_under/").replace("@", "-")
                of = {cell.partition("/")[0] for cell in term.at}
                assert all(asked in experiments[name].conditions for name in of), each.id


def test_reasons_stand_where_the_catalogue_has_no_test() -> None:
    assert {each.id for each in HERE.claims if each.reason} == NOT_TESTABLE


def test_causes_are_measured_and_removed() -> None:
    found = {each.id for each in HERE.claims if each.is_cause and not each.id.startswith("X")}
    assert found == CAUSES
    assert all(len(STATED[id].statements) >= 2 for id in found)


@pytest.mark.parametrize("each", HERE.reported, ids=lambda each: each.id)
def test_a_number_is_compared_or_has_its_reason(each: Reported) -> None:
    assert (each.term is None) == bool(each.reason)
    assert each.term is None or each.value is not None


def test_nothing_is_said_twice_within_a_claim() -> None:
    for each in HERE.claims:
        said = [(statement.reading, statement.says) for statement in each.statements]
        assert len(set(said)) == len(said), each.id


def test_ten_findings_each_of_its_own_claim() -> None:
    assert len({finding.claim for finding in FINDINGS}) == len(FINDINGS) == 10
    for finding in FINDINGS:
        assert finding.supported != finding.contradicted
        assert finding.claim in STATED or finding.claim.startswith(("D2-C", "D3-C"))
        texts = finding.supported + finding.contradicted
        assert "%" not in texts


def test_calculations() -> None:
    held = {
        id: [fact.holds for fact in STATED[id].facts]
        for id in ("D1-C22", "D1-C24", "D1-C29", "D1-C30", "D1-C33", "D1-C35", "D1-C41", "D1-C61")
    }
    assert held == {
        "D1-C22": [False, True],
        "D1-C24": [True],
        "D1-C29": [True],
        "D1-C30": [True],
        "D1-C33": [False, True],
        "D1-C35": [False, False],
        "D1-C41": [True],
        "D1-C61": [True, True],
    }
    assert all(isinstance(fact, Fact) for each in HERE.claims for fact in each.facts)


def test_parameters_and_windows_by_arithmetic() -> None:
    pools = recipes_paper1.pools()
    for recipe in pools.values():
        assert calculated.parameters(recipe) == LeNet(recipe).parameter_count
    windows = {
        name: (calculated.receptive_field(recipe), calculated.spacing(recipe))
        for (name, _), recipe in pools.items()
    }
    assert windows["k2-s2-p0"] == (16, 4)
    assert windows["k2-s1-p0"] == (11, 1)
    assert windows["k3-s3-p1"] == (25, 9)


def test_claims_are_read_without_torch() -> None:
    """Planning and the report load them in every worker."""
    program = (
        "import sys, bench.claims_paper1, bench.claims_paper4, bench.claims_across; "
        "sys.exit('torch' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


SEEDS = range(14)


def runs(experiment: str, outcomes: Mapping[str, Sequence[float]]) -> list[Record]:
    """A run a seed of each variant, with these accuracies by epoch; a little noise by seed."""
    return [
        make_record(
            experiment=experiment,
            variant=variant,
            baseline=variant,
            seed=seed,
            accuracies=[round(value + (seed % 5 - 2) * 1e-3, 4) for value in accuracies],
            lost_classes=0,
        )
        for variant, accuracies in outcomes.items()
        for seed in SEEDS
    ]


def word(id: str, records: Sequence[Record]) -> str:
    """The verdict on a claim among all of its paper."""
    (found,) = [each for each in judge(HERE, records) if each.claim.id == id]
    return found.word


def curve(final: float, *, early: float, epochs: int = 20) -> list[float]:
    """Accuracy that is `early` up to epoch 8 and `final` from then on."""
    return [early] * 8 + [final] * (epochs - 8)


def test_paper_1_is_decided_either_way_and_open_without_runs() -> None:
    def depths(one: float, two: float) -> list[Record]:
        levels = {"1-plain": [one], "2-plain": [two], "1-relu": [one], "2-relu": [two]}
        return runs("depth", levels)

    assert word("D1-C46", depths(0.94, 0.965)) == "supported"
    assert word("D1-C46", depths(0.965, 0.94)) == "contradicted"
    assert word("D1-C46", []) == "undecided"
    assert word("D1-C22", []) == "supported"
    assert word("D1-C35", []) == "contradicted"
    assert word("D1-C05", []) == "not testable"


def test_paper_4_is_decided_either_way() -> None:
    low, high = curve(0.99, early=0.89), curve(0.99, early=0.98)

    def both(plain: Sequence[float], rectified: Sequence[float]) -> str:
        """The verdict by what either reading of the logits gives."""
        name = "m0.9-lr0.02"
        records = runs("path", {name: plain}) + runs("rectified_path", {name: rectified})
        return word("D4-C10", records)

    assert both(low, low) == "supported"
    assert both(high, low) == "supported"  # one reading that gives it is enough
    assert both(high, high) == "contradicted"
    assert word("D4-C10", runs("path", {"m0.9-lr0.02": high})) == "undecided"


def test_comparisons_across_papers_are_decided_either_way() -> None:
    """One of three settings that gives paper 2's SGD is enough; to refute it, none may."""
    settings = {"keras": 0.985, "rate-0.001": 0.96, "batch-128": 0.97, "batch-256": 0.97}
    for low_rate, squared, expected in (
        (0.86, 0.93, "supported"),
        (0.95, 0.86, "supported"),
        (0.95, 0.93, "contradicted"),
    ):
        found = settings | {
            "rate-0.001-batch-128": 0.94,
            "rate-0.001-batch-256": low_rate,
            "squared-error": 0.95,
        }
        records = runs("sgd", {name: [value] for name, value in found.items()})
        records += runs("squared_error", {"sgd": [squared]})
        assert word("X-C02", records) == expected


def test_rectified_logits_are_blamed_only_if_removing_them_helps() -> None:
    """The finding on top: dead outputs, less accurate, gone without ReLU on the logits."""
    pools = [each.removesuffix("-plain") for each in _plain(STATED["D1-C20"])]

    def rectified(pool: str, seed: int) -> Record:
        """Every other run has lost classes, in each pooling other ones."""
        is_stuck = (seed + pools.index(pool)) % 2 == 0
        return make_record(
            experiment="maxpool",
            variant=f"{pool}-relu",
            baseline=f"{pool}-relu",
            seed=seed,
            accuracies=[(0.77 if is_stuck else 0.96) + seed % 3 * 1e-3],
            lost_classes=2 if is_stuck else 0,
        )

    def records(plain: float) -> list[Record]:
        found = [rectified(pool, seed) for pool in pools for seed in SEEDS]
        return found + runs("maxpool", {f"{pool}-plain": [plain] for pool in pools})

    assert len(pools) == 7
    assert word("D1-C20", records(plain=0.96)) == "supported"
    assert word("D1-C20", records(plain=0.70)) == "contradicted"


def _plain(found: Claim) -> list[str]:
    cells = {cell for each in found.statements for term in each.terms for cell in term.at}
    return sorted(cell.partition("/")[2] for cell in cells if cell.endswith("-plain"))
