"""Two sides brought together by seed, and every reason for which they cannot be."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.metrics import metric
from harness.pairing import margin_of, pair, worse
from harness.record import Record
from tests.gate_records import side
from tests.records import DATASET, TIMING, make_record, make_untrained

ACCURACY = [metric("test_accuracy")]
BEFORE = [make_record(seed=seed, accuracies=(0.97,)) for seed in range(3)]


def changed(**fields: object) -> list[Record]:
    return [replace(record, **fields) for record in BEFORE]  # type: ignore[arg-type]


def test_losses_are_paired_by_seed_and_count_upwards() -> None:
    after = [make_record(seed=seed, accuracies=(0.97 - seed / 100,)) for seed in (2, 1, 0, 7)]
    [found] = pair(BEFORE, after, ACCURACY).pairs
    assert [row.seed for row in found.rows] == [0, 1, 2]
    assert found.losses == pytest.approx((0.0, 0.01, 0.02))
    assert found.means == pytest.approx((0.97, 0.96))


def test_worse_is_the_metrics_own_direction() -> None:
    assert worse(metric("test_accuracy"), 0.9, 0.8) == pytest.approx(0.1)
    assert worse(metric("diverged"), 0.0, 1.0) == 1.0
    assert worse(metric("epoch_s"), 2.0, 3.0) == pytest.approx(math.log(1.5))
    assert margin_of(metric("epoch_s")) == pytest.approx(math.log(1.05))


def test_cells_of_the_run_alone_are_told() -> None:
    found = pair(BEFORE, [*BEFORE, make_record(variant="nadam")], ACCURACY)
    assert found.fresh == ("optimizer/nadam",)
    assert found.refusals == ()


def test_times_are_in_yardsticks_and_their_seconds_are_kept() -> None:
    [found] = pair(BEFORE, changed(epoch_s=4.2), [metric("epoch_s")]).pairs
    assert found.rows[0].values == pytest.approx((3.0 / 0.021, 4.2 / 0.021))
    assert found.means == pytest.approx((3.0, 4.2))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ([], BEFORE), "the baseline holds no record"),
        (lambda: (BEFORE, []), "the run holds no record"),
        (lambda: (side("a"), BEFORE), "optimizer/momentum: the baseline has it, the run does not"),
        (
            lambda: (BEFORE, changed(dataset=replace(DATASET, digest="sha256:other"))),
            r"expected the baseline's conditions, mnist, short, torch on cpu \(sha256:5e5e",
        ),
        (lambda: (BEFORE, changed(dataset=replace(DATASET, name="kmnist"))), "the run has kmnist"),
        (lambda: (BEFORE, changed(tier="paper")), "the run has mnist, paper"),
        (lambda: (BEFORE, changed(engine="fast")), "fast on cpu"),
        (lambda: (BEFORE, changed(device="cuda")), "torch on cuda"),
        (lambda: (BEFORE, changed(recipe_id="{}")), "expected the baseline's recipe"),
        (
            lambda: (BEFORE, [*changed()[:2], replace(BEFORE[2], recipe_id="{}")]),
            "expected one recipe on each side",
        ),
        (lambda: (BEFORE, [make_record(seed=9)]), "the sides share no seed"),
        (lambda: (BEFORE, [*BEFORE, BEFORE[0]]), "seed 0 was expected once on a side and came 2"),
        (lambda: (BEFORE, [*BEFORE, make_untrained(seed=3)]), "the run has no result of test_opt"),
        (lambda: ([make_untrained()], BEFORE), "the baseline has no result of"),
        (lambda: (BEFORE, changed(test_accuracy=None)), "seed 0 of run 'synthetic' has no such"),
    ],
    ids=[
        "no-baseline", "no-run", "missing-cell", "other-data", "other-dataset", "other-tier",
        "other-engine", "other-device", "other-recipe", "two-recipes", "no-seed", "seed-twice",
        "raised", "baseline-raised", "no-value",
    ],
)  # fmt: skip
def test_sides_that_cannot_be_paired_are_refused_with_the_reason(
    make: Callable[[], tuple[list[Record], list[Record]]], said: str
) -> None:
    found = pair(*make(), ACCURACY)
    assert any(re.search(said, each) for each in found.refusals), found.refusals
    assert all(": " in each for each in found.refusals)  # what to do stands behind it


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (changed(timing=replace(TIMING, exclusive=False)), "while the machine was shared"),
        (changed(timing=replace(TIMING, yardstick_s=None)), "has no yardstick"),
        (changed(epoch_s=0.0), "which ask for values above 0"),
    ],
    ids=["shared", "no-yardstick", "zero"],
)
def test_times_that_mean_nothing_are_refused(after: list[Record], said: str) -> None:
    [refusal] = pair(BEFORE, after, [metric("epoch_s")]).refusals
    assert said in refusal
    assert pair(BEFORE, after, ACCURACY).refusals == ()
