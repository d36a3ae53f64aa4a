"""Loss and gradients of a batch, left with the parameters for an optimizer to use."""

from typing import Protocol

import torch
from torch import Tensor, nn

from lenet.losses import LOSSES, has_penalty, l2_factors, penalty_term
from lenet.model import LeNet


class Descent(Protocol):
    """How a model gets its gradients."""

    weights: list[nn.Parameter]
    """What an optimizer is to move."""

    def __call__(self, images: Tensor, index: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Loss without penalties, and outputs [N, classes], of the images [., C, H, W] of these
        numbers [N], with labels [N]."""


def descent(model: LeNet) -> Descent:
    """The quickest that the model's engine has for its recipe."""
    has_way_back = model.is_fast and model.recipe.head == "linear"
    return FastDescent(model) if has_way_back else AutogradDescent(model)


class AutogradDescent:
    """By PyTorch's autograd."""

    def __init__(self, model: LeNet) -> None:
        self.model = model
        self.weights = list(model.parameters())

    def __call__(self, images: Tensor, index: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        recipe = self.model.recipe
        outputs: dict[str, Tensor] | None = {} if recipe.penalty.activity_l2 else None
        logits: Tensor = self.model(self.model.batch(images, index), outputs)
        total = loss = LOSSES[recipe.loss](logits, labels)
        if has_penalty(recipe.penalty):
            total = loss + penalty_term(recipe.penalty, self.model, outputs or {})
        for weight in self.weights:
            weight.grad = None  # as `zero_grad` does, without its hooks: 0.1 ms a step
        torch.autograd.backward(total)
        return loss.detach(), logits.detach()


class FastDescent:
    """By the fast engine's own way back; penalties are on parameters alone."""

    def __init__(self, model: LeNet) -> None:
        from lenet.fast import Batch, Direct  # brings Numba with it

        penalty = model.recipe.penalty
        self._loss = LOSSES[model.recipe.loss]
        self._batch = Batch
        self._direct = Direct(model.fast)
        factors = self._direct.spread(l2_factors(penalty, model)) if has_penalty(penalty) else None
        self._slope = None if factors is None else 2 * factors
        self.weights = [self._direct.vector]

    def __call__(self, images: Tensor, index: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        found = self._direct(self._batch(images=images, index=index), labels, self._loss)
        if self._slope is not None:
            self._direct.slopes.add_(self._slope * self._direct.vector.detach())
        return found
