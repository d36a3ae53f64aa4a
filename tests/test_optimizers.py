"""Optimizers: PyTorch's with its own defaults, and Keras' arithmetic step by step."""

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
import torch
from torch import nn

from lenet import optimizers
from lenet.keras_optimizers import KerasAdagrad, KerasAdam, KerasRMSprop
from lenet.optimizers import (
    DEFAULT_DECAY,
    DEFAULT_EPSILON,
    ONE_CALL,
    build_optimizer,
)
from lenet.recipe import Recipe
from lenet.seeding import generator
from lenet.settings import Optimizer, OptimizerKind

CLASSES: dict[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
    "adadelta": torch.optim.Adadelta,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "adamax": torch.optim.Adamax,
}
GRADIENTS = (0.5, -0.2, 0.03, 0.0, 1.5, -1e-4)
RATE = 0.01


def built(settings: Optimizer, parameters: list[nn.Parameter] | None = None) -> Any:
    weights = [nn.Parameter(torch.ones(3))] if parameters is None else parameters
    return build_optimizer(replace(Recipe(), optimizer=settings, learning_rate=RATE), weights)


def trajectory(settings: Optimizer, *, start: float = 2.0) -> list[float]:
    """One weight, step by step, under the gradients above."""
    weight = nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = built(settings, [weight])
    found: list[float] = []
    for gradient in GRADIENTS:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        found.append(float(weight.detach()))
    return found


@pytest.mark.parametrize("kind", get_args(OptimizerKind))
def test_optimizer_left_alone_has_the_defaults_of_pytorch(kind: Any) -> None:
    optimizer = built(Optimizer(kind=kind))
    assert type(optimizer) is CLASSES[kind]
    alone: Callable[..., torch.optim.Optimizer] = CLASSES[kind]
    theirs = alone([nn.Parameter(torch.ones(3))], lr=RATE).defaults
    changed = {name for name in theirs if optimizer.defaults[name] != theirs[name]}
    assert changed - {*ONE_CALL.get(kind, {})} <= ({"weight_decay"} if kind == "adamw" else set())
    assert optimizer.defaults["weight_decay"] == 0


@pytest.mark.parametrize(
    "settings",
    [
        Optimizer(),
        Optimizer(momentum=0.9, nesterov=True, weight_decay=0.1),
        Optimizer(kind="adam"),
        Optimizer(kind="adam", amsgrad=True),
        Optimizer(kind="adamw", weight_decay=0.01),
        Optimizer(kind="adagrad", initial_accumulator=0.1),
        Optimizer(kind="adadelta"),
    ],
)
def test_one_call_for_all_parameters_is_the_same_arithmetic(
    settings: Optimizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trained() -> torch.Tensor:
        draws = generator(0, "gradients")
        parameter = nn.Parameter(torch.linspace(-1, 1, 50))
        optimizer = build_optimizer(Recipe(optimizer=settings, learning_rate=RATE), [parameter])
        for _ in range(20):
            parameter.grad = torch.randn(50, generator=draws)
            optimizer.step()
        return parameter.detach()

    found = trained()
    monkeypatch.setattr(optimizers, "ONE_CALL", {})
    torch.testing.assert_close(found, trained(), rtol=1e-5, atol=1e-6)


def test_every_setting_of_an_optimizer_reaches_it() -> None:
    momentum = Optimizer(momentum=0.9, nesterov=True, weight_decay=0.1)
    assert (
        built(momentum).defaults.items()
        >= {
            "momentum": 0.9,
            "nesterov": True,
            "weight_decay": 0.1,
        }.items()
    )
    assert built(Optimizer(momentum=0.9, dampening=0.5)).defaults["dampening"] == 0.5
    adagrad = built(Optimizer(kind="adagrad", initial_accumulator=0.1, epsilon=1e-7)).defaults
    assert (adagrad["initial_accumulator_value"], adagrad["eps"]) == (0.1, 1e-7)
    rmsprop = Optimizer(kind="rmsprop", decay=0.9, centered=True, momentum=0.5, epsilon=1e-3)
    expected = {"alpha": 0.9, "centered": True, "momentum": 0.5, "eps": 1e-3}
    assert built(rmsprop).defaults.items() >= expected.items()
    adadelta = built(Optimizer(kind="adadelta", decay=0.95, epsilon=1e-7)).defaults
    assert (adadelta["rho"], adadelta["eps"]) == (0.95, 1e-7)
    for kind in ("adam", "adamw", "nadam", "adamax"):
        settings = Optimizer(kind=kind, beta1=0.8, beta2=0.9, epsilon=1e-5)
        defaults = built(settings).defaults
        assert (defaults["betas"], defaults["eps"], defaults["lr"]) == ((0.8, 0.9), 1e-5, RATE)
    assert built(Optimizer(kind="adam", amsgrad=True)).defaults["amsgrad"]
    assert built(Optimizer(kind="adamw", amsgrad=True)).defaults["amsgrad"]
    assert built(Optimizer(kind="nadam", momentum_decay=1.0)).defaults["momentum_decay"] == 1.0


def keras_adagrad() -> Iterator[float]:
    weight, total = 2.0, 0.1
    for gradient in GRADIENTS:
        total += gradient**2
        weight -= RATE * gradient / math.sqrt(total + 1e-7)
        yield weight


def keras_rmsprop(*, momentum: float = 0.0, centered: bool = False) -> Iterator[float]:
    weight, square, mean, velocity, rho = 2.0, 0.0, 0.0, 0.0, 0.9
    for gradient in GRADIENTS:
        square = rho * square + (1 - rho) * gradient**2
        mean = rho * mean + (1 - rho) * gradient
        variance = square - mean**2 if centered else square
        increment = RATE * gradient / math.sqrt(variance + 1e-7)
        velocity = momentum * velocity + increment
        weight -= velocity
        yield weight


def keras_adam(*, amsgrad: bool = False) -> Iterator[float]:
    weight, mean, square, largest = 2.0, 0.0, 0.0, 0.0
    for step, gradient in enumerate(GRADIENTS, start=1):
        mean += (gradient - mean) * (1 - 0.9)
        square += (gradient**2 - square) * (1 - 0.999)
        largest = max(largest, square)  # not yet corrected for its bias
        alpha = RATE * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weight -= alpha * mean / (math.sqrt(largest if amsgrad else square) + 1e-7)
        yield weight


def keras_adadelta() -> Iterator[float]:
    weight, squares, updates, rho = 2.0, 0.0, 0.0, 0.95
    for gradient in GRADIENTS:
        squares = rho * squares + (1 - rho) * gradient**2
        update = -math.sqrt(updates + 1e-7) / math.sqrt(squares + 1e-7) * gradient
        updates = rho * updates + (1 - rho) * update**2
        weight += RATE * update
        yield weight


def keras_nadam() -> Iterator[float]:
    weight, mean, square, product = 2.0, 0.0, 0.0, 1.0
    for step, gradient in enumerate(GRADIENTS, start=1):
        now = 0.9 * (1 - 0.5 * 0.96**step)
        then = 0.9 * (1 - 0.5 * 0.96 ** (step + 1))
        product *= now
        mean += (gradient - mean) * (1 - 0.9)
        square += (gradient**2 - square) * (1 - 0.999)
        ahead = then * mean / (1 - product * then) + (1 - now) * gradient / (1 - product)
        weight -= RATE * ahead / (math.sqrt(square / (1 - 0.999**step)) + 1e-7)
        yield weight


KERAS: dict[str, tuple[dict[str, Any], Callable[[], Iterator[float]]]] = {
    "adagrad": ({"kind": "adagrad", "initial_accumulator": 0.1}, keras_adagrad),
    "rmsprop": ({"kind": "rmsprop", "decay": 0.9}, keras_rmsprop),
    "rmsprop with momentum": (
        {"kind": "rmsprop", "decay": 0.9, "momentum": 0.5},
        lambda: keras_rmsprop(momentum=0.5),
    ),
    "centred rmsprop": (
        {"kind": "rmsprop", "decay": 0.9, "centered": True, "momentum": 0.5},
        lambda: keras_rmsprop(momentum=0.5, centered=True),
    ),
    "adam": ({"kind": "adam"}, keras_adam),
    "amsgrad": ({"kind": "adam", "amsgrad": True}, lambda: keras_adam(amsgrad=True)),
}


@pytest.mark.parametrize(("fields", "steps"), KERAS.values(), ids=KERAS)
def test_keras_placement_is_the_arithmetic_of_keras(
    fields: dict[str, Any], steps: Callable[[], Iterator[float]]
) -> None:
    settings = Optimizer(epsilon=1e-7, epsilon_placement="keras", **fields)
    assert isinstance(built(settings), KerasAdagrad | KerasAdam | KerasRMSprop)
    assert trajectory(settings) == pytest.approx(list(steps()), rel=1e-12)
    # PyTorch's arithmetic is close, and another.
    torchs = trajectory(replace(settings, epsilon_placement="pytorch"))
    assert torchs == pytest.approx(list(steps()), rel=0.1)
    assert torchs != pytest.approx(list(steps()), rel=1e-12)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        (Optimizer(kind="adadelta", decay=0.95, epsilon=1e-7), keras_adadelta),
        (Optimizer(kind="nadam", momentum_decay=1.0, epsilon=1e-7), keras_nadam),
    ],
)
def test_others_are_those_of_keras_by_their_settings_alone(
    settings: Optimizer, steps: Callable[[], Iterator[float]]
) -> None:
    assert trajectory(settings) == pytest.approx(list(steps()), rel=1e-9)


def test_keras_form_follows_rate_weight_decay_and_missing_gradients() -> None:
    settings = Optimizer(kind="adagrad", epsilon_placement="keras", weight_decay=0.5, epsilon=1e-7)
    used, unused = (nn.Parameter(torch.full((2,), 2.0)) for _ in range(2))
    optimizer = built(settings, [used, unused])
    optimizer.param_groups[0]["lr"] = 0.1
    used.grad = torch.tensor([0.3, 0.0])
    optimizer.step()
    # AdaGrad's first step is the rate times the sign of the gradient, here with 0.5 * 2 added.
    assert used.tolist() == pytest.approx([1.9, 1.9])
    assert unused.tolist() == [2.0, 2.0]


def test_defaults_written_here_are_those_of_this_pytorch() -> None:
    for kind, epsilon in DEFAULT_EPSILON.items():
        assert inspect.signature(CLASSES[kind]).parameters["eps"].default == epsilon
    assert inspect.signature(torch.optim.RMSprop).parameters["alpha"].default == 0.99
    assert inspect.signature(torch.optim.Adadelta).parameters["rho"].default == 0.9
    assert DEFAULT_DECAY == {"rmsprop": 0.99, "adadelta": 0.9}
