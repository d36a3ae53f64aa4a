"""Do runs of one kind, such as those that lose a class, end elsewhere than the others? Pure.

Several cells are taken together. What a cell adds to all its runs drops out, as each is compared
with runs of its own cell. Runs of one seed are alike whatever their cell, so seeds are what is
shuffled, whole: each keeps its numbers and gets the kinds of another. Where kinds have nothing to
do with numbers every shuffle is as likely as the one that was seen, which makes the test exact, for
seeds however few and numbers however distributed. With n seeds it cannot go below 1 / n!, in one
cell with k runs of a kind not below one by the binomial coefficient of n and k.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from statistics import fmean

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_SHUFFLED = 8
"""Seeds up to which every shuffle is gone through; beyond them shuffles are drawn."""
DRAWS = 2**16
"""Shuffles drawn beyond that."""


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """Runs of some seeds in some cells, each of one kind or the other."""

    numbers: Floats
    """[seeds, cells], what is compared."""
    kinds: Floats
    """[seeds, cells], 1 for the first kind and 0 for the second."""

    def difference(self) -> float | None:
        """First kind less second within cells, those with more of both counting for more; `None`
        where no cell has both."""
        off = self._off()
        weight = float((off * self.kinds).sum())
        return float((off * self.numbers).sum()) / weight if weight else None

    def by_seed(self) -> tuple[float, ...]:
        """The difference as one number a seed, for an interval: the jackknife's pseudo-values.

        Source: Tukey, 1958; moved so that their mean is the difference. Where it hangs on a single
        seed there is one number in all.
        """
        whole, count = self.difference(), len(self.numbers)
        if whole is None:
            return ()
        rest = [self._without(seed).difference() for seed in range(count)]
        known = [each for each in rest if each is not None]
        if len(known) < count:
            return (whole,)
        middle = fmean(known)
        return tuple(whole + (count - 1) * (middle - each) for each in known)

    def p_values(self, bound: float) -> tuple[float, float]:
        """p of the difference being above a bound, and below it, if kinds moved all numbers by just
        that; 1 and 1 where no cell has both kinds."""
        off = self._off()
        if not off.any():
            return 1.0, 1.0
        orders, seen = _shuffles(len(self.numbers))
        each = (self.numbers - bound * self.kinds) @ off.T  # [numbers of a seed, kinds of a seed]
        sums = each[np.arange(len(each)), orders].sum(axis=1)
        here, slack = float(np.trace(each)), 1e-12 * float(np.abs(each).sum())
        above, below = int((sums >= here - slack).sum()), int((sums <= here + slack).sum())
        count = len(orders) + seen
        return (above + seen) / count, (below + seen) / count

    def _off(self) -> Floats:
        off: Floats = self.kinds - self.kinds.mean(axis=0)
        return off

    def _without(self, seed: int) -> "Kinds":
        return Kinds(
            numbers=np.delete(self.numbers, seed, axis=0), kinds=np.delete(self.kinds, seed, axis=0)
        )


def least_shuffled(level: float, *, cells: int) -> int:
    """The fewest seeds with which shuffles can reach a level at all, if half are of each kind.

    In one cell shuffles within a kind change nothing, so that fewer are different.
    """

    def shuffles(seeds: int) -> int:
        return math.factorial(seeds) if cells > 1 else math.comb(seeds, seeds // 2)

    return next(seeds for seeds in range(2, 1_000) if shuffles(seeds) * level >= 1)


@lru_cache(maxsize=4)
def _shuffles(seeds: int) -> tuple[npt.NDArray[np.int64], int]:
    """Orders of the seeds [orders, seeds], and how many more count that are not among them."""
    if seeds <= MOST_SHUFFLED:
        return np.array(list(permutations(range(seeds)))), 0
    # The order that was seen counts among those drawn.
    rows = np.tile(np.arange(seeds), (DRAWS, 1))
    return np.random.default_rng(seeds).permuted(rows, axis=1), 1
