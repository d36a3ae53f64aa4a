"""The vector unit of this machine, and the few instructions that the kernels are written in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from llvmlite import binding, ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

INDEX = ir.IntType(64)


def _registers() -> tuple[int, int]:
    """How many floats a vector register holds, and how many such registers there are."""
    features: dict[str, bool] = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return 16, 32
    if features.get("avx"):
        return 8, 16
    return (4, 32) if features.get("neon") else (4, 16)


LANES, REGISTERS = _registers()
"""Samples in a lane block (L in the shapes of this package), the floats of one vector register;
and the number of registers."""

VECTOR = ir.VectorType(ir.FloatType(), LANES)
NUMBER = ir.IntType(32)
NUMBERS = ir.VectorType(NUMBER, LANES)
"""The number of a pixel of a window, a lane each; as wide as what it is chosen by."""


class Emitter:
    """Writes instructions on whole registers into the function that Numba is compiling.

    Offsets are LLVM values of 64 bits and count elements.
    """

    zeros = VECTOR([0.0] * LANES)
    """0 in every lane."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def plus(self, offset: Any, elements: int) -> Any:
        """The offset so many elements further on."""
        return self.builder.add(offset, INDEX(elements)) if elements else offset

    def address(self, offset: Any, *terms: tuple[Any, Any]) -> Any:
        """`offset` plus the product of each term."""
        for index, stride in terms:
            offset = self.builder.add(offset, self.builder.mul(index, stride))
        return offset

    def load(self, pointer: Any, offset: Any, kind: ir.VectorType = VECTOR) -> Any:
        """One register from memory."""
        return self.builder.load(self._place(pointer, offset, kind), align=_alignment(kind))

    def store(self, value: Any, pointer: Any, offset: Any) -> None:
        """One register to memory."""
        place = self._place(pointer, offset, value.type)
        self.builder.store(value, place, align=_alignment(value.type))

    def put(self, value: Any, pointer: Any, offset: Any, *, add: bool) -> None:
        """One register to memory, or onto what is there."""
        if add:
            value = self.builder.fadd(self.load(pointer, offset), value)
        self.store(value, pointer, offset)

    def splat(self, pointer: Any, offset: Any) -> Any:
        """One float from memory in every lane."""
        return self.fill(self.builder.load(self.builder.gep(pointer, [offset])))

    def fill(self, scalar: Any) -> Any:
        """One scalar in every lane."""
        kind = ir.VectorType(scalar.type, LANES)
        first = self.builder.insert_element(kind(ir.Undefined), scalar, NUMBER(0))
        return self.shuffle(first, first, [0] * LANES)

    def shuffle(self, left: Any, right: Any, lanes: list[int]) -> Any:
        """The lanes of these numbers, those of `right` counted on from those of `left`."""
        return self.builder.shuffle_vector(left, right, NUMBERS(lanes))

    def variable(self, value: Any) -> Any:
        """A variable, which LLVM keeps in a register."""
        place = cgutils.alloca_once(self.builder, value.type)
        self.builder.store(value, place)
        return place

    def accumulate(self, variable: Any, left: Any, right: Any) -> None:
        """variable += left * right, in one rounding where the machine can."""
        kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
        name = f"llvm.fmuladd.v{LANES}f32"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        total = self.builder.call(function, [left, right, self.builder.load(variable)])
        self.builder.store(total, variable)

    @contextmanager
    def loops(self, *counts: Any) -> Iterator[tuple[Any, ...]]:
        """Nested loops, outermost first; the body is emitted once."""
        with ExitStack() as stack:
            ranges = (cgutils.for_range(self.builder, count) for count in counts)
            yield tuple(stack.enter_context(each).index for each in ranges)

    @contextmanager
    def where(self, value: Any, wanted: int) -> Iterator[None]:
        """A body that runs where `value` is the number `wanted`."""
        with self.builder.if_then(self.builder.icmp_signed("==", value, INDEX(int(wanted)))):
            yield

    def _place(self, pointer: Any, offset: Any, kind: ir.VectorType) -> Any:
        return self.builder.bitcast(self.builder.gep(pointer, [offset]), kind.as_pointer())


def _alignment(kind: ir.VectorType) -> int:
    """Bytes of one element: a lane block need not begin at a multiple of a register."""
    return 4 if kind.element == ir.FloatType() else 1


def instructions(function: Callable[..., Any]) -> Any:
    """A function that compiled code may call, made of the instructions that it emits."""
    return intrinsic(function)


@instructions
def apart(typingctx: Any) -> Any:
    """Says that the function in which it stands is called and not inlined: it compiles once."""

    def body(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), body


inlined = njit(inline="always")
"""Of a function that is compiled with its caller alone: LLVM works anew on all that it is given."""
