"""Where the variance of an accuracy comes from, and the seeds that an effect needs. Pure.

Seeds of one recipe differ for two reasons. Some are better networks than others; and each is right
on other test images, which would differ on another test set and shrinks with its size. Of the
variance p (1 - p) / M that M test images make by themselves, the records hold the accuracy p alone,
so this binomial variance is the most that can be the test set's (Jordan 2023 finds it to be nearly
all of it for well-trained networks). What is left is the seeds' own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from harness.inference import LEAST_T_SEEDS, Test, least_seeds, seeds_for_effect


class DesignError(ValueError):
    """A design that cannot show what it is to show; says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How the seeds of one cell spread; variances of fractions."""

    seeds: int
    """Seeds on record."""
    mean: float
    """Mean accuracy."""
    total: float
    """Variance over seeds."""
    test_set: float
    """Of it, the part that a test set of this size makes, at most."""

    @property
    def seed(self) -> float:
        """Of it, the part of the seeds themselves, at least."""
        return self.total - self.test_set


def spread(accuracies: Sequence[float], *, images: int) -> Spread:
    """The variance over seeds and its two parts.

    Raises:
        DesignError: fewer than two seeds.
    """
    if len(accuracies) < 2:
        raise DesignError(
            f"expected 2 seeds or more on record, got {len(accuracies)}: nothing is known of how "
            "seeds vary; run some with --seeds"
        )
    mean, total = fmean(accuracies), variance(accuracies)
    return Spread(
        seeds=len(accuracies),
        mean=mean,
        total=total,
        test_set=min(total, mean * (1 - mean) / images),
    )


def seeds_to_detect(effect: float, per_run: float, *, level: float, tests: int) -> int | None:
    """Seeds with which a gate of so many tests finds a loss of this size, with a power of 0.8.

    Args:
        effect: the loss, a fraction.
        per_run: variance of one run; the difference of two independent runs has twice that.
        level: chance of any false red of the gate.
        tests: its tests.

    Returns:
        `None` where 1,000 would not.
    """
    deviation = math.sqrt(2 * per_run)
    needed = seeds_for_effect(effect, deviation, level=level / tests)
    return None if needed is None else max(LEAST_T_SEEDS, needed)


def check_design(seeds: int, *, level: float, tests: int, test: Test | None) -> None:
    """Refuse a design whose strongest possible outcome is not significant.

    Raises:
        DesignError: the seeds are too few, with how many are not.
    """
    least = least_seeds(level, tests=tests, test="sign-flip")
    if test != "sign-flip":
        least = min(least, LEAST_T_SEEDS)
    if seeds < least:
        raise DesignError(
            f"{seeds} seeds cannot reach significance at {level:g} over {tests} tests, however "
            f"large the effect: take {least} or more, or ask of fewer cells"
        )
