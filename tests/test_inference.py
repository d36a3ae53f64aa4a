"""One-sided tests against SciPy's own, their correction against statsmodels' known answers."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.inference import fitting_test, holm, least_seeds, p_value, seeds_needed

VALUES = (0.011, -0.004, 0.02, 0.008, 0.013, 0.001)


@pytest.mark.parametrize("bound", [0.0, 0.005, -0.01])
def test_t_is_scipys(bound: float) -> None:
    above = stats.ttest_1samp(VALUES, bound, alternative="greater").pvalue
    below = stats.ttest_1samp(VALUES, bound, alternative="less").pvalue
    assert p_value(VALUES, bound, "above") == pytest.approx(above)
    assert p_value(VALUES, bound, "below") == pytest.approx(below)


def test_sign_flip_is_scipys_permutation_of_pairs() -> None:
    pairs = (np.array(VALUES), np.zeros(len(VALUES)))
    expected = stats.permutation_test(
        pairs, lambda x, y: np.mean(x - y), permutation_type="samples", alternative="greater"
    ).pvalue
    assert p_value(VALUES, 0.0, "above", test="sign-flip") == pytest.approx(expected)


def test_sign_flip_of_outcomes_is_the_exact_test_of_mcnemar() -> None:
    differences = [1.0] * 7 + [-1.0] + [0.0] * 4
    expected = stats.binomtest(7, 8, alternative="greater").pvalue
    assert p_value(differences, 0.0, "above", test="sign-flip") == pytest.approx(expected)


def test_sign_flip_of_many_seeds_is_drawn_and_near_t() -> None:
    values = np.random.default_rng(1).normal(0.3, 1.0, 40).tolist()
    drawn = p_value(values, 0.0, "above", test="sign-flip")
    assert drawn == p_value(values, 0.0, "above", test="sign-flip")
    assert drawn == pytest.approx(p_value(values, 0.0, "above"), rel=0.25)


def test_both_sides_are_not_shown_at_once() -> None:
    assert p_value(VALUES, 0.0, "above") < 0.05 < 0.9 < p_value(VALUES, 0.0, "below")
    above = p_value(VALUES, 0.0, "above", test="sign-flip")
    assert above < 0.05 < 0.9 < p_value(VALUES, 0.0, "below", test="sign-flip")


def test_nothing_is_shown_by_nothing_or_by_one_value() -> None:
    assert p_value([], 0.0, "above") == 1.0
    assert p_value([5.0], 0.0, "above") == 1.0
    assert p_value([5.0], 0.0, "above", test="sign-flip") == 0.5


def test_equal_values_are_certain_only_without_a_resolution() -> None:
    assert p_value([0.98, 0.98], 0.95, "above") == 0.0
    assert p_value([0.95, 0.95], 0.95, "above") == 1.0
    guarded = p_value([0.98, 0.98], 0.95, "above", resolution=1e-3)
    assert guarded == pytest.approx(stats.t.sf(0.03 * math.sqrt(2) / 1e-3, 1))


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_keeps_false_calls_at_their_rate() -> None:
    rng = np.random.default_rng(3)
    calls = [min(holm(rng.uniform(size=20).tolist())) < 0.05 for _ in range(2_000)]
    assert 0.035 < np.mean(calls) < 0.065


def test_seeds_needed_gives_the_power_it_promises() -> None:
    rng = np.random.default_rng(5)
    pilot = [0.0, 2.0]  # mean 1, deviation 1.41
    needed = seeds_needed(pilot, 0.0, level=0.05)
    assert needed is not None
    found = [
        p_value(rng.normal(1.0, math.sqrt(2), needed).tolist(), 0.0, "above") < 0.05
        for _ in range(2_000)
    ]
    assert 0.78 < np.mean(found) < 0.86


def test_seeds_needed_grow_with_the_level_and_end_somewhere() -> None:
    loose, strict = (seeds_needed(VALUES, 0.0, level=level) for level in (0.05, 0.0005))
    assert loose is not None
    assert strict is not None
    assert loose < strict
    assert seeds_needed([-1.0, 1.0], 0.0, level=0.05) is None
    assert seeds_needed([1.0], 0.0, level=0.05) is None
    assert seeds_needed([1.0, 1.0], 0.0, level=0.05) == 2
    assert seeds_needed([0.0, 0.0], 0.0, level=0.05) is None


@pytest.mark.parametrize(("tests", "expected"), [(1, 5), (61, 11)])
def test_least_seeds_of_the_sign_flip(tests: int, expected: int) -> None:
    assert least_seeds(0.05, tests=tests) == expected
    values = [1.0] * expected
    assert p_value(values, 0.0, "above", test="sign-flip") * tests <= 0.05
    assert p_value(values[1:], 0.0, "above", test="sign-flip") * tests > 0.05


def test_many_seeds_are_given_to_t_and_stuck_runs_do_not_mislead_it() -> None:
    assert fitting_test(20, level=0.05, tests=10) == "sign-flip"
    assert fitting_test(6, level=0.05, tests=10) == "t"
    assert fitting_test(4, level=0.05, tests=10) is None
    assert fitting_test(500, level=0.05, tests=10) == "t"
    draw = np.random.default_rng(3)
    false = 0
    for _ in range(2_000):
        stuck = draw.random((2, 150)) < 0.1
        values = draw.normal(0.95, 0.01, (2, 150)) - 0.8 * stuck
        false += p_value(list(values[1] - values[0]), 0.0, "above") <= 0.05
    assert 0.03 <= false / 2_000 <= 0.065
