"""A batch through several stages as one step of autograd, against PyTorch's layers."""

import gc
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from bench.recipes import BASE
from lenet.fast import Batch
from lenet.fast.memory_pool import KEPT, MemoryPool
from lenet.fast.simd import LANES
from lenet.fast.stack import Stack
from lenet.fast.stages import Convolution, Dense
from lenet.model import build_model
from lenet.recipe import Head
from lenet.settings import Conv, Pool
from tests.fast_engine import (
    EXACT,
    GRADIENT_TOLERANCE,
    OUTPUT_TOLERANCE,
    REPEATABLE,
    assert_within,
    block,
    dense_values,
    grid,
    threads,
    values_of,
)

BLOCK = block((2, 8, 7), Conv(maps=3, kernel=3), Pool(), "relu")
FEATURES = 3 * 3 * 2
STACK = Stack([Convolution(*BLOCK), Dense(FEATURES, 6, "relu"), Dense(6, 4, "identity")], 2 * 8 * 7)
COUNTS = sorted({1, 7, LANES - 1, LANES, LANES + 1, 3 * LANES + 5})


def tensors() -> list[Tensor]:
    """Weight and bias of each stage of `STACK`, as leaves."""
    own = [
        *values_of(BLOCK, 1, seed=1)[1:],
        *dense_values(FEATURES, 6, 1, seed=1)[1:],
        *dense_values(6, 4, 1, seed=2)[1:],
    ]
    return [tensor.requires_grad_() for tensor in own]


def images(count: int) -> Tensor:
    return grid(count, *BLOCK.sizes.inputs, seed=3, name="images")


def whole(x: Tensor) -> Batch:
    return Batch(images=x, index=torch.arange(len(x)))


def torchs(x: Tensor, values: list[Tensor]) -> Tensor:
    weights = iter(values)
    x = functional.conv2d(x, next(weights), next(weights))
    x = functional.relu(functional.max_pool2d(x, 2)).flatten(1)
    x = functional.relu(functional.linear(x, next(weights), next(weights)))
    return functional.linear(x, next(weights), next(weights))


def expected(x: Tensor, gradient: Tensor) -> tuple[Tensor, ...]:
    """PyTorch's output and gradients in float64."""
    values = [tensor.detach().double().requires_grad_() for tensor in tensors()]
    out = torchs(x.double(), values)
    return out.detach(), *torch.autograd.grad(out, values, gradient.double())


def found(batch: Batch, gradient: Tensor) -> tuple[Tensor, ...]:
    values = tensors()
    out = STACK.run(batch, values)
    return out.detach(), *torch.autograd.grad(out, values, gradient)


def check(answers: tuple[Tensor, ...], exact: tuple[Tensor, ...]) -> None:
    for mine, other in zip(answers, exact, strict=True):
        assert_within(mine, other, EXACT)


@pytest.mark.parametrize("available", [1, 2, 3])
@pytest.mark.parametrize("count", COUNTS)
def test_batch_of_any_size_on_any_threads(count: int, available: int) -> None:
    x, gradient = images(count), grid(count, 4, seed=4, name="gradient")
    with threads(available):
        check(found(whole(x), gradient), expected(x, gradient))


@settings(REPEATABLE, max_examples=30)
@given(index=st.lists(st.integers(0, 19), min_size=1, max_size=3 * LANES))
def test_index_says_which_images_in_which_order(index: list[int]) -> None:
    x, gradient = images(20), grid(len(index), 4, seed=5, name="gradient")
    batch = Batch(images=x, index=torch.tensor(index))
    assert len(batch) == len(index)
    check(found(batch, gradient), expected(x[index], gradient))


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 5), (3, 28, 28), (2, 9, 16)])
def test_images_of_any_size_are_packed(shape: tuple[int, int, int]) -> None:
    x = grid(LANES + 3, *shape, seed=6, name="x")
    index = torch.arange(len(x)).flip(0)
    out = Stack([], math.prod(shape)).run(Batch(images=x, index=index), [])
    assert torch.equal(out, x[index].flatten(1))


def test_sample_does_not_depend_on_its_neighbours() -> None:
    x = images(2 * LANES + 3)
    values = tensors()
    together = STACK.run(whole(x), values)
    for sample in (0, LANES, len(x) - 1):
        alone = STACK.run(Batch(images=x, index=torch.tensor([sample])), values)
        assert torch.equal(alone, together[sample : sample + 1])


def test_what_is_not_a_number_stays_in_its_sample() -> None:
    x = images(LANES + 3)
    x[LANES + 1] = float("nan")
    out = STACK.run(whole(x), tensors())
    assert out.isnan().any(dim=1).nonzero().flatten().tolist() == [LANES + 1]


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
def test_features_and_their_gradient(activation: str) -> None:
    x, *values = (tensor.requires_grad_() for tensor in dense_values(9, 5, 11, seed=7))
    gradient = grid(11, 5, seed=8, name="gradient")
    out = Stack([Dense(9, 5, activation)], 9).run_rows(x, values)
    answers = out.detach(), *torch.autograd.grad(out, [x, *values], gradient)
    leaves = [tensor.detach().double().requires_grad_() for tensor in (x, *values)]
    applied: Any = getattr(functional, activation)
    exact = applied(functional.linear(*leaves))
    slopes = torch.autograd.grad(exact, leaves, gradient.double())
    tolerances = OUTPUT_TOLERANCE, *[GRADIENT_TOLERANCE] * 3
    for mine, other, tolerance in zip(answers, (exact.detach(), *slopes), tolerances, strict=True):
        assert_within(mine, other, tolerance)


def test_gradient_of_any_layout_is_left_as_it_is() -> None:
    x, count = images(LANES + 3), LANES + 3
    plain = grid(count, 4, seed=9, name="gradient")
    spread = torch.zeros(count, 8)[:, ::2].copy_(plain)
    one = torch.ones(1, 1).expand(count, 4)
    for gradient in (plain, plain.t().contiguous().t(), spread, one):
        before = gradient.clone()
        check(found(whole(x), gradient), expected(x, gradient))
        assert torch.equal(gradient, before)


def test_step_can_be_taken_back_twice() -> None:
    values, x = tensors(), images(LANES + 3)
    out = STACK.run(whole(x), values)
    gradient = torch.ones_like(out)
    first = torch.autograd.grad(out, values, gradient, retain_graph=True)
    second = torch.autograd.grad(out, values, gradient)
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one, other)


def test_two_passes_forward_before_two_back() -> None:
    """Each has memory of its own, whatever came back to the pool before."""
    values, several = tensors(), [images(count) for count in (LANES + 3, 5, LANES + 3)]
    outs = [STACK.run(whole(x), values) for x in several]
    for x, out in [*zip(several, outs, strict=True)][::-1]:
        gradient = grid(*out.shape, seed=10, name="gradient")
        exact = expected(x, gradient)
        check((out.detach(), *torch.autograd.grad(out, values, gradient)), exact)


@pytest.mark.parametrize("available", [1, 2])
def test_batches_of_changing_size_and_passes_without_gradients(available: int) -> None:
    values = tensors()
    with threads(available):
        for count in (3, 4 * LANES, LANES + 1, 4 * LANES, 3, 9 * LANES):
            x, gradient = images(count), grid(count, 4, seed=11, name="gradient")
            out = STACK.run(whole(x), values)
            with torch.no_grad():
                assert torch.equal(STACK.run(whole(x.flip(0)), values).flip(0), out)
            exact = expected(x, gradient)
            check((out.detach(), *torch.autograd.grad(out, values, gradient)), exact)


def test_a_pass_back_does_not_spoil_what_another_one_needs() -> None:
    values, x = tensors(), images(2 * LANES)
    out = STACK.run(whole(x), values)
    gradient = grid(*out.shape, seed=12, name="gradient")
    for _ in range(3):
        torch.autograd.grad(out, values, torch.ones_like(out), retain_graph=True)
        torch.autograd.backward(STACK.run(whole(images(7)), values).sum())
        found = torch.autograd.grad(out, values, gradient, retain_graph=True)
        check((out.detach(), *found), expected(x, gradient))


def test_weights_in_new_storage_are_the_ones_that_count() -> None:
    values, x = tensors(), images(LANES + 3)
    before = STACK.run(whole(x), values).detach()
    old = [value.detach().clone() for value in values]
    for value in values:
        value.data = value.detach() * 2
    assert not torch.equal(STACK.run(whole(x), values), before)
    for value, copy in zip(values, old, strict=True):
        value.data = copy
    assert torch.equal(STACK.run(whole(x), values), before)


def test_weight_that_the_kernels_would_misread_is_refused() -> None:
    values = [tensor.detach() for tensor in tensors()]
    for wrong in (values[0].double(), values[0].mT, values[0][:2]):
        with pytest.raises(ValueError, match="expected a contiguous tensor of float32"):
            STACK.run(whole(images(3)), [wrong, *values[1:]])


def test_memory_is_used_again_and_bounded() -> None:
    pool = MemoryPool()
    first, second = pool.take(100), pool.take(50)
    pool.give(first)
    pool.give(second)
    assert pool.take(40) is second
    assert pool.take(40) is first
    assert len(pool.take(40)) == 40
    for size in range(1, 30):
        pool.give(np.empty(size, np.float32))
    assert len(pool) == KEPT
    larger = pool.take(1000)
    pool.give(larger)
    assert pool.take(900) is larger


def test_steps_share_one_memory() -> None:
    stack, values = Stack(STACK.stages, STACK.features), tensors()
    for count in (20, 3, 20, 11):
        torch.autograd.backward(stack.run(whole(images(count)), values).sum())
        with torch.no_grad():
            stack.run(whole(images(count)), values)
    assert len(stack.pool) == 1


def test_weight_that_changed_since_is_refused() -> None:
    values = tensors()
    out = STACK.run(whole(images(3)), values)
    with torch.no_grad():
        values[0] += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torch.autograd.backward(out.sum())


def test_nothing_is_recorded_without_gradients() -> None:
    with torch.no_grad():
        assert not STACK.run(whole(images(3)), tensors()).requires_grad


def test_images_and_weights_are_left_as_they_are() -> None:
    x, values = images(LANES + 3), tensors()
    before = [tensor.detach().clone() for tensor in (x, *values)]
    torch.autograd.backward(STACK.run(whole(x), values).sum())
    for tensor, copy in zip((x, *values), before, strict=True):
        assert torch.equal(tensor, copy)


@pytest.mark.parametrize("head", ["linear", "rnn"])
def test_a_step_leaves_no_cycle_that_would_keep_its_memory(head: Head) -> None:
    recipe = replace(BASE, head=head)
    model = build_model(recipe, 0, "fast")
    images = torch.rand(9, *recipe.padded_shape)

    def step() -> None:
        torch.autograd.backward(model(images).square().sum())

    step()
    gc.collect()
    gc.disable()
    try:
        step()
        kept = [each for each in gc.get_objects() if type(each).__name__ == "Tape"]
    finally:
        gc.enable()
    assert kept == []
