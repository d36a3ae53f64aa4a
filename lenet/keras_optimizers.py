"""AdaGrad, RMSprop and Adam with epsilon where Keras 3 puts it.

AdaGrad and RMSprop divide by sqrt(v + epsilon), Adam by sqrt(v) + epsilon with v not yet corrected
for its bias, the correction being part of the rate. PyTorch divides by sqrt(v) + epsilon in the
first two, and corrects v first in Adam. Two of the three are PyTorch's own kernels all the same,
given another epsilon.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer as TorchOptimizer

from lenet.settings import Optimizer


class KerasAdagrad(torch.optim.Adagrad):
    """AdaGrad whose sum of squares begins with epsilon in it, and so holds it throughout."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: Optimizer,
        *,
        learning_rate: float,
        epsilon: float,
        fused: bool,
    ) -> None:
        super().__init__(
            parameters,
            lr=learning_rate,
            weight_decay=settings.weight_decay,
            initial_accumulator_value=settings.initial_accumulator + epsilon,
            eps=0.0,
            fused=fused,
        )


class KerasAdam(torch.optim.Adam):
    """Adam whose epsilon is divided, step by step, by what the root is corrected with."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: Optimizer,
        *,
        learning_rate: float,
        epsilon: float,
        fused: bool,
    ) -> None:
        super().__init__(
            parameters,
            lr=learning_rate,
            weight_decay=settings.weight_decay,
            betas=(settings.beta1, settings.beta2),
            amsgrad=settings.amsgrad,
            fused=fused,
        )
        self.epsilon = epsilon
        self.steps = 0

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update of every parameter that has a gradient."""
        self.steps += 1
        for group in self.param_groups:
            group["eps"] = self.epsilon / (1 - group["betas"][1] ** self.steps) ** 0.5
        super().step(closure)


class KerasRMSprop(TorchOptimizer):
    """RMSprop with epsilon under the root, and the rate inside of the momentum."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: Optimizer,
        *,
        learning_rate: float,
        epsilon: float,
        decay: float,
    ) -> None:
        super().__init__(parameters, {"lr": learning_rate})
        self.settings, self.epsilon, self.decay = settings, epsilon, decay

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update of every parameter that has a gradient; each operation is one call for all."""
        for group in self.param_groups:
            own = [each for each in group["params"] if each.grad is not None]
            if own:
                self._update(own, [each.grad for each in own], group["lr"])

    def _update(self, own: list[Tensor], slopes: list[Tensor], rate: float) -> None:
        if self.settings.weight_decay:
            slopes = list(torch._foreach_add(slopes, own, alpha=self.settings.weight_decay))
        updates = list(torch._foreach_div(slopes, self._roots(own, slopes)))
        torch._foreach_mul_(updates, rate)
        if self.settings.momentum:
            velocities = self._states(own, "velocity")
            torch._foreach_mul_(velocities, self.settings.momentum)
            torch._foreach_add_(velocities, updates)
            updates = velocities
        torch._foreach_sub_(own, updates)

    def _roots(self, own: list[Tensor], slopes: list[Tensor]) -> list[Tensor]:
        """What the gradients are divided by."""
        squares = self._states(own, "square")
        torch._foreach_mul_(squares, self.decay)
        torch._foreach_addcmul_(squares, slopes, slopes, 1 - self.decay)
        roots = list(torch._foreach_add(squares, self.epsilon))
        if self.settings.centered:
            means = self._states(own, "mean")
            torch._foreach_lerp_(means, slopes, 1 - self.decay)
            torch._foreach_addcmul_(roots, means, means, -1.0)
        torch._foreach_sqrt_(roots)
        return roots

    def _states(self, own: list[Tensor], name: str) -> list[Tensor]:
        for each in own:
            if name not in self.state[each]:
                self.state[each][name] = torch.zeros_like(each)
        return [self.state[each][name] for each in own]
