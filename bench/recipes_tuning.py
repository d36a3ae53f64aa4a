"""Fair tuning, which all four papers lack: each contender at its best rate, found on equal terms.

Six rates for each, a factor of about 3 apart about the usual one, trained without the last 10,000
training images, on which the rate is chosen. Accuracy on the test images is that of the same runs.
The sixth, the largest, was added as momentum did best at its fifth, and sigmoid learned at none.
Beside the search, each is trained at the default rate of Keras, as in paper 2.
"""

from collections.abc import Mapping
from dataclasses import replace

from bench.recipes import ACTIVATIONS, BASE
from lenet.recipe import Recipe
from lenet.settings import Optimizer

TUNING = replace(BASE, validation_size=10_000, batch_size=128, epochs=5)
"""The base network for 5 epochs, 10,000 training images held out."""

Levels = tuple[str | int | float, ...]

SMALL = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)
MIDDLE = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
LARGE = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)

CONTENDERS: Mapping[str, tuple[Optimizer, tuple[float, ...]]] = {
    "sgd": (Optimizer(), LARGE),
    "momentum": (Optimizer(momentum=0.9), MIDDLE),
    "adagrad": (Optimizer(kind="adagrad"), MIDDLE),
    "rmsprop": (Optimizer(kind="rmsprop", decay=0.9), SMALL),
    "adam": (Optimizer(kind="adam"), SMALL),
    "adamw": (Optimizer(kind="adamw", weight_decay=0.01), SMALL),
    "nadam": (Optimizer(kind="nadam"), SMALL),
    "adadelta": (Optimizer(kind="adadelta"), (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)),
}
"""Optimizer -> its settings and the rates that it is given."""
DEFAULT_RATES = dict.fromkeys(CONTENDERS, 0.001) | {"sgd": 0.01, "momentum": 0.01}
"""Optimizer -> the rate that Keras gives it where nothing is said."""


def optimizers() -> dict[Levels, Recipe]:
    """(optimizer, which of its rates, from the lowest, or `default`) -> recipe."""
    return {
        (name, place): replace(TUNING, optimizer=optimizer, learning_rate=rate)
        for name, (optimizer, rates) in CONTENDERS.items()
        for place, rate in _places(rates, default=DEFAULT_RATES[name])
    }


def activations() -> dict[Levels, Recipe]:
    """(activation, which rate, from the lowest, or `default`) -> recipe, under plain SGD."""
    return {
        (name, place): replace(TUNING, activation=name, learning_rate=rate)
        for name in ACTIVATIONS
        for place, rate in _places(LARGE, default=DEFAULT_RATES["sgd"])
    }


def _places(rates: tuple[float, ...], *, default: float) -> tuple[tuple[str, float], ...]:
    """Each rate with its name."""
    searched = ((f"rate{place}", rate) for place, rate in enumerate(rates, start=1))
    return *searched, ("default", default)  # which `harness.papers` keeps out of the search
