"""Runs of numbers: copied, cleared, summed, found by their address."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, njit, types

from lenet.fast.simd import LANES, instructions


@instructions
def _pointer(typingctx: Any, address: Any) -> Any:
    """An address as a pointer to float32."""

    def body(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], ir.FloatType().as_pointer())

    return types.CPointer(types.float32)(types.int64), body


@njit
def floats(address: Any, count: Any) -> Any:
    """The `count` floats from this address on."""
    return carray(_pointer(address), (count,))


@njit
def copy(source: Any, target: Any) -> None:
    """As far as `target` goes, which may be empty."""
    for index in range(target.size):
        target[index] = source[index]


@njit
def clear(values: Any) -> None:
    """Zeros throughout."""
    for index in range(values.size):
        values[index] = 0.0


@njit
def lane_sum(values: Any, start: Any) -> Any:
    """Sum over the lanes of a register."""
    result = np.float32(0.0)
    for lane in range(LANES):
        result += values[start + lane]
    return result
