"""Did values move? The rank-sum test within strata, exact also where values tie. Pure.

Within each stratum (a seed, say) the values before and after are ranked together. If nothing moved,
any choice of ranks for the values after was as likely as any other, whatever the values'
distribution; the sums over all such choices are counted out, not drawn. Values that never vary make
no exception: three equal values before and two other ones after have a chance of 1 in 10 in one
stratum, and of 1 in 10^6 in six.

Source: van Elteren 1960, with equal weights; one stratum is Wilcoxon's test.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Strata = Sequence[Sequence[float]]
"""Stratum -> its values."""


def rank_sum_p(before: Strata, after: Strata) -> float:
    """Chance of ranks after as high as these or higher, if nothing moved.

    Both have the same strata in the same order, each with at least one value.
    """
    chances, seen = np.ones(1), 0
    for first, second in zip(before, after, strict=True):
        ordered = sorted((*first, *second))
        chances = np.convolve(chances, _sum_chances(_ranks(ordered, ordered), len(second)))
        seen += sum(_ranks(ordered, second))
    return min(1.0, float(chances[seen:].sum()))


def least_p(before: Sequence[int], after: Sequence[int]) -> float:
    """The smallest p that so many values in each stratum can give, all without ties."""
    choices = (math.comb(m + n, n) for m, n in zip(before, after, strict=True))
    return 1 / math.prod(choices)


def _ranks(ordered: Sequence[float], values: Sequence[float]) -> tuple[int, ...]:
    """Twice the ranks of values, so that the mean ranks of ties are whole numbers."""
    return tuple(bisect_left(ordered, each) + bisect_right(ordered, each) + 1 for each in values)


@lru_cache(maxsize=4096)
def _sum_chances(ranks: tuple[int, ...], chosen: int) -> Array:
    """Chance of each sum of so many of these whole numbers, all choices being equally likely."""
    counts = np.zeros((chosen + 1, sum(ranks) + 1))
    counts[0, 0] = 1.0
    for rank in ranks:
        added = counts[:-1, : counts.shape[1] - rank].copy()
        counts[1:, rank:] += added
    chances: Array = counts[chosen] / math.comb(len(ranks), chosen)
    return chances
