"""Change points: planted ones are found where they are, and unchanged code is left alone."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
from scipy import stats

from harness.change_points import Search, find_shifts, fitting
from harness.compare import Conditions
from harness.metrics import METRICS, Metric
from harness.rank_sum import least_p, rank_sum_p
from harness.series import Series, SeriesKey, sides

ACCURACY, EPOCH_S = METRICS["test_accuracy"], METRICS["epoch_s"]
CONDITIONS = Conditions(
    dataset="mnist", digest="sha256:5e", tier="short", engine="torch", device="cpu"
)
SEEDS = 6
Noise = Callable[[], float]


def make_series(
    values: Sequence[Mapping[int, float]], *, metric: Metric = ACCURACY, name: str = "sgd"
) -> Series:
    """A series with these values of seeds, one mapping a run."""
    return Series(
        key=SeriesKey(
            experiment="optimizer", variant=name, conditions=CONDITIONS, recipe_id=f"{{{name}}}"
        ),
        metric=metric,
        runs=tuple(range(len(values))),
        values=tuple(values),
    )


def accuracies(means: Sequence[float], *, noise: Noise = lambda: 0.0, name: str = "sgd") -> Series:
    """Each seed at its own distance from the mean of the run, which stays the same."""
    return make_series(
        [{seed: mean + 0.001 * seed + noise() for seed in range(SEEDS)} for mean in means],
        name=name,
    )


def times(means: Sequence[float], *, run: Noise, seed: Noise, name: str = "sgd") -> Series:
    """Yardsticks whose logarithms have noise of the run and of the seed."""
    return make_series(
        [
            {n: mean * float(np.exp(day + seed())) for n in range(SEEDS)}
            for mean, day in ((mean, run()) for mean in means)
        ],
        metric=EPOCH_S,
        name=name,
    )


def normal(generator: np.random.Generator, deviation: float) -> Noise:
    return lambda: float(generator.normal(0, deviation))


def splits(found: Search) -> list[tuple[str, int]]:
    return [(shift.series.key.variant, shift.split) for shift in found.shifts]


@pytest.mark.parametrize("before", [1, 2, 7, 11])
def test_a_change_of_repeated_numbers_is_found_where_it_is(before: int) -> None:
    """Code that repeats to the bit: nothing varies but at the change."""
    moved = accuracies([0.97] * before + [0.95] * (12 - before))
    found = find_shifts([accuracies([0.9] * 12, name="adam"), moved])
    assert splits(found) == [("sgd", before)]
    (shift,) = found.shifts
    assert shift.size == pytest.approx(-0.02)
    assert shift.interval == pytest.approx((-0.02, -0.02), abs=1e-9)
    assert shift.is_repeated
    assert shift.count == SEEDS
    assert shift.p < 0.05


def test_a_bad_run_is_two_changes() -> None:
    found = find_shifts([accuracies([0.97] * 5 + [0.90] + [0.97] * 6)])
    assert splits(found) == [("sgd", 5), ("sgd", 6)]
    assert [round(shift.size, 3) for shift in found.shifts] == [-0.07, 0.07]


def test_a_change_in_noise_is_found_and_its_interval_holds_the_truth() -> None:
    generator = np.random.default_rng(3)
    noise = normal(generator, 0.003)
    steady = [accuracies([0.9] * 14, noise=noise, name=f"steady-{n}") for n in range(4)]
    moved = accuracies([0.97] * 8 + [0.96] * 6, noise=noise)
    found = find_shifts([*steady, moved])
    assert splits(found) == [("sgd", 8)]
    (shift,) = found.shifts
    assert shift.interval is not None
    assert shift.interval[0] <= -0.01 <= shift.interval[1]
    assert not shift.is_repeated


def test_slower_epochs_are_found_over_the_noise_of_days() -> None:
    generator = np.random.default_rng(4)
    run, seed = normal(generator, 0.01), normal(generator, 0.02)
    steady = times([1.0] * 14, run=run, seed=seed, name="steady")
    found = find_shifts([steady, times([2.0] * 6 + [2.5] * 8, run=run, seed=seed)])
    assert splits(found) == [("sgd", 6)]
    (shift,) = found.shifts
    assert shift.size == pytest.approx(0.25, abs=0.05)
    assert shift.means[1] == pytest.approx(2.5, rel=0.02)
    assert (shift.count, shift.is_repeated) == (14, False)


def test_one_slow_day_is_no_slow_commit() -> None:
    generator = np.random.default_rng(4)
    run, seed = normal(generator, 0.005), normal(generator, 0.02)
    assert not find_shifts([times([1.0] * 11 + [3.0], run=run, seed=seed)]).shifts


def test_what_lies_within_the_margin_is_not_reported_however_sure() -> None:
    assert not find_shifts([accuracies([0.97] * 6 + [0.97 - 0.9 * ACCURACY.margin] * 6)]).shifts
    assert find_shifts([accuracies([0.97] * 6 + [0.97 - 1.1 * ACCURACY.margin] * 6)]).shifts


def test_series_that_never_move_cost_the_others_nothing() -> None:
    moved = accuracies([0.97] * 6 + [0.95] * 6)
    still = [accuracies([0.9] * 12, name=f"still-{n}") for n in range(50)]
    assert find_shifts([moved, *still]).tests == find_shifts([moved]).tests
    assert find_shifts(still).tests == 0


def test_other_seeds_on_either_side_are_held_against_each_other_unpaired() -> None:
    generator = np.random.default_rng(1)

    def run(mean: float, first: int) -> dict[int, float]:
        return {seed: mean + float(generator.normal(0, 0.001)) for seed in range(first, first + 6)}

    series = make_series([run(0.97, 0), run(0.97, 0), run(0.9, 6), run(0.9, 6)])
    assert not sides(series, first=0, split=2, stop=4).is_paired
    assert splits(find_shifts([series])) == [("sgd", 2)]


@pytest.mark.parametrize("runs", [1, 2])
def test_too_few_seeds_or_runs_decide_nothing(runs: int) -> None:
    values = [{0: 0.9}] * runs + [{0: 0.1}]
    found = find_shifts([make_series(values)])
    assert (found.shifts, found.tests) == ((), 0)


def test_the_test_is_chosen_by_what_is_known_before_the_values() -> None:
    paired = sides(accuracies([0.9] * 11), first=0, split=10, stop=11)
    alone = sides(accuracies([0.9] * 2), first=0, split=1, stop=2)
    assert fitting(paired, level=0.05, tests=10_000) == "rank-sum"
    assert fitting(alone, level=0.05, tests=10_000) == "t"
    few = replace(alone, before=alone.before[:4], after=alone.after[:4])
    assert fitting(few, level=0.05, tests=10_000) is None


def unchanged(seed: int) -> list[Series]:
    """Histories without a change: noisy accuracies, coarse ones with stuck runs, noisy times.

    All noise is far beyond the margins, so that these do not help.
    """
    generator = np.random.default_rng([7, seed])

    def stuck() -> float:
        return -0.8 if generator.random() < 0.1 else round(float(generator.normal(0, 0.02)), 2)

    return [
        accuracies([0.9] * 9, noise=normal(generator, 0.02), name="noisy"),
        accuracies([0.9] * 9, noise=stuck, name="coarse"),
        accuracies([0.9] * 3, noise=normal(generator, 0.02), name="short"),
        times([2.0] * 9, run=normal(generator, 0.2), seed=normal(generator, 0.1), name="slow"),
    ]


def alarms(seeds: Iterable[int], change: float = 0.0) -> int:
    """Histories in which something is reported."""
    found = 0
    for seed in seeds:
        series = unchanged(seed)
        series[0] = shifted(series[0], change)
        found += bool(find_shifts(series).shifts)
    return found


def shifted(series: Series, change: float) -> Series:
    """The series with its last four runs moved."""
    moved = [{seed: value + change for seed, value in each.items()} for each in series.values[5:]]
    return replace(series, values=(*series.values[:5], *moved))


def test_unchanged_code_is_reported_no_more_often_than_stated() -> None:
    """The rate in 1,000 such histories is 3.4%."""
    assert alarms(range(200)) <= 10


def test_the_simulation_can_fail() -> None:
    assert alarms(range(10), change=-0.1) == 10


def test_ranks_give_the_chances_of_scipy_and_of_counting_out() -> None:
    before, after = [[1.0, 4.0, 2.5, 3.0]], [[5.0, 3.5, 6.0]]
    exact = stats.mannwhitneyu(after[0], before[0], alternative="greater", method="exact")
    assert rank_sum_p(before, after) == pytest.approx(exact.pvalue)
    tied = ([[1.0, 1.0, 2.0], [0.0, 1.0]], [[2.0, 1.0], [1.0, 1.0]])
    assert rank_sum_p(*tied) == pytest.approx(counted_p(*tied))


def counted_p(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> float:
    """The same by going through every choice of ranks."""
    chosen = []
    for first, second in zip(before, after, strict=True):
        ranks = stats.rankdata([*first, *second])
        seen = ranks[len(first) :].sum()
        sums = [sum(each) for each in itertools.combinations(ranks, len(second))]
        chosen.append([each - seen for each in sums])
    totals = [sum(each) for each in itertools.product(*chosen)]
    return fmean(float(total >= -1e-9) for total in totals)


def test_numbers_that_never_vary_have_the_chance_of_their_arrangement() -> None:
    before, after = [[0.97] * 3] * 6, [[0.98] * 2] * 6
    assert rank_sum_p(before, after) == pytest.approx(1e-6)
    assert least_p([3] * 6, [2] * 6) == pytest.approx(1e-6)
    assert rank_sum_p(after, after) == 1.0
