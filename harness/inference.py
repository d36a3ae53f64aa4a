"""Is a mean over seeds above or below a bound? One-sided tests, their correction, their price.

Everything decided anywhere (a claim, a gate) comes down to one question about one number a seed:
is its mean above a bound, or below it? Paired designs bring the difference of two runs of a seed.
Two tests answer it. Student's t, which reaches any level with few seeds and assumes differences
that are roughly normal. The sign-flip permutation test, which assumes only that they are symmetric
about the bound, and cannot go below 1 / 2^n with n seeds; of values that are 0 or 1 a seed it is
the exact test of McNemar.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from statistics import fmean, stdev
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

Test = Literal["t", "sign-flip"]
"""Which test."""
Side = Literal["above", "below"]
"""What is to be shown: that the mean lies above the bound, or below it."""

MOST_FLIPS = 16
"""Seeds up to which every pattern of signs is gone through; beyond them patterns are drawn."""
DRAWS = 2**MOST_FLIPS
"""Patterns of signs drawn beyond that."""
POWER = 0.8
"""Chance of a decision that a number of seeds is to give."""
MANY_SEEDS = 100
"""Seeds beyond which a mean is normal enough for t, whatever the values; signs would cost more."""
LEAST_T_SEEDS = 5
"""Seeds below which t would stand on its assumption of normality alone."""
MOST_SEEDS = 1_000
"""Seeds beyond which a question is called out of reach."""


def p_value(
    values: Sequence[float],
    bound: float,
    side: Side,
    *,
    test: Test = "t",
    resolution: float = 0.0,
) -> float:
    """Chance of values as extreme as these, if their mean were at the bound; 1 for no answer.

    Args:
        values: one a seed.
        bound: what the mean is held against.
        side: what is to be shown.
        test: which test; t needs two values or more.
        resolution: the least difference that the values can have; t takes the standard deviation
            for no smaller than that, so that a few equal values are not taken for certainty.
    """
    sign = 1.0 if side == "above" else -1.0
    off = [sign * (value - bound) for value in values]
    if not off:
        return 1.0
    return _sign_flip(off) if test == "sign-flip" else _t(off, resolution)


def upper_bound(values: Sequence[float], *, level: float, resolution: float = 0.0) -> float:
    """The upper end of a one-sided interval for the mean, by t; infinity for fewer than two values.

    A mean as high as this or higher is ruled out at the level: `p_value(..., "below")` with the
    bound here is the level.
    """
    if len(values) < 2:
        return math.inf
    deviation = max(stdev(values), resolution)
    critical = float(scipy.stats.t.isf(level, len(values) - 1))
    return fmean(values) + critical * deviation / math.sqrt(len(values))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values after Holm's step-down correction: the chance of any false call among them all.

    Source: Holm, 1979. In the order given.
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def seeds_needed(
    values: Sequence[float], bound: float, *, level: float, resolution: float = 0.0
) -> int | None:
    """Seeds with which t would decide, on the side where the mean lies, with a power of 0.8.

    Taken from the mean and deviation of the values at hand, so itself an estimate. `None`: more
    than 1,000, or fewer than two values, of which nothing can be foretold.
    """
    if len(values) < 2:
        return None
    deviation = max(stdev(values), resolution)
    return seeds_for_effect(abs(fmean(values) - bound), deviation, level=level)


def seeds_for_effect(effect: float, deviation: float, *, level: float) -> int | None:
    """Seeds with which t finds a mean so far from the bound, with a power of 0.8.

    `deviation` is that of one value. `None`: more than 1,000.
    """
    if deviation == 0:
        return 2 if effect else None
    counts = range(2, MOST_SEEDS + 1)
    enough = bisect_left(counts, POWER, key=lambda n: _power(effect / deviation, n, level))
    return counts[enough] if enough < len(counts) else None


def least_seeds(level: float, *, tests: int = 1, test: Test = "sign-flip") -> int:
    """The fewest seeds with which one of so many tests can reach a level at all, one-sided.

    Bonferroni's share of the level, as Holm asks of the smallest p-value: with 61 tests at 0.05 the
    sign-flip test needs 11 seeds. t can reach any level with 2.
    """
    return 2 if test == "t" else max(1, math.ceil(math.log2(tests / level)))


def fitting_test(seeds: int, *, level: float, tests: int) -> Test | None:
    """What fits, by what is known before any result is; `None`: too few seeds for a decision.

    The sign-flip test where the seeds are enough for it, since it assumes least; Student's t for
    fewer, and for more than `MANY_SEEDS`.
    """
    if least_seeds(level, tests=tests) <= seeds <= MANY_SEEDS:
        return "sign-flip"
    return "t" if seeds >= LEAST_T_SEEDS else None


def _power(effect: float, n: int, level: float) -> float:
    """Chance that t with n seeds finds an effect, given in standard deviations."""
    if math.isinf(effect):
        return 1.0
    critical = float(scipy.stats.t.isf(level, n - 1))
    found = float(scipy.stats.nct.sf(critical, n - 1, effect * math.sqrt(n)))
    # Far in its tail the noncentral t gives NaN: there the normal is as good.
    tail = float(scipy.stats.norm.sf(critical - effect * math.sqrt(n)))
    return found if math.isfinite(found) else tail


def _t(off: Sequence[float], resolution: float) -> float:
    if len(off) < 2:
        return 1.0
    mean, deviation = fmean(off), max(stdev(off), resolution)
    if deviation == 0:
        return 0.0 if mean > 0 else 1.0
    return float(scipy.stats.t.sf(mean * math.sqrt(len(off)) / deviation, len(off) - 1))


def _sign_flip(off: Sequence[float]) -> float:
    values = np.asarray(off)
    signs, drawn = _patterns(len(off))
    at_least = signs @ np.abs(values) >= values.sum() - 1e-12 * np.abs(values).sum()
    return float((at_least.sum() + drawn) / (len(signs) + drawn))


@lru_cache(maxsize=4)
def _patterns(n: int) -> tuple[npt.NDArray[np.float64], int]:
    """Patterns of signs [patterns, n], and how many more count that are not among them."""
    if n <= MOST_FLIPS:
        return np.array(list(product((1.0, -1.0), repeat=n))), 0
    # The pattern that was seen counts among those drawn.
    return np.random.default_rng(n).choice((1.0, -1.0), size=(DRAWS, n)), 1
