"""Stages one after another, as one step that autograd sees."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lenet.fast import kernels
from lenet.fast.simd import LANES
from lenet.fast.stages import Saved, Stage, flat
from lenet.fast.threads import parts, share

Tensors = tuple[Tensor, ...]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Images of a batch that are not yet gathered: each thread packs its own."""

    images: Tensor
    """[., C, H, W]."""
    index: Tensor
    """[N] int64, which of them."""

    def __len__(self) -> int:
        return self.index.shape[0]


@dataclass(frozen=True, kw_only=True)
class _Tape:
    """One thread's forward pass."""

    out: Tensor
    """[units, n] of its n samples."""
    saved: list[Saved]
    """What each stage left."""


def run(batch: Batch, stages: Sequence[Stage], tensors: Sequence[Tensor]) -> Tensor:
    """What the stages make of a batch: [N, units], samples side by side in memory."""
    out: Tensor = _Images.apply(batch, stages, *tensors)
    return (out if out.shape[1] == len(batch) else out[:, : len(batch)]).t()


def run_matrix(x: Tensor, stages: Sequence[Stage], tensors: Sequence[Tensor]) -> Tensor:
    """What the stages make of features [N, F]: [N, units]; on one thread."""
    out: Tensor = _Matrix.apply(x.t(), stages, *tensors)
    return out.t()


class _Images(torch.autograd.Function):
    """See `run`."""

    @staticmethod
    def forward(ctx: Any, batch: Batch, stages: Sequence[Stage], *tensors: Tensor) -> Tensor:
        values = tuple(tensor.detach() for tensor in tensors)
        blocks = parts(-(-len(batch) // LANES))
        tapes = share(lambda part: _forward(_pack(batch, part), stages, values), blocks)
        ctx.save_for_backward(*tensors)
        ctx.work = stages, tapes, blocks
        return _fresh(tapes[0].out) if len(tapes) == 1 else torch.cat([t.out for t in tapes], dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        stages, tapes, blocks = ctx.work
        values = tuple(tensor.detach() for tensor in ctx.saved_tensors)

        def work(tape: _Tape, part: slice) -> Tensors:
            own = gradient[:, part.start * LANES : part.stop * LANES]
            return _backward(own, stages, tape, values, wanted=False)[1]

        first, *others = share(work, tapes, blocks)
        for sums in others:
            for total, more in zip(first, sums, strict=True):
                total += more
        return None, None, *first


class _Matrix(torch.autograd.Function):
    """See `run_matrix`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, stages: Sequence[Stage], *tensors: Tensor) -> Tensor:
        values = tuple(tensor.detach() for tensor in tensors)
        tape = _forward(x.detach(), stages, values)
        ctx.save_for_backward(*tensors)
        ctx.work = stages, tape
        return _fresh(tape.out)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        stages, tape = ctx.work
        values = tuple(tensor.detach() for tensor in ctx.saved_tensors)
        dx, sums = _backward(gradient, stages, tape, values, wanted=True)
        return dx, None, *sums


def _fresh(out: Tensor) -> Tensor:
    """Another tensor of the same values for autograd to hold.

    The one on the tape would lead back to the tape: a cycle, which keeps every step's memory until
    Python next looks for cycles.
    """
    return out.detach()


def _pack(batch: Batch, part: slice) -> Tensor:
    """The samples of some lane blocks, [B, C, H, W, L]; zeros past the last."""
    images = batch.images
    index = batch.index[part.start * LANES : part.stop * LANES]
    out = images.new_empty(part.stop - part.start, *images.shape[1:], LANES)
    kernels.pack(flat(images), flat(index), math.prod(images.shape[1:]), flat(out))
    return out


def _forward(x: Tensor, stages: Sequence[Stage], values: Tensors) -> _Tape:
    saved: list[Saved] = []
    for stage, own in zip(stages, _own(stages, values), strict=True):
        x, left = stage.forward(x, *own)
        saved.append(left)
    return _Tape(out=x, saved=saved)


def _backward(
    gradient: Tensor, stages: Sequence[Stage], tape: _Tape, values: Tensors, *, wanted: bool
) -> tuple[Tensor | None, Tensors]:
    """Gradient by the input, if wanted, and by each tensor."""
    steps = list(zip(stages, _own(stages, values), tape.saved, strict=True))
    slopes = gradient.clone(memory_format=torch.contiguous_format)  # it is written over
    sums: Tensors = ()
    for number, (stage, own, saved) in reversed(list(enumerate(steps))):
        found = stage.backward(slopes, saved, *own, wanted=wanted or number > 0)
        sums = (*found.by_tensors, *sums)
        if found.by_input is None:
            return None, sums
        slopes = found.by_input
    return slopes, sums


def _own(stages: Sequence[Stage], values: Tensors) -> Iterator[Tensors]:
    """The tensors of each stage."""
    at = 0
    for stage in stages:
        yield values[at : at + stage.tensors]
        at += stage.tensors
