"""Regressions planted on purpose: what the gate's power is measured against.

One cell of each experiment, trained as it is (`none`, the pool of which gates over unchanged code
are drawn) and with each plant in it. The cells are those that train fast and whose seeds vary
least. A slower epoch is no recipe: the time is really spent, inside of what is timed.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from bench import recipes
from lenet.recipe import Recipe

NONE = "none"
"""The plant that is none."""

CELLS: Mapping[str, Recipe] = {
    "optimizer": recipes.optimizers()["adam"],
    "activation": recipes.activations(recipes.BASE)["tanh", 0.1],
    "maxpool": recipes.pools(recipes.BASE)["k3-s2-p0"],
    "depth": recipes.depths(recipes.BASE)[1],
    "recurrent": recipes.heads(recipes.BASE)["linear", 0.1],
}
"""Experiment -> the cell of it that regressions are planted in."""


def _one_activation_missing(recipe: Recipe) -> Recipe:
    first, _, *others = recipe.activations
    return replace(recipe, activation=(first, "identity", *others))


PLANTS: Mapping[str, Callable[[Recipe], Recipe]] = {
    NONE: lambda recipe: recipe,
    "lr-x0.3": lambda recipe: replace(recipe, learning_rate=0.3 * recipe.learning_rate),
    "no-activation": _one_activation_missing,
    "relu-on-logits": lambda recipe: replace(recipe, output_activation="relu"),
    "labels-2pct": lambda recipe: replace(recipe, label_noise=0.02),
    "order-frozen": lambda recipe: replace(recipe, reshuffle=False),
}
"""Plant -> what it does to a recipe."""

TIMED_CELL = "depth"
"""The cell in which epochs are made slower."""
SLOWER: Mapping[str, float] = {"slower-10pct": 0.10, "slower-30pct": 0.30}
"""Plant -> share by which each epoch takes longer."""


def planted() -> dict[tuple[str, str], Recipe]:
    """(plant, cell) -> recipe."""
    found = {
        (plant, cell): change(recipe)
        for plant, change in PLANTS.items()
        for cell, recipe in CELLS.items()
    }
    return found | {(plant, TIMED_CELL): CELLS[TIMED_CELL] for plant in SLOWER}


@contextmanager
def slower(share: float) -> Iterator[None]:
    """Every epoch that is trained meanwhile takes this share longer, on the core that trains it."""
    if not share:
        yield
        return
    from lenet.train import Trainer  # loads torch

    as_it_is = Trainer.run_epoch

    def run_epoch(trainer: Trainer) -> None:
        started = time.perf_counter()
        as_it_is(trainer)
        end = time.perf_counter() + share * (time.perf_counter() - started)
        while time.perf_counter() < end:
            pass

    setattr(Trainer, "run_epoch", run_epoch)  # noqa: B010 - an assignment is no method to mypy
    try:
        yield
    finally:
        setattr(Trainer, "run_epoch", as_it_is)  # noqa: B010
