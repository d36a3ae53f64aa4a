"""The baseline and every variant, each derived from another.

Two bases: `BASE` is the base network of paper 1 without the ReLU on its logits, which kills whole
classes, at the rate of its base code (0.1), so that three epochs show something; `PAPER_1` is what
its model card says (ReLU on the logits, rate 0.01). The short and smoke tiers vary the first, the
paper tier the second. What a paper leaves unsaid is marked ASSUMPTION.
"""

from collections.abc import Mapping
from dataclasses import replace

from lenet.recipe import Activation, Head, Recipe
from lenet.reference import BASE_NETWORK, LENET_5
from lenet.settings import Conv, Optimizer, Pool, Schedule

BASE = replace(BASE_NETWORK, output_activation="identity")
"""Base network of paper 1, logits left as they are; SGD 0.1, batch 256, 20 epochs."""

PAPER_1 = replace(BASE_NETWORK, learning_rate=0.01)
"""Base network as the model card of paper 1 has it: SGD 0.01, batch 256, 20 epochs."""

PAPER_2 = replace(LENET_5, epochs=50, batch_size=32)
"""LeNet-5 as paper 2 trains it, 50 epochs. ASSUMPTION: batches of 32, Keras' default."""

TUNED = replace(
    BASE,
    optimizer=Optimizer(momentum=0.9),
    schedule=Schedule(kind="one-cycle", warmup=0.3),
)
"""`BASE` with momentum and a one-cycle rate: what this network can do in 20 epochs."""

SPEEDRUN = replace(
    BASE,
    optimizer=Optimizer(momentum=0.9, nesterov=True),
    schedule=Schedule(kind="one-cycle", warmup=0.2),
    batch_size=128,
    epochs=5,
)
"""`BASE` to 99% in as little time as can be; chosen on 10,000 held-out training images."""

ACTIVATIONS: tuple[Activation, ...] = (
    "relu",
    "tanh",
    "sigmoid",
    "gelu",
    "silu",
    "leaky-relu",
    "elu",
)
ACTIVATION_RATES = (0.1, 0.01, 0.001, 0.0001)
"""ASSUMPTION: paper 1, section 2.2, speaks of several rates, low and very low ones, unlisted."""

HEADS: tuple[Head, ...] = ("linear", "rnn", "lstm")
HEAD_RATES = (0.1, 0.01, 0.001)
"""Paper 1, section 2.5."""

OPTIMIZERS: Mapping[str, tuple[Optimizer, float]] = {
    "sgd": (Optimizer(), 0.01),
    "momentum": (Optimizer(momentum=0.9), 0.01),
    "adagrad": (Optimizer(kind="adagrad"), 0.01),
    "rmsprop": (Optimizer(kind="rmsprop"), 0.01),
    "adam": (Optimizer(kind="adam"), 0.001),
    "adadelta": (Optimizer(kind="adadelta"), 1.0),
    "adadelta-keras-rate": (Optimizer(kind="adadelta"), 0.001),
    "adamw": (Optimizer(kind="adamw", weight_decay=0.01), 0.001),
    "nadam": (Optimizer(kind="nadam"), 0.002),
}
"""Optimizers at PyTorch's default rates, but for SGD, where 0.01 is Keras' and the papers'.

AdaDelta is there twice: as published, and at 0.001, Keras' default.
"""

POOLS: Mapping[str, Pool] = {
    "k2-s2-p0": Pool(kernel=2, stride=2, padding=0),  # the original
    "k2-s2-p1": Pool(kernel=2, stride=2, padding=1),  # "adding padding"
    "k2-s1-p0": Pool(kernel=2, stride=1, padding=0),  # "decreasing stride"
    "k3-s1-p0": Pool(kernel=3, stride=1, padding=0),  # larger kernel, smaller stride
    "k3-s3-p1": Pool(kernel=3, stride=3, padding=1),  # larger kernel and stride, padding
    "k3-s2-p0": Pool(kernel=3, stride=2, padding=0),  # ASSUMPTION: one of the two not named
    "k3-s2-p1": Pool(kernel=3, stride=2, padding=1),  # ASSUMPTION: the other
}
"""Pooling of paper 1, section 2.3: words for the kernel, stride and padding, no numbers."""

DEPTHS: Mapping[int, tuple[Pool, ...]] = {
    1: (Pool(),),
    2: (Pool(), Pool()),
    3: (Pool(stride=1), Pool(), Pool(stride=1)),
    4: (Pool(stride=1), Pool(stride=1), Pool(stride=1), Pool()),
}
"""Depth -> pools, paper 1, section 2.4, which changed them for 3 and 4 layers and does not say how.

ASSUMPTION: strides of 1 such that 16 maps of 4 x 4 are left, the linear part of the original; the
third and fourth convolution have 16 maps of 5 x 5.
"""


def optimizers(base: Recipe = LENET_5) -> dict[str, Recipe]:
    """Name -> recipe, one an optimizer."""
    return {
        name: replace(base, optimizer=optimizer, learning_rate=rate)
        for name, (optimizer, rate) in OPTIMIZERS.items()
    }


def activations(base: Recipe) -> dict[tuple[str, float], Recipe]:
    """(activation, rate) -> recipe; `relu-on-logits` is ReLU throughout, the logits included."""
    plain = replace(base, output_activation="identity")
    kinds: dict[str, Recipe] = {name: replace(plain, activation=name) for name in ACTIVATIONS}
    kinds["relu-on-logits"] = replace(plain, activation="relu", output_activation="relu")
    return {
        (name, rate): replace(recipe, learning_rate=rate)
        for name, recipe in kinds.items()
        for rate in ACTIVATION_RATES
    }


def pools(base: Recipe) -> dict[str, Recipe]:
    """Pooling -> recipe, both pools alike."""
    return {name: replace(base, pools=(pool, pool)) for name, pool in POOLS.items()}


def depths(base: Recipe) -> dict[int, Recipe]:
    """Number of convolutions -> recipe."""
    maps = (6, 16, 16, 16)
    return {
        depth: replace(base, convs=tuple(Conv(maps=n) for n in maps[:depth]), pools=pools)
        for depth, pools in DEPTHS.items()
    }


def heads(base: Recipe) -> dict[tuple[str, float], Recipe]:
    """(head, rate) -> recipe.

    ASSUMPTION: the recurrent layer takes the place of the first linear layer and reads the 16 maps
    as 16 steps; the paper does not say which layer it replaced, nor what its sequence was.
    """
    return {
        (head, rate): replace(base, head=head, learning_rate=rate)
        for head in HEADS
        for rate in HEAD_RATES
    }
