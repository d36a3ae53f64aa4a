"""A statement's values in, p for it and against it out, and how many seeds would decide. Pure."""

import math
from collections.abc import Callable, Sequence
from statistics import fmean

import scipy

from harness.claim import RARE, Statement
from harness.inference import POWER, Test, least_seeds, p_value, seeds_needed
from harness.kinds import least_shuffled
from harness.metrics import Metric

MOST_RUNS = 1_000
"""Runs that a forecast looks ahead at most."""
LEAST_SEEDS = 3
"""Seeds below which no t test decides, and nothing is foretold: two that happen to agree say
nothing of how runs vary."""
LEAST_SPREAD_SEEDS = 5
"""The same of how far seeds lie from their median: of fewer the distances are nearly one number."""

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


def paired(read: Metric, statement: Statement) -> BothSides:
    """The test that fits: of a share of runs the binomial; signs for differences of outcomes and of
    distances, which have few values; t for all else. What is the same in every run of a recipe
    needs none."""
    kind = _kind(read, statement)
    is_share = _is_share(read, statement)

    def test(values: Sequence[float], bound: float) -> tuple[float, float]:
        if is_share:
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


def _kind(read: Metric, statement: Statement) -> Test:
    """How far seeds lie from their median is compared by signs: of runs that go either well or
    badly the distances are nearly one number, and t would be sure of anything."""
    is_compared = statement.of == "spread" and len(statement.terms) > 1
    return "sign-flip" if read.is_outcome or is_compared else "t"


def _is_share(read: Metric, statement: Statement) -> bool:
    """Whether a number is 1 or 0, and the bound a share of runs."""
    (first, *others), bound = statement.terms, statement.bound
    is_one_or_none = len(first.at) == 1 or first.over not in ("mean", "range")
    is_own = is_one_or_none and not others and first.weight == 1.0 and statement.of == "mean"
    alone = read.is_outcome and is_own and 0 < bound < 1 and statement.shows != "within"
    return statement.limit is not None or alone


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


def needed(
    statement: Statement, values: Sequence[float], read: Metric, *, level: float
) -> int | None:
    """Seeds that would decide a statement on the side where its values lie, with a power of 0.8.

    `level` is what p has to be below on that side. `None`: more than 1,000, or too few values to
    foretell anything.
    """
    if statement.shows == "seen":
        unseen = math.ceil(math.log(level) / math.log(1 - RARE))
        return len(values) if values and lies_so(statement, values) else unseen
    if values and read.is_fixed:
        return len(values)
    if len(values) < LEAST_SEEDS:
        return None
    if _is_share(read, statement):
        return _runs_needed(statement, fmean(values), level=level)
    outside = statement.shows == "within" and not lies_so(statement, values)
    return _by_spread(statement, values, read, level=level / 2 if outside else level)


def _by_spread(
    statement: Statement, values: Sequence[float], read: Metric, *, level: float
) -> int | None:
    """The same from mean and deviation, and no fewer than the test can decide anything with."""
    bounds = {statement.bound, -statement.bound if statement.shows == "within" else statement.bound}
    needs = [
        seeds_needed(values, bound, level=level, resolution=read.resolution) for bound in bounds
    ]
    known = [need for need in needs if need is not None]
    return max(_least(read, statement, level), *known) if len(known) == len(needs) else None


def _least(read: Metric, statement: Statement, level: float) -> int:
    if statement.split:
        return least_shuffled(level, cells=len(statement.terms[0].at))
    if _kind(read, statement) == "sign-flip":  # of distances, one is always zero
        return least_seeds(level) + (statement.of == "spread")
    return LEAST_SPREAD_SEEDS if statement.of == "spread" else LEAST_SEEDS


def _runs_needed(statement: Statement, share: float, *, level: float) -> int | None:
    """Runs with which the binomial test is likely to decide about a share like this."""
    bound, is_above = statement.bound, share > statement.bound
    if not is_above:  # counted from the other end
        bound, share = 1 - bound, 1 - share
    counts = range(2, MOST_RUNS + 1)
    return next((n for n in counts if _share_power(n, share, bound, level=level) >= POWER), None)


def _share_power(n: int, share: float, bound: float, *, level: float) -> float:
    """Chance that n runs of this share are found to be above the bound."""
    least = int(scipy.stats.binom.isf(level, n, bound)) + 1  # the fewest that would be found so
    return float(scipy.stats.binom.sf(least - 1, n, share))
