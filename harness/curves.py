"""The series that figures draw: accuracy by epoch, accuracy by time, the Pareto front."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from harness.compare import Cell, Comparison
from harness.epochs import Reached, accuracies_by_epoch, first_reached
from harness.factors import LEARNING_RATE

Point = tuple[float, float]
"""Seconds or epoch, accuracy."""
T = TypeVar("T", float, Point, tuple[float, int], tuple[float, float, int])

SHOWN_SEEDS = 40
"""Seeds of a cell that figures may draw as lines of their own."""
SHOWN_POINTS = 200
"""Seeds of a cell that figures draw as points; of more, so many evenly chosen by rank."""


def by_epoch(cell: Cell) -> list[Point]:
    """Epoch by epoch, its number and the mean test accuracy over the seeds that have one."""
    return [(float(point.epoch), point.mean) for point in cell.curve]


def by_time(cell: Cell) -> list[Point]:
    """Epoch by epoch, mean seconds of training so far and mean test accuracy over the seeds."""
    return [(point.train_s, point.mean) for point in cell.curve]


def seed_curves(cell: Cell) -> Mapping[int, Sequence[float | None]]:
    """Seed -> test accuracies by epoch, of the first `SHOWN_SEEDS` seeds; read as it is asked."""
    shown = cell.results[:SHOWN_SEEDS]
    found = accuracies_by_epoch([case.epochs for case in shown])
    return {case.seed: accuracies for case, accuracies in zip(shown, found, strict=True)}


def first_reaching(cells: Sequence[Cell], accuracy: float) -> list[Mapping[int, Reached | None]]:
    """Cell by cell, seed -> where its run first had this test accuracy; `None` where it never did.

    One reading for all the cells, so ask for them together.
    """
    found = first_reached([[case.epochs for case in cell.results] for cell in cells], accuracy)
    return [
        {case.seed: reached for case, reached in zip(cell.results, own, strict=True)}
        for cell, own in zip(cells, found, strict=True)
    ]


def sized(comparison: Comparison) -> list[Cell]:
    """The timed cells whose parameters are known; none where all have the same number."""
    cells = [cell for cell in comparison.cells if cell.parameters and cell.epoch_s is not None]
    return cells if len({cell.parameters for cell in cells}) > 1 else []


def seed_ends(cell: Cell) -> list[Point]:
    """All seconds of training and the final test accuracy of the seeds that are shown, by rank."""
    ends = [
        (case.test_accuracy, case.train_s)
        for case in cell.results
        if case.test_accuracy is not None
    ]
    return [(seconds, accuracy) for accuracy, seconds in thin(ends)]


def shown_accuracies(cell: Cell) -> list[float]:
    """The final test accuracies of the seeds that are shown, by rank."""
    return thin(final_accuracies([cell]))


def thin(values: Iterable[T], *, most: int = SHOWN_POINTS) -> list[T]:
    """In order at most so many of these, evenly by rank; the first and the last are kept."""
    ordered = sorted(values)
    if len(ordered) <= most:
        return ordered
    last = len(ordered) - 1
    return [ordered[place * last // (most - 1)] for place in range(most)]


def pareto_front(cells: Iterable[Cell]) -> list[tuple[Point, Cell]]:
    """The points of all `by_time` that no other one beats in both time and accuracy, by time."""
    points = [(point, cell) for cell in cells for point in by_time(cell)]
    front: list[tuple[Point, Cell]] = []
    for point, cell in sorted(points, key=lambda entry: (entry[0][0], -entry[0][1])):
        if not front or point[1] > front[-1][0][1]:
            front.append((point, cell))
    return front


def epoch_accuracies(cells: Iterable[Cell]) -> list[float]:
    """The lowest and the highest test accuracy of every epoch: what an axis has to hold."""
    return [
        value for cell in cells for point in cell.curve for value in (point.lowest, point.highest)
    ]


def final_accuracies(cells: Iterable[Cell]) -> list[float]:
    """The final test accuracy of every run that has one."""
    return [
        case.test_accuracy
        for cell in cells
        for case in cell.results
        if case.test_accuracy is not None
    ]


def last_epoch(cells: Iterable[Cell]) -> int:
    """The most epochs that any run finished; 0 without a run."""
    return max((case.epoch_count for cell in cells for case in cell.results), default=0)


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
