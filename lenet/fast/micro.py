"""The inner loops, in registers: what a compiler does not find by itself.

Each is an intrinsic that emits LLVM instructions on whole registers; a register holds one pixel of
`LANES` samples. Arrays are flat; starts and strides count elements.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from numba import types

from lenet.fast.simd import (
    INDEX,
    LANES,
    REGISTERS,
    Emitter,
    instructions,
)

SUMS = REGISTERS - 4
"""Most running sums: the other registers hold what is multiplied."""
MAPS = 6
"""Most maps of a register block."""
PIXELS = tuple(REGISTERS // 16 * pixels for pixels in (0, 8, 4, 3, 2, 2, 2))
"""Maps of a register block -> its pixels: with 8 sums or more none waits for the one before it."""
TAPS = 6
"""Most kernel columns of a register block of the weight gradient."""


class Maps(NamedTuple):
    """Maps [C, H, W, L] somewhere in a flat array."""

    data: Any
    """float32."""
    start: Any
    """Where the block begins."""
    map: Any
    """From one map to the next."""
    row: Any
    """From one row to the next."""


class Kernels(NamedTuple):
    """Kernels of a block of maps, somewhere in a flat array."""

    biases: Any
    """float32."""
    bias: Any
    """Where the block's biases begin in it, side by side."""
    data: Any
    """float32."""
    start: Any
    """Where the block's first tap is."""
    map: Any
    """From one input map to the next."""
    row: Any
    """From one kernel row to the next."""
    column: Any
    """From one kernel column to the next."""
    unit: Any
    """From the kernel of one map that is made to that of the next."""


class Steps(NamedTuple):
    """What lies between neighbours: in a convolution, one register each."""

    column: Any
    """From what one kernel column reads to what the next one reads."""
    pixel: Any
    """From what one pixel reads to what the next one reads."""
    out: Any
    """From one pixel that is made to the next."""


class Block(NamedTuple):
    """The size of a register block and of the sums that go into it."""

    maps: Any
    """Maps it makes, 1 to `MAPS`."""
    pixels: Any
    """Pixels it makes: 1 or `PIXELS[maps]`."""
    inputs: Any
    """Maps it reads."""
    rows: Any
    """Kernel rows."""
    columns: Any
    """Kernel columns."""


class Patch(NamedTuple):
    """The size of a block of weight gradients and of the map that is summed over."""

    maps: Any
    """Maps whose kernels they are."""
    taps: Any
    """Kernel columns, side by side."""
    rows: Any
    """Rows of the gradient."""
    columns: Any
    """Columns of the gradient."""


def kernel(emit: Callable[..., None], *kinds: Any) -> tuple[Any, Any]:
    """Numba's pair: the signature, and what writes the body, given a view of each argument."""

    def body(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pairs = zip(signature.args, values, strict=True)
        emit(Emitter(builder), *(_view(context, builder, *pair) for pair in pairs))
        return context.get_dummy_value()

    return types.void(*kinds), body


def _view(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The pointer of an array, a named tuple of views, or an integer as it is."""
    if isinstance(kind, types.BaseNamedTuple):
        members = (builder.extract_value(value, index) for index in range(len(kind)))
        pairs = zip(kind, members, strict=True)
        return kind.instance_class(*(_view(context, builder, *pair) for pair in pairs))
    if isinstance(kind, types.Array):
        return context.make_array(kind)(context, builder, value).data
    return value


@instructions
def correlate(typingctx: Any, source: Any, kernels: Any, out: Any, block: Any, steps: Any) -> Any:
    """out[m, p] = bias[m] + sum over inputs, rows, columns of source[., ., . + p] kernels[., m]."""

    def emit(
        lanes: Emitter, source: Maps, kernels: Kernels, out: Maps, block: Block, steps: Steps
    ) -> None:
        for maps in range(1, MAPS + 1):
            for pixels in (1, PIXELS[maps]):
                with lanes.where(block.maps, maps), lanes.where(block.pixels, pixels):
                    size = block._replace(maps=maps, pixels=pixels)
                    _correlate(lanes, source, kernels, out, size, steps)

    return kernel(emit, source, kernels, out, block, steps)


def _correlate(
    lanes: Emitter, source: Maps, kernels: Kernels, out: Maps, block: Block, steps: Steps
) -> None:
    """The same, where `block` says in Python how many maps and pixels."""
    maps, pixels = range(block.maps), range(block.pixels)
    biases = [lanes.splat(kernels.biases, lanes.plus(kernels.bias, m)) for m in maps]
    sums = {(m, p): lanes.variable(biases[m]) for m in maps for p in pixels}
    with lanes.loops(block.inputs, block.rows, block.columns) as (i, row, column):
        here = (i, source.map), (row, source.row), (column, steps.column)
        at = lanes.address(source.start, *here)
        places = [lanes.address(at, (INDEX(p), steps.pixel)) for p in pixels]
        values = [lanes.load(source.data, place) for place in places]
        there = (i, kernels.map), (row, kernels.row), (column, kernels.column)
        tap = lanes.address(kernels.start, *there)
        for m in maps:
            weight = lanes.splat(kernels.data, lanes.address(tap, (INDEX(m), kernels.unit)))
            for p in pixels:
                lanes.accumulate(sums[m, p], weight, values[p])
    for (m, p), total in sums.items():
        at = lanes.address(out.start, (INDEX(p), steps.out), (INDEX(m), out.map))
        lanes.store(lanes.builder.load(total), out.data, at)


@instructions
def correlate_gradient(typingctx: Any, gradient: Any, source: Any, sums: Any, patch: Any) -> Any:
    """sums[m, t] += sum over rows, columns of gradient[m, ., .] source[., . + t]."""

    def emit(lanes: Emitter, gradient: Maps, source: Maps, sums: Maps, patch: Patch) -> None:
        for taps in range(1, TAPS + 1):
            for maps in range(1, min(MAPS, SUMS // taps) + 1):
                with lanes.where(patch.taps, taps), lanes.where(patch.maps, maps):
                    _gradient(lanes, gradient, source, sums, patch, maps=maps, taps=taps)

    return kernel(emit, gradient, source, sums, patch)


def _gradient(
    lanes: Emitter, gradient: Maps, source: Maps, sums: Maps, patch: Patch, *, maps: int, taps: int
) -> None:
    places = {
        (m, t): lanes.address(lanes.plus(sums.start, t * LANES), (INDEX(m), sums.map))
        for m in range(maps)
        for t in range(taps)
    }
    totals = {key: lanes.variable(lanes.load(sums.data, place)) for key, place in places.items()}
    with lanes.loops(patch.rows, patch.columns) as (row, column):
        at = lanes.address(gradient.start, (row, gradient.row), (column, INDEX(LANES)))
        slopes = [
            lanes.load(gradient.data, lanes.address(at, (INDEX(m), gradient.map)))
            for m in range(maps)
        ]
        at = lanes.address(source.start, (row, source.row), (column, INDEX(LANES)))
        for t in range(taps):
            value = lanes.load(source.data, lanes.plus(at, t * LANES))
            for m in range(maps):
                lanes.accumulate(totals[m, t], slopes[m], value)
    for key, place in places.items():
        lanes.store(lanes.builder.load(totals[key]), sums.data, place)


@instructions
def total(typingctx: Any, source: Any, rows: Any, columns: Any, out: Any) -> Any:
    """out [L] = sum of a map over its pixels."""

    def emit(lanes: Emitter, source: Maps, rows: Any, columns: Any, out: Any) -> None:
        b = lanes.builder
        sums = [lanes.variable(lanes.zeros) for _ in range(4)]  # side by side, not in turn

        def add(row: Any, column: Any, total: Any) -> None:
            at = lanes.address(source.start, (row, source.row), (column, INDEX(LANES)))
            b.store(b.fadd(b.load(total), lanes.load(source.data, at)), total)

        fours = b.lshr(columns, INDEX(2))
        with lanes.loops(rows, fours) as (row, four):
            for step, total in enumerate(sums):
                add(row, lanes.address(INDEX(step), (four, INDEX(4))), total)
        with lanes.loops(rows, b.and_(columns, INDEX(3))) as (row, rest):
            add(row, lanes.address(rest, (fours, INDEX(4))), sums[0])
        left, right = (
            b.fadd(b.load(first), b.load(second)) for first, second in (sums[:2], sums[2:])
        )
        lanes.store(b.fadd(left, right), out, INDEX(0))

    return kernel(emit, source, rows, columns, out)


@instructions
def transpose(
    typingctx: Any, source: Any, starts: Any, offset: Any, out: Any, out_at: Any, step: Any
) -> Any:
    """out[p, l] = source[starts[l] + offset + p] of `LANES` neighbours p, `step` apart."""

    def emit(
        lanes: Emitter, source: Any, starts: Any, offset: Any, out: Any, out_at: Any, step: Any
    ) -> None:
        b = lanes.builder
        firsts = (b.load(b.gep(starts, [INDEX(lane)])) for lane in range(LANES))
        rows = [lanes.load(source, b.add(first, offset)) for first in firsts]
        for _ in range(LANES.bit_length() - 1):
            rows = _interleaved(lanes, rows)
        for p, row in enumerate(rows):
            lanes.store(row, out, lanes.address(out_at, (INDEX(p), step)))

    return kernel(emit, source, starts, offset, out, out_at, step)


def _interleaved(lanes: Emitter, rows: list[Any]) -> list[Any]:
    """Each row of the first half merged, lane by lane, with its fellow in the second half."""
    half = LANES // 2
    merged: list[Any] = []
    for left, right in zip(rows[:half], rows[half:], strict=True):
        for first in (0, half):
            order = [lane + side for lane in range(first, first + half) for side in (0, LANES)]
            merged.append(lanes.shuffle(left, right, order))
    return merged
