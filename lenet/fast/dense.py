"""A linear layer and its activation: a matrix product on lane blocks, in the blocks of `micro`.

Shapes: B lane blocks of L samples, F features in, U units out: x [B, F, L], out [B, U, L], flat.
To `correlate`, features are the columns of a kernel of one row, and lane blocks are pixels.
"""

from typing import Any

import numpy as np
from numba import njit

from lenet.fast.geometry import parts
from lenet.fast.memory import clear, copy, lane_sum
from lenet.fast.micro import MAPS, PIXELS, Block, Kernels, Maps, Steps, correlate, transpose
from lenet.fast.passes import activate
from lenet.fast.simd import LANES, apart, inlined

GROUP = max(PIXELS)
"""Lane blocks that all units are made of before the next ones are looked at."""
WIDTH = PIXELS[MAPS] * LANES
"""Inputs that a register block of weight gradients is wide."""


@njit
def _times(x: Any, weights: Any, inputs: Any, units: Any, blocks: Any, out: Any) -> None:
    """out [B, units, L] = biases + weights x [B, inputs, L].

    `weights` are kernels of which `bias` and `start` are 0; their `row` is the step from one bias
    to the next.
    """
    apart()
    count = parts(units, MAPS)
    for line in range(parts(blocks, GROUP) * count):
        begin, part = line // count * GROUP, line % count
        first = part * units // count
        size = (part + 1) * units // count - first
        pixels = PIXELS[size] if blocks >= PIXELS[size] else 1
        kernels = Kernels(
            weights.biases, first * weights.row, weights.data, first * weights.unit, 0, 0,
            weights.column, weights.unit,
        )  # fmt: skip
        for block in range(begin, min(begin + GROUP, blocks), pixels):
            at = min(block, blocks - pixels)  # the last one overlaps the one before it
            correlate(
                Maps(x, at * inputs * LANES, 0, 0),
                kernels,
                Maps(out, (at * units + first) * LANES, LANES, 0),
                Block(size, pixels, 1, 1, inputs),
                Steps(LANES, inputs * LANES, units * LANES),
            )


@inlined
def connect(x: Any, weight: Any, bias: Any, layer: Any, blocks: Any, out: Any, kept: Any) -> None:
    """out = activation(weight x + bias); `kept` gets the sums where they tell the slopes."""
    weights = Kernels(bias, 0, weight, 0, 0, 1, 1, layer.inputs)
    _times(x, weights, layer.inputs, layer.units, blocks, out)
    copy(out, kept)
    activate(layer.activation, out)


@inlined
def disconnect(slopes: Any, weight: Any, layer: Any, blocks: Any, dx: Any) -> None:
    """dx [B, F, L] = the transposed weight times slopes [B, U, L]."""
    zero = np.zeros(MAPS, np.float32)
    weights = Kernels(zero, 0, weight, 0, 0, 0, layer.inputs, 1)
    _times(slopes, weights, layer.units, layer.inputs, blocks, dx)


@njit
def _turn(x: Any, layer: Any, left: Any, blocks: Any, out: Any) -> None:
    """out [B * L, WIDTH] of the inputs from `left` on, those past the last as the last."""
    apart()
    starts = np.empty(LANES, np.int64)
    for block in range(blocks):
        for first in range(0, WIDTH, LANES):
            for lane in range(LANES):
                feature = min(left + first + lane, layer.inputs - 1)
                starts[lane] = (block * layer.inputs + feature) * LANES
            transpose(x, starts, 0, out, block * LANES * WIDTH + first, WIDTH)


@njit
def _sum_column(turned: Any, slopes: Any, layer: Any, blocks: Any, zero: Any, out: Any) -> None:
    """out [U, WIDTH] = gradients by the weights of `WIDTH` inputs, which are `turned`."""
    apart()
    count = parts(layer.units, MAPS)
    for part in range(count):
        first = part * layer.units // count
        size = (part + 1) * layer.units // count - first
        pixels = PIXELS[size] if PIXELS[size] * LANES == WIDTH else 1
        kernels = Kernels(zero, 0, slopes, first * LANES, 0, layer.units * LANES, 1, LANES)
        for at in range(0, WIDTH, pixels * LANES):
            correlate(
                Maps(turned, at, 0, LANES * WIDTH),
                kernels,
                Maps(out.data, out.start + first * out.map + at, out.map, 0),
                Block(size, pixels, 1, blocks, LANES),
                Steps(WIDTH, LANES, LANES),
            )


@njit
def sum_products(x: Any, slopes: Any, layer: Any, blocks: Any, room: Any, dweight: Any) -> None:
    """dweight [U, F] = sums over all samples of slopes times x.

    `room` is [U + N, WIDTH].
    """
    zero, split = np.zeros(MAPS, np.float32), layer.units * WIDTH
    edge, turned = room[:split], room[split:]
    for left in range(0, layer.inputs, WIDTH):
        _turn(x, layer, left, blocks, turned)
        width = layer.inputs - left
        is_whole = width >= WIDTH
        column = Maps(dweight, left, layer.inputs, 0) if is_whole else Maps(edge, 0, WIDTH, 0)
        _sum_column(turned, slopes, layer, blocks, zero, column)
        for place in range(0 if is_whole else layer.units * width):
            unit, at = place // width, place % width
            dweight[unit * layer.inputs + left + at] = edge[unit * WIDTH + at]


@njit
def sum_slopes(slopes: Any, sums: Any, dbias: Any) -> None:
    """dbias [U] = sums over all samples of slopes [B, U, L]; `sums` has room for U registers."""
    apart()
    clear(sums)
    for start in range(0, slopes.size, sums.size):
        for index in range(sums.size):
            sums[index] += slopes[start + index]
    for unit in range(dbias.size):
        dbias[unit] = lane_sum(sums, unit * LANES)
