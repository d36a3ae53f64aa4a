"""A statement's values in, p for it and against it out, and how many seeds would decide. Pure."""

import math
from collections.abc import Callable, Sequence
from statistics import fmean

import scipy

from harness.claim import Statement
from harness.inference import Test, least_seeds, p_value, seeds_needed
from harness.metrics import Metric

MOST_RUNS = 1_000
"""Runs that a forecast looks ahead at most."""
LEAST_SEEDS = 3
"""Seeds below which no t test decides: two that happen to agree say nothing of how runs vary."""
LEAST_SPREAD_SEEDS = 5
"""The same of how far seeds lie from their median: of fewer the distances are nearly one number."""
RARE = 0.2
"""A rate of runs below which something does not happen "sometimes": one in five."""

BothSides = Callable[[Sequence[float], float], tuple[float, float]]
"""(values, bound) -> p of their mean being above it, and below it."""


def both_sides(
    statement: Statement, values: Sequence[float], test: BothSides
) -> tuple[float, float]:
    """p for the statement and against it; 1 and 1 for no values."""
    bound = statement.bound
    if not values or (statement.of == "spread" and len(values) < LEAST_SPREAD_SEEDS):
        return 1.0, 1.0
    if statement.shows == "seen":
        return (0.0, 1.0) if max(values) > bound else (1.0, (1 - RARE) ** len(values))
    above, below = test(values, bound)
    if statement.shows == "above":
        return above, below
    if statement.shows == "below":
        return below, above
    under, over = test(values, -bound)
    return max(under, below), min(1.0, 2 * min(above, over))


def lies_so(statement: Statement, values: Sequence[float]) -> bool:
    """Whether the mean of the values is where the statement has it, sure or not."""
    mean, bound = fmean(values), statement.bound
    if statement.shows == "seen":
        return max(values) > bound
    if statement.shows == "within":
        return abs(mean) <= bound
    return mean > bound if statement.shows == "above" else mean < bound


def paired(read: Metric, *, is_share: bool = False) -> BothSides:
    """The test that fits a metric: of a share of runs the binomial, of differences of outcomes
    their signs, of all else t; what is the same in every run of a recipe needs none."""
    kind: Test = "sign-flip" if read.is_outcome else "t"

    def test(values: Sequence[float], bound: float) -> tuple[float, float]:
        if is_share or (read.is_outcome and set(values) <= {0.0, 1.0} and 0 < bound < 1):
            return _share(values, bound)
        if read.resolution == 0 and max(values) == min(values) and not read.is_outcome:
            return float(not values[0] > bound), float(not values[0] < bound)
        if kind == "t" and len(values) < LEAST_SEEDS:
            return 1.0, 1.0
        return (
            p_value(values, bound, "above", test=kind, resolution=read.resolution),
            p_value(values, bound, "below", test=kind, resolution=read.resolution),
        )

    return test


def _share(values: Sequence[float], bound: float) -> tuple[float, float]:
    """p of a share of runs being above a bound, and below it; exact."""
    seen, count = int(sum(values)), len(values)
    above, below = (
        float(scipy.stats.binomtest(seen, count, bound, alternative=side).pvalue)
        for side in ("greater", "less")
    )
    return above, below


def unseen_rate(seeds: int, *, chance: float) -> float:
    """How frequent a kind of run can be that so many seeds miss with this chance."""
    return 1.0 - math.pow(chance, 1 / seeds)


def unpaired(others: Sequence[float]) -> BothSides:
    """Welch's test of two kinds of runs, given how the second varies about its mean."""
    centred = [value - fmean(others) for value in others]

    def test(values: Sequence[float], bound: float) -> tuple[float, float]:
        if min(len(values), len(centred)) < 2:
            return 1.0, 1.0
        moved = [value - bound for value in values]
        above, below = (
            float(scipy.stats.ttest_ind(moved, centred, equal_var=False, alternative=side).pvalue)
            for side in ("greater", "less")
        )
        return (1.0, 1.0) if math.isnan(above) else (above, below)

    return test


def needed(
    statement: Statement, values: Sequence[float], read: Metric, *, level: float
) -> int | None:
    """Seeds that would decide a statement on the side where its values lie; `None` if unforeseen.

    `level` is what p has to be below on that side.
    """
    if statement.shows == "seen":
        return math.ceil(math.log(level) / math.log(1 - RARE))
    if len(values) < 2:  # one tells no spread
        return None
    is_share = statement.limit is not None
    if is_share or (read.is_outcome and set(values) <= {0.0, 1.0} and 0 < statement.bound < 1):
        return _runs_needed(statement, fmean(values), level=level)
    least = LEAST_SPREAD_SEEDS if statement.of == "spread" else LEAST_SEEDS
    if read.is_outcome:
        least = least_seeds(level)
    bounds = (
        [statement.bound] if statement.shows != "within" else [-statement.bound, statement.bound]
    )
    needs = [
        seeds_needed(values, bound, level=level, resolution=read.resolution) for bound in bounds
    ]
    known = [need for need in needs if need is not None]
    return max(least, *known) if known and len(known) == len(needs) else None


def _runs_needed(statement: Statement, share: float, *, level: float) -> int | None:
    """Runs with which the binomial test decides about a share like this; `None` for too many."""
    return next(
        (
            count
            for count in range(2, MOST_RUNS + 1)
            if min(_share([1.0] * round(share * count) + [0.0] * (count - round(share * count)),
                          statement.bound)) <= level
        ),
        None,
    )  # fmt: skip
