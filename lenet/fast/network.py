"""A recipe's network as stages of this engine, with PyTorch for what it does not cover."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from lenet.activations import ACTIVATIONS
from lenet.fast.stack import Batch, run, run_matrix
from lenet.fast.stages import Convolution, Dense, Flatten, Stage
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
        self.maps: list[Stage] = [*(Convolution(*each) for each in sizes), Flatten()]
        self.units = [
            Dense("identity" if kind == "softmax" else kind)
            for kind in kinds[len(kinds) - len(linears) :]
        ]

    def __call__(self, batch: Batch) -> Tensor:
        """Outputs [N, classes]; a recurrent head and a softmax are PyTorch's."""
        if self.head is None:
            out = run(batch, [*self.maps, *self.units], [*self.kernels, *self.weights])
        else:
            maps = run(batch, self.maps, self.kernels).reshape(-1, *self.recipe.stages[-1].pooled)
            activation = ACTIVATIONS[self.recipe.activations[len(self.recipe.convs)]]
            out = run_matrix(activation.apply(self.head(maps)), self.units, self.weights)
        softmax = self.recipe.output_activation == "softmax"
        return ACTIVATIONS["softmax"].apply(out) if softmax else out


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
