"""Activations: their names, their shape in words, and what dead and saturated mean."""

from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from lenet.activations import ACTIVATIONS, dead_share, saturated_share
from lenet.recipe import Activation
from tests.samples import assert_close

GRID = torch.linspace(-12, 12, 24_001, dtype=torch.float64)
ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
MONOTONE = [name for name, kind in ACTIVATIONS.items() if kind.monotone]


def test_names_are_those_of_the_recipe() -> None:
    assert list(ACTIVATIONS) == list(get_args(Activation))


def test_functions_are_those_of_their_names() -> None:
    x = torch.tensor([-2.0, -0.5, 0.0, 1.5], dtype=torch.float64)
    exp, phi = torch.exp(x), (1 + torch.erf(x / 2**0.5)) / 2
    expected = {
        "identity": x,
        "relu": x.clamp(min=0),
        "tanh": (exp - 1 / exp) / (exp + 1 / exp),
        "sigmoid": 1 / (1 + 1 / exp),
        "gelu": x * phi,
        "silu": x / (1 + 1 / exp),
        "leaky-relu": torch.where(x > 0, x, 0.01 * x),
        "elu": torch.where(x > 0, x, exp - 1),
        "softmax": exp / exp.sum(),
    }
    for name, kind in ACTIVATIONS.items():
        assert_close(kind.apply(x), expected[name])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_monotone_means_that_it_never_falls(name: str) -> None:
    never_falls = bool((ACTIVATIONS[name].apply(GRID).diff() >= 0).all())
    assert never_falls == ACTIVATIONS[name].monotone


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_bounds_are_where_it_goes_far_out(name: str) -> None:
    far = ACTIVATIONS[name].apply(torch.tensor([-1e4, 1e4]))
    flat = far.abs() < 50
    for bound, limit, is_flat in zip(ACTIVATIONS[name].bounds, far, flat, strict=True):
        if bound is not None:
            assert float(limit) == bound
        elif bool(is_flat):  # at rest, which counts as dead, not as saturated
            assert ACTIVATIONS[name].rests_below_zero
    assert ACTIVATIONS[name].rests_below_zero == bool(far[0] == 0 and name != "sigmoid")


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.MaxPool2d(3, stride=2, padding=1)])
@pytest.mark.parametrize("name", MONOTONE)
def test_pooling_may_go_before_a_monotone_activation(name: str, pool: nn.MaxPool2d) -> None:
    apply = ACTIVATIONS[name].apply
    maps = torch.randn(3, 4, 9, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    upstream = torch.rand_like(pool(maps))
    found: list[tuple[Tensor, Tensor]] = []
    for order in (lambda x: apply(pool(x)), lambda x: pool(apply(x))):
        x = maps.clone().requires_grad_()
        y = order(x)
        torch.autograd.backward(y, upstream)
        assert x.grad is not None
        found.append((y.detach(), x.grad))
    for before, after in zip(*found, strict=True):
        assert_close(before, after)
    assert bool(found[0][1].any())


def test_pooling_may_not_go_before_one_that_falls() -> None:
    maps = torch.full((1, 1, 2, 2), -5.0)
    maps[0, 0, 0, 0] = -0.75  # the largest, but where GELU is lowest
    apply, pool = ACTIVATIONS["gelu"].apply, nn.MaxPool2d(2)
    assert float(pool(apply(maps))) > float(apply(pool(maps)))


def test_unit_is_dead_if_no_sample_wakes_it() -> None:
    outputs = torch.tensor([[0.0, 1.0, 0.0, -0.1], [0.0, 0.0, 0.5, -0.1]])
    assert dead_share(outputs, "relu") == 0.5
    assert dead_share(outputs, "silu") == 0.5
    assert dead_share(outputs, "tanh") == 0.0
    maps = torch.zeros(5, 4, 3, 3)
    maps[4, 1, 2, 2] = 0.1  # one pixel of one sample
    assert dead_share(maps, "relu") == 0.75


def test_value_is_saturated_within_a_hundredth_of_a_bound() -> None:
    def share(values: list[float], activation: str) -> float:
        return saturated_share(torch.tensor([values]), activation)

    assert share([-0.99, -0.97, 0.0, 0.99], "tanh") == 0.5
    assert share([0.005, 0.02, 0.5, 0.98], "sigmoid") == 0.25
    assert share([0.995, 0.02, 0.5, 0.005], "sigmoid") == 0.5
    assert share([-0.995, -0.98, 50.0, 1.0], "elu") == 0.25
    assert share([0.0, 0.0, 9e9, 1.0], "relu") == 0.0
