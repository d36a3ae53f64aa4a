"""Where each stage of a network finds its values, in the one memory of a thread's share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.fast.geometry import CONVOLUTION, FIELDS, Ends, Places
from lenet.fast.simd import LANES
from lenet.fast.stages import Stage

ALIGNED = 16
"""Floats of a cache line: values begin at a multiple of it."""


class Plan(NamedTuple):
    """A table for the kernels, and the memory that it speaks of."""

    ends: NDArray[np.int64]
    """As `geometry.Ends` names them."""
    table: NDArray[np.int64]
    """[stages, FIELDS]."""
    floats: int
    """Of the memory."""


@dataclass
class _Floor:
    """Room that is given out, piece after piece."""

    used: int = 0

    def take(self, floats: int) -> int:
        """Where a piece of so many floats begins."""
        start = self.used
        self.used += -(-floats // ALIGNED) * ALIGNED
        return start


class _Values(NamedTuple):
    """What lies between two stages, and the gradient by it."""

    start: int
    slope: int
    step: int
    """From the gradients of one lane block to those of the next."""


def plan(stages: Sequence[Stage], features: int, blocks: int, *, wants_dx: bool) -> Plan:
    """The plan of a network that takes samples of so many features, for so many lane blocks."""
    floor = _Floor()
    values = _values(stages, features, blocks, floor, wants_dx=wants_dx)
    rows: list[tuple[int, ...]] = []
    tensors = 0
    for number, stage in enumerate(stages):
        wants = int(wants_dx or number > 0)
        places = _places(stage, blocks, values[number : number + 2], floor, tensors, wants)
        rows.append((stage.kind, *places, *stage.sizes))
        tensors += math.prod(stage.weight) + stage.weight[0]
    table = np.zeros((len(rows), FIELDS), np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    first, last = values[0], values[-1]
    ends = Ends(blocks, first.start, last.start, last.slope, first.slope)
    return Plan(np.array(ends, np.int64), table, floor.used)


def _values(
    stages: Sequence[Stage], features: int, blocks: int, floor: _Floor, *, wants_dx: bool
) -> list[_Values]:
    """What lies before, between and behind the stages.

    Of the gradients between two convolutions only those of one lane block have room: they are
    used up before the next one's are made, and stay in the cache.
    """
    found: list[_Values] = []
    widths = [features, *(stage.features[1] for stage in stages)]
    for number, width in enumerate(widths):
        size = width * LANES
        is_inner = 0 < number < len(stages) and stages[number].kind == CONVOLUTION
        is_wanted = number > 0 or wants_dx
        start = floor.take(blocks * size)
        slope = floor.take((1 if is_inner else blocks) * size * is_wanted)
        found.append(_Values(start, slope, 0 if is_inner else size))
    return found


def _places(
    stage: Stage, blocks: int, ends: Sequence[_Values], floor: _Floor, tensors: int, wants_dx: int
) -> Places:
    """The places of a stage, whose gradients by weight and bias begin at `tensors`."""
    room, (before, after) = stage.room(blocks), ends
    return Places(
        x=before.start,
        out=after.start,
        kept=floor.take(blocks * room.kept),
        codes=floor.take(blocks * stage.features[1] * LANES * room.code_bytes // 4),
        code_bytes=room.code_bytes,
        slope=after.slope,
        slope_step=after.step,
        dx=before.slope,
        dx_step=before.step,
        wants_dx=wants_dx,
        kernels=floor.take(room.kernels),
        frame=floor.take(room.frame),
        room=floor.take(room.room),
        sums=floor.take(room.sums),
        dweight=tensors,
        dbias=tensors + math.prod(stage.weight),
    )
