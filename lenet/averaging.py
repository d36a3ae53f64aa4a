"""The mean of a network's weights over the last steps of a training."""

from collections.abc import Sequence

import torch
from torch import Tensor


class WeightMean:
    """Add the weights step by step, then `put` their mean in their place."""

    def __init__(self, weights: Sequence[Tensor]) -> None:
        self._weights = list(weights)
        self._sums = [torch.zeros_like(weight) for weight in weights]
        self._steps = 0

    @torch.no_grad()
    def add(self) -> None:
        """Count the weights as they stand."""
        torch._foreach_add_(self._sums, self._weights)
        self._steps += 1

    @torch.no_grad()
    def put(self) -> None:
        """Give the weights their mean over what was added; raises `ValueError` for nothing."""
        if not self._steps:
            raise ValueError("expected weights that were added, got none: call add() before put()")
        for weight, total in zip(self._weights, self._sums, strict=True):
            weight.copy_(total / self._steps)
