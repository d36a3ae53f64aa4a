"""Initial values: bounds and moments of each kind, and what each tensor of a network gets."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet.initialisers import fill
from lenet.model import build_model
from lenet.recipe import Recipe
from lenet.reference import LENET_5
from lenet.settings import Conv, Init, InitKind, Pool

FAN_IN, FAN_OUT = 150, 400
WIDE = Recipe(convs=(Conv(maps=30), Conv(maps=40)), linears=(300, 90))


def filled(init: Init, *, seed: int = 0) -> Tensor:
    tensor = torch.full((400, 500), 7.0)
    generator = torch.Generator().manual_seed(seed)
    fill(tensor, init, fan_in=FAN_IN, fan_out=FAN_OUT, generator=generator)
    return tensor


def parameters(recipe: Recipe) -> dict[str, Tensor]:
    named = build_model(recipe, 0).layers.named_parameters()
    return {name: tensor.detach() for name, tensor in named}


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("pytorch", 1 / math.sqrt(FAN_IN)),
        ("glorot-uniform", math.sqrt(6 / (FAN_IN + FAN_OUT))),
        ("he-uniform", math.sqrt(6 / FAN_IN)),
    ],
)
def test_uniform_kinds_fill_their_range(kind: InitKind, bound: float) -> None:
    values = filled(Init(kind=kind))
    assert 0.999 * bound < float(values.max()) <= bound
    assert -bound <= float(values.min()) < -0.999 * bound
    assert float(values.mean()) == pytest.approx(0, abs=0.01 * bound)
    assert float(values.std()) == pytest.approx(bound / math.sqrt(3), rel=0.01)


@pytest.mark.parametrize(
    ("init", "mean", "std"),
    [
        (Init(kind="normal"), 0.0, 0.05),
        (Init(kind="normal", mean=0.5, std=1 / 4704), 0.5, 1 / 4704),
        (Init(kind="glorot-normal"), 0.0, math.sqrt(2 / (FAN_IN + FAN_OUT))),
        (Init(kind="he-normal"), 0.0, math.sqrt(2 / FAN_IN)),
    ],
)
def test_normal_kinds_have_their_moments(init: Init, mean: float, std: float) -> None:
    values = filled(init)
    assert float(values.mean()) == pytest.approx(mean, abs=0.01 * std)
    assert float(values.std()) == pytest.approx(std, rel=0.01)
    assert float(values.max() - mean) > 3.5 * std


def test_zeros_are_zeros_and_draws_follow_the_generator() -> None:
    assert not filled(Init(kind="zeros")).any()
    init = Init(kind="he-normal")
    assert torch.equal(filled(init), filled(init))
    assert not torch.equal(filled(init), filled(init, seed=1))


@pytest.mark.parametrize("head", ["linear", "rnn", "lstm"])
def test_default_spreads_as_the_layers_of_pytorch_do(head: Any) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first = {"linear": nn.Linear(640, 300), "rnn": nn.RNN(16, 300), "lstm": nn.LSTM(16, 300)}
        by_torch = nn.Sequential(
            *(nn.Conv2d(1, 30, 5), nn.Conv2d(30, 40, 5)),
            *(first[head], nn.Linear(300, 90), nn.Linear(90, 10)),
        )
    by_us = parameters(replace(WIDE, head=head))
    for ours, parameter in zip(by_us.values(), by_torch.parameters(), strict=True):
        theirs = parameter.detach()
        assert ours.shape == theirs.shape
        tolerance = 3 / math.sqrt(ours.numel())
        assert float(ours.std()) == pytest.approx(float(theirs.std()), rel=tolerance)
        assert float(ours.abs().max()) == pytest.approx(float(theirs.abs().max()), rel=tolerance)


def test_weights_and_biases_have_initialisers_of_their_own() -> None:
    found = parameters(replace(WIDE, bias_init=Init(kind="zeros")))
    assert not any(tensor.any() for name, tensor in found.items() if name.endswith("bias"))
    assert all(tensor.any() for name, tensor in found.items() if name.endswith("weight"))
    recurrent = parameters(replace(WIDE, head="lstm", bias_init=Init(kind="zeros")))
    assert not recurrent["lstm1.recurrent.bias_hh_l0"].any()


def test_fans_are_those_of_the_layer() -> None:
    found = parameters(replace(WIDE, weight_init=Init(kind="glorot-uniform")))
    for name, fan_in, fan_out in (
        ("conv2.weight", 30 * 25, 40 * 25),
        ("linear1.1.weight", 640, 300),
        ("output.weight", 90, 10),
    ):
        bound = math.sqrt(6 / (fan_in + fan_out))
        assert 0.98 * bound < float(found[name].abs().max()) <= bound, name
    biases = parameters(replace(WIDE, bias_init=Init(kind="he-uniform")))
    assert 0.9 < float(biases["linear2.bias"].abs().max()) / math.sqrt(6 / 300) <= 1
    assert 0.8 < float(biases["conv2.bias"].abs().max()) / math.sqrt(6 / 750) <= 1


def test_convolution_may_have_a_bias_initialiser_of_its_own() -> None:
    convs = (
        Conv(maps=6, bias_init=Init(kind="normal", mean=0.5, std=1 / 4704)),
        Conv(maps=16),
    )
    found = parameters(replace(LENET_5, convs=convs, bias_init=Init(kind="zeros")))
    assert found["conv1.bias"].mean() == pytest.approx(0.5, abs=1e-3)
    assert found["conv1.bias"].std() > 0
    assert not found["conv2.bias"].any()
    assert not found["output.bias"].any()


def test_weights_of_a_padded_or_pooled_network_are_as_without() -> None:
    plain, pooled = (
        parameters(WIDE),
        parameters(replace(WIDE, pools=(Pool(kind="average"), Pool()))),
    )
    assert torch.equal(plain["conv2.weight"], pooled["conv2.weight"])
