"""exp, tanh and erf of a float32, free of branches and calls, so that LLVM vectorises their loops.

Polynomials: exp and tanh as in Moshier's Cephes library (single precision, within 2 units in the
last place); erf by Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26 (within
6e-7 in single precision).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types

from lenet.fast.simd import instructions

ZERO, HALF, ONE, TWO = (np.float32(value) for value in (0.0, 0.5, 1.0, 2.0))
LOG2_E = np.float32(1.44269504088896341)
LN2_HIGH, LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
LOWEST, HIGHEST = np.float32(-87.3), np.float32(88.0)
ROUNDER = np.float32(1.5 * 2**23)
"""Added to a float32, it leaves the nearest integer in the lowest bits."""
EXP = tuple(
    np.float32(value)
    for value in (
        1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
        4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
    )
)  # fmt: skip
TANH = tuple(
    np.float32(value)
    for value in (
        -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
        1.33314422036e-1, -3.33332819422e-1,
    )
)  # fmt: skip
TANH_SMALL = np.float32(0.625)
ERF_SCALE = np.float32(0.3275911)
ERF = tuple(
    np.float32(value)
    for value in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
)


@instructions
def _power_of_two(typingctx: Any, rounded: Any) -> Any:
    """2 ** n of `n + ROUNDER`."""

    def body(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        integer = ir.IntType(32)
        number = builder.shl(builder.bitcast(values[0], integer), integer(23))
        return builder.bitcast(builder.add(number, integer(0x3F800000)), ir.FloatType())

    return types.float32(types.float32), body


@njit(error_model="numpy")
def exp(x: Any) -> Any:
    """e ** x, from 1e-38 to 1e38; NaN stays NaN."""
    clipped = LOWEST if x < LOWEST else (HIGHEST if x > HIGHEST else x)
    rounded = clipped * LOG2_E + ROUNDER
    whole = rounded - ROUNDER
    rest = clipped - whole * LN2_HIGH - whole * LN2_LOW
    series = ((((EXP[0] * rest + EXP[1]) * rest + EXP[2]) * rest + EXP[3]) * rest + EXP[4]) * rest
    value = ((series + EXP[5]) * rest * rest + rest + ONE) * _power_of_two(rounded)
    return value if x == x else x


@njit(error_model="numpy")
def tanh(x: Any) -> Any:
    """Hyperbolic tangent; NaN stays NaN."""
    square = x * x
    series = (((TANH[0] * square + TANH[1]) * square + TANH[2]) * square + TANH[3]) * square
    small = (series + TANH[4]) * square * x + x
    size = abs(x)
    large = ONE - TWO / (exp(size + size) + ONE)
    return small if size < TANH_SMALL else (-large if x < ZERO else large)


@njit(error_model="numpy")
def erf(x: Any, decay: Any) -> Any:
    """Error function, given exp(-x * x); NaN stays NaN."""
    t = ONE / (ONE + ERF_SCALE * abs(x))
    series = ((((ERF[0] * t + ERF[1]) * t + ERF[2]) * t + ERF[3]) * t + ERF[4]) * t
    value = ONE - series * decay
    return -value if x < ZERO else value
