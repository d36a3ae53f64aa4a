"""Means, intervals, paired differences, and what is refused rather than averaged."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.compare import Cell, CompareError, Comparison, compare
from harness.estimate import estimate, paired_difference
from harness.record import Record
from tests.records import (
    DATASET,
    TIMING,
    activations,
    bench_records,
    make_epoch,
    make_record,
    make_untrained,
)

ACCURACIES = st.dictionaries(st.integers(0, 20), st.floats(0, 1), min_size=2, max_size=8)


def only(records: list[Record]) -> Comparison:
    (comparison,) = compare(records)
    return comparison


def cell_of(records: list[Record], variant: str) -> Cell:
    (found,) = [cell for cell in only(records).cells if cell.variant == variant]
    return found


def seeds_of(variant: str, *accuracies: float) -> list[Record]:
    return [
        make_record(variant=variant, seed=seed, accuracies=(accuracy,))
        for seed, accuracy in enumerate(accuracies)
    ]


def test_interval_is_students_t_over_seeds() -> None:
    # t with 2 degrees of freedom is 4.302653; the deviation of these three is 0.02.
    found = estimate([0.90, 0.92, 0.94])
    assert found is not None
    assert found.mean == pytest.approx(0.92)
    assert found.half_width == pytest.approx(4.302653 * 0.02 / 3**0.5)
    assert (found.n, found.lowest, found.highest) == (3, 0.90, 0.94)


def test_interval_is_not_clipped_where_runs_are_stuck() -> None:
    found = estimate([0.99, 0.99, 0.60])
    assert found is not None
    assert found.high is not None
    assert found.high > 1


def test_one_value_has_no_interval_and_no_value_no_estimate() -> None:
    found = estimate([0.5])
    assert found is not None
    assert (found.half_width, found.low, found.high) == (None, None, None)
    assert estimate([]) is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    found = estimate([0.1135] * 6)
    assert found is not None
    assert found.half_width == 0


@given(ACCURACIES, st.floats(-0.5, 0.5))
def test_a_constant_shift_is_found_exactly_by_pairing(values: dict[int, float], by: float) -> None:
    found = paired_difference(values, {seed: value + by for seed, value in values.items()})
    assert found is not None
    assert found.mean == pytest.approx(by, abs=1e-12)
    assert found.half_width == pytest.approx(0, abs=1e-12)


@given(ACCURACIES, ACCURACIES)
def test_differences_are_paired_by_seed_and_change_sign_when_turned(
    before: dict[int, float], after: dict[int, float]
) -> None:
    there, back = paired_difference(before, after), paired_difference(after, before)
    shared = before.keys() & after.keys()
    if there is None or back is None:
        assert not shared
        return
    assert there.n == len(shared)
    assert there.mean == pytest.approx(-back.mean)


def test_order_of_records_does_not_matter() -> None:
    records = bench_records(seeds=2, epochs=2)
    assert compare(records) == compare(records[::-1])


def test_difference_uses_shared_seeds_only_and_says_how_many() -> None:
    records = [*seeds_of("sgd", 0.5, 0.6), *seeds_of("adam", 0.7, 0.9, 0.1)]
    cell = cell_of(records, "adam")
    assert cell.difference is not None
    assert cell.difference.n == 2
    assert cell.difference.mean == pytest.approx(0.25)
    assert cell.accuracy is not None
    assert cell.accuracy.n == 3


def test_each_record_names_its_own_baseline() -> None:
    records = [record for seed in range(3) for record in activations(seed=seed, epochs=2)]
    for cell in only(records).cells:
        assert cell.baseline == f"relu-lr{cell.factors['learning_rate']}"
        assert cell.is_baseline == (cell.series == "relu")
        assert (cell.difference is None) == cell.is_baseline


def test_a_missing_baseline_is_no_difference_of_zero() -> None:
    cell = cell_of(seeds_of("adam", 0.7, 0.8), "adam")
    assert cell.baseline_runs == 0
    assert cell.difference is None


def test_a_run_that_raised_counts_but_has_no_accuracy() -> None:
    raised = make_record(seed=1, accuracies=(), outcome="error", reason="ValueError: no", flops=0)
    cell = cell_of([make_record(seed=0), raised], "adam")
    assert cell.accuracy is not None
    assert cell.accuracy.n == 1
    assert cell.outcomes == {"passed": 1, "error": 1}
    assert cell.flops == 1_520_000


@pytest.mark.parametrize("variant", ["adam", "sgd"], ids=["variant", "baseline"])
def test_a_run_that_raised_halfway_gives_no_number(variant: str) -> None:
    records = [*seeds_of("adam", 0.7, 0.8, 0.9), *seeds_of("sgd", 0.5, 0.6)]
    raised = make_record(
        variant=variant,
        seed=2,
        accuracies=(0.1, 0.1),
        epoch_s=9.0,
        dead_outputs=0.5,
        outcome="error",
        diverged=True,
    )
    found = [record for record in records if record.variant != variant or record.seed < 2]
    before, after = cell_of(found, "adam"), cell_of([*found, raised], "adam")
    assert after.results == before.results == before.records
    records_and_outcomes = {"records": before.records, "outcomes": before.outcomes}
    assert replace(after, **records_and_outcomes) == before  # type: ignore[arg-type]
    assert len(cell_of([*found, raised], variant).records) == 3
    assert cell_of([*found, raised], variant).outcomes == {"passed": 2, "error": 1}
    assert after.curve == before.curve


def test_a_run_that_raised_may_be_made_up_for_by_another() -> None:
    raised = make_untrained(seed=0, run="monday")
    cell = cell_of([raised, make_record(seed=0, run="tuesday")], "adam")
    assert cell.accuracy is not None
    assert cell.accuracy.n == 1


def test_a_case_that_was_never_trained_stands_with_its_experiment_if_that_is_one() -> None:
    raised = make_untrained(variant="nadam")
    [comparison] = compare([raised, make_record(), make_record(experiment="depth")])[1:]
    assert [cell.variant for cell in comparison.cells] == ["adam", "nadam"]
    assert comparison.cells[1].parameters is None
    other = make_record(dataset=replace(DATASET, name="digits"))
    both = compare([raised, make_record(), other])
    assert [len(comparison.cells) for comparison in both] == [1, 1]
    assert compare([raised]) == ()


def test_diverged_and_stuck_runs_are_counted() -> None:
    records = [
        make_record(seed=0, accuracies=(0.3, None), test_accuracy=0.098),
        make_record(seed=1, epochs=(make_epoch(0.78, dead_outputs=0.2),)),
        make_record(seed=2),
    ]
    cell = cell_of(records, "adam")
    assert (cell.diverged, cell.stuck) == (1, 1)


def test_median_time_and_whether_it_can_be_trusted() -> None:
    times = [
        make_record(seed=seed, epoch_s=epoch_s) for seed, epoch_s in enumerate((3.0, 9.0, 4.0))
    ]
    assert cell_of(times, "adam").epoch_s == 4.0
    assert cell_of(times, "adam").exclusive
    times[1] = replace(times[1], timing=replace(TIMING, exclusive=False))
    assert not cell_of(times, "adam").exclusive


@pytest.mark.parametrize(
    "other",
    [
        {"dataset": replace(DATASET, name="digits")},
        {"dataset": replace(DATASET, digest="sha256:00")},
        {"tier": "smoke"},
        {"engine": "jax"},
        {"device": "cuda"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_conditions_are_another_comparison(other: dict[str, Any]) -> None:
    here, there = seeds_of("sgd", 0.5), make_record(variant="adam", **other)
    found = compare([*here, there])
    assert len(found) == 2
    assert all(len(comparison.cells) == 1 for comparison in found)
    assert all(cell.difference is None for comparison in found for cell in comparison.cells)


def test_the_same_seed_twice_is_refused_with_both_runs_named() -> None:
    twice = [make_record(run="monday"), make_record(run="tuesday")]
    with pytest.raises(CompareError, match=r"adam-seed0.*'monday' and 'tuesday'.*--compare"):
        compare(twice)


def test_one_variant_with_two_recipes_is_refused() -> None:
    changed = make_record(seed=1, recipe_id='{"learning_rate":0.5}', run="tuesday")
    with pytest.raises(CompareError, match=r"'adam'.*one recipe.*0\.5.*apart"):
        compare([make_record(seed=0), changed])


def test_one_variant_with_two_baselines_is_refused() -> None:
    with pytest.raises(CompareError, match="other factors or baselines"):
        compare([make_record(seed=0), make_record(seed=1, baseline="momentum")])


def test_rows_start_with_the_baseline_then_go_in_natural_order() -> None:
    names = [cell.variant for cell in only(bench_of("optimizer")).cells]
    assert names[0] == "sgd"
    assert names[1:] == sorted(names[1:])
    depths = [make_record(experiment="depth", variant=str(n), baseline="2") for n in (10, 2, 1)]
    depths = [replace(record, factors={"depth": int(record.variant)}) for record in depths]
    assert [cell.variant for cell in only(depths).cells] == ["1", "2", "10"]


def test_a_grid_is_sorted_by_learning_rate_with_the_baseline_on_top_of_each() -> None:
    cells = only(bench_of("activation")).cells
    assert [cell.rate for cell in cells] == sorted(cell.rate or 0 for cell in cells)
    assert [cell.series for cell in cells[::8]] == ["relu"] * 4


@pytest.mark.parametrize(
    ("experiment", "crossed"),
    [("activation", True), ("recurrent", True), ("optimizer", False), ("depth", False)],
)
def test_a_grid_over_learning_rates_is_recognised(experiment: str, crossed: bool) -> None:
    assert only(bench_of(experiment)).crossed is crossed


def test_a_rate_of_its_own_for_each_optimizer_is_no_grid() -> None:
    rates = {"sgd": 0.01, "adam": 0.001, "adadelta": 1.0, "adadelta-slow": 0.001}
    records = [
        make_record(variant=name, factors={"optimizer": name[:8], "learning_rate": rate})
        for name, rate in rates.items()
    ]
    assert not only(records).crossed


def bench_of(experiment: str) -> list[Record]:
    return [
        record for record in bench_records(seeds=1, epochs=2) if record.experiment == experiment
    ]
