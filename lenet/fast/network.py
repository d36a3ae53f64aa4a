"""A recipe's network as stages of this engine, with PyTorch for what it does not cover."""

import math
from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from lenet.activations import ACTIVATIONS
from lenet.fast.elman import run_sequence
from lenet.fast.stack import Batch, Stack
from lenet.fast.stages import Convolution, Dense, Stage
from lenet.fast.warm import compile_kernels
from lenet.heads import RecurrentHead
from lenet.recipe import Activation, Recipe


class Network:
    """The forward pass of a recipe over its layers, which own the parameters."""

    def __init__(self, recipe: Recipe, layers: Mapping[str, nn.Module]) -> None:
        compile_kernels()
        self.recipe = recipe
        inner = {name: _inner(layer) for name, layer in layers.items()}
        convs = [layer for layer in inner.values() if isinstance(layer, nn.Conv2d)]
        linears = [layer for layer in inner.values() if isinstance(layer, nn.Linear)]
        self.kernels, self.weights = _tensors(convs), _tensors(linears)
        self.head = None if recipe.head_name is None else inner[recipe.head_name]
        kinds = _without_softmax(*recipe.activations, recipe.output_activation)
        place = len(convs) + recipe.head_layer - 1
        self.head_activation = "identity" if self.head is None else kinds.pop(place)
        stages, pixels = _stages(recipe, linears, kinds), math.prod(recipe.padded_shape)
        self.whole = Stack(stages, pixels) if self.head is None else None
        self.before = Stack(stages[:place], pixels)
        self.behind = Stack(stages[place:], recipe.widths[recipe.head_layer - 1])

    def __call__(self, batch: Batch) -> Tensor:
        """Outputs [N, classes]; a softmax is PyTorch's, and so are most recurrent heads."""
        if self.whole is not None:
            out = self.whole.run(batch, [*self.kernels, *self.weights])
        else:
            out = self._behind_head(batch)
        return self.finish(out)

    def finish(self, out: Tensor) -> Tensor:
        """Outputs [N, classes] from those of the last stage, which knows no softmax."""
        softmax = self.recipe.output_activation == "softmax"
        return ACTIVATIONS["softmax"].apply(out) if softmax else out

    def _behind_head(self, batch: Batch) -> Tensor:
        """Outputs [N, classes] of a network with a recurrent head."""
        assert self.head is not None
        count = 2 * (self.recipe.head_layer - 1)
        x = self.before.run(batch, [*self.kernels, *self.weights[:count]])
        if not count:
            x = x.reshape(-1, *self.recipe.stages[-1].pooled)
        states = ACTIVATIONS[self.head_activation].apply(_states(self.head, x))
        return self.behind.run_rows(states, self.weights[count:])


def _without_softmax(*kinds: Activation) -> list[Activation]:
    """The activations that a stage can have; `finish` applies a softmax."""
    return ["identity" if kind == "softmax" else kind for kind in kinds]


def _stages(
    recipe: Recipe, linears: Sequence[nn.Linear], kinds: Sequence[Activation]
) -> list[Stage]:
    """Convolutions, then linear layers; an activation each, in this order."""
    convs = zip(recipe.stages, recipe.convs, recipe.pools, kinds, strict=False)
    dense = zip(linears, kinds[len(recipe.convs) :], strict=True)
    return [
        *(Convolution(*each) for each in convs),
        *(Dense(layer.in_features, layer.out_features, kind) for layer, kind in dense),
    ]


def _states(head: nn.Module, x: Tensor) -> Tensor:
    """What the head makes of maps [N, C, H, W] or values [N, F]: [N, width]."""
    assert isinstance(head, RecurrentHead)
    if head.sequence == "batch" and isinstance(head.recurrent, nn.RNN):
        return run_sequence(head.recurrent, x.flatten(1))
    states: Tensor = head(x)
    return states


def _inner(layer: nn.Module) -> nn.Module:
    """The layer itself, or the linear one behind the flattening of the maps."""
    return layer[1] if isinstance(layer, nn.Sequential) else layer


def _tensors(layers: Sequence[nn.Conv2d] | Sequence[nn.Linear]) -> list[Tensor]:
    """Weight and bias of each layer, zeros where it has no bias.

    Raises:
        ValueError: a weight that is not contiguous, which the kernels would misread.
    """
    found: list[Tensor] = []
    for layer in layers:
        weight, bias = layer.weight, layer.bias
        if not weight.is_contiguous():
            raise ValueError(
                "weight: expected a contiguous tensor, got one in another memory format; call "
                "model.to(memory_format=torch.contiguous_format) first"
            )
        found += [weight, weight.new_zeros(len(weight)) if bias is None else bias]
    return found
