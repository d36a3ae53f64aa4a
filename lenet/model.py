"""The network of a recipe, layer by layer, with the published parameter counts asserted."""

import math
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from lenet.activations import ACTIVATIONS
from lenet.engine import Engine, torch_layers
from lenet.heads import RecurrentHead, build_layers
from lenet.initialisers import fill
from lenet.pooling import build_pool
from lenet.recipe import Recipe
from lenet.reference import PUBLISHED_PARAMETERS, architecture
from lenet.seeding import generator
from lenet.settings import Conv, Init

if TYPE_CHECKING:
    from lenet.fast import Batch, Network


class LeNet(nn.Module):
    """Convolutions with pooling, a head, hidden linear layers, logits.

    Shapes: images [N, C, H, W] in, logits [N, classes] out (after the recipe's output activation).
    Layers are named conv1, conv2, ..., linear1, linear2, ..., output; a recurrent one rnn1 or lstm1
    by its place, but for the output.
    """

    def __init__(self, recipe: Recipe, engine: Engine = "torch") -> None:
        super().__init__()
        self.recipe = recipe
        self.engine = engine
        self.is_fast = engine == "fast" and "all" not in torch_layers(recipe, engine)
        self.layers = nn.ModuleDict()
        channels = recipe.padded_shape[0]
        for index, conv in enumerate(recipe.convs):
            self.layers[f"conv{index + 1}"] = _convolution(channels, conv)
            channels = conv.maps
        self.pools = nn.ModuleList(build_pool(pool) for pool in recipe.pools)
        self.layers.update(build_layers(recipe))

    @cached_property
    def fast(self) -> "Network":
        """The same layers as `lenet.fast` computes them; compiles its kernels if need be."""
        from lenet.fast import Network  # brings Numba with it

        return Network(self.recipe, dict(self.layers.items()))

    def batch(self, images: Tensor, index: Tensor) -> "Tensor | Batch":
        """The images [., C, H, W] of these numbers [N], as the engine takes them soonest."""
        if not self.is_fast:
            return images[index]
        from lenet.fast import Batch

        return Batch(images=images, index=index)

    def forward(self, images: "Tensor | Batch", outputs: dict[str, Tensor] | None = None) -> Tensor:
        """Logits [N, classes].

        Fills `outputs` with each layer's output after its activation and, of a convolution, before
        its pooling; PyTorch computes them on either engine.
        """
        if not isinstance(images, Tensor):
            if outputs is None:
                return self.fast(images)
            images = images.images[images.index]
        if self.is_fast and outputs is None:
            return self.forward(self.batch(images, torch.arange(len(images))))
        return self._torch(images, outputs)

    def _torch(self, images: Tensor, outputs: dict[str, Tensor] | None) -> Tensor:
        activations = iter((*self.recipe.activations, self.recipe.output_activation))
        pools = iter(self.pools)
        x = images.contiguous(memory_format=torch.channels_last)
        for name, layer in self.layers.items():
            x = layer(x)
            activation = ACTIVATIONS[next(activations)]
            pool = next(pools) if name.startswith("conv") else nn.Identity()
            if outputs is None and activation.monotone and isinstance(pool, nn.MaxPool2d):
                x = activation.apply(pool(x))  # as activating first, on fewer pixels
                continue
            x = activation.apply(x)
            if outputs is not None:
                outputs[name] = x
            x = pool(x)
        return x

    @property
    def parameter_count(self) -> int:
        """Trainable parameters."""
        return sum(parameter.numel() for parameter in self.parameters())


def build_model(recipe: Recipe, seed: int, engine: Engine = "torch") -> LeNet:
    """The network of a recipe on the CPU, each tensor drawn from its own (seed, name) generator.

    Raises:
        AssertionError: a reference network that does not have its published parameter count.
    """
    with torch.random.fork_rng(devices=[]):  # PyTorch's own initialisation draws from the global
        model = LeNet(recipe, engine)
    published = PUBLISHED_PARAMETERS.get(architecture(recipe))
    assert published in (None, model.parameter_count), f"{model.parameter_count} != {published}"
    for name, layer in model.layers.items():
        _initialise(layer, name, recipe=recipe, seed=seed)
    # oneDNN's kernels for few channels are faster in this layout: 1.4 times a step with AVX2. Not
    # before the draws, which would fill the weights in another order.
    if not model.is_fast:
        model.to(memory_format=torch.channels_last)
    return model


def _convolution(channels: int, conv: Conv) -> nn.Conv2d:
    return nn.Conv2d(channels, conv.maps, conv.kernel, padding=conv.padding, bias=conv.bias)


def _initialise(layer: nn.Module, name: str, *, recipe: Recipe, seed: int) -> None:
    for key, tensor in layer.named_parameters():
        own = key.rpartition(".")[2]
        fan_in, fan_out = _fans(layer, tensor)
        init = recipe.weight_init if own.startswith("weight") else _bias_init(recipe, name)
        if isinstance(layer, RecurrentHead) and init.kind == "pytorch":
            fan_in = layer.width
        draws = generator(seed, f"{name}.{own}")
        fill(tensor, init, fan_in=fan_in, fan_out=fan_out, generator=draws)


def _fans(layer: nn.Module, tensor: Tensor) -> tuple[int, int]:
    """Fan-in and fan-out of the layer that a parameter belongs to."""
    kernel = max(layer.parameters(), key=lambda parameter: parameter.numel())
    weight = tensor if tensor.ndim > 1 else kernel
    field = math.prod(weight.shape[2:])
    return weight.shape[1] * field, weight.shape[0] * field


def _bias_init(recipe: Recipe, name: str) -> Init:
    if name.startswith("conv"):
        own = recipe.convs[int(name.removeprefix("conv")) - 1].bias_init
        return own or recipe.bias_init
    return recipe.bias_init
