"""The compiled functions: a block of convolution, activation and pooling, forward and backward.

Shapes: N samples, B = ceil(N / L) lane blocks of L samples, C maps of H x W pixels. Everything
between packing and unpacking is [B, C, H, W, L], flat.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from lenet.fast.disk import compiled
from lenet.fast.micro import (
    MAPS,
    PIXELS,
    SUMS,
    TAPS,
    UNROLLED,
    Block,
    Kernels,
    Maps,
    Patch,
    Windows,
    correlate,
    correlate_gradient,
    largest,
    mean,
    spread,
    spread_largest,
    total,
    transpose,
)
from lenet.fast.passes import activate, descend
from lenet.fast.simd import LANES, apart


class Geometry(NamedTuple):
    """The sizes of a block; all integers."""

    inputs: int
    """Maps that come in."""
    height: int
    """Rows that come in."""
    width: int
    """Columns that come in."""
    padding: int
    """Zeros on each side of what comes in."""
    kernel: int
    """Side of a kernel."""
    maps: int
    """Maps that are made."""
    rows: int
    """Rows after the convolution."""
    columns: int
    """Columns after the convolution."""
    takes_largest: int
    """1 for max pooling, 0 for the mean."""
    window: int
    """Side of a pooling window, 1 for no pooling."""
    stride: int
    """Pixels between windows."""
    margin: int
    """Pixels around the map that windows may cover."""
    pooled_rows: int
    """Rows that go out."""
    pooled_columns: int
    """Columns that go out."""
    activation: int
    """Code of the activation."""
    activates_first: int
    """1 where the activation goes before the pooling."""
    keeps_output: int
    """1 where the activation's output tells its slope."""
    rectifies: int
    """1 where the pooling applies the activation itself: ReLU after the largest of a window."""


@njit
def _parts(count: Any, most: Any) -> Any:
    """How many parts of at most `most`, as equal as can be, make `count`."""
    return (count + most - 1) // most


@njit
def _copy(source: Any, target: Any) -> None:
    """As far as `target` goes, which may be empty."""
    for index in range(target.size):
        target[index] = source[index]


@njit
def _clear(values: Any) -> None:
    for index in range(values.size):
        values[index] = 0.0


@njit
def _zeros(count: Any) -> Any:
    values = np.empty(count, np.float32)
    _clear(values)
    return values


@njit
def _sum(values: Any, start: Any) -> Any:
    """Sum over the lanes of a register."""
    result = np.float32(0.0)
    for lane in range(LANES):
        result += values[start + lane]
    return result


@njit
def _arranged(weight: Any, bias: Any) -> Any:
    """Biases [block], then kernels [inputs, k, k, block], of one block of maps after another."""
    apart()
    maps, inputs, side, _ = weight.shape
    out = np.empty(maps * (inputs * side * side + 1), np.float32)
    parts, at = _parts(maps, MAPS), 0
    for part in range(parts):
        first, last = part * maps // parts, (part + 1) * maps // parts
        for m in range(first, last):
            out[at] = bias[m]
            at += 1
        for i in range(inputs):
            for row in range(side):
                for column in range(side):
                    for m in range(first, last):
                        out[at] = weight[m, i, row, column]
                        at += 1
    return out


@njit
def _framed(x: Any, block: Any, g: Any, room: Any) -> Any:
    """The maps that the convolution reads: those of a lane block, in a frame of zeros if padded."""
    apart()
    start, length = block * g.inputs * g.height * g.width * LANES, g.width * LANES
    if g.padding == 0:
        return Maps(x, start, g.height * length, length)
    row_stride = (g.width + 2 * g.padding) * LANES
    map_stride = (g.height + 2 * g.padding) * row_stride
    for i in range(g.inputs):
        for row in range(g.height):
            at = i * map_stride + (row + g.padding) * row_stride + g.padding * LANES
            here = start + (i * g.height + row) * length
            _copy(x[here : here + length], room[at : at + length])
    return Maps(room, 0, map_stride, row_stride)


@njit
def _room(g: Any) -> Any:
    """Zeros for the frame of `_framed`; nothing without padding."""
    sides = (g.height + 2 * g.padding) * (g.width + 2 * g.padding)
    return _zeros(g.inputs * sides * LANES if g.padding else 0)


@njit
def _convolve_row(source: Any, arranged: Any, g: Any, row: Any, conv: Any) -> None:
    """Row `row` of all maps."""
    apart()
    taps = g.inputs * g.kernel * g.kernel
    map_stride, row_stride = g.rows * g.columns * LANES, g.columns * LANES
    parts = _parts(g.maps, MAPS)
    for part in range(parts):
        first = part * g.maps // parts
        size = (part + 1) * g.maps // parts - first
        pixels = PIXELS[size] if g.columns >= PIXELS[size] else 1
        begin = first * (taps + 1)
        kernels = Kernels(
            arranged, begin, begin + size, g.kernel * g.kernel * size, g.kernel * size
        )
        for column in range(0, g.columns, pixels):
            at = min(column, g.columns - pixels)  # the last block overlaps the one before it
            correlate(
                Maps(
                    source.data,
                    source.start + row * source.row + at * LANES,
                    source.map,
                    source.row,
                ),
                kernels,
                Maps(conv, (first * g.rows + row) * row_stride + at * LANES, map_stride, 0),
                Block(size, pixels, g.inputs, g.kernel, g.kernel),
            )


@njit
def _run(g: Any, row: Any, column: Any) -> Any:
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
        g.window if is_whole else 0, 1 if g.stride < g.window else 0,
    )  # fmt: skip
    return top + above, left + beside, seen


@njit
def _pool_row(conv: Any, g: Any, row: Any, block: Any, out: Any, codes: Any) -> None:
    """Row `row` of all pooled maps, and which pixel of each window was the largest."""
    apart()
    length = g.columns * LANES
    scale = np.float32(1.0) / np.float32(g.window * g.window)
    for m in range(g.maps):
        start = ((block * g.maps + m) * g.pooled_rows + row) * g.pooled_columns * LANES
        column = 0
        while column < g.pooled_columns:
            top, left, run = _run(g, row, column)
            source = Maps(conv, (m * g.rows + top) * length + left * LANES, 0, length)
            at = start + column * LANES
            if g.takes_largest:
                largest(source, run, g.rectifies, out, codes, at)
            else:
                mean(source, run, scale, out, at)
            column += run.count


@njit
def _activate_row(conv: Any, g: Any, row: Any, block: Any, kept: Any) -> None:
    """Row `row` of all maps; keeps what tells the slope, if there is room for it."""
    apart()
    length = g.columns * LANES
    for m in range(g.maps):
        at = (m * g.rows + row) * length
        there = block * g.maps * g.rows * length + at
        run, copy = conv[at : at + length], kept[there : there + length]
        if not g.keeps_output:
            _copy(run, copy)
        activate(g.activation, run)
        if g.keeps_output:
            _copy(run, copy)


@njit
def _activate_pooled(g: Any, row: Any, block: Any, out: Any) -> None:
    """Row `row` of all pooled maps."""
    apart()
    length = g.pooled_columns * LANES
    for m in range(g.maps):
        at = ((block * g.maps + m) * g.pooled_rows + row) * length
        activate(g.activation, out[at : at + length])


@compiled
def forward(
    x: Any, weight: Any, bias: Any, g: Any, out: Any, codes: Any, kept: Any, blocks: Any
) -> None:
    """out [B, C, H', W', L] of x [B, C, H, W, L], flat; `codes` as `out`, `kept` as before pooling.

    `kept` may be empty, where nothing is to be remembered for the slopes.
    """
    arranged, room = _arranged(weight, bias), _room(g)
    conv = np.empty(g.maps * g.rows * g.columns * LANES, np.float32)
    for block in range(blocks):
        source, pooled = _framed(x, block, g, room), 0
        for row in range(g.rows):
            _convolve_row(source, arranged, g, row, conv)
            if g.activates_first:
                _activate_row(conv, g, row, block, kept)
            bottom = min(pooled * g.stride - g.margin + g.window, g.rows)
            while pooled < g.pooled_rows and bottom <= row + 1:
                _pool_row(conv, g, pooled, block, out, codes)
                if not g.activates_first and not g.rectifies:
                    _activate_pooled(g, pooled, block, out)
                pooled += 1
                bottom = min(pooled * g.stride - g.margin + g.window, g.rows)


@njit
def _flipped(weight: Any) -> Any:
    """Kernels of the gradient by the inputs: [inputs, maps, k, k], turned by half a circle."""
    apart()
    maps, inputs, side, _ = weight.shape
    out = np.empty((inputs, maps, side, side), np.float32)
    last = side - 1
    for m in range(maps):
        for i in range(inputs):
            for row in range(side):
                for column in range(side):
                    out[i, m, last - row, last - column] = weight[m, i, row, column]
    return out


@njit
def _unpool(gradient: Any, start: Any, codes: Any, codes_start: Any, g: Any, slopes: Any) -> None:
    """Gradients [maps, pooled] handed back to the pixels that they came from."""
    apart()
    scale = np.float32(1.0) / np.float32(g.window * g.window)
    for line in range(g.maps * g.pooled_rows):
        m, row, column = line // g.pooled_rows, line % g.pooled_rows, 0
        while column < g.pooled_columns:
            top, left, run = _run(g, row, column)
            at = (line * g.pooled_columns + column) * LANES
            place = slopes.start + m * slopes.map + top * slopes.row + left * LANES
            target = Maps(slopes.data, place, 0, slopes.row)
            if g.takes_largest:
                spread_largest(gradient, start + at, codes, codes_start + at, target, run)
            else:
                spread(gradient, start + at, scale, target, run)
            column += run.count


@njit
def _descend_rows(kept: Any, block: Any, g: Any, slopes: Any) -> None:
    """Gradients before the activation, where that went before the pooling."""
    apart()
    length = g.columns * LANES
    for line in range(g.maps * g.rows):
        here = (block * g.maps * g.rows + line) * length
        at = slopes.start + line // g.rows * slopes.map + line % g.rows * slopes.row
        descend(g.activation, kept[here : here + length], slopes.data[at : at + length])


@njit
def _sum_weights(source: Any, slopes: Any, g: Any, sums: Any) -> None:
    """sums [maps, inputs, k, k, L] += the weight gradients of one lane block."""
    apart()
    spans = _parts(g.kernel, TAPS)
    map_stride = g.inputs * g.kernel * g.kernel * LANES
    for span in range(spans):
        left = span * g.kernel // spans
        taps = (span + 1) * g.kernel // spans - left
        parts = _parts(g.maps, min(MAPS, SUMS // taps))
        for part in range(parts):
            first = part * g.maps // parts
            size = (part + 1) * g.maps // parts - first
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
def _sum_biases(slopes: Any, g: Any, sums: Any, room: Any) -> None:
    """sums [maps] += the bias gradients of one lane block."""
    apart()
    for m in range(g.maps):
        total(
            Maps(slopes.data, slopes.start + m * slopes.map, 0, slopes.row), g.rows, g.columns, room
        )
        sums[m] += _sum(room, 0)


@njit
def _descend_inputs(slopes: Any, arranged: Any, g: Any, block: Any, dx: Any) -> None:
    """Gradients by the inputs of one lane block: a correlation with the flipped kernels.

    It goes over the taps that meet the map alone; a register block at an edge of the map reads
    into the columns of zeros beside it.
    """
    apart()
    taps = g.maps * g.kernel * g.kernel
    map_stride, row_stride = g.height * g.width * LANES, g.width * LANES
    parts = _parts(g.inputs, MAPS)
    for row in range(g.height):
        below = min(g.kernel - 1, row + g.padding)
        above = max(0, row + g.padding - g.rows + 1)
        for part in range(parts):
            first = part * g.inputs // parts
            size = (part + 1) * g.inputs // parts - first
            pixels = PIXELS[size] if g.width >= PIXELS[size] else 1
            begin = first * (taps + 1)
            for column in range(0, g.width, pixels):
                at = min(column, g.width - pixels)
                right = min(g.kernel - 1, at + pixels - 1 + g.padding)
                left = max(0, at + g.padding - g.columns + 1)
                tap = (g.kernel - 1 - below) * g.kernel + g.kernel - 1 - right
                place = (row + g.padding - below) * slopes.row
                place += (at + g.padding - right) * LANES
                here = (block * g.inputs + first) * map_stride + row * row_stride + at * LANES
                correlate(
                    Maps(slopes.data, slopes.start + place, slopes.map, slopes.row),
                    Kernels(
                        arranged,
                        begin,
                        begin + size + tap * size,
                        g.kernel * g.kernel * size,
                        g.kernel * size,
                    ),
                    Maps(dx, here, map_stride, 0),
                    Block(size, pixels, g.maps, below - above + 1, right - left + 1),
                )


@compiled
def backward(
    gradient: Any, x: Any, weight: Any, g: Any, out: Any, codes: Any, kept: Any, dx: Any,
    dweight: Any, dbias: Any, blocks: Any,
) -> None:  # fmt: skip
    """Gradients by input, weight and bias, from `gradient` by the output.

    `dx` may be empty, where the gradient by the input is not wanted.
    """
    edge = max(PIXELS) - 1 if dx.size else 0
    row_stride = (g.columns + 2 * edge) * LANES
    room = np.empty(g.maps * g.rows * row_stride, np.float32)
    slopes = Maps(room, edge * LANES, g.rows * row_stride, row_stride)
    arranged = _arranged(_flipped(weight), _zeros(g.inputs))
    frame, lanes = _room(g), np.empty(LANES, np.float32)
    sums = _zeros(weight.size * LANES)
    _clear(dbias)
    length = g.maps * g.pooled_rows * g.pooled_columns * LANES
    whole = g.activates_first or g.rectifies  # `gradient` goes to the pooling as it is
    descended = np.empty(0 if whole else length, np.float32)
    for block in range(blocks):
        start = block * length
        if block == 0 or g.stride < g.window:
            _clear(room)  # else the same pixels are written again
        if whole:
            _unpool(gradient, start, codes, start, g, slopes)
        else:
            _copy(gradient[start : start + length], descended)
            descend(g.activation, out[start : start + length], descended)
            _unpool(descended, 0, codes, start, g, slopes)
        if g.activates_first:
            _descend_rows(kept, block, g, slopes)
        _sum_weights(_framed(x, block, g, frame), slopes, g, sums)
        _sum_biases(slopes, g, dbias, lanes)
        if dx.size:
            _descend_inputs(slopes, arranged, g, block, dx)
    for index in range(dweight.size):
        dweight[index] = _sum(sums, index * LANES)


@compiled
def swap(source: Any, rows: Any, out: Any) -> None:
    """out [columns, rows, L] of source [rows, columns, L]: maps to features, and back."""
    columns = out.size // (rows * LANES)
    for row in range(rows):
        for column in range(columns):
            here, there = (row * columns + column) * LANES, (column * rows + row) * LANES
            _copy(source[here : here + LANES], out[there : there + LANES])


@compiled
def finish(values: Any, bias: Any, activation: Any, kept: Any) -> None:
    """values [units, N] = activation(values + bias); `kept` gets the sums, if there is room."""
    for unit in range(bias.size):
        run = values[unit]
        for sample in range(run.size):
            run[sample] += bias[unit]
        if kept.size:
            _copy(run, kept[unit])
        activate(activation, run)


@compiled
def unfinish(gradient: Any, kept: Any, activation: Any, dbias: Any) -> None:
    """gradient [units, N] *= slope; dbias [units] = its sums over the samples."""
    for unit in range(dbias.size):
        run = gradient[unit]
        descend(activation, kept[unit], run)
        total = np.float32(0.0)
        for sample in range(run.size):
            total += run[sample]
        dbias[unit] = total


@compiled
def pack(images: Any, index: Any, size: Any, out: Any) -> None:
    """out [B, C, H, W, L] of the images [., C, H, W] with these numbers, zeros where they end."""
    starts = np.empty(LANES, np.int64)
    whole = size - size % LANES
    for block in range(out.size // (size * LANES)):
        present = min(LANES, index.size - block * LANES)
        for lane in range(LANES):
            starts[lane] = index[block * LANES + min(lane, present - 1)] * size
        at = block * size * LANES
        for pixel in range(0, whole, LANES):
            transpose(images, starts, pixel, out, at + pixel * LANES)
        for pixel in range(whole, size):
            for lane in range(LANES):
                out[at + pixel * LANES + lane] = images[starts[lane] + pixel]
        for pixel in range(size if present < LANES else 0):
            for lane in range(present, LANES):
                out[at + pixel * LANES + lane] = 0.0
