"""The inner loops, in registers: what a compiler does not find by itself.

Each is an intrinsic that emits LLVM instructions on whole registers; a register holds one pixel of
`LANES` samples. Arrays are flat; starts and strides count elements.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types

from lenet.fast.simd import (
    INDEX,
    LANES,
    NUMBER,
    NUMBERS,
    REGISTERS,
    VECTOR,
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
BYTE = 15
"""Widest pooling windows whose codes, the numbers of their pixels, are bytes; else 16 bits."""
CODE_BYTES = (1, 2)
"""Sizes of codes in memory."""
NONE = -1
"""Code of a window that hands no gradient back; in memory the largest there is."""
UNROLLED = (2, 3)
"""Sides of pooling windows that have code of their own."""


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


class Windows(NamedTuple):
    """Pooling windows side by side, as far as they lie in the map: all of them alike."""

    count: Any
    """How many."""
    step: Any
    """From one to the next."""
    rows: Any
    """Rows of each that lie in the map."""
    columns: Any
    """Columns of each that lie in the map."""
    first: Any
    """The number of the first pixel that lies in the map; numbers run through whole windows."""
    side: Any
    """Columns of a whole window."""
    form: Any
    """The side of whole windows that are `UNROLLED`, 0 for any others."""
    overlap: Any
    """1 where a pixel may lie in several windows, else 0."""
    code: Any
    """Bytes of the number of a pixel: 1 or, where windows are large, 2."""


def _kernel(emit: Callable[..., None], *kinds: Any) -> tuple[Any, Any]:
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

    return _kernel(emit, source, kernels, out, block, steps)


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

    return _kernel(emit, gradient, source, sums, patch)


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


Pixel = Callable[[Any, Any, Any], None]
"""What to emit for a pixel of a window: its row, its column, its number."""


def _windows(
    lanes: Emitter, windows: Windows, emit: Callable[[Any, Callable[[Pixel], None]], None]
) -> None:
    """Emit a loop over windows; `emit` gets the window's number and what visits its pixels."""

    def unrolled(side: int) -> Callable[[Pixel], None]:
        def visit(pixel: Pixel) -> None:
            for number in range(side * side):
                pixel(INDEX(number // side), INDEX(number % side), INDEX(number))

        return visit

    def looped(pixel: Pixel) -> None:
        with lanes.loops(windows.rows, windows.columns) as (row, column):
            number = lanes.address(windows.first, (row, windows.side), (column, INDEX(1)))
            pixel(row, column, number)

    for form in (0, *UNROLLED):
        with lanes.where(windows.form, form), lanes.loops(windows.count) as (index,):
            emit(index, unrolled(form) if form else looped)


def _pixel(lanes: Emitter, maps: Maps, windows: Windows, index: Any, row: Any, column: Any) -> Any:
    """Where a pixel of window `index` is."""
    here = (index, windows.step), (row, maps.row), (column, INDEX(LANES))
    return lanes.address(maps.start, *here)


def _store_codes(lanes: Emitter, numbers: Any, codes: Any, at: Any, bytes_each: Any) -> None:
    """Numbers of pixels to memory, in as many bytes each."""
    for size in CODE_BYTES:
        with lanes.where(bytes_each, size):
            values = lanes.builder.trunc(numbers, _codes(size))
            lanes.store(values, codes, lanes.builder.mul(at, INDEX(size)))


def _load_codes(lanes: Emitter, codes: Any, at: Any, bytes_each: Any, numbers: Any) -> None:
    """Numbers of pixels from memory to a variable."""
    for size in CODE_BYTES:
        with lanes.where(bytes_each, size):
            place = lanes.builder.mul(at, INDEX(size))
            values = lanes.load(codes, place, _codes(size))
            lanes.builder.store(lanes.builder.zext(values, NUMBERS), numbers)


def _codes(size: int) -> ir.VectorType:
    """The codes of a register in memory, of so many bytes each."""
    return ir.VectorType(ir.IntType(8 * size), LANES)


@instructions
def largest(
    typingctx: Any, source: Any, windows: Any, rectify: Any, out: Any, codes: Any, at: Any
) -> Any:
    """out = largest value of each window, codes = its number: the first of equals; NaN over all.

    Where `rectify` is 1, values at or under 0 become 0 and their code `NONE`.
    """

    def emit(
        lanes: Emitter, source: Maps, windows: Windows, rectify: Any, out: Any, codes: Any, at: Any
    ) -> None:
        b = lanes.builder
        best, place = lanes.variable(lanes.zeros), lanes.variable(lanes.fill(NUMBER(0)))

        def window(index: Any, visit: Callable[[Pixel], None], *, rectifies: bool) -> None:
            b.store(VECTOR([float("-inf")] * LANES), best)
            b.store(lanes.fill(b.trunc(windows.first, NUMBER)), place)
            visit(lambda row, column, number: pixel(index, row, column, number))
            if rectifies:
                positive = b.fcmp_unordered(">", b.load(best), lanes.zeros)  # and NaN
                b.store(b.select(positive, b.load(best), lanes.zeros), best)
                b.store(b.select(positive, b.load(place), lanes.fill(NUMBER(NONE))), place)
            here = lanes.address(at, (index, INDEX(LANES)))
            lanes.store(b.load(best), out, here)
            _store_codes(lanes, b.load(place), codes, here, windows.code)

        def pixel(index: Any, row: Any, column: Any, number: Any) -> None:
            value = lanes.load(source.data, _pixel(lanes, source, windows, index, row, column))
            above = b.fcmp_ordered(">", value, b.load(best))
            above = b.or_(above, b.fcmp_unordered("uno", value, value))
            b.store(b.select(above, value, b.load(best)), best)
            number = lanes.fill(b.trunc(number, NUMBER))
            b.store(b.select(above, number, b.load(place)), place)

        for rectifies in (False, True):
            with lanes.where(rectify, rectifies):
                _windows(lanes, windows, partial(window, rectifies=rectifies))

    return _kernel(emit, source, windows, rectify, out, codes, at)


@instructions
def mean(typingctx: Any, source: Any, windows: Any, scale: Any, out: Any, out_at: Any) -> Any:
    """out = scale * sum of each window."""

    def emit(
        lanes: Emitter, source: Maps, windows: Windows, scale: Any, out: Any, out_at: Any
    ) -> None:
        b = lanes.builder
        sums = lanes.variable(lanes.zeros)

        def window(index: Any, visit: Callable[[Pixel], None]) -> None:
            b.store(lanes.zeros, sums)
            visit(lambda row, column, number: pixel(index, row, column))
            share = b.fmul(b.load(sums), lanes.fill(scale))
            lanes.store(share, out, lanes.address(out_at, (index, INDEX(LANES))))

        def pixel(index: Any, row: Any, column: Any) -> None:
            value = lanes.load(source.data, _pixel(lanes, source, windows, index, row, column))
            b.store(b.fadd(b.load(sums), value), sums)

        _windows(lanes, windows, window)

    return _kernel(emit, source, windows, scale, out, out_at)


@instructions
def spread(
    typingctx: Any, gradient: Any, gradient_at: Any, scale: Any, target: Any, windows: Any
) -> Any:
    """Each pixel of a window gets scale * the window's gradient, added where windows overlap."""

    def emit(
        lanes: Emitter, gradient: Any, gradient_at: Any, scale: Any, target: Maps, windows: Windows
    ) -> None:
        def window(index: Any, visit: Callable[[Pixel], None], *, overlap: bool) -> None:
            at = lanes.address(gradient_at, (index, INDEX(LANES)))
            share = lanes.builder.fmul(lanes.load(gradient, at), lanes.fill(scale))

            def pixel(row: Any, column: Any, number: Any) -> None:
                place = _pixel(lanes, target, windows, index, row, column)
                lanes.put(share, target.data, place, add=overlap)

            visit(pixel)

        for overlap in (False, True):
            with lanes.where(windows.overlap, overlap):
                _windows(lanes, windows, partial(window, overlap=overlap))

    return _kernel(emit, gradient, gradient_at, scale, target, windows)


@instructions
def spread_largest(
    typingctx: Any, gradient: Any, codes: Any, start: Any, target: Any, windows: Any
) -> Any:
    """The pixel of a window whose number is the lane's code gets its gradient, the others 0."""

    def emit(
        lanes: Emitter, gradient: Any, codes: Any, start: Any, target: Maps, windows: Windows
    ) -> None:
        b, wanted = lanes.builder, lanes.variable(lanes.fill(NUMBER(0)))

        def window(index: Any, visit: Callable[[Pixel], None], *, overlap: bool) -> None:
            at = lanes.address(start, (index, INDEX(LANES)))
            slope = lanes.load(gradient, at)
            _load_codes(lanes, codes, at, windows.code, wanted)

            def pixel(row: Any, column: Any, number: Any) -> None:
                same = b.icmp_signed("==", b.load(wanted), lanes.fill(b.trunc(number, NUMBER)))
                place = _pixel(lanes, target, windows, index, row, column)
                lanes.put(b.select(same, slope, lanes.zeros), target.data, place, add=overlap)

            visit(pixel)

        for overlap in (False, True):
            with lanes.where(windows.overlap, overlap):
                _windows(lanes, windows, partial(window, overlap=overlap))

    return _kernel(emit, gradient, codes, start, target, windows)


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

    return _kernel(emit, source, rows, columns, out)


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

    return _kernel(emit, source, starts, offset, out, out_at, step)


def _interleaved(lanes: Emitter, rows: list[Any]) -> list[Any]:
    """Each row of the first half merged, lane by lane, with its fellow in the second half."""
    half = LANES // 2
    merged: list[Any] = []
    for left, right in zip(rows[:half], rows[half:], strict=True):
        for first in (0, half):
            order = [lane + side for lane in range(first, first + half) for side in (0, LANES)]
            merged.append(lanes.shuffle(left, right, order))
    return merged
