"""Performance profiles: which share of a variant's runs reaches a target within a time. Pure.

Source: Dolan and More 2002, Mathematical Programming 91. A run that never reaches the target is
kept: its variant's curve stays below 1. Their profiles are of ratios to the best time on a problem;
here all runs of an experiment share one problem, so the time itself is shown.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median_low
from typing import Literal

from harness.metrics import METRICS

LADDER = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
"""Test accuracies from which the target is taken, fractions."""
SHARES: Mapping[float, str] = {0.5: "half", 0.25: "a quarter", 0.1: "a tenth"}
"""Share of all runs that has to reach a target -> its name; a later one only where no step of the
ladder has an earlier one, as in a grid most of which does not learn."""

Unit = Literal["s", "epochs"]
"""What a profile's times are counted in: seconds of training, or epochs."""
Times = Mapping[str, Sequence[float | None]]
"""Variant -> each run's time to the target; `None` for a run that never got there."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The test accuracy that runs are timed to."""

    accuracy: float
    """As a fraction."""
    reached: int
    """Runs that reach it."""
    runs: int
    """All runs."""
    share: float
    """Share of them that had to."""

    @property
    def rule(self) -> str:
        """How it was chosen, for the small print."""
        ladder = ", ".join(_percent(step) for step in LADDER)
        return (
            f"{_percent(self.accuracy)}% is the highest of {ladder}% that at least "
            f"{SHARES[self.share]} of all runs reach ({self.reached} of {self.runs})"
        )


@dataclass(frozen=True, kw_only=True)
class ProfileCurve:
    """One variant's step curve."""

    variant: str
    """Its name."""
    times: tuple[float, ...]
    """The times of the runs that reached the target, shortest first."""
    runs: int
    """All its runs, those that never got there among them."""

    @property
    def censored(self) -> int:
        """Runs that never got there in the epochs they had."""
        return self.runs - len(self.times)

    @property
    def half(self) -> float | None:
        """The time by which half of its runs are there; `None` if fewer ever are."""
        enough = -(-self.runs // 2)
        return self.times[enough - 1] if self.runs and len(self.times) >= enough else None

    def share(self, within: float) -> float:
        """Share of all its runs that reached the target within this time."""
        return bisect_right(self.times, within) / self.runs if self.runs else 0.0


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The step curves of several variants to one target."""

    target: Target
    """What the runs are timed to."""
    unit: Unit
    """What times are counted in."""
    curves: tuple[ProfileCurve, ...]
    """The variant that most of its runs get there with first; of equals the one that is faster."""


def choose_target(best: Sequence[float | None]) -> Target | None:
    """The highest step of the ladder that at least half of all runs reach; `None` if none is.

    Where half of the runs reach no step it is a quarter of them, and then a tenth.

    Args:
        best: each run's highest test accuracy over its epochs; `None` for a run without any.
    """
    for share, step in product(SHARES, reversed(LADDER)):
        reached = sum(found is not None and found >= step for found in best)
        if reached and reached >= share * len(best):
            return Target(accuracy=step, reached=reached, runs=len(best), share=share)
    return None


def profile(times: Times, *, target: Target, unit: Unit) -> Profile:
    """Each variant's share of runs that reached the target, by time."""
    curves = [
        ProfileCurve(
            variant=variant,
            times=tuple(sorted(time for time in found if time is not None)),
            runs=len(found),
        )
        for variant, found in times.items()
    ]
    return Profile(target=target, unit=unit, curves=tuple(sorted(curves, key=_order)))


def sentence(found: Profile) -> str:
    """Which variant gets there first, and how many runs never do."""
    aim, runs = f"{_percent(found.target.accuracy)}%", sum(each.runs for each in found.curves)
    fast = [(each.half, each.variant) for each in found.curves if each.half is not None]
    if not fast:
        return f"No variant has half of its runs at {aim}"
    half = min(time for time, _ in fast)
    first = [variant for time, variant in fast if time == half]
    names = ", ".join(first[:2]) + (f" and {len(first) - 2} more" if len(first) > 2 else "")
    lead, whose = (f"{names} is", "its") if len(first) == 1 else (f"{names} are", "their")
    censored = sum(each.censored for each in found.curves)
    never = f"{censored} of {runs} runs never are" if censored else f"all {runs} runs get there"
    return f"{lead} first with half of {whose} runs at {aim}: {_show(half, found.unit)}; {never}"


def _show(time: float, unit: Unit) -> str:
    if unit == "s":
        return f"{METRICS['total_s'].show(time)} s"
    return f"{time:g} epoch" + ("" if time == 1 else "s")


def _order(curve: ProfileCurve) -> tuple[float, float]:
    reached = len(curve.times) / curve.runs if curve.runs else 0.0
    return (-reached, median_low(curve.times) if curve.times else 0.0)


def _percent(accuracy: float) -> str:
    return f"{100 * accuracy:g}"
