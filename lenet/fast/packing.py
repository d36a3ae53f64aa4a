"""From samples one after another to samples side by side, and back.

Shapes: N samples of F features, B = ceil(N / L) lane blocks of L samples.
"""

from typing import Any

from numba import njit

from lenet.fast.micro import transpose
from lenet.fast.simd import LANES, apart


@njit
def pack(source: Any, starts: Any, present: Any, size: Any, out: Any) -> None:
    """out [F, L] of the samples that begin at `starts`; zeros in the lanes from `present` on.

    `starts` has a number for each lane: behind the last sample, that of any other.
    """
    apart()
    whole = size - size % LANES
    for feature in range(0, whole, LANES):
        transpose(source, starts, feature, out, feature * LANES, LANES)
    for feature in range(whole, size):
        for lane in range(LANES):
            out[feature * LANES + lane] = source[starts[lane] + feature]
    for feature in range(size if present < LANES else 0):
        for lane in range(present, LANES):
            out[feature * LANES + lane] = 0.0


@njit
def unpack(source: Any, starts: Any, present: Any, size: Any, out: Any) -> None:
    """out [present, F] of source [F, L]; `starts` has room for a number for each lane."""
    apart()
    whole = size - size % LANES if present == LANES else 0
    for lane in range(LANES):
        starts[lane] = lane * LANES
    for feature in range(0, whole, LANES):
        transpose(source, starts, feature * LANES, out, feature, size)
    for feature in range(whole, size):
        for lane in range(present):
            out[lane * size + feature] = source[feature * LANES + lane]


@njit
def pack_rows(source: Any, starts: Any, size: Any, out: Any) -> None:
    """out [B, F, L] of source [N, F]."""
    count = source.size // size
    for block in range(out.size // (size * LANES)):
        present = min(LANES, count - block * LANES)
        for lane in range(LANES):
            starts[lane] = (block * LANES + min(lane, present - 1)) * size
        at = block * size * LANES
        pack(source, starts, present, size, out[at : at + size * LANES])


@njit
def unpack_rows(source: Any, starts: Any, size: Any, out: Any) -> None:
    """out [N, F] of source [B, F, L]."""
    count, step = out.size // size, size * LANES
    for block in range(source.size // step):
        present = min(LANES, count - block * LANES)
        here = source[block * step : (block + 1) * step]
        first = block * step
        unpack(here, starts, present, size, out[first : first + present * size])
