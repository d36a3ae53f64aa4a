"""Which variants differ from their baseline beyond chance, over a whole experiment. Pure.

Each variant's accuracies are paired with its baseline's by seed and tested on both sides; the
p-values are corrected by Holm's method over the variants, so that the chance of any false mark in
an experiment is at most `LEVEL`. Too few seeds are given no mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from harness.compare import Cell, Comparison
from harness.inference import Side, Test, fitting_test, holm, p_value
from harness.metrics import METRICS

LEVEL = 0.05
"""Chance of any false mark among the variants of an experiment."""
ACCURACY = METRICS["test_accuracy"]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is known of one variant beside its baseline."""

    direction: Literal["better", "worse", "open"]
    """On which side the difference is shown to lie; `open` where it is not shown."""
    p: float | None
    """Two-sided, after the correction; `None` with too few seeds for any test."""
    test: Test | None
    """By what it was tested."""
    matters: bool
    """The mean difference is beyond the metric's margin."""

    @property
    def sign(self) -> str:
        """For a table or a heat map: a filled triangle where it also matters."""
        signs = {"better": "▲" if self.matters else "△", "worse": "▼" if self.matters else "▽"}
        return signs.get(self.direction, "")


def marks(comparison: Comparison) -> dict[str, Mark]:
    """Variant -> mark, for every variant that shares seeds with its baseline."""
    values = {cell.variant: accuracies(cell) for cell in comparison.cells}
    differences = {
        cell.variant: _differences(values.get(cell.baseline, {}), values[cell.variant])
        for cell in comparison.cells
        if not cell.is_baseline
    }
    paired = {name: found for name, found in differences.items() if found}
    tests = {
        name: fitting_test(len(found), level=LEVEL / 2, tests=len(paired))
        for name, found in paired.items()
    }
    p_values = {
        name: two_sided(paired[name], test) for name, test in tests.items() if test is not None
    }
    corrected = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    return {name: _mark(found, corrected.get(name), tests[name]) for name, found in paired.items()}


def accuracies(cell: Cell) -> dict[int, float]:
    """Seed -> final test accuracy of the runs that have one."""
    return {run.seed: run.test_accuracy for run in cell.results if run.test_accuracy is not None}


def _differences(before: Mapping[int, float], after: Mapping[int, float]) -> list[float]:
    return [after[seed] - before[seed] for seed in sorted(before.keys() & after.keys())]


def two_sided(differences: Sequence[float], test: Test) -> float:
    """Twice the smaller of both sides' chances; 1 where nothing differs."""
    if not any(differences):
        return 1.0
    side: Side = "above" if fmean(differences) > 0 else "below"
    resolution = ACCURACY.resolution
    return min(1.0, 2 * p_value(differences, 0.0, side, test=test, resolution=resolution))


def show_p(p: float | None) -> str:
    """`0.031` or `< 0.001`; a dash for none."""
    if p is None:
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _mark(differences: list[float], p: float | None, test: Test | None) -> Mark:
    mean = fmean(differences)
    shown = p is not None and p <= LEVEL and mean != 0
    return Mark(
        direction=("better" if mean > 0 else "worse") if shown else "open",
        p=p,
        test=test,
        matters=abs(mean) > ACCURACY.margin,
    )
