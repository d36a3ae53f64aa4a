"""Activations and their slopes over runs of numbers; LLVM vectorises these loops.

A slope is told by the activation's output where that is enough (`BY_OUTPUT`), else by its input.
"""

from typing import Any

import numpy as np
from numba import njit

from lenet.fast.simd import apart
from lenet.fast.vector_math import HALF, ONE, ZERO, erf, exp, tanh

IDENTITY, RELU, TANH, SIGMOID, LEAKY_RELU, ELU, GELU, SILU = range(8)
CODES = {
    "identity": IDENTITY,
    "relu": RELU,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "leaky-relu": LEAKY_RELU,
    "elu": ELU,
    "gelu": GELU,
    "silu": SILU,
}
"""Activation, as `lenet.activations` names it -> its number in the kernels."""
BY_OUTPUT = frozenset(CODES) - {"gelu", "silu"}
"""Activations whose output tells their slope."""

LEAK = np.float32(0.01)
ROOT_HALF = np.float32(0.5**0.5)
DENSITY = np.float32((2 * np.pi) ** -0.5)


@njit(error_model="numpy")
def _activated(code: Any, x: Any) -> Any:
    """Comparisons are such that NaN stays NaN."""
    if code == RELU:
        return ZERO if x <= ZERO else x
    if code == TANH:
        return tanh(x)
    if code == SIGMOID:
        return ONE / (ONE + exp(-x))
    if code == LEAKY_RELU:
        return x * LEAK if x <= ZERO else x
    if code == ELU:
        return exp(x) - ONE if x <= ZERO else x
    if code == GELU:
        return HALF * x * (ONE + erf(x * ROOT_HALF, exp(-HALF * x * x)))
    if code == SILU:
        return x / (ONE + exp(-x))
    return x


@njit(error_model="numpy")
def _slope(code: Any, kept: Any) -> Any:
    if code == RELU:
        return ZERO if kept <= ZERO else ONE
    if code == TANH:
        return ONE - kept * kept
    if code == SIGMOID:
        return kept * (ONE - kept)
    if code == LEAKY_RELU:
        return LEAK if kept <= ZERO else ONE
    if code == ELU:
        return kept + ONE if kept <= ZERO else ONE
    if code == GELU:
        decay = exp(-HALF * kept * kept)
        return HALF * (ONE + erf(kept * ROOT_HALF, decay)) + kept * DENSITY * decay
    if code == SILU:
        share = ONE / (ONE + exp(-kept))
        return share * (ONE + kept * (ONE - share))
    return ONE


def _activation(code: int) -> Any:
    """The loop of one activation: LLVM vectorises it, as it knows which one it is."""

    @njit(error_model="numpy")
    def loop(values: Any) -> None:
        for index in range(values.size):
            values[index] = _activated(code, values[index])

    return loop


def _descent(code: int) -> Any:
    """The loop of one slope."""

    @njit(error_model="numpy")
    def loop(kept: Any, gradient: Any) -> None:
        for index in range(kept.size):
            gradient[index] *= _slope(code, kept[index])

    return loop


_relu, _tanh, _sigmoid, _leaky_relu, _elu, _gelu, _silu = map(_activation, range(RELU, SILU + 1))
(
    _relu_slope, _tanh_slope, _sigmoid_slope, _leaky_relu_slope, _elu_slope, _gelu_slope,
    _silu_slope,
) = map(_descent, range(RELU, SILU + 1))  # fmt: skip


@njit
def activate(code: Any, values: Any) -> None:
    """values = activation(values); flat."""
    apart()
    if code == RELU:
        _relu(values)
    elif code == TANH:
        _tanh(values)
    elif code == SIGMOID:
        _sigmoid(values)
    elif code == LEAKY_RELU:
        _leaky_relu(values)
    elif code == ELU:
        _elu(values)
    elif code == GELU:
        _gelu(values)
    elif code == SILU:
        _silu(values)


@njit
def descend(code: Any, kept: Any, gradient: Any) -> None:
    """gradient *= slope; `kept` is the activation's output, or its input where need be."""
    apart()
    if code == RELU:
        _relu_slope(kept, gradient)
    elif code == TANH:
        _tanh_slope(kept, gradient)
    elif code == SIGMOID:
        _sigmoid_slope(kept, gradient)
    elif code == LEAKY_RELU:
        _leaky_relu_slope(kept, gradient)
    elif code == ELU:
        _elu_slope(kept, gradient)
    elif code == GELU:
        _gelu_slope(kept, gradient)
    elif code == SILU:
        _silu_slope(kept, gradient)
