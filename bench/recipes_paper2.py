"""Paper 2: LeNet-5 under five optimizers, at Keras' defaults and at PyTorch's.

Section 5 gives 32 x 32 in, average pooling and 50 epochs; rates, batch size, initialisation and the
activation of the convolutions are unsaid. ASSUMPTION: ReLU, inputs scaled to [0, 1], batches of 32,
Keras' default, and all other defaults of Keras, to which one-hot labels and a citation point.
"""

from collections.abc import Mapping
from dataclasses import replace

from bench.recipes import PAPER_2
from lenet.recipe import Recipe
from lenet.settings import Init, Optimizer, Pool

Levels = tuple[str | int | float, ...]
Choice = tuple[Optimizer, float]
"""An optimizer and its learning rate."""

GLOROT = {"weight_init": Init(kind="glorot-uniform"), "bias_init": Init(kind="zeros")}
"""Initialisation of Keras' layers."""

KERAS: Mapping[str, Choice] = {
    "sgd": (Optimizer(), 0.01),
    "adagrad": (
        Optimizer(kind="adagrad", epsilon=1e-7, epsilon_placement="keras", initial_accumulator=0.1),
        0.001,
    ),
    "rmsprop": (
        Optimizer(kind="rmsprop", decay=0.9, epsilon=1e-7, epsilon_placement="keras"),
        0.001,
    ),
    "adam": (Optimizer(kind="adam", epsilon=1e-7, epsilon_placement="keras"), 0.001),
    "adadelta": (Optimizer(kind="adadelta", decay=0.95, epsilon=1e-7), 0.001),
}
"""Optimizer -> Keras 3's default settings."""

TORCH: Mapping[str, Choice] = {
    "sgd": (Optimizer(), 0.001),
    "adagrad": (Optimizer(kind="adagrad"), 0.01),
    "rmsprop": (Optimizer(kind="rmsprop"), 0.01),
    "adam": (Optimizer(kind="adam"), 0.001),
    "adadelta": (Optimizer(kind="adadelta"), 1.0),
}
"""Optimizer -> PyTorch's default settings."""

BRIEF_EPOCHS = 10
"""Epochs of the experiments that look for causes: a fifth of the paper's."""

KERAS_BASE = replace(PAPER_2, **GLOROT)  # type: ignore[arg-type]
"""LeNet-5 with Keras' initialisation; optimizer and rate are the variant's."""


def with_choice(base: Recipe, choice: Choice) -> Recipe:
    """The recipe with this optimizer at this rate."""
    optimizer, rate = choice
    return replace(base, optimizer=optimizer, learning_rate=rate)


def optimizers() -> dict[Levels, Recipe]:
    """(optimizer, library) -> recipe: the paper's table, read twice."""
    found: dict[Levels, Recipe] = {}
    for library, base, choices in (("keras", KERAS_BASE, KERAS), ("torch", PAPER_2, TORCH)):
        for name, choice in choices.items():
            found[name, library] = with_choice(base, choice)
    return found


def sgd_settings() -> dict[str, Recipe]:
    """What could have given SGD the paper's 0.858: one unsaid setting changed at a time."""
    base = with_choice(KERAS_BASE, KERAS["sgd"])
    return {
        "keras": base,
        "rate-0.001": replace(base, learning_rate=0.001),
        "batch-128": replace(base, batch_size=128),
        "rate-0.001-batch-128": replace(base, learning_rate=0.001, batch_size=128),
        "batch-256": replace(base, batch_size=256),
        "rate-0.001-batch-256": replace(base, learning_rate=0.001, batch_size=256),
        "sigmoid-convs": replace(base, activation=("sigmoid", "sigmoid", "relu", "relu")),
        "tanh-convs": replace(base, activation=("tanh", "tanh", "relu", "relu")),
        "linear-convs": replace(base, activation=("identity", "identity", "relu", "relu")),
        "relu-on-logits": replace(base, output_activation="relu"),
        "squared-error": _squared(base),
    }


def large_batches() -> dict[Levels, Recipe]:
    """(optimizer, batch) -> recipe: the table of Keras' defaults in larger batches.

    In 50 epochs these have a quarter and an eighth of the steps of batches of 32.
    """
    return {
        (name, f"batch-{size}"): replace(with_choice(KERAS_BASE, choice), batch_size=size)
        for name, choice in KERAS.items()
        if name != "sgd"  # whose batches are varied in `sgd`
        for size in (128, 256)
    }


def squared_error() -> dict[str, Recipe]:
    """Optimizer -> recipe: Keras' defaults with the other loss that takes one-hot labels.

    Its gradients are small: a step that goes with them is, too. In batches of 128, the size with
    which cross-entropy comes nearest to the paper's AdaDelta.
    """
    base = _squared(replace(KERAS_BASE, batch_size=128))
    return {name: with_choice(base, choice) for name, choice in KERAS.items()}


def _squared(recipe: Recipe) -> Recipe:
    """Mean squared error between the softmax and the one-hot labels."""
    return replace(recipe, loss="mse", output_activation="softmax")


def brief() -> Recipe:
    """Keras' LeNet-5 with fewer epochs."""
    return replace(KERAS_BASE, epochs=BRIEF_EPOCHS)


def causes() -> dict[str, Recipe]:
    """One part of an optimizer switched off, or one setting moved, in 10 epochs."""
    choices: dict[str, Choice] = {
        **KERAS,
        "momentum": (Optimizer(momentum=0.9), 0.01),
        "adam-no-momentum": (
            Optimizer(kind="adam", beta1=0.0, epsilon=1e-7, epsilon_placement="keras"),
            0.001,
        ),
        "adamax": (Optimizer(kind="adamax", epsilon=1e-7), 0.001),
        "amsgrad": (
            Optimizer(kind="adam", epsilon=1e-7, epsilon_placement="keras", amsgrad=True),
            0.001,
        ),
        "nadam": (Optimizer(kind="nadam", epsilon=1e-7, momentum_decay=1.0), 0.001),
        "rmsprop-momentum": (replace(KERAS["rmsprop"][0], momentum=0.9), 0.001),
        "rmsprop-rho0.5": (replace(KERAS["rmsprop"][0], decay=0.5), 0.001),
        "rmsprop-rho0.99": (replace(KERAS["rmsprop"][0], decay=0.99), 0.001),
        "adagrad-rate0.01": (KERAS["adagrad"][0], 0.01),
    }
    found = {name: with_choice(brief(), choice) for name, choice in choices.items()}
    return found | noisy() | dense()


def dense() -> dict[str, Recipe]:
    """Tanh in the place of ReLU, so that few gradients are zero; at either library's rates."""
    choices: dict[str, Choice] = {
        "sgd": KERAS["sgd"],
        "adagrad": KERAS["adagrad"],
        "sgd-rate0.001": (KERAS["sgd"][0], 0.001),
        "adagrad-rate0.01": (KERAS["adagrad"][0], 0.01),
    }
    base = replace(brief(), activation="tanh")
    return {f"{name}-tanh": with_choice(base, choice) for name, choice in choices.items()}


SHUFFLED = 0.2
"""ASSUMPTION: share of the training labels that are shuffled, as paper 2 names no kind of noise."""


def noisy() -> dict[str, Recipe]:
    """Gradients of batches of 4, and wrong labels.

    Batches of 4 for 15,000 steps: as many as 8 epochs in batches of 32. AdaDelta at the factor of
    1 with which it was published; at Keras' 0.001 it is merely slow.
    """
    choices = {"sgd": KERAS["sgd"], "adadelta-rate1": (KERAS["adadelta"][0], 1.0)}
    bases = {name: with_choice(brief(), choice) for name, choice in choices.items()}
    small = {f"{n}-batch-4": replace(r, batch_size=4, epochs=1) for n, r in bases.items()}
    wrong = {f"{n}-wrong-labels": replace(r, label_noise=SHUFFLED) for n, r in bases.items()}
    return small | wrong


def rates() -> dict[Levels, Recipe]:
    """(optimizer, rate) -> recipe: how much AdaDelta depends on its rate, beside SGD and Adam."""
    return {
        (name, rate): with_choice(brief(), (KERAS[name][0], rate))
        for name in ("sgd", "adam", "adadelta")
        for rate in (1.0, 0.1, 0.01, 0.001)
    }


def sizes() -> dict[Levels, Recipe]:
    """(optimizer, training images) -> recipe with as many steps: the paper says MNIST is small."""
    return {
        (name, size): replace(with_choice(brief(), KERAS[name]), train_size=size, epochs=epochs)
        for name in ("sgd", "adadelta")
        for size, epochs in ((60_000, 10), (6_000, 100))
    }


def batches() -> dict[int, Recipe]:
    """Batch size -> recipe, SGD 0.01."""
    base = with_choice(brief(), KERAS["sgd"])
    return {size: replace(base, batch_size=size) for size in (32, 128, 512)}


def pools() -> dict[str, Recipe]:
    """Kind of pooling -> recipe, under Adam; `strided` takes one pixel of four."""
    base = with_choice(brief(), KERAS["adam"])
    kinds = {
        "average": Pool(kind="average"),
        "max": Pool(kind="max"),
        "strided": Pool(kind="average", kernel=1, stride=2),
    }
    return {name: replace(base, pools=(pool, pool)) for name, pool in kinds.items()}


def initialisers() -> dict[Levels, Recipe]:
    """(initialiser, optimizer) -> recipe: does Adam depend less on how weights start?"""
    kinds = ("glorot-uniform", "he-uniform", "pytorch", "normal")
    return {
        (kind, name): replace(
            with_choice(brief(), KERAS[name]),
            weight_init=Init(kind=kind),  # type: ignore[arg-type]
            epochs=5,
        )
        for kind in kinds
        for name in ("sgd", "rmsprop", "adam")
    }
