"""One-sided tolerance bounds on accuracies: below which a good run falls at a stated rate. Pure.

The lowest of n seeds is no bound: the next seed falls below it with a chance of 1 / (n + 1). A
normal tolerance bound is: with a stated confidence, at most the stated share of all further runs
lies beyond it (Hahn and Meeker 1991, section 4.6; its factor comes from the noncentral t). It is
taken of logits, where accuracies near 1 spread as evenly as others; and it holds only where the
logits look normal, which runs that are stuck do not.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Literal

import scipy

CONFIDENCE = 0.95
"""Chance that a bound keeps its rate, over what seeds it might have been measured from."""
REJECTED_AT = 0.01
"""Shapiro and Wilk's p-value below which logits are not taken for normal."""


def tolerance_bound(
    accuracies: Sequence[float],
    *,
    images: int,
    rate: float,
    side: Literal["lower", "upper"],
    confidence: float = CONFIDENCE,
) -> float:
    """The accuracy beyond which at most this share of further runs lies.

    Args:
        accuracies: one a seed, two or more; fractions.
        images: test images that each was measured on.
        rate: the share.
        side: whether the bound is below the accuracies, or above.
        confidence: chance that the bound keeps the rate.
    """
    logits = [logit(accuracy, images=images) for accuracy in accuracies]
    n = len(logits)
    shift = float(scipy.stats.norm.isf(rate)) * math.sqrt(n)
    factor = float(scipy.stats.nct.ppf(confidence, n - 1, shift)) / math.sqrt(n)
    sign = -1.0 if side == "lower" else 1.0
    # What one image more or less does is the least that seeds differ by.
    spread = max(stdev(logits), _step(fmean(accuracies), images=images))
    return 1 / (1 + math.exp(-(fmean(logits) + sign * factor * spread)))


def is_normal(accuracies: Sequence[float], *, images: int) -> bool:
    """Whether their logits may be taken for normal, by Shapiro and Wilk; equal ones may."""
    logits = [logit(accuracy, images=images) for accuracy in accuracies]
    if min(logits) == max(logits):
        return True
    return float(scipy.stats.shapiro(logits).pvalue) >= REJECTED_AT


def rate_of_one(rate: float, *, cases: int) -> float:
    """The rate of each of so many cases that makes the rate of any false alarm among them."""
    return float(-math.expm1(math.log1p(-rate) / cases))


def logit(accuracy: float, *, images: int) -> float:
    """Log of right over wrong answers, half an image added to both, so that 0 and 1 have one."""
    right = accuracy * images
    return math.log((right + 0.5) / (images - right + 0.5))


def _step(accuracy: float, *, images: int) -> float:
    """What one image does to a logit there."""
    half = 0.5 / images
    low, high = max(0.0, accuracy - half), min(1.0, accuracy + half)
    return logit(high, images=images) - logit(low, images=images)
