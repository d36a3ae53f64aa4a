"""The optimizer of a recipe: PyTorch's own, or Keras' arithmetic where the two libraries differ."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer as TorchOptimizer

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
    if settings.epsilon_placement == "keras":
        return KerasOptimizer(parameters, settings, learning_rate=recipe.learning_rate)
    kind, arguments = _torch_arguments(settings)
    on_cpu = all(parameter.device.type == "cpu" for parameter in parameters)
    arguments |= ONE_CALL.get(settings.kind, {}) if on_cpu else {}
    return kind(
        parameters, lr=recipe.learning_rate, weight_decay=settings.weight_decay, **arguments
    )


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


class KerasOptimizer(TorchOptimizer):
    """AdaGrad, RMSprop and Adam with epsilon where Keras 3 puts it.

    AdaGrad and RMSprop divide by sqrt(v + epsilon); Adam divides by sqrt(v) + epsilon with v not
    yet corrected for its bias, the correction being part of the rate. PyTorch divides by
    sqrt(v) + epsilon in the first two, and corrects v first in Adam.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], settings: Optimizer, *, learning_rate: float
    ) -> None:
        super().__init__(parameters, {"lr": learning_rate})
        self.settings = settings

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update of every parameter that has a gradient."""
        update = {"adagrad": self._adagrad, "rmsprop": self._rmsprop, "adam": self._adam}
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    gradient = parameter.grad + self.settings.weight_decay * parameter
                    update[self.settings.kind](parameter, gradient, group["lr"])

    def _state(self, parameter: Tensor, name: str, start: float = 0.0) -> Tensor:
        state = self.state[parameter]
        if name not in state:
            state[name] = torch.full_like(parameter, start)
        tensor: Tensor = state[name]
        return tensor

    def _adagrad(self, parameter: Tensor, gradient: Tensor, rate: float) -> None:
        total = self._state(parameter, "total", self.settings.initial_accumulator)
        total.addcmul_(gradient, gradient)
        parameter -= rate * gradient / (total + epsilon_of(self.settings)).sqrt()

    def _rmsprop(self, parameter: Tensor, gradient: Tensor, rate: float) -> None:
        decay = decay_of(self.settings)
        square = self._state(parameter, "square").lerp_(gradient.square(), 1 - decay)
        variance = square
        if self.settings.centered:
            mean = self._state(parameter, "mean").lerp_(gradient, 1 - decay)
            variance = square - mean.square()
        update = rate * gradient / (variance + epsilon_of(self.settings)).sqrt()
        if self.settings.momentum:
            update = self._state(parameter, "velocity").mul_(self.settings.momentum).add_(update)
        parameter -= update

    def _adam(self, parameter: Tensor, gradient: Tensor, rate: float) -> None:
        beta1, beta2 = self.settings.beta1, self.settings.beta2
        self.state[parameter]["step"] = step = self.state[parameter].get("step", 0) + 1
        mean = self._state(parameter, "mean").lerp_(gradient, 1 - beta1)
        square = self._state(parameter, "square").lerp_(gradient.square(), 1 - beta2)
        if self.settings.amsgrad:
            square = self._state(parameter, "largest").copy_(
                torch.maximum(self._state(parameter, "largest"), square)
            )
        corrected = rate * (1 - beta2**step) ** 0.5 / (1 - beta1**step)
        parameter -= corrected * mean / (square.sqrt() + epsilon_of(self.settings))
