"""Tolerance bounds: that they keep their rate, where the lowest of the seeds does not."""

import math

import numpy as np
import pytest

from harness.tolerance import is_normal, logit, rate_of_one, tolerance_bound

IMAGES = 10_000


def accuracies(rng: np.random.Generator, seeds: int) -> list[float]:
    """Seeds of a case whose logits are normal, about 97%."""
    logits = rng.normal(3.5, 0.1, seeds)
    return [1 / (1 + math.exp(-each)) for each in logits]


def test_factor_is_the_published_one() -> None:
    """Hahn and Meeker, table A.12b: n = 20, 95% confidence that 99% lie above: 3.295."""
    values = [1 / (1 + math.exp(-each)) for each in np.linspace(-1.0, 1.0, 20)]
    logits = [logit(value, images=10**9) for value in values]
    bound = tolerance_bound(values, images=10**9, rate=0.01, side="lower")
    factor = -math.log(bound / (1 - bound)) / float(np.std(logits, ddof=1))
    assert factor == pytest.approx(3.295, abs=2e-3)


def test_bound_keeps_its_rate_with_its_confidence() -> None:
    rng = np.random.default_rng(7)
    truth = 1 / (1 + math.exp(-(3.5 - 0.1 * 2.326)))  # 1% of seeds lie below
    bounds = [
        tolerance_bound(accuracies(rng, 20), images=IMAGES, rate=0.01, side="lower")
        for _ in range(500)
    ]
    kept = np.mean([bound <= truth for bound in bounds])
    assert 0.92 < kept <= 0.98
    lowest = np.mean([min(accuracies(rng, 20)) <= truth for _ in range(500)])
    assert lowest < 0.3


def test_upper_bound_mirrors_the_lower() -> None:
    found = accuracies(np.random.default_rng(1), 20)
    mirrored = [1 - value for value in found]
    low = tolerance_bound(found, images=IMAGES, rate=0.001, side="lower")
    high = tolerance_bound(mirrored, images=IMAGES, rate=0.001, side="upper")
    assert high == pytest.approx(1 - low, abs=1e-6)


def test_stuck_runs_are_not_normal() -> None:
    found = accuracies(np.random.default_rng(2), 20)
    assert is_normal(found, images=IMAGES)
    assert not is_normal([*found[:18], 0.10, 0.11], images=IMAGES)
    assert is_normal([0.98] * 20, images=IMAGES)


def test_rates_of_the_cases_make_that_of_the_bench() -> None:
    one = rate_of_one(0.001, cases=61)
    assert 1 - (1 - one) ** 61 == pytest.approx(0.001)
    assert rate_of_one(0.001, cases=1) == pytest.approx(0.001)


def test_logit_of_all_right_and_of_none_is_finite() -> None:
    assert logit(1.0, images=100) == -logit(0.0, images=100) == pytest.approx(math.log(201))
