"""The sizes of a stage, and where in memory its values are: rows of a plan, read by the kernels."""

from typing import Any, NamedTuple

from numba import njit
from numba.np.unsafe.ndarray import to_fixed_tuple

CONVOLUTION, DENSE = range(2)
"""The kinds of stages."""


class Geometry(NamedTuple):
    """The sizes of a block of convolution, activation and pooling; all integers."""

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


class Layer(NamedTuple):
    """The sizes of a linear layer and its activation; all integers."""

    inputs: int
    """Features that come in."""
    units: int
    """Features that go out."""
    activation: int
    """Code of the activation."""
    keeps_sums: int
    """1 where the activation's input tells its slope, 0 where its output does."""


class Places(NamedTuple):
    """Where the values of a stage begin in a thread's memory, counted in floats.

    Forward and backward pass leave nothing to one another in `kernels`, `frame` and `room`.
    """

    x: int
    """What comes in: [B, features in, L]."""
    out: int
    """What goes out: [B, features out, L]."""
    kept: int
    """What tells the slopes of the activation, where `out` does not: [B, ..., L]."""
    codes: int
    """Which pixel of a window was the largest: [B, features out, L]."""
    code_bytes: int
    """Bytes of such a number: 0 where none are kept, 1, or 2 for large windows."""
    slope: int
    """Gradient by what goes out."""
    slope_step: int
    """From the gradients of one lane block to those of the next; 0 where they follow in turn."""
    dx: int
    """Gradient by what comes in: the `slope` of the stage before."""
    dx_step: int
    """The `slope_step` of the stage before."""
    wants_dx: int
    """1 where the gradient by what comes in is wanted."""
    kernels: int
    """Kernels in the order in which they are read."""
    frame: int
    """What comes in of a lane block, in a frame of zeros: [C, H + 2 padding, W + 2 padding, L]."""
    room: int
    """Maps of a lane block before the pooling, or the gradients by them."""
    sums: int
    """Gradient by the weight before its lanes are summed: [weight, L]."""
    dweight: int
    """Gradient by the weight, in the vector of all such gradients."""
    dbias: int
    """Gradient by the bias, in the same vector."""


class Ends(NamedTuple):
    """Where the values at the ends of a network begin, as in `Places`."""

    blocks: int
    """Lane blocks."""
    x: int
    """What goes into the network."""
    out: int
    """What comes out of it."""
    slope: int
    """Gradient by what comes out."""
    dx: int
    """Gradient by what goes in."""


FIELDS = 1 + len(Places._fields) + len(Geometry._fields)
"""Numbers of a row: the kind of the stage, its places, its sizes."""
_PLACES, _SIZES, _LAYER, _ENDS = (len(kind._fields) for kind in (Places, Geometry, Layer, Ends))


@njit
def places_of(row: Any) -> Any:
    """The places of a row of a plan."""
    return Places(*to_fixed_tuple(row[1 : 1 + _PLACES], _PLACES))


@njit
def ends_of(numbers: Any) -> Any:
    """The ends of a plan."""
    return Ends(*to_fixed_tuple(numbers, _ENDS))


@njit
def geometry_of(row: Any) -> Any:
    """The sizes of a convolution stage."""
    return Geometry(*to_fixed_tuple(row[1 + _PLACES : 1 + _PLACES + _SIZES], _SIZES))


@njit
def layer_of(row: Any) -> Any:
    """The sizes of a dense stage."""
    return Layer(*to_fixed_tuple(row[1 + _PLACES : 1 + _PLACES + _LAYER], _LAYER))


@njit
def parts(count: Any, most: Any) -> Any:
    """How many parts of at most `most`, as equal as can be, make `count`."""
    return (count + most - 1) // most
