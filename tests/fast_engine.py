"""What the tests of `lenet.fast` share: its numbers, PyTorch's answers, how close is close.

Shapes: N samples; a lane block holds L of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
import torch
from hypothesis import settings
from torch import Tensor
from torch.nn import functional

from lenet.activations import ACTIVATIONS
from lenet.fast import lent
from lenet.fast import threads as fast_threads
from lenet.fast.stack import Stack
from lenet.fast.stages import Stage
from lenet.pooling import build_pool
from lenet.recipe import Recipe
from lenet.reference import architecture
from lenet.seeding import generator
from lenet.settings import Conv, Pool
from lenet.shapes import Stage as Sizes
from lenet.shapes import trace
from tests.samples import UNHURRIED, bench_recipes

REPEATABLE = settings(UNHURRIED, derandomize=True)
"""Of hypothesis: the same examples each time."""

EXACT = 0.0
"""Sums of `grid` numbers have no rounding in float32, in whatever order they are taken."""
OUTPUT_TOLERANCE = 1e-6
"""Of an output: 8 roundings. erf is right to 1.5e-7, exp and tanh to 2 units in the last place."""
GRADIENT_TOLERANCE = 4e-6
"""Of a gradient: a sum of up to 1e5 such numbers in float32, of which most errors cancel."""
SINGLE_TOLERANCE = 1e-5
"""From PyTorch in float32, which errs as much by itself, and sums in another order."""
LEAST_SCALE = 0.1
"""Errors are shares of the largest value: of a tensor of values that cancel, of this instead."""


class Block(NamedTuple):
    """A convolution stage; what `lenet.fast.stages.Convolution` takes."""

    sizes: Sizes
    conv: Conv
    pool: Pool | None
    activation: str


class Answer(NamedTuple):
    """What a stage makes of samples and of a gradient by its output."""

    out: Tensor
    """[N, ...]."""
    by_input: Tensor
    """[N, ...]."""
    by_weight: Tensor
    by_bias: Tensor


Function = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(samples [N, ...], weight, bias) -> output [N, ...]."""


def grid(*shape: int, seed: int, name: str, step: float = 0.125) -> Tensor:
    """Whole multiples of `step`, up to 8 of them each way: their sums and products are exact.

    Many are equal, and many sums of them, so that pooling meets ties.
    """
    draws = generator(seed, name)
    return torch.randint(-8, 9, shape, generator=draws).to(torch.float32) * step


def block(
    inputs: tuple[int, int, int], conv: Conv, pool: Pool | None, activation: str = "identity"
) -> Block:
    """The stage that takes maps of shape `inputs` (C, H, W)."""
    return Block(trace(inputs, [conv], [pool])[0], conv, pool, activation)


def networks() -> dict[str, Recipe]:
    """Architecture -> recipe, of every network of the bench."""
    return {architecture(recipe): recipe for recipe in bench_recipes()}


def pooled(x: Tensor, pool: Pool | None, activation: str) -> Tensor:
    """PyTorch's pooling and activation of maps [N, C, H, W], in the order of `LeNet`."""
    kind, layer = ACTIVATIONS[activation], build_pool(pool)
    if pool is not None and pool.kind == "max" and kind.monotone:
        return kind.apply(layer(x))
    result: Tensor = layer(kind.apply(x))
    return result


def torch_block(block: Block) -> Function:
    """PyTorch's form of a convolution stage."""
    padding = block.conv.padding

    def function(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        convolved = functional.conv2d(x, weight, bias, padding=padding)
        return pooled(convolved, block.pool, block.activation)

    return function


def torch_dense(activation: str) -> Function:
    """PyTorch's form of a dense stage."""
    kind = ACTIVATIONS[activation]
    return lambda x, weight, bias: kind.apply(functional.linear(x, weight, bias))


def torch_answer(
    function: Function,
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    gradient: Tensor,
    dtype: torch.dtype,
) -> Answer:
    """PyTorch's answer in this precision."""
    leaves = [value.to(dtype, copy=True).requires_grad_() for value in (x, weight, bias)]
    out = function(*leaves)
    return Answer(out.detach(), *torch.autograd.grad(out, leaves, gradient.to(dtype)))


Answers = Callable[..., Answer]
"""(stage, samples, weight, bias, gradient by the output) -> answer."""


def fast_answer(stage: Stage, x: Tensor, weight: Tensor, bias: Tensor, gradient: Tensor) -> Answer:
    """The stage's answer, by the compiled functions with this stage alone."""
    leaves = [value.clone().requires_grad_() for value in (x, weight, bias)]
    out = Stack([stage], stage.features[0]).run_rows(leaves[0].flatten(1), leaves[1:])
    found = torch.autograd.grad(out, leaves, gradient.flatten(1))
    return Answer(out.detach().reshape(gradient.shape), *found)


def error(found: Tensor, expected: Tensor) -> float:
    """The largest difference, as a share of the largest value; NaN is a value like any other."""
    assert found.shape == expected.shape
    unequal = ~((found == expected) | (found.isnan() & expected.isnan()))
    differences = (found.double() - expected.double())[unequal].abs()
    scale = max(LEAST_SCALE, float(expected.abs().max()))
    return float(differences.max()) / scale if differences.numel() else 0.0


def assert_within(found: Tensor, expected: Tensor, tolerance: float, *, name: str = "") -> None:
    """Fail where float32 values are further from what is expected; NaN is within nothing."""
    assert found.dtype == torch.float32
    off = error(found, expected)
    assert off <= tolerance, f"{name}: {off:.2g} off, more than {tolerance:.2g}"


def assert_answers(found: Answer, exact: Answer, single: Answer, *, is_exact: bool = False) -> None:
    """Fail where a stage is not within the tolerances of PyTorch's float64 and float32."""
    for name, mine, double, other in zip(Answer._fields, found, exact, single, strict=True):
        tolerance = OUTPUT_TOLERANCE if name == "out" else GRADIENT_TOLERANCE
        assert_within(mine, double, EXACT if is_exact else tolerance, name=name)
        assert_within(mine, other, SINGLE_TOLERANCE, name=f"{name}, single")


def check_stage(
    stage: Stage, function: Function, x: Tensor, weight: Tensor, bias: Tensor, *, is_exact: bool,
    answer: Answers = fast_answer,
) -> None:  # fmt: skip
    """Fail where a stage does not answer as PyTorch does."""
    shape = function(x, weight, bias).shape
    given = x, weight, bias, grid(*shape, seed=0, name="gradient")
    exact = torch_answer(function, *given, torch.float64)
    single = torch_answer(function, *given, torch.float32)
    assert_answers(answer(stage, *given), exact, single, is_exact=is_exact)


def values_of(block: Block, count: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Samples, weight and bias of a convolution stage, its sums of the order of 1."""
    conv, inputs = block.conv, block.sizes.inputs[0]
    step = _step(inputs * conv.kernel**2)
    return (
        grid(count, *block.sizes.inputs, seed=seed, name="x"),
        grid(conv.maps, inputs, conv.kernel, conv.kernel, seed=seed, name="weight", step=step),
        grid(conv.maps, seed=seed, name="bias"),
    )


def dense_values(inputs: int, units: int, count: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """The same of a dense stage."""
    return (
        grid(count, inputs, seed=seed, name="x"),
        grid(units, inputs, seed=seed, name="weight", step=_step(inputs)),
        grid(units, seed=seed, name="bias"),
    )


def is_exact(activation: str, pool: Pool | None = None) -> bool:
    """Whether a stage of `grid` numbers makes no rounding."""
    is_share_exact = pool is None or pool.kind == "max" or pool.kernel & (pool.kernel - 1) == 0
    return activation in ("identity", "relu") and is_share_exact


def _step(terms: int) -> float:
    """A power of two, such that a sum of so many products is of the order of 1."""
    return 0.25 * 2.0 ** -((terms.bit_length() + 1) // 2)


def spoilt(answer: Answers, name: str, share: float) -> Answers:
    """The same answers, but for a little in one place of one of them."""

    def spoilt_answer(stage: Stage, *given: Tensor) -> Answer:
        found = answer(stage, *given)
        values = getattr(found, name).clone(memory_format=torch.contiguous_format)
        values.view(-1)[0] += share * max(LEAST_SCALE, float(values.abs().max()))
        return found._replace(**{name: values})

    return spoilt_answer


@contextmanager
def threads(count: int) -> Iterator[None]:
    """The fast engine has so many threads, for small batches too; as it was thereafter."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        with lent(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(fast_threads, "LEAST_BLOCKS", 1)
            yield
    finally:
        torch.set_num_threads(before)
