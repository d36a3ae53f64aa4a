"""A mean over seeds and what is known of it: the t interval, and the range of what was seen.

Why Student's t, uncorrected and unclipped. Seeds are few (often 1 to 6), and for a mean of so few
values no method that estimates its own shape (the bootstrap among them) keeps its stated coverage.
Where some runs are stuck, the values have two humps and no interval for their mean says much. The t
interval then grows wider than the values' own range, or past 100%. It is not clipped, because that
is how a reader sees that the mean is the wrong summary; and lowest and highest always stand beside.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import scipy

CONFIDENCE = 0.95
"""Coverage of every interval in tables and figures."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over runs, one value a seed, in the recorded unit of its metric."""

    n: int
    """Values it is the mean of."""
    mean: float
    """Arithmetic mean."""
    half_width: float | None
    """Half the width of the t interval around the mean; `None` for a single value."""
    lowest: float
    """Smallest value."""
    highest: float
    """Greatest value."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval, not clipped to what the metric can be."""
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end of the interval, not clipped to what the metric can be."""
        return None if self.half_width is None else self.mean + self.half_width


def estimate(values: Sequence[float]) -> Estimate | None:
    """Mean, t interval and range of independent values; `None` for no values."""
    if not values:
        return None
    return Estimate(
        n=len(values),
        mean=fmean(values),
        half_width=_half_width(values),
        lowest=min(values),
        highest=max(values),
    )


def paired_difference(before: Mapping[int, float], after: Mapping[int, float]) -> Estimate | None:
    """Mean of `after - before` over the seeds that both have; `None` where they share none.

    Both map a seed to its value. Pairing takes out what the two runs of a seed have in common,
    which is data order and initial weights.
    """
    shared = sorted(before.keys() & after.keys())
    return estimate([after[seed] - before[seed] for seed in shared])


def _half_width(values: Sequence[float]) -> float | None:
    n = len(values)
    if n < 2:
        return None
    return float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * stdev(values) / math.sqrt(n)
