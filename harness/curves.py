"""The series that figures draw: accuracy by epoch, accuracy by time, the Pareto front. Pure."""

from collections.abc import Iterable, Sequence
from statistics import fmean

from harness.compare import Cell, Comparison
from harness.factors import LEARNING_RATE

Point = tuple[float, float]
"""Seconds, accuracy."""


def by_epoch(cell: Cell) -> list[list[float]]:
    """Epoch by epoch, the test accuracies of the seeds that have one."""
    last = max((len(record.epochs) for record in cell.results), default=0)
    return [
        [
            accuracy
            for record in cell.results
            if number < len(record.epochs)
            and (accuracy := record.epochs[number].test_accuracy) is not None
        ]
        for number in range(last)
    ]


def by_time(cell: Cell) -> list[Point]:
    """Epoch by epoch, mean seconds of training so far and mean test accuracy over the seeds."""
    points: list[Point] = []
    for number, accuracies in enumerate(by_epoch(cell), start=1):
        times = [
            sum(epoch.train_s for epoch in record.epochs[:number])
            for record in cell.results
            if len(record.epochs) >= number
        ]
        if accuracies:
            points.append((fmean(times), fmean(accuracies)))
    return points


def seed_ends(cell: Cell) -> list[Point]:
    """Seed by seed, all seconds of training and the final test accuracy."""
    return [
        (sum(epoch.train_s for epoch in record.epochs), record.test_accuracy)
        for record in cell.results
        if record.test_accuracy is not None
    ]


def pareto_front(cells: Iterable[Cell]) -> list[tuple[Point, Cell]]:
    """The points of all `by_time` that no other one beats in both time and accuracy, by time."""
    points = [(point, cell) for cell in cells for point in by_time(cell)]
    front: list[tuple[Point, Cell]] = []
    for point, cell in sorted(points, key=lambda entry: (entry[0][0], -entry[0][1])):
        if not front or point[1] > front[-1][0][1]:
            front.append((point, cell))
    return front


def epoch_accuracies(cells: Iterable[Cell]) -> list[float]:
    """Every test accuracy of every epoch and seed: what an axis has to hold."""
    return [value for cell in cells for found in by_epoch(cell) for value in found]


def final_accuracies(cells: Iterable[Cell]) -> list[float]:
    """The final test accuracy of every run that has one."""
    return [
        record.test_accuracy
        for cell in cells
        for record in cell.results
        if record.test_accuracy is not None
    ]


def numeric_levels(comparison: Comparison, factor: str) -> list[tuple[float, Cell]]:
    """(level, cell) of the timed cells whose level of `factor` is a number, by level."""
    found = [
        (float(level), cell)
        for cell in comparison.cells
        if (level := cell.factors.get(factor)) is not None
        and not isinstance(level, str)
        and cell.epoch_s is not None
    ]
    return sorted(found, key=lambda entry: entry[0])


def numeric_factors(comparison: Comparison) -> list[str]:
    """Factors with two numeric levels or more, the learning rate left out: it costs no time."""
    return [
        name
        for name in comparison.factors
        if name != LEARNING_RATE
        and len({level for level, _ in numeric_levels(comparison, name)}) > 1
    ]


def columns(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    """Points as their first and their second coordinates."""
    return [x for x, _ in points], [y for _, y in points]
