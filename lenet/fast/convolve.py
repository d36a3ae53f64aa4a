"""A block of convolution, activation and pooling, forward: one lane block at a time.

Shapes: C maps of H x W pixels, L samples; all of a lane block is [C, H, W, L], flat.
"""

from typing import Any

import numpy as np
from numba import njit

from lenet.fast.geometry import parts
from lenet.fast.memory import copy
from lenet.fast.micro import MAPS, PIXELS, Block, Kernels, Maps, Steps, correlate
from lenet.fast.passes import activate
from lenet.fast.simd import LANES, apart, inlined
from lenet.fast.windows import BYTE, UNROLLED, Windows, largest, mean


@njit
def arrange(weight: Any, bias: Any, g: Any, out: Any) -> None:
    """Biases [block], then kernels [inputs, k, k, block], of one block of maps after another."""
    apart()
    taps, at = g.inputs * g.kernel * g.kernel, 0
    count = parts(g.maps, MAPS)
    for part in range(count):
        first, last = part * g.maps // count, (part + 1) * g.maps // count
        for m in range(first, last):
            out[at] = bias[m]
            at += 1
        for tap in range(taps):
            for m in range(first, last):
                out[at] = weight[m * taps + tap]
                at += 1


@njit
def framed(x: Any, g: Any, frame: Any) -> Any:
    """The maps that the convolution reads: those of a lane block, in a frame of zeros if padded."""
    apart()
    length = g.width * LANES
    if g.padding == 0:
        return Maps(x, 0, g.height * length, length)
    row_stride = (g.width + 2 * g.padding) * LANES
    map_stride = (g.height + 2 * g.padding) * row_stride
    for line in range(g.inputs * g.height):
        at = line // g.height * map_stride + (line % g.height + g.padding) * row_stride
        at += g.padding * LANES
        copy(x[line * length : (line + 1) * length], frame[at : at + length])
    return Maps(frame, 0, map_stride, row_stride)


@njit
def _convolve_row(source: Any, arranged: Any, g: Any, row: Any, conv: Any) -> None:
    """Row `row` of all maps."""
    apart()
    area = g.kernel * g.kernel
    map_stride, row_stride = g.rows * g.columns * LANES, g.columns * LANES
    count = parts(g.maps, MAPS)
    for part in range(count):
        first = part * g.maps // count
        size = (part + 1) * g.maps // count - first
        pixels = PIXELS[size] if g.columns >= PIXELS[size] else 1
        begin = first * (g.inputs * area + 1)
        kernels = Kernels(
            arranged, begin, arranged, begin + size, area * size, g.kernel * size, size, 1
        )
        for column in range(0, g.columns, pixels):
            at = min(column, g.columns - pixels)  # the last block overlaps the one before it
            here = source.start + row * source.row + at * LANES
            correlate(
                Maps(source.data, here, source.map, source.row),
                kernels,
                Maps(conv, (first * g.rows + row) * row_stride + at * LANES, map_stride, 0),
                Block(size, pixels, g.inputs, g.kernel, g.kernel),
                Steps(LANES, LANES, LANES),
            )


@njit
def windows_from(g: Any, row: Any, column: Any) -> Any:
    """Windows of one form from `column` on: top, left, how many, what of them lies in the map."""
    top, left = row * g.stride - g.margin, column * g.stride - g.margin
    above, beside = max(0, -top), max(0, -left)
    rows = min(top + g.window, g.rows) - top - above
    columns = min(left + g.window, g.columns) - left - beside
    whole = (g.columns - g.window - left) // g.stride + 1 if left >= 0 else 1
    count = max(1, min(whole, g.pooled_columns - column))
    is_whole = rows == g.window and columns == g.window and g.window in UNROLLED
    seen = Windows(
        count, g.stride * LANES, rows, columns, above * g.window + beside, g.window,
        g.window if is_whole else 0, 1 if g.stride < g.window else 0, 1 if g.window <= BYTE else 2,
    )  # fmt: skip
    return top + above, left + beside, seen


@njit
def _pool_row(conv: Any, g: Any, row: Any, out: Any, codes: Any) -> None:
    """Row `row` of all pooled maps, and which pixel of each window was the largest."""
    apart()
    length = g.columns * LANES
    scale = np.float32(1.0) / np.float32(g.window * g.window)
    for m in range(g.maps):
        start = (m * g.pooled_rows + row) * g.pooled_columns * LANES
        column = 0
        while column < g.pooled_columns:
            top, left, run = windows_from(g, row, column)
            source = Maps(conv, (m * g.rows + top) * length + left * LANES, 0, length)
            at = start + column * LANES
            if g.takes_largest:
                largest(source, run, g.rectifies, out, codes, at)
            else:
                mean(source, run, scale, out, at)
            column += run.count


@njit
def _activate_row(conv: Any, g: Any, row: Any, kept: Any) -> None:
    """Row `row` of all maps; keeps what tells the slope."""
    apart()
    length = g.columns * LANES
    for m in range(g.maps):
        at = (m * g.rows + row) * length
        run = conv[at : at + length]
        if not g.keeps_output:
            copy(run, kept[at : at + length])
        activate(g.activation, run)
        if g.keeps_output:
            copy(run, kept[at : at + length])


@njit
def _activate_pooled(g: Any, row: Any, out: Any) -> None:
    """Row `row` of all pooled maps."""
    apart()
    length = g.pooled_columns * LANES
    for m in range(g.maps):
        at = (m * g.pooled_rows + row) * length
        activate(g.activation, out[at : at + length])


@inlined
def convolve(
    x: Any, arranged: Any, g: Any, frame: Any, conv: Any, out: Any, codes: Any, kept: Any
) -> None:
    """out [maps, H', W', L] of a lane block x [C, H, W, L]; `kept` is as before the pooling."""
    source, pooled = framed(x, g, frame), 0
    for row in range(g.rows):
        _convolve_row(source, arranged, g, row, conv)
        if g.activates_first:
            _activate_row(conv, g, row, kept)
        bottom = min(pooled * g.stride - g.margin + g.window, g.rows)
        while pooled < g.pooled_rows and bottom <= row + 1:
            _pool_row(conv, g, pooled, out, codes)
            if not g.activates_first and not g.rectifies:
                _activate_pooled(g, pooled, out)
            pooled += 1
            bottom = min(pooled * g.stride - g.margin + g.window, g.rows)
