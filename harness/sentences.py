"""What a comparison shows, in plain sentences that claim no more than its means do. Pure."""

from collections.abc import Sequence

from harness.compare import Cell, Comparison
from harness.compare_runs import CaseChange
from harness.curves import SHOWN_POINTS, Point, last_epoch
from harness.factors import show_level
from harness.metrics import METRICS, Metric
from harness.table import SHARED_MARK

CLOSE = 0.01
"""A mean test accuracy this near to the highest one counts as having come close to it."""


def best_sentence(comparison: Comparison) -> str:
    """Which variant has the highest mean test accuracy, and after how many epochs.

    Where seeds are uneven, only variants with the most are compared, as a mean of few is easily
    high; how many of those lie higher is said.
    """
    judged = [(cell.accuracy, cell) for cell in comparison.cells if cell.accuracy]
    if not judged:
        return f"{comparison.experiment}: no run has a test accuracy"
    most, least = (pick(found.n for found, _ in judged) for pick in (max, min))
    means = [(found.mean, cell) for found, cell in judged if found.n == most]
    mean = max(mean for mean, _ in means)
    best = [cell for found, cell in means if found == mean]
    epochs = last_epoch(best[:1])
    after = f"after {epochs} epoch" + ("" if epochs == 1 else "s")
    figure = f"{METRICS['test_accuracy'].show(mean)}%"
    what = "mean" if most > 1 else "test accuracy"
    higher = sum(found.n < most and found.mean > mean for found, _ in judged)
    rest = f"; {higher} with fewer seeds lie{'s' if higher == 1 else ''} higher" if higher else ""
    if most > least:
        what += f" of those with {most} seeds"
    if len(best) > 1:
        return f"{len(best)} variants share the highest {what}: {figure} {after}{rest}"
    name = full_name(comparison, best[0])
    if most > least and len(means) == 1:
        return f"{name}, alone with {most} seeds, has {figure} {after}{rest}"
    return f"{name} has the highest {what}: {figure} {after}{rest}"


def speed_sentence(comparison: Comparison, front: Sequence[tuple[Point, Cell]]) -> str:
    """Which variant of a Pareto front is the first to come close to the highest mean, and when."""
    best = front[-1][0][1]
    (seconds, _), cell = next(entry for entry in front if entry[0][1] >= best - CLOSE)
    return (
        f"{full_name(comparison, cell)} is first within {100 * CLOSE:g} point of the best: "
        f"after {METRICS['total_s'].show(seconds)} s"
    )


def time_sentence(levels: Sequence[tuple[float, Cell]], factor: str) -> str:
    """What an epoch takes at the lowest and at the highest level of a factor."""
    (low, fast), (high, slow) = levels[0], levels[-1]
    name = factor.replace("_", " ")
    return (
        f"An epoch takes {_epoch_time(fast)} at {name} {show_level(low)} and {_epoch_time(slow)} "
        f"at {name} {show_level(high)}"
    )


def parameters_sentence(comparison: Comparison, cells: Sequence[Cell]) -> str:
    """Of timed cells those with the shortest and the longest epochs, and their parameters."""
    fast, slow = (pick(cells, key=lambda cell: cell.epoch_s or 0.0) for pick in (min, max))
    return (
        f"{full_name(comparison, fast)} has the shortest epochs, {_epoch_time(fast)} with "
        f"{fast.parameters:,} parameters; {full_name(comparison, slow)} the longest, "
        f"{_epoch_time(slow)} with {slow.parameters:,}"
    )


def _epoch_time(cell: Cell) -> str:
    """`12.3 s`, marked where the machine was shared meanwhile."""
    mark = "" if cell.exclusive else SHARED_MARK
    return f"{mark}{cell.epoch_s:.3g} s"


def change_sentence(cases: Sequence[CaseChange], metric: Metric = METRICS["test_accuracy"]) -> str:
    """Of how many cases of an experiment a metric's interval excludes zero, on which side."""
    found = [case.changes[metric.name].difference for case in cases]
    ends = [(change.low, change.high) for change in found if change]
    sure = [(low, high) for low, high in ends if low is not None and high is not None]
    up, down = sum(low > 0 for low, _ in sure), sum(high < 0 for _, high in sure)
    if not sure:
        return f"{cases[0].experiment}: one shared seed a case, so no interval"
    if not up + down:
        return f"{cases[0].experiment}: no {metric.label} changed by more than its interval"
    return (
        f"{cases[0].experiment}: {metric.label} rose in {up} and fell in {down} of "
        f"{len(found)} cases"
    )


def about(comparison: Comparison, *, times: bool = False) -> str:
    """Data and tier, for the small print of a figure; with `times`, whether they can be trusted."""
    many = seeds_of(comparison)
    shared = times and not all(cell.exclusive for cell in comparison.cells)
    trust = "; machine shared, times are estimates" if shared else ""
    return f"{comparison.conditions.dataset}, {comparison.conditions.tier}, {many}{trust}."


def shown_sentence(comparison: Comparison, *, most: int = SHOWN_POINTS) -> str:
    """How many of a cell's seeds are points, where some are left out; else nothing."""
    there = most_seeds(comparison)
    return f"Dots: {most} of up to {there:,} seeds, evenly by rank. " if there > most else ""


def seeds_of(comparison: Comparison) -> str:
    """`6 seeds`; `1 to 6 seeds` where variants differ in how many they have, if they have any."""
    counts = {len(cell.results) for cell in comparison.cells if cell.results} or {0}
    least, most = min(counts), max(counts)
    many = "1 seed" if most == 1 else f"{most} seeds"
    return many if least == most else f"{least} to {many}"


def most_seeds(comparison: Comparison) -> int:
    """Seeds of the variant that has most of them."""
    return max(len(cell.results) for cell in comparison.cells)


def full_name(comparison: Comparison, cell: Cell) -> str:
    """A cell's name in a sentence: `tanh at learning rate 0.1`."""
    if comparison.crossed and cell.rate is not None:
        return f"{cell.series} at learning rate {show_level(cell.rate)}"
    return cell.spoken
