"""The optimizer of a recipe: PyTorch's own, or Keras' arithmetic where the two libraries differ."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer as TorchOptimizer

from lenet.keras_optimizers import KerasAdagrad, KerasAdam, KerasRMSprop
from lenet.recipe import Recipe
from lenet.settings import Optimizer

DEFAULT_EPSILON = {
    "adagrad": 1e-10,
    "rmsprop": 1e-8,
    "adam": 1e-8,
    "adadelta": 1e-6,
    "adamw": 1e-8,
    "nadam": 1e-8,
    "adamax": 1e-8,
}
"""PyTorch's default of `epsilon`, for a recipe that leaves it open."""

DEFAULT_DECAY = {"rmsprop": 0.99, "adadelta": 0.9}
"""PyTorch's default of `decay` (alpha, rho)."""


ONE_CALL = {
    "sgd": {"fused": True},
    "adam": {"fused": True},
    "adamw": {"fused": True},
    "adagrad": {"fused": True},
    "adadelta": {"foreach": True},
}
"""PyTorch's own form of an optimizer that takes all parameters in one call: on a CPU 2 to 4 times
as fast a step of a LeNet as its default, a call or more a parameter. The arithmetic is the same."""


def build_optimizer(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> TorchOptimizer:
    """The optimizer over these parameters, at the recipe's learning rate."""
    settings, parameters = recipe.optimizer, list(parameters)
    on_cpu = all(parameter.device.type == "cpu" for parameter in parameters)
    if settings.epsilon_placement == "keras":
        return _keras(recipe, parameters, fused=on_cpu)
    kind, arguments = _torch_arguments(settings)
    arguments |= ONE_CALL.get(settings.kind, {}) if on_cpu else {}
    return kind(
        parameters, lr=recipe.learning_rate, weight_decay=settings.weight_decay, **arguments
    )


def _keras(recipe: Recipe, parameters: list[nn.Parameter], *, fused: bool) -> TorchOptimizer:
    settings = recipe.optimizer
    given: dict[str, Any] = {
        "learning_rate": recipe.learning_rate,
        "epsilon": epsilon_of(settings),
    }
    match settings.kind:
        case "adagrad":
            return KerasAdagrad(parameters, settings, **given, fused=fused)
        case "adam":
            return KerasAdam(parameters, settings, **given, fused=fused)
    return KerasRMSprop(parameters, settings, **given, decay=decay_of(settings))


def _torch_arguments(settings: Optimizer) -> tuple[Callable[..., TorchOptimizer], dict[str, Any]]:
    betas = {"betas": (settings.beta1, settings.beta2)}
    epsilon = {"eps": epsilon_of(settings)} if settings.kind in DEFAULT_EPSILON else {}
    amsgrad = {"amsgrad": settings.amsgrad}
    match settings.kind:
        case "sgd":
            momentum = {"momentum": settings.momentum, "dampening": settings.dampening}
            return torch.optim.SGD, {**momentum, "nesterov": settings.nesterov}
        case "adagrad":
            start = {"initial_accumulator_value": settings.initial_accumulator}
            return torch.optim.Adagrad, {**epsilon, **start}
        case "rmsprop":
            averages = {"alpha": decay_of(settings), "centered": settings.centered}
            return torch.optim.RMSprop, {**epsilon, **averages, "momentum": settings.momentum}
        case "adadelta":
            return torch.optim.Adadelta, {**epsilon, "rho": decay_of(settings)}
        case "adam":
            return torch.optim.Adam, {**epsilon, **betas, **amsgrad}
        case "adamw":
            return torch.optim.AdamW, {**epsilon, **betas, **amsgrad}
        case "nadam":
            decay = {"momentum_decay": settings.momentum_decay}
            return torch.optim.NAdam, {**epsilon, **betas, **decay}
        case "adamax":
            return torch.optim.Adamax, {**epsilon, **betas}


def epsilon_of(settings: Optimizer) -> float:
    """`epsilon`, or PyTorch's default for this optimizer."""
    return DEFAULT_EPSILON[settings.kind] if settings.epsilon is None else settings.epsilon


def decay_of(settings: Optimizer) -> float:
    """`decay`, or PyTorch's default for this optimizer."""
    return DEFAULT_DECAY[settings.kind] if settings.decay is None else settings.decay
