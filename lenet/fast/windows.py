"""Pooling windows, in registers: the largest value or the mean, and their gradients back."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from llvmlite import ir

from lenet.fast.micro import Maps, kernel
from lenet.fast.simd import (
    INDEX,
    LANES,
    NUMBER,
    NUMBERS,
    VECTOR,
    Emitter,
    instructions,
)

BYTE = 15
"""Widest pooling windows whose codes, the numbers of their pixels, are bytes; else 16 bits."""
CODE_BYTES = (1, 2)
"""Sizes of codes in memory."""
NONE = -1
"""Code of a window that hands no gradient back; in memory the largest there is."""
UNROLLED = (2, 3)
"""Sides of pooling windows that have code of their own."""


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

    return kernel(emit, source, windows, rectify, out, codes, at)


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

    return kernel(emit, source, windows, scale, out, out_at)


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

    return kernel(emit, gradient, gradient_at, scale, target, windows)


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

    return kernel(emit, gradient, codes, start, target, windows)
