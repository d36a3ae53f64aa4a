"""One metric of one recipe, run by run, and its values on both sides of a position. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from harness.compare import Conditions
from harness.metrics import Metric


@dataclass(frozen=True, kw_only=True, order=True)
class SeriesKey:
    """What a series is about: runs of it are repeats of one training."""

    experiment: str
    """The question it belongs to."""
    variant: str
    """The recipe's name within the experiment."""
    conditions: Conditions
    """Dataset, tier, engine, device."""
    recipe_id: str
    """The recipe's identity: another recipe by the same name is another series."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric of one recipe, run by run."""

    key: SeriesKey
    """What it is about."""
    metric: Metric
    """What was measured."""
    runs: tuple[int, ...]
    """Places in the history of the runs that have it, in order."""
    values: tuple[Mapping[int, float], ...]
    """Of each of these runs: seed -> value in the recorded unit; a time in yardsticks."""

    @property
    def means(self) -> tuple[float, ...]:
        """Of each run, the mean over its seeds; of ratios the geometric one."""
        return tuple(self.unscaled(self.level(place)) for place in range(len(self.values)))

    def level(self, place: int) -> float:
        """Mean over the seeds of one run, on the scale on which differences are taken."""
        return fmean(map(self.scaled, self.values[place].values()))

    def scaled(self, value: float) -> float:
        """A value on the scale on which differences are taken: the logarithm for ratios."""
        return math.log(value) if self.metric.is_ratio else value

    def unscaled(self, value: float) -> float:
        """A value on that scale in the recorded unit."""
        return math.exp(value) if self.metric.is_ratio else value


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The values on both sides of a position, on the scale of differences."""

    before: tuple[tuple[float, ...], ...]
    """Stratum -> values; strata are seeds that both sides have, else all is one stratum."""
    after: tuple[tuple[float, ...], ...]
    """The same after it."""
    is_paired: bool
    """Strata are seeds."""

    @property
    def differences(self) -> list[float]:
        """Of each stratum, mean after less mean before."""
        return [fmean(b) - fmean(a) for a, b in zip(self.before, self.after, strict=True)]

    @property
    def counts(self) -> tuple[list[int], list[int]]:
        """Values of each stratum before and after."""
        return [len(each) for each in self.before], [len(each) for each in self.after]


def sides(series: Series, *, first: int, split: int, stop: int) -> Sides:
    """The values of runs `first` to `split` and `split` to `stop`, as they may be held together."""
    if series.metric.is_time:
        levels = (
            tuple(map(series.level, range(*ends))) for ends in ((first, split), (split, stop))
        )
        return Sides(before=(next(levels),), after=(next(levels),), is_paired=False)
    before, after = (by_seed(series, *ends) for ends in ((first, split), (split, stop)))
    if shared := sorted(before.keys() & after.keys()):
        return Sides(
            before=tuple(tuple(before[seed]) for seed in shared),
            after=tuple(tuple(after[seed]) for seed in shared),
            is_paired=True,
        )
    # Repeats of one seed are no new evidence on others: each seed counts once.
    ours, theirs = (tuple(fmean(found) for found in side.values()) for side in (before, after))
    return Sides(before=(ours,), after=(theirs,), is_paired=False)


def by_seed(series: Series, first: int, stop: int) -> dict[int, list[float]]:
    """Seed -> its values in the runs `first` to `stop`, on the scale of differences."""
    found: dict[int, list[float]] = {}
    for values in series.values[first:stop]:
        for seed, value in values.items():
            found.setdefault(seed, []).append(series.scaled(value))
    return found
