"""Losses and penalties against values found by hand."""

import math
from dataclasses import replace
from typing import get_args

import pytest
import torch
from torch import Tensor

from lenet.losses import LOSSES, has_penalty, loss_sum, penalty_term
from lenet.model import LeNet, build_model
from lenet.recipe import Loss
from lenet.settings import Penalty
from tests.samples import SMALL, assert_close

CONV, LINEAR = {"conv1"}, {"linear1", "output"}


def loss(name: str, outputs: list[list[float]], labels: list[int]) -> float:
    return float(LOSSES[name](torch.tensor(outputs), torch.tensor(labels)))


def test_names_are_those_of_the_recipe() -> None:
    assert list(LOSSES) == list(get_args(Loss))


def test_cross_entropy_by_hand() -> None:
    logits = [[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]
    first = math.log(math.e + math.e**2 + 1) - 2
    assert loss("cross-entropy", logits, [1, 2]) == pytest.approx((first + math.log(3)) / 2)


@pytest.mark.parametrize(("low", "high", "bound"), [(0.0, 1.0, 1.461), (-1.0, 1.0, 0.797)])
def test_bounded_logits_bound_cross_entropy_from_below(
    low: float, high: float, bound: float
) -> None:
    best = [[high] + [low] * 9]
    assert loss("cross-entropy", best, [0]) == pytest.approx(bound, abs=5e-4)
    outputs = low + (high - low) * torch.rand(500, 10, generator=torch.Generator().manual_seed(0))
    assert float(LOSSES["cross-entropy"](outputs, outputs.argmax(1))) > bound


def test_mean_squared_error_by_hand() -> None:
    outputs = [[0.5, 0.0, -1.0], [0.0, 0.0, 3.0]]
    assert loss("mse", outputs, [0, 2]) == pytest.approx((0.25 + 0 + 1 + 0 + 0 + 4) / 6)


def test_keras_cross_entropy_of_probabilities_is_cross_entropy() -> None:
    logits = torch.randn(20, 10, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(20) % 10
    of_probabilities = LOSSES["keras-cross-entropy"](logits.softmax(1), labels)
    assert_close(of_probabilities, LOSSES["cross-entropy"](logits, labels))
    assert loss("keras-cross-entropy", [[2.0, 6.0]], [0]) == pytest.approx(-math.log(0.25))


def test_keras_cross_entropy_of_negative_outputs_is_none() -> None:
    outputs = [-0.5, 0.2, 0.9]  # their sum is 0.6, their shares -0.83, 0.33 and 1.5
    clipped = [-math.log(1e-7), -math.log(0.2 / 0.6), -math.log(1 - 1e-7)]
    for label, expected in enumerate(clipped):
        found = loss("keras-cross-entropy", [outputs], [label])
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)
    # Of the negative output's own label it has no gradient: nothing pulls it up.
    leaf = torch.tensor([outputs], requires_grad=True)
    torch.autograd.backward(LOSSES["keras-cross-entropy"](leaf, torch.tensor([0])))
    assert leaf.grad is not None
    assert not leaf.grad.any()


@pytest.mark.parametrize("name", LOSSES)
def test_sums_of_unequal_batches_make_the_mean_of_all(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    outputs = torch.rand(7, 3, generator=generator)
    labels = torch.arange(7) % 3
    parts = ((outputs[:4], labels[:4]), (outputs[4:], labels[4:]))
    total = sum(float(loss_sum(LOSSES[name], *part)) for part in parts)
    assert total / 7 == pytest.approx(float(LOSSES[name](outputs, labels)), rel=1e-6)


def gradients(penalty: Penalty) -> tuple[LeNet, dict[str, Tensor]]:
    """A network and the gradients of a penalty alone, by parameter; none where it has none."""
    model = build_model(SMALL, 0)
    outputs: dict[str, Tensor] = {}
    model(torch.rand(6, 1, 28, 28), outputs)
    torch.autograd.backward(penalty_term(penalty, model, outputs))
    named = model.layers.named_parameters()
    return model, {name: p.grad for name, p in named if p.grad is not None and p.grad.any()}


@pytest.mark.parametrize(
    ("layers", "penalised"), [("conv", CONV), ("linear", LINEAR), ("all", CONV | LINEAR)]
)
@pytest.mark.parametrize("part", ["weight", "bias"])
def test_gradient_of_a_penalty_is_twice_the_factor_times_the_weight(
    layers: str, penalised: set[str], part: str
) -> None:
    factors = {"weight": "kernel_l2", "bias": "bias_l2"}
    penalty = replace(Penalty(layers=layers), **{factors[part]: 0.01})  # type: ignore[arg-type]
    model, found = gradients(penalty)
    parameters = dict(model.layers.named_parameters())
    assert {name.partition(".")[0] for name in found} == penalised
    for name, gradient in found.items():
        assert name.endswith(part)
        assert_close(gradient, 2 * 0.01 * parameters[name])


@pytest.mark.parametrize(("layers", "names"), [("conv", CONV), ("linear", LINEAR)])
def test_activity_is_summed_over_units_and_averaged_over_samples(
    layers: str, names: set[str]
) -> None:
    model = build_model(SMALL, 0)
    outputs: dict[str, Tensor] = {}
    model(torch.rand(6, 1, 28, 28), outputs)
    penalty = replace(Penalty(activity_l2=0.5), layers=layers)  # type: ignore[arg-type]
    # Before pooling, as Keras' `activity_regularizer` of a convolution has it.
    assert outputs["conv1"].shape == (6, 4, 24, 24)
    expected = sum(0.5 * outputs[name].square().sum() / 6 for name in names)
    assert isinstance(expected, Tensor)
    assert_close(penalty_term(penalty, model, outputs), expected)


def test_terms_add_up_and_none_is_zero() -> None:
    model = build_model(SMALL, 0)
    kernel, bias = Penalty(kernel_l2=0.1), Penalty(bias_l2=0.2)
    both = penalty_term(Penalty(kernel_l2=0.1, bias_l2=0.2), model, {})
    assert_close(both, penalty_term(kernel, model, {}) + penalty_term(bias, model, {}))
    assert float(penalty_term(Penalty(), model, {})) == 0
    assert not has_penalty(Penalty(layers="all"))
    assert all(map(has_penalty, (kernel, bias, Penalty(activity_l2=1e-9))))
