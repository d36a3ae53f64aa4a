"""Series over runs -> Shifts: where a metric moved, how far, and how sure that is. Pure.

A window is some runs before a position and some after it. Windows of two reaches on either side of
every position of every series are laid out before any value is looked at, and each is tested.
Holm's correction over all of them keeps the chance that any window in which nothing changed is
called: at most the level over the whole history, whatever changed elsewhere. Of the windows that
are called, the narrowest come first, each giving one change, at the split that fits its runs best
(least squares); windows that hold a change already found are passed over. This is the
narrowest-over-threshold idea (Baranowski, Chen and Fryzlewicz 2019, JRSS B 81), with a test in the
place of its threshold: libraries for change points give places without an error rate.

What is independent under unchanged code decides what is tested. Each training has its own noise, so
accuracies are ranked within each seed. A time shares the state of the machine with all others of
its run, so there the run is the unit, and two runs on each side are the least. Where the ranks are
too few to decide, Student's t is taken, from five values on.

A change that is called also has to matter: a mean beyond the metric's margin. A window whose mean
lies within it gets a p of 1, which costs nothing but power.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Literal

import scipy

from harness.estimate import CONFIDENCE, estimate
from harness.inference import LEAST_T_SEEDS, Side, holm, p_value
from harness.metrics import Metric
from harness.pairing import margin_of
from harness.rank_sum import least_p, rank_sum_p
from harness.series import Series, Sides, by_seed, sides

LEVEL = 0.05
"""Chance that unchanged code gets any change reported, over the whole history."""
REACHES = (1, 10)
"""Runs that a window may have on either side of its position."""
TIME_REACHES = (3, 10)
"""The same for times, of which one run shows nothing."""
LEAST_TIME_RUNS = 2
"""Runs on each side below which a slow day looks like a slow commit."""

Test = Literal["rank-sum", "t"]
"""By what a window is tested."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A change in a series."""

    series: Series
    """Where it is."""
    split: int
    """Place in `series.runs` of the first run after it."""
    means: tuple[float, float]
    """Before and after, from the change before to the change after it, in the recorded unit."""
    size: float
    """Second less first; of ratios the share by which it grew. It was picked for being large, so
    it tends to be too large."""
    interval: tuple[float, float] | None
    """95% t interval of the size, over seeds or, for times, over runs; `None` for a single one."""
    count: int
    """Values that the interval stands on: seeds, or runs of both sides."""
    p: float
    """Chance of such a window anywhere in a history of unchanged code, after Holm's correction; the
    least of the windows that hold this change alone."""
    test: Test
    """By what that window was tested."""
    is_repeated: bool
    """Every repeat on both sides is bit-identical, and there are some: chance had no part."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a search found."""

    shifts: tuple[Shift, ...]
    """In the order of the series, then of the runs."""
    tests: int
    """Windows tested, over which p is corrected."""
    level: float
    """Chance of any false one."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Runs of a series around a position."""

    series: Series
    """Whose."""
    first: int
    """Place of the first run."""
    split: int
    """Place of the first run after the position."""
    stop: int
    """Place after the last run."""

    @property
    def sides(self) -> Sides:
        """Its values."""
        return sides(self.series, first=self.first, split=self.split, stop=self.stop)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A window in which something changed."""

    window: Window
    """Which."""
    test: Test
    """By what it was tested."""
    p: float
    """After Holm's correction."""


def find_shifts(found: Sequence[Series], *, level: float = LEVEL) -> Search:
    """Every change in any of the series, at most a share `level` of unchanged histories with one.

    A series that is bit-identical in all its runs is no test: nothing can come of it.
    """
    windows = [window for series in found if _moves(series) for window in _windows(series)]
    laid = [(window, window.sides) for window in windows]
    chosen = [
        (window, held, test)
        for window, held in laid
        if (test := fitting(held, level=level, tests=len(laid))) is not None
    ]
    corrected = holm([_p(held, test, window.series.metric) for window, held, test in chosen])
    called: dict[int, list[Call]] = {}
    for (window, _, test), p in zip(chosen, corrected, strict=True):
        if p <= level:
            call = Call(window=window, test=test, p=p)
            called.setdefault(id(window.series), []).append(call)
    shifts = [shift for series in found for shift in _shifts(series, called.get(id(series), []))]
    return Search(shifts=tuple(shifts), tests=len(chosen), level=level)


def fitting(held: Sides, *, level: float, tests: int) -> Test | None:
    """What fits, by what is known before any value is; `None`: too few for any decision."""
    if 2 * least_p(*held.counts) * tests <= level:
        return "rank-sum"
    if held.is_paired:
        return "t" if len(held.before) >= LEAST_T_SEEDS else None
    (before,), (after,) = held.counts
    is_enough = min(before, after) >= LEAST_TIME_RUNS and before + after >= LEAST_T_SEEDS
    return "t" if is_enough else None


def _moves(series: Series) -> bool:
    """Some seed has two values, or there is none that all runs have."""
    common = frozenset[int].intersection(*(frozenset(each) for each in series.values))
    pooled = by_seed(series, 0, len(series.values))
    return not common or any(len(set(found)) > 1 for found in pooled.values())


def _windows(series: Series) -> list[Window]:
    is_time, runs = series.metric.is_time, len(series.runs)
    reaches, least = (TIME_REACHES, LEAST_TIME_RUNS) if is_time else (REACHES, 1)
    ends = {
        (max(0, split - back), split, min(runs, split + ahead))
        for split in range(least, runs - least + 1)
        for back in reaches
        for ahead in reaches
    }
    return [
        Window(series=series, first=first, split=split, stop=stop)
        for first, split, stop in sorted(ends)
    ]


def _p(held: Sides, test: Test, metric: Metric) -> float:
    """Two-sided; 1 for a mean within the margin."""
    differences = held.differences
    mean = fmean(differences)
    if abs(mean) <= margin_of(metric):
        return 1.0
    if test == "rank-sum":
        ends = (held.before, held.after) if mean > 0 else (held.after, held.before)
        return min(1.0, 2 * rank_sum_p(*ends))
    if held.is_paired:
        side: Side = "above" if mean > 0 else "below"
        return min(1.0, 2 * p_value(differences, 0.0, side, resolution=metric.resolution))
    error, freedom = _two_sample(held, metric.resolution)
    return float(2 * scipy.stats.t.sf(abs(mean) / error, freedom))


def _two_sample(held: Sides, resolution: float) -> tuple[float, int]:
    """Standard error of the difference of two means, by the pooled variance, and its freedom."""
    (before,), (after,) = held.before, held.after
    freedom = len(before) + len(after) - 2
    squares = sum((len(side) - 1) * variance(side) for side in (before, after) if len(side) > 1)
    deviation = max(math.sqrt(squares / freedom), resolution)
    return deviation * math.sqrt(1 / len(before) + 1 / len(after)), freedom


def _shifts(series: Series, called: Sequence[Call]) -> list[Shift]:
    """The changes that the called windows of one series show."""
    found: dict[int, Call] = {}
    for call in sorted(called, key=_rank):
        if not any(_holds(call.window, split) for split in found):
            found[_best_split(call.window)] = call
    splits = sorted(found)
    ends = [0, *splits, len(series.runs)]
    shifts = [
        _shift(
            series,
            first=ends[n],
            split=split,
            stop=ends[n + 2],
            call=_surest(found[split], called, splits),
        )
        for n, split in enumerate(splits)
    ]
    return [shift for shift in shifts if _matters(shift)]


def _holds(window: Window, split: int) -> bool:
    return window.first < split < window.stop


def _surest(narrowest: Call, called: Sequence[Call], splits: Sequence[int]) -> Call:
    """Of the windows that show one and the same change and no other, the one with the least p."""
    inside = [split for split in splits if _holds(narrowest.window, split)]
    alike = [call for call in called if [s for s in splits if _holds(call.window, s)] == inside]
    return min(alike, key=lambda call: call.p)


def _rank(call: Call) -> tuple[float, ...]:
    """Narrow before wide, then by p, then by size."""
    window = call.window
    size = abs(fmean(window.sides.differences))
    return (window.stop - window.first, call.p, -size, window.split)


def _best_split(window: Window) -> int:
    """The split of the window's runs with the least squares around the means of its two parts."""

    def gain(split: int) -> float:
        before, after = split - window.first, window.stop - split
        held = sides(window.series, first=window.first, split=split, stop=window.stop)
        return before * after / (before + after) * fmean(held.differences) ** 2

    return max(range(window.first + 1, window.stop), key=gain)


def _shift(series: Series, *, first: int, split: int, stop: int, call: Call) -> Shift:
    held = sides(series, first=first, split=split, stop=stop)
    size, half = fmean(held.differences), _half_width(held, series.metric.resolution)
    before = fmean(fmean(values) for values in held.before)
    return Shift(
        series=series,
        split=split,
        means=(series.unscaled(before), series.unscaled(before + size)),
        size=_share(size, series.metric),
        interval=None
        if half is None
        else (_share(size - half, series.metric), _share(size + half, series.metric)),
        count=len(held.before) if held.is_paired else sum(map(sum, held.counts)),
        p=call.p,
        test=call.test,
        is_repeated=_is_repeated(held),
    )


def _half_width(held: Sides, resolution: float) -> float | None:
    if held.is_paired:
        found = estimate(held.differences)
        return found.half_width if found else None
    if sum(map(sum, held.counts)) < 3:
        return None
    error, freedom = _two_sample(held, resolution)
    return error * float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, freedom))


def _share(size: float, metric: Metric) -> float:
    return math.expm1(size) if metric.is_ratio else size


def _is_repeated(held: Sides) -> bool:
    strata = [*held.before, *held.after]
    is_same = all(len(set(values)) == 1 for values in strata)
    return held.is_paired and is_same and any(len(values) > 1 for values in strata)


def _matters(shift: Shift) -> bool:
    metric = shift.series.metric
    return abs(shift.series.scaled(shift.means[1]) - shift.series.scaled(shift.means[0])) > (
        margin_of(metric)
    )
