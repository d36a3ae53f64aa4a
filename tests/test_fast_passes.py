"""Activations and their slopes over runs of numbers, against PyTorch in float64 and float32."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lenet.activations import ACTIVATIONS
from lenet.fast import passes
from tests.fast_engine import assert_within

NAMES = [name for name in ACTIVATIONS if name != "softmax"]
TOLERANCE = 1e-6
"""As a share of max(1, |x|): 8 roundings."""
FAR = 1e30
"""silu and the slope of gelu and silu take e ** 87 for infinity: from here on they would err."""
SPECIAL = (float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1e-45, -1e-45)


def activated(name: str, x: Tensor) -> Tensor:
    out = x.clone()
    passes.activate(passes.CODES[name], out.numpy())
    return out


def slopes(name: str, x: Tensor, gradient: Tensor) -> Tensor:
    """The gradient by the input, from what the kernels keep of the pass forward."""
    kept = activated(name, x) if name in passes.BY_OUTPUT else x
    out = gradient.clone()
    passes.descend(passes.CODES[name], kept.numpy(), out.numpy())
    return out


def torchs(name: str, x: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
    leaf = x.clone().requires_grad_()
    out = ACTIVATIONS[name].apply(leaf)
    return out.detach(), torch.autograd.grad(out, leaf, gradient.to(x.dtype))[0]


def numbers() -> Tensor:
    """From close to 0 to far out, of both signs; their count is no multiple of a register."""
    even = np.linspace(-30, 30, 60_001)
    large = np.geomspace(1e-38, FAR, 20_000)
    return torch.from_numpy(np.concatenate([even, large, -large]).astype(np.float32))


def test_every_activation_has_a_code() -> None:
    assert set(passes.CODES) == set(NAMES)
    assert sorted(passes.CODES.values()) == list(range(len(NAMES)))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", NAMES)
def test_activation_and_slope_are_those_of_torch(name: str, dtype: Any) -> None:
    x = numbers()
    gradient = torch.linspace(-1, 1, len(x))
    out, slope = torchs(name, x.to(dtype), gradient)
    scale = x.double().abs().clamp(min=1)
    found = activated(name, x), slopes(name, x, gradient)
    for mine, expected in zip(found, (out, slope), strict=True):
        assert float(((mine.double() - expected.double()) / scale).abs().max()) <= TOLERANCE


@pytest.mark.parametrize("length", range(20))
def test_no_number_before_or_behind_a_run_is_touched(length: int) -> None:
    for name in NAMES:
        x = torch.full((40,), -3.0)
        passes.activate(passes.CODES[name], x[7 : 7 + length].numpy())
        assert torch.equal(x[:7], torch.full((7,), -3.0))
        assert torch.equal(x[7 + length :], torch.full((33 - length,), -3.0))
        expected = ACTIVATIONS[name].apply(torch.tensor(-3.0, dtype=torch.float64))
        assert torch.allclose(x[7 : 7 + length].double(), expected, rtol=0, atol=3 * TOLERANCE)


@pytest.mark.parametrize("name", NAMES)
def test_special_values(name: str) -> None:
    """Where PyTorch answers NaN, infinity times 0, so may they be that are not finite."""
    x = torch.tensor(SPECIAL * 3)
    gradient = torch.ones(len(x))
    expected = torchs(name, x, gradient)
    found = activated(name, x), slopes(name, x, gradient)
    known = ~x.isnan()
    assert found[0][~known].isnan().all()
    for mine, answer in zip(found, expected, strict=True):
        finite = known & ~answer.isnan()
        assert_within(mine[finite], answer[finite], TOLERANCE)
        assert not mine[known & answer.isnan()].isfinite().any()


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_relu_of_zero_has_no_slope(zero: float) -> None:
    x = torch.full((17,), zero)
    assert not activated("relu", x).any()
    assert not slopes("relu", x, torch.ones(17)).any()
