"""What changed from one run to another: paired, and only where both hold the same case."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.compare import CompareError
from harness.compare_runs import RunComparison, compare_runs
from harness.record import Record
from harness.table_runs import chance_note, change_notes, markdown_changes
from tests.records import DATASET, TIMING, make_record, make_untrained


def changed(before: Sequence[Record], after: Sequence[Record]) -> RunComparison:
    return compare_runs(before, after, names=("old", "new"))


def test_difference_is_second_less_first_over_shared_seeds() -> None:
    before = [make_record(seed=seed, accuracies=(0.90,), epoch_s=3.0) for seed in (0, 1, 2)]
    after = [make_record(seed=seed, accuracies=(0.93,), epoch_s=2.0) for seed in (1, 2, 9)]
    (case,) = changed(before, after).cases
    accuracy, time = case.changes["test_accuracy"], case.changes["epoch_s"]
    assert accuracy.difference is not None
    assert accuracy.difference.n == 2
    assert accuracy.difference.mean == pytest.approx(0.03)
    assert accuracy.before is not None
    assert accuracy.before.n == 2
    assert time.difference is not None
    assert time.difference.mean == pytest.approx(-1.0)
    assert "2 of 3" in markdown_changes([case])


def test_no_shared_seed_is_said_and_not_compared() -> None:
    found = changed([make_record(seed=0)], [make_record(seed=1)])
    assert found.cases[0].changes["test_accuracy"].difference is None
    assert "no shared seed" in markdown_changes(found.cases)


def test_cases_that_raised_are_not_compared() -> None:
    good = [make_record(seed=seed) for seed in (0, 1)]
    halfway = make_record(seed=1, accuracies=(0.1,), outcome="error")
    (case,) = changed(good, [good[0], halfway, make_untrained(variant="nadam")]).cases
    assert case.changes["test_accuracy"].difference is not None
    assert case.changes["test_accuracy"].difference.n == 1
    with pytest.raises(CompareError, match="'new' holds no result"):
        changed(good, [make_untrained()])


def test_cases_in_one_run_only_are_listed() -> None:
    both = make_record(variant="adam")
    found = changed([both, make_record(variant="sgd")], [both, make_record(variant="nadam")])
    assert found.only_before == ("optimizer/sgd (mnist, short)",)
    assert found.only_after == ("optimizer/nadam (mnist, short)",)


def test_runs_with_no_case_in_common_are_refused() -> None:
    other = make_record(dataset=replace(DATASET, name="digits"))
    with pytest.raises(CompareError, match=r"'old' holds optimizer on mnist.*'new'.*digits"):
        changed([make_record()], [other])


def test_another_recipe_device_or_machine_is_said() -> None:
    after = make_record(recipe_id="{}", device="cuda", machine={"processor": "other", "cores": 2})
    found = changed([make_record()], [after])
    assert not found.cases[0].same_recipe
    assert "adam †" in markdown_changes(found.cases)
    assert any("recipe is not the same" in note for note in change_notes(found))
    assert "device: cpu in the first, cuda in the second" in found.other_circumstances
    assert any(text.startswith("machine processor") for text in found.other_circumstances)


@pytest.mark.parametrize(
    ("intervals", "shown"),
    [
        (1, "about 0.05 of 1."),
        (6, "about 0.3 of 6."),
        (20, "about 1 of 20."),
        (122, "about 6.1 of 122."),
        (500, "about 25 of 500."),
        (4_000, "about 200 of 4000."),
    ],
)
def test_intervals_that_chance_makes_are_neither_over_nor_understated(
    intervals: int, shown: str
) -> None:
    assert chance_note(intervals).endswith(shown)


def test_intervals_are_counted_over_cases_and_metrics() -> None:
    one, two = ([make_record(seed=seed) for seed in range(n)] for n in (1, 2))
    assert any(note.endswith("about 0.1 of 2.") for note in change_notes(changed(two, two)))
    assert any("so no interval: a" in note for note in change_notes(changed(one, two)))


def test_shared_times_are_marked() -> None:
    shared = make_record(timing=replace(TIMING, exclusive=False))
    assert "≈" not in markdown_changes(changed([make_record()], [make_record()]).cases)
    assert "≈" in markdown_changes(changed([make_record()], [shared]).cases)
