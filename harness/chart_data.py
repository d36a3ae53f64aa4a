"""Comparison -> rows for interactive figures: flat, with fixed field names, foreign text as values.

No name from a record is ever a field's name, so none can be read as an expression.
"""

from collections.abc import Sequence
from typing import Any

from harness.chart_axis import AccuracyAxis
from harness.compare import Cell, Comparison
from harness.curves import (
    SHOWN_SEEDS,
    by_time,
    last_epoch,
    pareto_front,
    seed_curves,
    sized,
    thin,
)
from harness.estimate import Estimate
from harness.factors import show_level
from harness.marks import Mark
from harness.metrics import METRICS
from harness.palette import name_of
from harness.sentences import full_name, most_seeds, shown_sentence
from harness.table import show_difference, show_mark, show_mean, show_range, show_time

Row = dict[str, Any]
Rows = list[Row]
POINTS, LEAST_SEEDS = 6_000, 5
"""Points of single seeds that a page holds for each figure, and of each variant at least."""
ACCURACY, EPOCH_S = METRICS["test_accuracy"], METRICS["epoch_s"]


def cell_rows(comparison: Comparison, axis: AccuracyAxis, marks: dict[str, Mark]) -> Rows:
    """One row a variant that has an accuracy: its mean and interval, placed and in words."""
    return [
        _naming(comparison, cell)
        | {
            "mean": axis.place(cell.accuracy.mean),
            "low": axis.place(cell.accuracy.low),
            "high": axis.place(cell.accuracy.high),
            "cut": _cut(cell.accuracy, axis),
            "accuracy": show_mean(cell.accuracy, ACCURACY),
            "range": show_range(cell.accuracy, ACCURACY),
            "against": show_difference(cell),
            "mark": show_mark(marks.get(cell.variant)),
            "sign": marks[cell.variant].sign if cell.variant in marks else "",
            "time": show_time(cell.epoch_s, EPOCH_S, cell),
            "shown": ACCURACY.show(cell.accuracy.mean),
            "seeds": cell.accuracy.n,
            "baseline": cell.is_baseline,
        }
        for cell in comparison.cells
        if cell.accuracy
    ]


def _cut(found: Estimate, axis: AccuracyAxis) -> str | None:
    """At which ends an interval goes on beyond the axis: `low`, `high` or `both`."""
    low = found.low is not None and found.low < axis.low
    high = found.high is not None and found.high > axis.high
    return "both" if low and high else "low" if low else "high" if high else None


def seed_rows(comparison: Comparison, axis: AccuracyAxis) -> Rows:
    """One row a run that is shown: its seed, final accuracy and seconds of training."""
    most = shown_seeds(comparison)
    return [
        _naming(comparison, cell)
        | {
            "place": axis.place(accuracy),
            "shown": ACCURACY.show(accuracy),
            "seconds": round(seconds, 3),
            "seed": seed,
        }
        for cell in comparison.cells
        for accuracy, seconds, seed in thin(_ends(cell), most=most)
    ]


def shown_seeds(comparison: Comparison) -> int:
    """Seeds of a variant that a page shows one by one, evenly by rank where there are more."""
    return max(LEAST_SEEDS, POINTS // max(1, len(comparison.cells)))


def seeds_sentence(comparison: Comparison) -> str:
    """How many seeds are points, where some are left out; else nothing."""
    return shown_sentence(comparison, most=shown_seeds(comparison))


def lines_sentence(comparison: Comparison) -> str:
    """How many seeds are lines, where some are left out; else nothing."""
    most, there = shown_lines(comparison), most_seeds(comparison)
    return f"Single lines: the first {most} of up to {there:,} seeds. " if there > most else ""


def shown_lines(comparison: Comparison) -> int:
    """Seeds of a variant that a page shows as lines of their own."""
    fitting = shown_seeds(comparison) // max(1, last_epoch(comparison.cells))
    return min(SHOWN_SEEDS, max(1, fitting))


def epoch_rows(comparison: Comparison, axis: AccuracyAxis) -> Rows:
    """One row a variant and epoch: mean, lowest and highest seed, mean seconds of training."""
    return [
        _naming(comparison, cell)
        | {
            "epoch": point.epoch,
            "mean": axis.place(point.mean),
            "low": axis.place(point.lowest),
            "high": axis.place(point.highest),
            "shown": ACCURACY.show(point.mean),
            "span": f"{ACCURACY.show(point.lowest)} to {ACCURACY.show(point.highest)}",
            "seeds": point.n,
            "seconds": round(point.train_s, 3),
        }
        for cell in comparison.cells
        for point in cell.curve
    ]


def line_rows(comparison: Comparison, axis: AccuracyAxis) -> Rows:
    """One row a variant, seed and epoch, of the first seeds, as many as a page can hold."""
    most = shown_lines(comparison)
    return [
        _naming(comparison, cell)
        | {
            "seed": seed,
            "epoch": epoch,
            "place": axis.place(accuracy),
            "shown": ACCURACY.show(accuracy),
        }
        for cell in comparison.cells
        for seed, accuracies in [*seed_curves(cell).items()][:most]
        for epoch, accuracy in enumerate(accuracies, start=1)
        if accuracy is not None
    ]


def front_rows(comparison: Comparison, axis: AccuracyAxis, rates: Sequence[float]) -> Rows:
    """The Pareto front of accuracy against seconds, up to the last second of any variant.

    Where each of some learning rates has a panel, it is there in each.
    """
    panels: list[Row] = [{"panel": panel_name(rate)} for rate in rates] or [{}]
    front = [point for point, _ in pareto_front(comparison.cells)]
    end = max((point[0] for cell in comparison.cells for point in by_time(cell)), default=0.0)
    last = [(end, front[-1][1])] if front else []
    return [
        {
            "variant": "best mean so far",
            "seconds": round(seconds, 3),
            "best": axis.place(accuracy),
            "shown": ACCURACY.show(accuracy),
        }
        | panel
        for panel in panels
        for seconds, accuracy in (*front, *last)
    ]


def cost_rows(comparison: Comparison) -> Rows:
    """One row a timed variant of known size: seconds an epoch, parameters."""
    return [
        _naming(comparison, cell)
        | {
            "epoch_s": cell.epoch_s,
            "time": show_time(cell.epoch_s, EPOCH_S, cell),
            "parameters": cell.parameters,
            "accuracy": show_mean(cell.accuracy, ACCURACY),
        }
        for cell in sized(comparison)
    ]


def timed_rows(comparison: Comparison, factor: str | None = None) -> Rows:
    """One row a timed run that is shown: its median epoch, parameters, level of a factor."""
    return [
        _naming(comparison, cell)
        | {
            "level": cell.factors.get(factor) if factor else None,
            "epoch_s": seconds,
            "time": EPOCH_S.show(seconds),
            "parameters": cell.parameters,
            "seed": seed,
        }
        for cell in comparison.cells
        for seconds, seed in thin(
            [(case.epoch_s, case.seed) for case in cell.results if case.epoch_s is not None],
            most=shown_seeds(comparison),
        )
    ]


def level_rows(levels: Sequence[tuple[float, Cell]], comparison: Comparison) -> Rows:
    """One row a timed variant with a numeric level of some factor."""
    return [
        _naming(comparison, cell)
        | {
            "level": level,
            "epoch_s": cell.epoch_s,
            "time": show_time(cell.epoch_s, EPOCH_S, cell),
            "parameters": cell.parameters,
        }
        for level, cell in levels
    ]


def _ends(cell: Cell) -> list[tuple[float, float, int]]:
    """Accuracy, seconds and seed of the runs with an accuracy."""
    return [
        (case.test_accuracy, case.train_s, case.seed)
        for case in cell.results
        if case.test_accuracy is not None
    ]


def panel_name(rate: float) -> str:
    """What the panel of a learning rate is headed by."""
    return f"learning rate {show_level(rate)}"


def _naming(comparison: Comparison, cell: Cell) -> Row:
    rate = {} if cell.rate is None else {"rate": cell.rate, "panel": panel_name(cell.rate)}
    return {
        "name": name_of(comparison, cell),
        "variant": full_name(comparison, cell),
        **(rate if comparison.crossed else {}),
    }
