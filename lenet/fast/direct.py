"""A step without autograd, but for the loss: the parameters of a network as one vector.

Of a step of 32 images, autograd's graph and an optimizer that goes from tensor to tensor would take
a third.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from lenet.fast.network import Network
from lenet.fast.stack import Batch, Stack

Loss = Callable[[Tensor, Tensor], Tensor]
"""(outputs [N, classes], labels [N]) -> loss, a scalar."""


class Direct:
    """Loss and gradients of a network without a recurrent head.

    From now on its parameters are pieces of `vector`, and their gradients pieces of the vector's:
    an optimizer of the vector moves them all.

    Raises:
        ValueError: a network with a recurrent head, which autograd has to take back.
    """

    def __init__(self, network: Network) -> None:
        if network.whole is None:
            raise ValueError(
                f"network: expected a linear head, got {network.recipe.head!r}; use autograd"
            )
        self.network = network
        self.stack = network.whole
        self.tensors = [*network.kernels, *network.weights]
        self.vector = nn.Parameter(torch.cat([each.detach().flatten() for each in self.tensors]))
        self.vector.grad = self.slopes = torch.zeros_like(self.vector)
        self._nothing = torch.empty(0, self.stack.features)
        _divide(self.stack, self.tensors, self.vector, self.slopes)

    def __call__(self, batch: Batch, labels: Tensor, loss: Loss) -> tuple[Tensor, Tensor]:
        """Loss and outputs [N, classes] of a batch; leaves the gradients with the parameters."""
        images = batch.images.flatten(1)
        made, trace = self.stack.forward(images, batch.index, self.tensors)
        outputs = self.network.finish(made.requires_grad_())
        value = loss(outputs, labels)
        (gradient,) = torch.autograd.grad(value, made)
        self.stack.backward(trace, gradient, self.tensors, self.slopes, self._nothing)
        return value.detach(), outputs.detach()

    def spread(self, numbers: Mapping[Tensor, float]) -> Tensor:
        """A vector with each parameter's number in all of its places, and 0 in place of a bias."""
        vector = torch.zeros_like(self.slopes)
        for tensor, piece in zip(self.tensors, self.stack.pieces(vector), strict=True):
            piece.fill_(numbers.get(tensor, 0.0))
        return vector


def _divide(stack: Stack, tensors: Sequence[Tensor], vector: Tensor, slopes: Tensor) -> None:
    """Make each tensor its piece of the vector; zeros in place of a bias stay what they are."""
    pieces = (stack.pieces(whole.detach()) for whole in (vector, slopes))
    for tensor, value, slope in zip(tensors, *pieces, strict=True):
        if isinstance(tensor, nn.Parameter):
            tensor.data, tensor.grad = value, slope
