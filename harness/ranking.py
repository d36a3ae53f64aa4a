"""Comparison -> Ranking: the variants of an experiment ranked over seeds, and which stand apart.

Each seed is a block in which the variants are ranked by final test accuracy. Friedman's test asks
whether they differ at all (Demsar 2006, JMLR 7). Which ones do is asked of every two of them by a
test paired over the seeds, corrected by Holm's method: Nemenyi's test of mean ranks would let the
verdict on two variants depend on which others take part (Benavoli, Corani and Mangili 2016, JMLR
17). Friedman's test bars nothing: Holm's method alone keeps the chance of any false call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

import numpy as np
import numpy.typing as npt
import scipy

from harness.compare import Comparison
from harness.inference import LEAST_T_SEEDS, Test, fitting_test, holm, least_seeds
from harness.marks import two_sided
from harness.metrics import METRICS
from harness.sentences import full_name

ACCURACY = METRICS["test_accuracy"]
LEVEL = 0.05
"""Chance that any two variants that do not differ are told apart."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One variant among those that are ranked."""

    name: str
    """What a sentence calls it: `tanh at learning rate 0.1`."""
    is_baseline: bool
    """Others are compared with it."""
    rank: float
    """Mean over the seeds of its rank, 1 for the best; variants that tie share their mean rank."""
    accuracy: float
    """Mean final test accuracy over these seeds, a fraction."""


@dataclass(frozen=True, kw_only=True)
class PairTest:
    """Two variants held against each other, by their places in `Ranking.ranked`."""

    first: int
    """Place of the one with the better average rank."""
    second: int
    """Place of the other."""
    difference: float
    """Mean over the seeds of the first one's accuracy less the second one's."""
    p: float
    """Two-sided, after Holm's correction over all pairs; 1 where the seeds are too few to test."""
    is_apart: bool
    """They are told apart."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The variants of an experiment, ranked over the seeds that all of them have."""

    experiment: str
    """Its name."""
    label: str
    """Under which conditions: `mnist, short, torch on cpu`."""
    seeds: tuple[int, ...]
    """The blocks."""
    unused: tuple[int, ...]
    """Seeds that some variants have, left out because one that is ranked lacks them."""
    ranked: tuple[Ranked, ...]
    """Best average rank first; of equal ranks the higher mean."""
    lacking: Mapping[str, tuple[int, ...]]
    """Variants that are not ranked, because they lack a seed -> the seeds they have."""
    friedman_p: float | None
    """Chance of ranks so far from equal if no variant differed, by the chi-squared approximation;
    `None` below three variants or two seeds."""
    test: Test | None
    """What every two are tested by; `None`: too few seeds to tell any apart."""
    pairs: tuple[PairTest, ...]
    """Every two variants."""
    level: float
    """Chance of any false call among the pairs."""

    @property
    def cliques(self) -> tuple[range, ...]:
        """Places of neighbours in rank no two of which are told apart, two or more, as many as can
        stand together."""
        return _cliques(len(self.ranked), {(p.first, p.second) for p in self.pairs if p.is_apart})

    @property
    def unjoined(self) -> tuple[PairTest, ...]:
        """Pairs that are not told apart, and yet share no clique: one between them stands apart."""
        return tuple(
            pair
            for pair in self.pairs
            if not pair.is_apart
            and not any(pair.first in each and pair.second in each for each in self.cliques)
        )

    @property
    def sign_flip_seeds(self) -> int:
        """Fewest seeds with which the sign-flip test, which assumes least, could tell two apart."""
        return least_seeds(self.level, tests=2 * len(self.pairs))


def rank(comparison: Comparison, *, level: float = LEVEL) -> Ranking | None:
    """The ranking of an experiment's variants; `None` where no two share a seed with an accuracy.

    The seeds are those that keep the most results. A variant that lacks one of them is not ranked,
    and named in `lacking`.
    """
    held = {
        full_name(comparison, cell): {
            result.seed: result.test_accuracy
            for result in cell.results
            if result.test_accuracy is not None
        }
        for cell in comparison.cells
    }
    seeds = _shared_seeds([frozenset(found) for found in held.values()])
    names = [name for name, found in held.items() if seeds <= found.keys()] if seeds else []
    if len(names) < 2:
        return None
    order = sorted(seeds)
    table = np.array([[held[name][seed] for seed in order] for name in names])
    average = scipy.stats.rankdata(-table, axis=0).mean(axis=1)
    places = sorted(range(len(names)), key=lambda n: (average[n], -table[n].mean(), n))
    baselines = {full_name(comparison, cell) for cell in comparison.cells if cell.is_baseline}
    test, pairs = _test_pairs(table[places], level=level)
    return Ranking(
        experiment=comparison.experiment,
        label=comparison.conditions.label,
        seeds=tuple(order),
        unused=tuple(sorted({seed for found in held.values() for seed in found} - seeds)),
        ranked=tuple(
            Ranked(
                name=names[n],
                is_baseline=names[n] in baselines,
                rank=float(average[n]),
                accuracy=float(table[n].mean()),
            )
            for n in places
        ),
        lacking={name: tuple(sorted(found)) for name, found in held.items() if name not in names},
        friedman_p=_friedman(table),
        test=test,
        pairs=pairs,
        level=level,
    )


def sentence(ranking: Ranking) -> str:
    """What the ranking shows, with how much of it is sure."""
    best, many = ranking.ranked[0], len(ranking.ranked)
    seeds = f"{len(ranking.seeds)} seed" + ("" if len(ranking.seeds) == 1 else "s")
    if ranking.test is None:
        return (
            f"{seeds} cannot tell these {many} variants apart: {LEAST_T_SEEDS} are the least that "
            "a test takes"
        )
    if not any(pair.is_apart for pair in ranking.pairs):
        return f"{seeds} tell no two of these {many} variants apart"
    apart = sum(pair.is_apart for pair in ranking.pairs if pair.first == 0)
    others = "the other" if many == 2 else f"{apart} of {many - 1} others"
    shown = f"{best.name} ranks first, {best.rank:.2f} on average"
    return f"{shown}, and is told apart from {others}"


def _shared_seeds(held: Sequence[frozenset[int]]) -> frozenset[int]:
    """Of the sets of seeds that variants have, and what all share, the one that keeps most results;
    of equals the one that keeps more variants."""

    def kept(seeds: frozenset[int]) -> tuple[int, int]:
        variants = sum(seeds <= found for found in held)
        return (len(seeds) * variants if variants > 1 else 0, variants)

    choices = {frozenset[int].intersection(*held), *held} if held else set()
    return max(sorted(choices, key=sorted), key=kept, default=frozenset())


def _friedman(table: npt.NDArray[np.float64]) -> float | None:
    """`table` is [variants, seeds]."""
    if table.shape[0] < 3 or table.shape[1] < 2:
        return None
    if not np.ptp(table, axis=0).any():
        return 1.0  # all tie everywhere, of which the statistic would be 0 / 0
    return float(scipy.stats.friedmanchisquare(*table).pvalue)


def _test_pairs(
    table: npt.NDArray[np.float64], *, level: float
) -> tuple[Test | None, tuple[PairTest, ...]]:
    """The test that fits, and every two rows of `table` [variants, seeds] tested by it."""
    places = list(combinations(range(len(table)), 2))
    test = fitting_test(table.shape[1], level=level, tests=2 * len(places))  # 2: for two sides
    differences = [(table[first] - table[second]).tolist() for first, second in places]
    corrected = holm([two_sided(found, test) if test else 1.0 for found in differences])
    return test, tuple(
        PairTest(first=first, second=second, difference=fmean(found), p=p, is_apart=p <= level)
        for (first, second), found, p in zip(places, differences, corrected, strict=True)
    )


def _cliques(many: int, apart: set[tuple[int, int]]) -> tuple[range, ...]:
    found: list[range] = []
    for start in range(many):
        stop = start + 1
        while stop < many and not any((place, stop) in apart for place in range(start, stop)):
            stop += 1
        is_new = not found or stop > found[-1].stop
        if stop - start > 1 and is_new:
            found.append(range(start, stop))
    return tuple(found)
