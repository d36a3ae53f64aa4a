"""Stages of the fast engine against PyTorch: outputs, and gradients by input, weight and bias."""

import itertools
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lenet.activations import ACTIVATIONS
from lenet.fast import Batch
from lenet.fast.simd import LANES
from lenet.fast.stack import Stack
from lenet.fast.stages import Convolution, Dense
from lenet.settings import Conv, Pool
from tests.fast_engine import (
    EXACT,
    GRADIENT_TOLERANCE,
    OUTPUT_TOLERANCE,
    REPEATABLE,
    Answer,
    Block,
    assert_within,
    block,
    check_stage,
    dense_values,
    fast_answer,
    grid,
    is_exact,
    networks,
    pooled,
    spoilt,
    torch_block,
    torch_dense,
    values_of,
)

ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
COUNT = 2 * LANES + 3
"""Samples: two lane blocks and a part of a third."""


def check_block(block: Block, count: int, seed: int) -> None:
    exact = is_exact(block.activation, block.pool)
    values = values_of(block, count, seed)
    check_stage(Convolution(*block), torch_block(block), *values, is_exact=exact)


def bench_blocks() -> Iterator[Block]:
    for recipe in networks().values():
        for each in zip(
            recipe.stages, recipe.convs, recipe.pools, recipe.activations, strict=False
        ):
            yield Block(*each)


def bench_layers() -> Iterator[tuple[int, int, str]]:
    """Inputs, units and activation of every dense layer of the bench."""
    for recipe in networks().values():
        last = recipe.output_activation.replace("softmax", "identity")  # softmax is PyTorch's
        kinds = (*recipe.activations[len(recipe.convs) :], last)
        widths = [recipe.features, *recipe.linears, recipe.classes]
        yield from (
            (*pair, kind) for pair, kind in zip(itertools.pairwise(widths), kinds, strict=True)
        )


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """A convolution stage of any form, on a rectangular image."""
    kernel = draw(st.integers(1, 8))
    conv = Conv(maps=draw(st.integers(1, 19)), kernel=kernel, padding=draw(st.integers(0, kernel)))
    pool = draw(st.none() | windows())
    least = 1 if pool is None else max(1, pool.kernel - 2 * pool.padding)
    height, width = (
        max(1, least + draw(st.integers(0, 12)) + kernel - 1 - 2 * conv.padding) for _ in "hw"
    )
    inputs = draw(st.integers(1, 7)), height, width
    return block(inputs, conv, pool, draw(st.sampled_from(ELEMENTWISE)))


@st.composite
def windows(draw: st.DrawFn) -> Pool:
    kernel = draw(st.integers(1, 6))
    return Pool(
        kind=draw(st.sampled_from(("max", "average"))),
        kernel=kernel,
        stride=draw(st.integers(1, kernel + 2)),
        padding=draw(st.integers(0, kernel // 2)),
    )


@pytest.mark.parametrize("case", dict.fromkeys(bench_blocks()), ids=str)
def test_convolutions_of_the_bench(case: Block) -> None:
    check_block(case, COUNT, seed=1)


@pytest.mark.parametrize(("inputs", "units", "activation"), dict.fromkeys(bench_layers()))
def test_dense_layers_of_the_bench(inputs: int, units: int, activation: str) -> None:
    values = dense_values(inputs, units, COUNT, seed=2)
    exact = is_exact(activation)
    stage = Dense(inputs, units, activation)
    check_stage(stage, torch_dense(activation), *values, is_exact=exact)


@settings(REPEATABLE, max_examples=300)
@given(case=blocks(), count=st.integers(1, COUNT), seed=st.integers(0, 999))
def test_convolutions_of_any_form(case: Block, count: int, seed: int) -> None:
    check_block(case, count, seed)


@settings(REPEATABLE, max_examples=80)
@given(
    inputs=st.integers(1, 300),
    units=st.integers(1, 130),
    count=st.integers(1, 70),
    activation=st.sampled_from(ELEMENTWISE),
)
def test_dense_layers_of_any_form(inputs: int, units: int, count: int, activation: str) -> None:
    values = dense_values(inputs, units, count, seed=3)
    exact = is_exact(activation)
    stage = Dense(inputs, units, activation)
    check_stage(stage, torch_dense(activation), *values, is_exact=exact)


@pytest.mark.parametrize("activation", ELEMENTWISE)
@pytest.mark.parametrize("pool", [None, Pool(), Pool(kind="average", kernel=3, padding=1)])
def test_every_activation_with_every_kind_of_pooling(activation: str, pool: Pool | None) -> None:
    check_block(block((2, 9, 7), Conv(maps=7, kernel=3, padding=1), pool, activation), COUNT, 4)


@pytest.mark.parametrize("side", [15, 16, 17, 20])
@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "gelu"])
def test_large_pooling_windows(side: int, activation: str) -> None:
    """Their pixels have numbers beyond those of a byte."""
    case = block((1, 22, 21), Conv(maps=2, kernel=2), Pool(kernel=side, stride=1), activation)
    check_block(case, COUNT, seed=5)


@given(features=st.integers(1, 3 * LANES), count=st.integers(1, COUNT), seed=st.integers(0, 9))
@settings(REPEATABLE, max_examples=40)
def test_samples_and_gradients_come_back_as_they_went_in(
    features: int, count: int, seed: int
) -> None:
    x, gradient = (grid(count, features, seed=seed, name=name) for name in ("x", "gradient"))
    leaf = x.clone().requires_grad_()
    out = Stack([], features).run_rows(leaf, [])
    assert torch.equal(out, x)
    assert torch.equal(torch.autograd.grad(out, leaf, gradient)[0], gradient)


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_gradient_by_the_input_changes_no_other(activation: str) -> None:
    """Of images it is not wanted, and not computed."""
    case = block((3, 8, 8), Conv(maps=4, kernel=3), Pool(), activation)
    x, *tensors = (value.requires_grad_() for value in values_of(case, COUNT, seed=6))
    stack = Stack([Convolution(*case)], 3 * 8 * 8)
    rows = stack.run_rows(x.flatten(1), tensors)
    images = stack.run(Batch(images=x.detach(), index=torch.arange(COUNT)), tensors)
    assert torch.equal(rows, images)
    gradient = torch.rand_like(rows)
    wanted = torch.autograd.grad(rows, [x, *tensors], gradient)[1:]
    for one, other in zip(wanted, torch.autograd.grad(images, tensors, gradient), strict=True):
        assert torch.equal(one, other)


SPECIAL = torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -1.0])
POOLS = [
    Pool(kind=kind, kernel=kernel, stride=stride, padding=padding)
    for kind in ("max", "average")
    for kernel, stride, padding in (
        (1, 1, 0), (2, 2, 0), (2, 2, 1), (2, 1, 0), (3, 1, 1), (3, 2, 0), (3, 3, 1), (3, 4, 0),
        (4, 3, 2), (5, 2, 2),
    )
]  # fmt: skip


def passed_on(x: Tensor, pool: Pool, activation: str, gradient: Tensor) -> Answer:
    """What pooling and activation make of maps [N, 1, H, W]: the convolution hands them on."""
    case = block((1, *x.shape[2:]), Conv(maps=1, kernel=1), pool, activation)
    # x + -0.0 is x, of a negative zero as well.
    return fast_answer(
        Convolution(*case), x, torch.ones(1, 1, 1, 1), torch.full((1,), -0.0), gradient
    )


def check_passed_on(x: Tensor, pool: Pool, activation: str) -> None:
    for dtype in (torch.float64, torch.float32):
        leaf = x.to(dtype, copy=True).requires_grad_()
        expected = pooled(leaf, pool, activation)
        gradient = grid(*expected.shape, seed=7, name="gradient").abs() + 1  # shows where it went
        torch.autograd.backward(expected, gradient.to(dtype))
        found = passed_on(x, pool, activation, gradient)
        assert leaf.grad is not None
        exact = pool.kind == "max" or pool.kernel in (1, 2, 4)
        assert_within(found.out, expected.detach(), EXACT if exact else OUTPUT_TOLERANCE)
        assert_within(found.by_input, leaf.grad, EXACT if exact else GRADIENT_TOLERANCE)


@pytest.mark.parametrize("activation", ["identity", "relu"])
@pytest.mark.parametrize("pool", POOLS, ids=str)
@pytest.mark.parametrize("kinds", ["ties", "zeros", "infinities", "nan"])
def test_pooling_of_equal_and_special_values(pool: Pool, activation: str, kinds: str) -> None:
    """The first of equals takes the gradient, and NaN goes through, as in PyTorch."""
    choice = {
        "ties": SPECIAL[5:],
        "zeros": SPECIAL[3:5],
        "infinities": SPECIAL[1:],
        "nan": SPECIAL[[0, 3, 5, 6]],
    }[kinds]
    picks = torch.randint(
        len(choice), (COUNT, 1, 11, 9), generator=torch.Generator().manual_seed(8)
    )
    check_passed_on(choice[picks], pool, activation)


@pytest.mark.parametrize("value", SPECIAL.tolist())
@pytest.mark.parametrize("pool", POOLS, ids=str)
def test_pooling_of_one_value_throughout(pool: Pool, value: float) -> None:
    check_passed_on(torch.full((COUNT, 1, 7, 8), value), pool, "relu")


@pytest.mark.parametrize("side", [15, 16, 17])
@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_large_windows_of_one_value(side: int, value: float) -> None:
    """Where ReLU hands nothing back, no pixel of a window is taken for its largest."""
    check_passed_on(torch.full((COUNT, 1, 18, 19), value), Pool(kernel=side, stride=1), "relu")


def test_equal_values_hand_the_gradient_to_the_first_of_them() -> None:
    x = torch.zeros(1, 1, 2, 4)
    x[0, 0, 1, 2:] = 1
    found = passed_on(x, Pool(), "identity", torch.tensor([[[[5.0, 7.0]]]]))
    assert found.by_input.tolist() == [[[[5, 0, 0, 0], [0, 0, 7, 0]]]]


def test_nan_in_a_window_comes_out_and_stays_in_its_lane() -> None:
    x = torch.ones(3, 1, 4, 4)
    x[1, 0, 3, 0] = float("nan")
    out = passed_on(x, Pool(), "relu", torch.ones(3, 1, 2, 2)).out
    assert out.isnan().nonzero().tolist() == [[1, 0, 1, 0]]


@pytest.mark.parametrize("pool", [Pool(), Pool(kernel=1, stride=1), Pool(kind="average")])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_relu_of_zero_hands_nothing_back(pool: Pool, zero: float) -> None:
    x = torch.full((COUNT, 1, 4, 4), zero)
    out = pooled(x, pool, "relu")
    found = passed_on(x, pool, "relu", torch.ones_like(out))
    assert not found.out.any()
    assert not found.by_input.any()


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_relu_of_zero_in_a_dense_layer_hands_nothing_back(zero: float) -> None:
    x = torch.full((COUNT, 3), zero)
    found = fast_answer(
        Dense(3, 2, "relu"), x, torch.ones(2, 3), torch.full((2,), zero), torch.ones(COUNT, 2)
    )
    assert not any(values.any() for values in found)


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "sigmoid", "leaky-relu", "elu"])
def test_infinity_and_nan_in_a_dense_layer(activation: str) -> None:
    gradient = torch.ones(len(SPECIAL), 1)
    leaf = SPECIAL[:, None].clone().requires_grad_()
    expected = ACTIVATIONS[activation].apply(leaf)
    torch.autograd.backward(expected, gradient)
    found = fast_answer(
        Dense(1, 1, activation), leaf.detach(), torch.ones(1, 1), torch.zeros(1), gradient
    )
    assert leaf.grad is not None
    assert_within(found.out, expected.detach(), OUTPUT_TOLERANCE)
    known = ~leaf.isnan()  # PyTorch's slopes at NaN are now one thing, now another
    assert_within(found.by_input[known], leaf.grad[known], GRADIENT_TOLERANCE)


@pytest.mark.parametrize("name", Answer._fields)
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_wrong_answer_is_caught(name: str, activation: str) -> None:
    """The checks above can fail: one number of an answer is off by 20 millionths."""
    case = block((2, 9, 9), Conv(maps=3, kernel=3), Pool(), activation)
    stage, values = Convolution(*case), values_of(case, COUNT, seed=9)
    right, wrong = (spoilt(fast_answer, name, share) for share in (0.0, 2e-5))
    check_stage(stage, torch_block(case), *values, is_exact=False, answer=right)
    with pytest.raises(AssertionError, match=f"{name}: .* off"):
        check_stage(stage, torch_block(case), *values, is_exact=False, answer=wrong)
