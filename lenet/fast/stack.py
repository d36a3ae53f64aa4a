"""A network's stages as one step that autograd sees: a compiled call for each thread's share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from lenet.fast import kernels
from lenet.fast.memory_pool import Floats, MemoryPool
from lenet.fast.plan import Plan, plan
from lenet.fast.simd import LANES
from lenet.fast.stages import Stage
from lenet.fast.threads import parts, share

Addresses = NDArray[np.int64]
PLANS = 16
"""Most plans that a network keeps: one for each size of a share."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Images of a batch that are not yet gathered: each thread packs its own."""

    images: Tensor
    """[., C, H, W]."""
    index: Tensor
    """[N] int64, which of them."""

    def __len__(self) -> int:
        return self.index.shape[0]


class Tape:
    """One thread's forward pass; its memory goes back to the pool when nobody holds it any more."""

    def __init__(self, plan: Plan, pool: MemoryPool) -> None:
        self.plan = plan
        self.pool = pool
        self.memory = pool.take(plan.floats)

    def __del__(self) -> None:
        self.pool.give(self.memory)


class Trace(NamedTuple):
    """What a forward pass leaves for its backward pass."""

    tapes: list[Tape]
    blocks: list[slice]
    """The lane blocks of each tape."""


class Stack:
    """Stages one after another, convolutions first; it takes samples of so many features."""

    def __init__(self, stages: Sequence[Stage], features: int) -> None:
        self.stages = tuple(stages)
        self.features = features
        self.units = stages[-1].features[1] if stages else features
        self.shapes = [shape for stage in stages for shape in (stage.weight, stage.weight[:1])]
        self.sizes = [math.prod(shape) for shape in self.shapes]
        self.pool = MemoryPool()
        self.plan = lru_cache(PLANS)(self._plan)
        self._known: tuple[tuple[int, ...], Addresses] | None = None

    def run(self, batch: Batch, tensors: Sequence[Tensor]) -> Tensor:
        """What the stages make of a batch: [N, units]."""
        images = batch.images.detach().flatten(1)
        out: Tensor = _Step.apply(self, images, batch.index, *tensors)
        return out

    def run_rows(self, x: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        """The same of features [N, F], by which there are gradients too."""
        out: Tensor = _Step.apply(self, x.contiguous(), torch.arange(len(x)), *tensors)
        return out

    def forward(
        self, samples: Tensor, index: Tensor, tensors: Sequence[Tensor], *, wants_dx: bool = False
    ) -> tuple[Tensor, Trace]:
        """What the stages make of the samples [., F] of these numbers [N], and the way back."""
        blocks = parts(-(-len(index) // LANES))
        addresses = self.addresses(tensors)
        tapes = [Tape(self.plan(part.stop - part.start, wants_dx), self.pool) for part in blocks]
        rows, numbers = samples.detach().numpy(), index.numpy()
        out = torch.empty(len(index), self.units)
        made = out.numpy()

        def work(tape: Tape, part: slice) -> None:
            own = _samples(part)
            ends, table, _ = tape.plan
            kernels.forward(rows, numbers[own], ends, table, addresses, tape.memory, made[own])

        share(work, tapes, blocks)
        return out, Trace(tapes, blocks)

    def backward(
        self, trace: Trace, gradient: Tensor, tensors: Sequence[Tensor], total: Tensor, dx: Tensor
    ) -> None:
        """The gradients by all tensors into one vector, from that by the outputs [N, units].

        `dx` [N, F] may be empty, where the gradient by the samples is not wanted.
        """
        tapes, blocks = trace
        addresses = self.addresses(tensors)
        slopes, found = gradient.contiguous().numpy(), dx.numpy()
        sums = [total, *torch.empty(len(tapes) - 1, len(total))]

        def work(tape: Tape, part: slice, own: Floats) -> None:
            here = _samples(part)
            ends, table, _ = tape.plan
            kernels.backward(slopes[here], ends, table, addresses, tape.memory, own, found[here])

        share(work, tapes, blocks, [each.numpy() for each in sums])
        for more in sums[1:]:
            total += more

    def addresses(self, tensors: Sequence[Tensor]) -> Addresses:
        """Where weight and bias of each stage are, [stages, 2].

        Raises:
            ValueError: a tensor that the kernels would misread.
        """
        pointers = tuple(tensor.data_ptr() for tensor in tensors)
        if self._known is None or self._known[0] != pointers:
            for tensor, shape in zip(tensors, self.shapes, strict=True):
                _check(tensor, shape)
            self._known = pointers, np.array(pointers, np.int64).reshape(-1, 2)
        return self._known[1]

    def pieces(self, vector: Tensor) -> list[Tensor]:
        """What belongs to each tensor, of a vector of all of them."""
        pieces = vector.split_with_sizes(self.sizes) if self.sizes else ()
        return [piece.view(shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def _plan(self, blocks: int, wants_dx: bool) -> Plan:
        return plan(self.stages, self.features, blocks, wants_dx=wants_dx)


def _check(tensor: Tensor, shape: tuple[int, ...]) -> None:
    if tuple(tensor.shape) != shape or tensor.dtype != torch.float32 or not tensor.is_contiguous():
        raise ValueError(
            f"weight: expected a contiguous tensor of float32 and shape {list(shape)}, got "
            f"{tensor.dtype} and {list(tensor.shape)} with strides {list(tensor.stride())}; call "
            "model.to(torch.float32, memory_format=torch.contiguous_format) first"
        )


class _Step(torch.autograd.Function):
    """The samples [., F] of these numbers [N] through a stack: [N, units]."""

    @staticmethod
    def forward(ctx: Any, stack: Stack, samples: Tensor, index: Tensor, *tensors: Tensor) -> Tensor:
        wants_dx = ctx.needs_input_grad[1]
        out, trace = stack.forward(samples, index, tensors, wants_dx=wants_dx)
        ctx.save_for_backward(*tensors)
        ctx.work = stack, trace
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        stack, trace = ctx.work
        wants_dx = ctx.needs_input_grad[1]
        dx = torch.empty(len(gradient) if wants_dx else 0, stack.features)
        slopes = torch.empty(sum(stack.sizes))
        stack.backward(trace, gradient, ctx.saved_tensors, slopes, dx)
        return None, dx if wants_dx else None, None, *stack.pieces(slopes)


def _samples(part: slice) -> slice:
    """The samples of these lane blocks."""
    return slice(part.start * LANES, part.stop * LANES)
