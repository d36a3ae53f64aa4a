"""A recipe's network as stages of this engine, with PyTorch for what it does not cover."""

import math
from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from lenet.activations import ACTIVATIONS
from lenet.fast.stack import Batch, Stack
from lenet.fast.stages import Convolution, Dense, Stage
from lenet.fast.warm import compile_kernels
from lenet.recipe import Recipe


class Network:
    """The forward pass of a recipe over its layers, which own the parameters."""

    def __init__(self, recipe: Recipe, layers: Mapping[str, nn.Module]) -> None:
        compile_kernels()
        self.recipe = recipe
        inner = {name: _inner(layer) for name, layer in layers.items()}
        convs = [layer for layer in inner.values() if isinstance(layer, nn.Conv2d)]
        linears = [layer for layer in inner.values() if isinstance(layer, nn.Linear)]
        self.kernels, self.weights = _tensors(convs), _tensors(linears)
        self.head = None if recipe.head == "linear" else inner[f"{recipe.head}1"]
        kinds = (*recipe.activations, recipe.output_activation)
        sizes = zip(recipe.stages, recipe.convs, recipe.pools, kinds, strict=False)
        maps: list[Stage] = [Convolution(*each) for each in sizes]
        units: list[Stage] = [
            Dense(layer.in_features, layer.out_features, "identity" if kind == "softmax" else kind)
            for layer, kind in zip(linears, kinds[len(kinds) - len(linears) :], strict=True)
        ]
        pixels = math.prod(recipe.padded_shape)
        self.whole = Stack([*maps, *units], pixels) if self.head is None else None
        self.maps = Stack(maps, pixels)
        width = linears[0].in_features if linears else recipe.classes
        self.units = Stack(units, width)

    def __call__(self, batch: Batch) -> Tensor:
        """Outputs [N, classes]; a recurrent head and a softmax are PyTorch's."""
        if self.whole is not None:
            out = self.whole.run(batch, [*self.kernels, *self.weights])
        else:
            out = self.units.run_rows(self._behind_head(batch), self.weights)
        return self.finish(out)

    def finish(self, out: Tensor) -> Tensor:
        """Outputs [N, classes] from those of the last stage, which knows no softmax."""
        softmax = self.recipe.output_activation == "softmax"
        return ACTIVATIONS["softmax"].apply(out) if softmax else out

    def _behind_head(self, batch: Batch) -> Tensor:
        """What the recurrent head makes of the maps, after its activation: [N, width]."""
        assert self.head is not None
        recipe = self.recipe
        maps = self.maps.run(batch, self.kernels).reshape(-1, *recipe.stages[-1].pooled)
        states: Tensor = self.head(maps)
        return ACTIVATIONS[recipe.activations[len(recipe.convs)]].apply(states)


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
