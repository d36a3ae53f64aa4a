"""A block of convolution, activation and pooling, backward: one lane block at a time.

Shapes: C maps of H x W pixels, L samples; all of a lane block is [C, H, W, L], flat.
"""

from typing import Any

import numpy as np
from numba import njit

from lenet.fast.convolve import framed, windows_from
from lenet.fast.geometry import parts
from lenet.fast.memory import lane_sum
from lenet.fast.micro import (
    MAPS,
    PIXELS,
    SUMS,
    TAPS,
    Block,
    Kernels,
    Maps,
    Patch,
    Steps,
    correlate,
    correlate_gradient,
    total,
)
from lenet.fast.passes import descend
from lenet.fast.simd import LANES, apart, inlined
from lenet.fast.windows import spread, spread_largest


@njit
def arrange_flipped(weight: Any, g: Any, out: Any) -> None:
    """Kernels of the gradient by the inputs, turned by half a circle.

    Zeros [block], then kernels [maps, k, k, block], of one block of inputs after another.
    """
    apart()
    area, at = g.kernel * g.kernel, 0
    count = parts(g.inputs, MAPS)
    for part in range(count):
        first, last = part * g.inputs // count, (part + 1) * g.inputs // count
        for _ in range(first, last):
            out[at] = 0.0
            at += 1
        for line in range(g.maps * area):
            m, tap = line // area, area - 1 - line % area
            for i in range(first, last):
                out[at] = weight[(m * g.inputs + i) * area + tap]
                at += 1


@njit
def slopes_in(room: Any, g: Any, wants_dx: Any) -> Any:
    """Where in `room` the gradients before the pooling are: with columns of zeros beside them."""
    edge = max(PIXELS) - 1 if wants_dx else 0
    row_stride = (g.columns + 2 * edge) * LANES
    return Maps(room, edge * LANES, g.rows * row_stride, row_stride)


@njit
def _unpool(gradient: Any, codes: Any, g: Any, slopes: Any) -> None:
    """Gradients [maps, pooled] handed back to the pixels that they came from."""
    apart()
    scale = np.float32(1.0) / np.float32(g.window * g.window)
    for line in range(g.maps * g.pooled_rows):
        m, row, column = line // g.pooled_rows, line % g.pooled_rows, 0
        while column < g.pooled_columns:
            top, left, run = windows_from(g, row, column)
            at = (line * g.pooled_columns + column) * LANES
            place = slopes.start + m * slopes.map + top * slopes.row + left * LANES
            target = Maps(slopes.data, place, 0, slopes.row)
            if g.takes_largest:
                spread_largest(gradient, codes, at, target, run)
            else:
                spread(gradient, at, scale, target, run)
            column += run.count


@njit
def _descend_rows(kept: Any, g: Any, slopes: Any) -> None:
    """Gradients before the activation, where that went before the pooling."""
    apart()
    length = g.columns * LANES
    for line in range(g.maps * g.rows):
        here = line * length
        at = slopes.start + line // g.rows * slopes.map + line % g.rows * slopes.row
        descend(g.activation, kept[here : here + length], slopes.data[at : at + length])


@njit
def _sum_weights(source: Any, slopes: Any, g: Any, sums: Any) -> None:
    """sums [maps, inputs, k, k, L] += the weight gradients of one lane block."""
    apart()
    spans = parts(g.kernel, TAPS)
    map_stride = g.inputs * g.kernel * g.kernel * LANES
    for span in range(spans):
        left = span * g.kernel // spans
        taps = (span + 1) * g.kernel // spans - left
        count = parts(g.maps, min(MAPS, SUMS // taps))
        for part in range(count):
            first = part * g.maps // count
            size = (part + 1) * g.maps // count - first
            gradient = Maps(slopes.data, slopes.start + first * slopes.map, slopes.map, slopes.row)
            for line in range(g.inputs * g.kernel):
                i, row = line // g.kernel, line % g.kernel
                at = source.start + i * source.map + row * source.row + left * LANES
                place = line * g.kernel + left
                correlate_gradient(
                    gradient,
                    Maps(source.data, at, 0, source.row),
                    Maps(sums, first * map_stride + place * LANES, map_stride, 0),
                    Patch(size, taps, g.rows, g.columns),
                )


@njit
def _sum_biases(slopes: Any, g: Any, lanes: Any, sums: Any) -> None:
    """sums [maps] += the bias gradients of one lane block; `lanes` has room for a register."""
    apart()
    for m in range(g.maps):
        here = Maps(slopes.data, slopes.start + m * slopes.map, 0, slopes.row)
        total(here, g.rows, g.columns, lanes)
        sums[m] += lane_sum(lanes, 0)


@njit
def _span(g: Any, at: Any, pixels: Any, extent: Any) -> Any:
    """The first and the last tap, counted from the last, of pixels `at` on that meet the map."""
    return max(0, at + g.padding - extent + 1), min(g.kernel - 1, at + pixels - 1 + g.padding)


@njit
def _descend_row(
    slopes: Any, arranged: Any, g: Any, row: Any, first: Any, size: Any, dx: Any
) -> None:
    """Row `row` of the gradients by `size` maps from `first` on."""
    area = g.kernel * g.kernel
    above, below = _span(g, row, 1, g.rows)
    pixels = PIXELS[size] if g.width >= PIXELS[size] else 1
    begin = first * (g.maps * area + 1)
    for column in range(0, g.width, pixels):
        at = min(column, g.width - pixels)
        left, right = _span(g, at, pixels, g.columns)
        tap = (g.kernel - 1 - below) * g.kernel + g.kernel - 1 - right
        place = slopes.start + (row + g.padding - below) * slopes.row
        place += (at + g.padding - right) * LANES
        here = ((first * g.height + row) * g.width + at) * LANES
        start = begin + size + tap * size
        correlate(
            Maps(slopes.data, place, slopes.map, slopes.row),
            Kernels(arranged, begin, arranged, start, area * size, g.kernel * size, size, 1),
            Maps(dx, here, g.height * g.width * LANES, 0),
            Block(size, pixels, g.maps, below - above + 1, right - left + 1),
            Steps(LANES, LANES, LANES),
        )


@inlined
def descend_inputs(slopes: Any, arranged: Any, g: Any, dx: Any) -> None:
    """Gradients by the inputs of one lane block: a correlation with the flipped kernels.

    It goes over the taps that meet the map alone; a register block at an edge of the map reads
    into the columns of zeros beside it.
    """
    count = parts(g.inputs, MAPS)
    for line in range(g.height * count):
        row, part = line // count, line % count
        first = part * g.inputs // count
        size = (part + 1) * g.inputs // count - first
        _descend_row(slopes, arranged, g, row, first, size, dx)


@inlined
def sum_gradients(
    x: Any, g: Any, frame: Any, slopes: Any, lanes: Any, sums: Any, dbias: Any
) -> None:
    """Adds the gradients by weight [maps, C, k, k, L] and bias [maps] of one lane block."""
    _sum_weights(framed(x, g, frame), slopes, g, sums)
    _sum_biases(slopes, g, lanes, dbias)


@inlined
def descend_convolution(
    gradient: Any, out: Any, codes: Any, kept: Any, g: Any, slopes: Any
) -> None:
    """Gradients before activation and pooling, from `gradient`, which is written over."""
    if not g.activates_first and not g.rectifies:
        descend(g.activation, out, gradient)
    _unpool(gradient, codes, g, slopes)
    if g.activates_first:
        _descend_rows(kept, g, slopes)
