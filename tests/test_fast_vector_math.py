"""exp, tanh and erf of a float32 against float64, over their whole range."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numba import njit
from numpy.typing import NDArray

from lenet.fast import vector_math

Values = NDArray[np.float32]

UNITS = 3
"""Units in the last place: 2 of the polynomial, 1 of what is done with it."""
ERF_ERROR = 6e-7
"""Of erf: 1.5e-7 of the formula, and the roundings of a series whose terms exceed its sum."""
LEAST, MOST = float(vector_math.LOWEST), float(vector_math.HIGHEST)


def looped(function: Any) -> Callable[[Values], Values]:
    """The function over an array, in a loop that LLVM vectorises as in the kernels."""

    def loop(x: Any, out: Any) -> None:
        for index in range(x.size):
            out[index] = function(x[index])

    compiled = njit(error_model="numpy")(loop)

    def run(x: Values) -> Values:
        out = np.empty_like(x)
        compiled(x, out)
        return out

    return run


def single(*numbers: float) -> Values:
    return np.array(numbers, np.float32)


def over(least: float, most: float) -> Values:
    """Evenly spread numbers, and as many that come ever closer to 0, of both signs."""
    even = np.linspace(least, most, 200_001)
    small = np.geomspace(1e-38, max(abs(least), abs(most)), 100_001)
    both = np.concatenate([even, small, -small])
    return both[(both >= least) & (both <= most)].astype(np.float32)


def units(found: Values, expected: NDArray[np.float64]) -> float:
    """The largest difference in units of the last place of what is expected."""
    unit = np.spacing(np.abs(expected).astype(np.float32)).astype(np.float64)
    return float((np.abs(found - expected) / unit).max())


def _erf(x: Any) -> Any:
    return vector_math.erf(x, vector_math.exp(-x * x))


@pytest.fixture(scope="module")
def exp() -> Callable[[Values], Values]:
    return looped(vector_math.exp)


@pytest.fixture(scope="module")
def tanh() -> Callable[[Values], Values]:
    return looped(vector_math.tanh)


@pytest.fixture(scope="module")
def erf() -> Callable[[Values], Values]:
    return looped(njit(error_model="numpy")(_erf))


def test_exp(exp: Callable[[Values], Values]) -> None:
    x = over(LEAST, MOST)
    assert units(exp(x), np.exp(x.astype(np.float64))) <= UNITS


def test_exp_stands_still_beyond_its_range(exp: Callable[[Values], Values]) -> None:
    ends = exp(single(LEAST, MOST))
    assert 0 < ends[0] < 2e-38
    assert 1e38 < ends[1] < np.inf
    far = single(-np.inf, -3e38, -88, 88.1, 3e38, np.inf)
    assert exp(far).tolist() == [ends[0]] * 3 + [ends[1]] * 3


def test_tanh(tanh: Callable[[Values], Values]) -> None:
    x = np.concatenate([over(-1, 1), over(-20, 20), over(-3e38, 3e38)])
    assert units(tanh(x), np.tanh(x.astype(np.float64))) <= UNITS
    assert tanh(single(-np.inf, np.inf)).tolist() == [-1, 1]


def test_erf(erf: Callable[[Values], Values]) -> None:
    x = np.concatenate([over(-1, 1), over(-6, 6), over(-3e38, 3e38)])
    expected = torch.erf(torch.from_numpy(x).double()).numpy()
    assert float(np.abs(erf(x) - expected).max()) <= ERF_ERROR
    assert erf(single(-np.inf, np.inf)).tolist() == [-1, 1]


@pytest.mark.parametrize("name", ["exp", "tanh", "erf"])
def test_nan_stays_nan_and_zero_is_zero(name: str, request: pytest.FixtureRequest) -> None:
    function = request.getfixturevalue(name)
    nan, zero, negative = function(single(np.nan, 0.0, -0.0))
    assert np.isnan(nan)
    assert abs(zero - (name == "exp")) <= ERF_ERROR
    assert zero == negative


def test_bounds_are_kept(tanh: Callable[[Values], Values], erf: Callable[[Values], Values]) -> None:
    """A slope of 1 - tanh ** 2 would fall under 0."""
    x = over(-20, 20)
    assert float(np.abs(tanh(x)).max()) <= 1
    assert float(np.abs(erf(x)).max()) <= 1
