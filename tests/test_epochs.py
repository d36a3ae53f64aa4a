"""What polars makes of many epochs: the numbers of a plain loop over the records."""

import random
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import epochs
from harness.columns import cases_of
from harness.compare import Cell, compare
from harness.curves import (
    SHOWN_POINTS,
    SHOWN_SEEDS,
    by_epoch,
    by_time,
    epoch_accuracies,
    first_reaching,
    seed_curves,
    seed_ends,
    shown_accuracies,
    thin,
)
from harness.epochs import CurvePoint, mean_curves
from harness.readings import epochs_to, never, seconds_to
from harness.record import Record
from tests.records import make_epoch, make_record

ACCURACY = st.none() | st.floats(0, 1)
EPOCHS = st.lists(st.tuples(ACCURACY, st.floats(0, 100)), max_size=5)
GROUPS = st.lists(st.lists(EPOCHS, max_size=5), max_size=4)


def record_of(course: Sequence[tuple[float | None, float]], *, seed: int = 0) -> Record:
    found = tuple(make_epoch(accuracy, train_s=seconds) for accuracy, seconds in course)
    last = course[-1][0] if course else None
    return make_record(seed=seed, epochs=found, test_accuracy=last)


def plain(records: Sequence[Record]) -> list[CurvePoint]:
    """The points of some records, by a loop."""
    points = []
    for number in range(max((len(record.epochs) for record in records), default=0)):
        there = [record.epochs for record in records if number < len(record.epochs)]
        known = [each[number].test_accuracy for each in there]
        accuracies = [accuracy for accuracy in known if accuracy is not None]
        times = [sum(epoch.train_s for epoch in each[: number + 1]) for each in there]
        if accuracies:
            point = CurvePoint(
                epoch=number + 1,
                n=len(accuracies),
                mean=fmean(accuracies),
                lowest=min(accuracies),
                highest=max(accuracies),
                train_s=pytest.approx(fmean(times)),  # type: ignore[arg-type]
            )
            points.append(point)
    return points


@settings(deadline=None)
@given(GROUPS, st.integers(1, 30), st.booleans())
def test_curves_are_those_of_a_plain_loop(
    courses: list[list[list[tuple[float | None, float]]]], at_once: int, apart: bool
) -> None:
    groups = [[record_of(course) for course in group] for group in courses]
    if apart:  # each group in a table of its own
        cases = [cases_of(group) for group in groups]
    else:
        all_cases = iter(cases_of(record for group in groups for record in group))
        cases = [tuple(next(all_cases) for _ in group) for group in groups]
    before, epochs.ROWS_AT_ONCE = epochs.ROWS_AT_ONCE, at_once
    try:
        found = mean_curves([[case.epochs for case in group] for group in cases])
    finally:
        epochs.ROWS_AT_ONCE = before
    assert [list(points) for points in found] == [plain(group) for group in groups]


def cell_of(records: Sequence[Record]) -> Cell:
    ((cell,),) = [comparison.cells for comparison in compare(records)]
    return cell


@settings(deadline=None)
@given(st.lists(EPOCHS, min_size=1, max_size=6), st.floats(0, 1))
def test_where_an_accuracy_is_first_reached(
    courses: list[list[tuple[float | None, float]]], accuracy: float
) -> None:
    records = [record_of(course, seed=seed) for seed, course in enumerate(courses)]
    (found,) = first_reaching([cell_of(records)], accuracy)
    assert list(found) == list(range(len(records)))
    for record in records:
        reached = found[record.seed]
        assert (reached is None) == (never(record, accuracy) in (1.0, None))
        if reached:
            assert reached.epoch == epochs_to(record, accuracy)
            assert reached.train_s == pytest.approx(seconds_to(record, accuracy))


def test_cells_are_asked_together_and_answered_one_by_one() -> None:
    fast, slow = (
        make_record(variant=name, accuracies=accuracies, epoch_s=2.0)
        for name, accuracies in (("sgd", (0.5, 0.9)), ("adam", (0.5, 0.6)))
    )
    (comparison,) = compare([fast, slow])
    found = first_reaching(comparison.cells, 0.9)
    assert [cell.variant for cell in comparison.cells] == ["sgd", "adam"]
    assert found == [{0: epochs.Reached(epoch=2, train_s=4.0)}, {0: None}]
    assert first_reaching([], 0.9) == []


def many(seeds: int) -> list[Record]:
    noise = random.Random(3)
    return [
        make_record(seed=seed, accuracies=(0.5, noise.uniform(0.6, 0.9)), epoch_s=1.0 + seed / 1e3)
        for seed in range(seeds)
    ]


def test_first_seeds_have_curves_of_their_own() -> None:
    records = many(SHOWN_SEEDS + 5)
    found = seed_curves(cell_of(records[::-1]))
    assert list(found) == list(range(SHOWN_SEEDS))
    for seed, accuracies in found.items():
        assert accuracies == [epoch.test_accuracy for epoch in records[seed].epochs]
    diverged = make_record(accuracies=(0.5, None, 0.7))
    assert seed_curves(cell_of([diverged])) == {0: [0.5, None, 0.7]}


def test_a_curve_is_read_by_epoch_and_by_time() -> None:
    cell = cell_of([make_record(accuracies=(0.5, None, 0.7), epoch_s=2.0)])
    assert by_epoch(cell) == [(1, 0.5), (3, 0.7)]
    assert by_time(cell) == [(2.0, 0.5), (6.0, 0.7)]
    assert epoch_accuracies([cell]) == [0.5, 0.5, 0.7, 0.7]


def test_thousands_of_points_are_thinned_by_rank_with_both_ends() -> None:
    records = many(1_000)
    cell = cell_of(records)
    values = sorted(each.test_accuracy or 0.0 for each in records)
    shown = shown_accuracies(cell)
    assert len(shown) == SHOWN_POINTS
    assert set(shown) <= set(values)
    assert (shown[0], shown[-1]) == (values[0], values[-1])
    assert shown[SHOWN_POINTS // 2] == pytest.approx(values[500], abs=0.01)
    assert shown == shown_accuracies(cell_of(records[::-1]))
    ends = seed_ends(cell)
    assert [accuracy for _, accuracy in ends] == shown
    by_accuracy = {each.test_accuracy: each.epoch_s for each in records}
    assert all(seconds == 2 * (by_accuracy[accuracy] or 0) for seconds, accuracy in ends)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=SHOWN_POINTS))
def test_few_points_are_all_shown(values: list[float]) -> None:
    assert thin(values) == sorted(values)


def test_a_record_that_was_replaced_gives_no_epoch() -> None:
    first = make_record(seed=0, accuracies=(0.1, 0.2))
    later = replace(make_record(seed=0, accuracies=(0.5,)), nodeid=first.nodeid)
    kept = cases_of([first, later])[1:]
    ((point,),) = mean_curves([[case.epochs for case in kept]])
    assert (point.n, point.mean) == (1, 0.5)
