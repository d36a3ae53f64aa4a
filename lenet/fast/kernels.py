"""The compiled functions: a whole network forward, and a whole network backward.

Shapes: N samples, B = ceil(N / L) lane blocks of L samples, F features in, U units out. A plan is a
table of stages, `geometry.FIELDS` numbers each: convolutions first, which take one lane block after
another, then linear layers, which take all of them at once.
"""

from typing import Any

import numpy as np
from numba import njit

from lenet.fast.convolve import arrange, convolve
from lenet.fast.convolve_back import (
    arrange_flipped,
    descend_convolution,
    descend_inputs,
    slopes_in,
    sum_gradients,
)
from lenet.fast.dense import (
    connect,
    disconnect,
    sum_products,
    sum_slopes,
)
from lenet.fast.disk import compiled
from lenet.fast.geometry import CONVOLUTION, ends_of, geometry_of, layer_of, parts, places_of
from lenet.fast.memory import clear, floats, lane_sum
from lenet.fast.packing import pack, pack_rows, unpack_rows
from lenet.fast.passes import descend
from lenet.fast.simd import LANES, inlined


@njit
def _convolutions(plan: Any) -> Any:
    """How many stages at the front are convolutions."""
    count = 0
    while count < len(plan) and plan[count, 0] == CONVOLUTION:
        count += 1
    return count


@inlined
def _room(places: Any, g: Any, memory: Any) -> Any:
    """Kernels, frame and maps of a lane block, in a convolution stage's part of the memory."""
    kernels = memory[places.kernels : places.frame]
    return kernels, memory[places.frame : places.room], memory[places.room : places.sums]


@inlined
def _results(places: Any, g: Any, block: Any, memory: Any) -> Any:
    """Output [maps, H', W', L], codes and what was kept of a lane block."""
    pooled = g.maps * g.pooled_rows * g.pooled_columns * LANES
    out = memory[places.out + block * pooled : places.out + (block + 1) * pooled]
    count = pooled * places.code_bytes // 4
    codes = memory[places.codes + block * count : places.codes + (block + 1) * count]
    count = g.maps * g.rows * g.columns * LANES if g.activates_first else 0
    kept = memory[places.kept + block * count : places.kept + (block + 1) * count]
    return out, codes.view(np.uint8), kept


@inlined
def _input(places: Any, g: Any, block: Any, memory: Any) -> Any:
    """What comes in of a lane block: [C, H, W, L]."""
    size = g.inputs * g.height * g.width * LANES
    return memory[places.x + block * size : places.x + (block + 1) * size]


@inlined
def _start_forward(row: Any, tensors: Any, memory: Any) -> None:
    places, g = places_of(row), geometry_of(row)
    kernels, frame, _ = _room(places, g, memory)
    weight = floats(tensors[0], g.maps * g.inputs * g.kernel * g.kernel)
    arrange(weight, floats(tensors[1], g.maps), g, kernels)
    clear(frame)


@inlined
def _convolve(row: Any, block: Any, memory: Any) -> None:
    places, g = places_of(row), geometry_of(row)
    kernels, frame, conv = _room(places, g, memory)
    out, codes, kept = _results(places, g, block, memory)
    convolve(_input(places, g, block, memory), kernels, g, frame, conv, out, codes, kept)


@inlined
def _connect(row: Any, tensors: Any, blocks: Any, memory: Any) -> None:
    places, layer = places_of(row), layer_of(row)
    count, size = blocks * layer.inputs * LANES, blocks * layer.units * LANES
    connect(
        memory[places.x : places.x + count],
        floats(tensors[0], layer.units * layer.inputs),
        floats(tensors[1], layer.units),
        layer,
        blocks,
        memory[places.out : places.out + size],
        memory[places.kept : places.kept + size * layer.keeps_sums],
    )


@compiled
def forward(
    samples: Any, index: Any, ends: Any, plan: Any, tensors: Any, memory: Any, out: Any
) -> None:
    """out [N, U] of the samples [., F] of these numbers [N].

    `plan` says where in `memory` all that is made goes; `tensors` [stages, 2] are the addresses of
    weights and biases.
    """
    count, size, starts = _convolutions(plan), samples.shape[1], np.empty(LANES, np.int64)
    rows = samples.reshape(-1)
    for stage in range(count):
        _start_forward(plan[stage], tensors[stage], memory)
    blocks = parts(index.size, LANES)
    for block in range(blocks):
        present = min(LANES, index.size - block * LANES)
        for lane in range(LANES):
            starts[lane] = index[block * LANES + min(lane, present - 1)] * size
        at = ends_of(ends).x + block * size * LANES
        pack(rows, starts, present, size, memory[at : at + size * LANES])
        for stage in range(count):
            _convolve(plan[stage], block, memory)
    for stage in range(count, len(plan)):
        _connect(plan[stage], tensors[stage], blocks, memory)
    units = out.shape[1]
    last = ends_of(ends).out
    made = memory[last : last + blocks * units * LANES]
    unpack_rows(made, starts, units, out.reshape(-1))


@inlined
def _disconnect(row: Any, tensors: Any, blocks: Any, memory: Any, sums: Any) -> None:
    """Gradients of a linear layer."""
    places, layer = places_of(row), layer_of(row)
    count, size = blocks * layer.inputs * LANES, blocks * layer.units * LANES
    slopes = memory[places.slope : places.slope + size]
    kept = places.kept if layer.keeps_sums else places.out
    descend(layer.activation, memory[kept : kept + size], slopes)
    weights = layer.units * layer.inputs
    x, room = memory[places.x : places.x + count], memory[places.room : places.sums]
    dweight = sums[places.dweight : places.dweight + weights]
    sum_products(x, slopes, layer, blocks, room, dweight)
    lanes = memory[places.sums : places.sums + layer.units * LANES]
    sum_slopes(slopes, lanes, sums[places.dbias : places.dbias + layer.units])
    if places.wants_dx:
        dx = memory[places.dx : places.dx + count]
        disconnect(slopes, floats(tensors[0], weights), layer, blocks, dx)


@inlined
def _start_backward(row: Any, tensors: Any, memory: Any, sums: Any) -> None:
    places, g = places_of(row), geometry_of(row)
    kernels, frame, room = _room(places, g, memory)
    weights = g.maps * g.inputs * g.kernel * g.kernel
    arrange_flipped(floats(tensors[0], weights), g, kernels)
    clear(frame)
    clear(room)
    clear(memory[places.sums : places.sums + weights * LANES])
    clear(sums[places.dbias : places.dbias + g.maps])


@inlined
def _deconvolve(row: Any, block: Any, memory: Any, lanes: Any, sums: Any) -> None:
    """Adds the gradients of a lane block to those of a convolution stage."""
    places, g = places_of(row), geometry_of(row)
    kernels, frame, room = _room(places, g, memory)
    out, codes, kept = _results(places, g, block, memory)
    at = places.slope + block * places.slope_step
    slopes = slopes_in(room, g, places.wants_dx)
    if g.stride < g.window:
        clear(room)  # else the same pixels are written again
    descend_convolution(memory[at : at + out.size], out, codes, kept, g, slopes)
    weights = memory[places.sums : places.sums + g.maps * g.inputs * g.kernel * g.kernel * LANES]
    x, dbias = _input(places, g, block, memory), sums[places.dbias : places.dbias + g.maps]
    sum_gradients(x, g, frame, slopes, lanes, weights, dbias)
    if places.wants_dx:
        at = places.dx + block * places.dx_step
        descend_inputs(slopes, kernels, g, memory[at : at + x.size])


@inlined
def _finish_backward(row: Any, memory: Any, sums: Any) -> None:
    """Lanes are summed once, after the last lane block."""
    places, g = places_of(row), geometry_of(row)
    for index in range(g.maps * g.inputs * g.kernel * g.kernel):
        sums[places.dweight + index] = lane_sum(memory, places.sums + index * LANES)


@compiled
def backward(
    gradient: Any, ends: Any, plan: Any, tensors: Any, memory: Any, sums: Any, dx: Any
) -> None:
    """Gradients by all tensors in one vector `sums`, from `gradient` [N, U] by the output.

    `memory` is what the pass forward left. `dx` [N, F] may be empty, where the gradient by the
    samples is not wanted.
    """
    at = ends_of(ends)
    count, blocks, starts = _convolutions(plan), at.blocks, np.empty(LANES, np.int64)
    lanes, units = np.empty(LANES, np.float32), gradient.shape[1]
    slopes = memory[at.slope : at.slope + blocks * units * LANES]
    pack_rows(gradient.reshape(-1), starts, units, slopes)
    for stage in range(len(plan) - 1, count - 1, -1):
        _disconnect(plan[stage], tensors[stage], blocks, memory, sums)
    for stage in range(count):
        _start_backward(plan[stage], tensors[stage], memory, sums)
    for block in range(blocks):
        for stage in range(count - 1, -1, -1):
            _deconvolve(plan[stage], block, memory, lanes, sums)
    for stage in range(count):
        _finish_backward(plan[stage], memory, sums)
    if dx.size:
        size = dx.shape[1]
        slopes = memory[at.dx : at.dx + blocks * size * LANES]
        unpack_rows(slopes, starts, size, dx.reshape(-1))
