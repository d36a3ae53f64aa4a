"""Recipe: everything that defines one training, refused when built if it cannot be trained.

A recipe is plain data: frozen, keyword-only, to and from JSON, free of torch. Derive one recipe
from another with `dataclasses.replace`. The seed is not part of it: one recipe, many paired runs.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lenet.checks import RecipeError, check_choice, check_range, check_types, check_whole
from lenet.plain import differing, from_plain, to_plain
from lenet.settings import Augmentation, Conv, Init, Optimizer, Penalty, Pool, Schedule
from lenet.shapes import Shape, Stage, trace

Activation = Literal[
    "identity", "relu", "tanh", "sigmoid", "gelu", "silu", "leaky-relu", "elu", "softmax"
]
Scaling = Literal["raw", "unit", "standardised"]
Head = Literal["linear", "rnn", "lstm"]
HeadSequence = Literal["maps", "single", "batch"]
Loss = Literal["cross-entropy", "mse", "keras-cross-entropy"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One training, start to end. Its defaults are the base network without ReLU on its logits.

    Raises:
        RecipeError: an impossible setting, by its name, with what was expected and what came.
    """

    dataset: str = "auto"
    """Name of the dataset; `auto` is replaced by a real name before training."""
    input_shape: Shape = (1, 28, 28)
    """(C, H, W) of the dataset's images, before padding."""
    classes: int = 10
    """Classes of the dataset, hence outputs of the network."""
    train_size: int | None = None
    """Training images used, from the front; `None` is all that are not held out."""
    validation_size: int = 0
    """Training images held out for choices, never trained on."""
    input_padding: int = 0
    """Black pixels added on each side of an image (2 makes 28 x 28 into LeNet-5's 32 x 32)."""
    input_scaling: Scaling = "unit"
    """`raw` 0 to 255, `unit` 0 to 1, `standardised` mean 0 and deviation 1 a channel."""
    convs: tuple[Conv, ...] = (Conv(maps=6), Conv(maps=16))
    """The convolutions; their number is the depth."""
    pools: tuple[Pool | None, ...] = (Pool(), Pool())
    """The pooling behind each convolution; `None` for none."""
    activation: Activation | tuple[Activation, ...] = "relu"
    """Of every hidden layer, or one a layer: convolutions first, then linear layers."""
    output_activation: Activation = "identity"
    """On the logits."""
    linears: tuple[int, ...] = (120, 84)
    """Widths of the hidden linear layers."""
    head: Head = "linear"
    """What follows the convolutions: `rnn` and `lstm` take the place of one linear layer."""
    head_layer: int = 1
    """Which linear layer a recurrent head takes the place of, from 1; the last gives the logits."""
    head_sequence: HeadSequence = "maps"
    """What a recurrent head reads as its steps: the maps, one single step, or the whole batch."""
    weight_init: Init = Init()
    """Initialiser of kernels and weights."""
    bias_init: Init = Init()
    """Initialiser of biases."""
    loss: Loss = "cross-entropy"
    """`mse` is against one-hot labels; `keras-cross-entropy` divides outputs by their sum first."""
    optimizer: Optimizer = Optimizer()
    """The optimizer and its settings."""
    learning_rate: float = 0.1
    """Learning rate, the peak where a schedule moves it."""
    schedule: Schedule = Schedule()
    """How the rate moves."""
    penalty: Penalty = Penalty()
    """Penalties on kernels, biases and activities."""
    batch_size: int = 256
    """Images a step; the last batch of an epoch may be smaller."""
    shuffle: bool = True
    """A new order each epoch; without it, file order."""
    reshuffle: bool = True
    """Whether the order changes from epoch to epoch; without it, each has that of the first."""
    label_noise: float = 0.0
    """Share of the training labels that are shuffled among themselves, other ones for each seed."""
    epochs: int = 20
    """Passes over the training images."""
    augmentation: Augmentation = Augmentation()
    """Changes of the training images, other ones each epoch."""
    averaging: float = 0.0
    """Share of all steps, at the end, whose weights are averaged: the mean is the final network."""
    weight_seed: int | None = None
    """Seed of the initial weights in every run; `None` takes each run's own."""
    order_seed: int | None = None
    """Seed of the data order in every run; `None` takes each run's own."""

    def __post_init__(self) -> None:
        check_types(self)
        self._check_numbers()
        self._check_names()
        self._check_layers()

    def _check_numbers(self) -> None:
        for name, least in (("classes", 2), ("batch_size", 1), ("epochs", 1)):
            check_whole(name, getattr(self, name), least=least)
        for name in ("validation_size", "input_padding"):
            check_whole(name, getattr(self, name), least=0)
        for name, least in (("train_size", 1), ("weight_seed", 0), ("order_seed", 0)):
            if (value := getattr(self, name)) is not None:
                check_whole(name, value, least=least)
        for index, side in enumerate(self.input_shape):
            check_whole(f"input_shape[{index}]", side, least=1)
        for index, width in enumerate(self.linears):
            check_whole(f"linears[{index}]", width, least=1)
        check_range("learning_rate", self.learning_rate, above=0)
        check_range("averaging", self.averaging, least=0, most=1)
        check_range("label_noise", self.label_noise, least=0, most=1)
        if not (self.shuffle or self.reshuffle):
            raise RecipeError(
                "reshuffle: without shuffle the order is that of the file in each epoch, and "
                "nothing reads it; leave it at True, got False"
            )

    def _check_names(self) -> None:
        hidden = tuple(name for name in get_args(Activation) if name != "softmax")
        for name in self.activations:
            check_choice("activation", name, hidden)
        if self.loss == "cross-entropy" and self.output_activation == "softmax":
            raise RecipeError(
                "output_activation: cross-entropy takes logits and holds the softmax itself; "
                "expected 'identity' (or loss 'keras-cross-entropy'), got 'softmax'"
            )

    def _check_layers(self) -> None:
        if len(self.pools) != len(self.convs) or not self.convs:
            raise RecipeError(
                "pools: expected one entry a convolution (None for no pooling), and at least one; "
                f"got {len(self.pools)} pools for {len(self.convs)} convolutions"
            )
        if len(self.activations) != len(self.convs) + len(self.linears):
            raise RecipeError(
                f"activation: expected one name, or {len(self.convs) + len(self.linears)} (one a "
                f"hidden layer, convolutions first); got {len(self.activations)}"
            )
        self._check_head()
        _ = self.stages

    def _check_head(self) -> None:
        layers = len(self.linears) + 1
        check_whole("head_layer", self.head_layer, least=1)
        if self.head_layer > layers:
            raise RecipeError(
                f"head_layer: expected a layer from 1 to {layers}, as linears and the logits make "
                f"{layers}; got {self.head_layer}"
            )
        if self.head == "linear" and self.head_sequence != "maps":
            raise RecipeError(
                "head_sequence: a linear head reads no sequence; leave it at 'maps', "
                f"got {self.head_sequence!r}"
            )
        if self.head == "linear" and self.head_layer != 1:
            raise RecipeError(
                "head_layer: a linear head takes the place of no layer; leave it at 1, "
                f"got {self.head_layer}"
            )
        if self.head_layer > 1 and self.head_sequence == "maps":
            raise RecipeError(
                "head_sequence: behind a linear layer there are no maps; expected 'batch' or "
                f"'single' with head_layer {self.head_layer}, got 'maps'"
            )

    @property
    def activations(self) -> tuple[Activation, ...]:
        """Activation of each hidden layer, convolutions first."""
        if isinstance(self.activation, tuple):
            return self.activation
        return (self.activation,) * (len(self.convs) + len(self.linears))

    @property
    def padded_shape(self) -> Shape:
        """(C, H, W) as the network sees it."""
        channels, height, width = self.input_shape
        return channels, height + 2 * self.input_padding, width + 2 * self.input_padding

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Sizes through the convolutions; raises `RecipeError` where a map shrinks to nothing."""
        return trace(self.padded_shape, self.convs, self.pools)

    @property
    def features(self) -> int:
        """Values that the convolutions hand to the head."""
        return math.prod(self.stages[-1].pooled)

    @property
    def widths(self) -> tuple[int, ...]:
        """Outputs of each layer behind the convolutions, the logits last."""
        return (*self.linears, self.classes)

    @property
    def linear_names(self) -> tuple[str, ...]:
        """Names of the layers behind the convolutions: linear1, rnn2, output."""
        names = [f"linear{place}" for place in range(1, len(self.widths))]
        if self.head != "linear" and self.head_layer < len(self.widths):
            names[self.head_layer - 1] = f"{self.head}{self.head_layer}"
        return (*names, "output")

    @property
    def head_name(self) -> str | None:
        """Which of them is the recurrent one."""
        return None if self.head == "linear" else self.linear_names[self.head_layer - 1]

    @property
    def identity(self) -> str:
        """Canonical JSON of the fields that differ from their defaults.

        A later field with a default leaves the identity of older recipes as it was.
        """
        return json.dumps(differing(self), sort_keys=True, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain JSON types."""
        return to_plain(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Recipe":
        """The recipe with these fields, defaults for the rest.

        Raises:
            RecipeError: an unknown field, a wrong type or an impossible value, by its path.
        """
        return from_plain(fields, cls)
