"""Tiers: how long a training is, from a minute for all cases to the papers' own protocol."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lenet.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Tier:
    """What a tier changes in every recipe."""

    name: str
    """As `--tier` has it."""
    epochs: int | None
    """Epochs of every recipe; `None` leaves each its own."""
    least_steps: int = 0
    """Optimizer steps below which a small dataset gets more epochs, so that it is learned."""
    dataset: str | None = None
    """Dataset where none is asked for; `None` is `auto`."""
    summary: str
    """What it is good for."""

    def apply(self, recipe: Recipe, *, train_images: int) -> Recipe:
        """The recipe in this tier, on a dataset of so many training images."""
        if self.epochs is None:
            return recipe
        images = min(recipe.train_size or train_images, train_images)
        enough = math.ceil(self.least_steps / math.ceil(images / recipe.batch_size))
        return replace(recipe, epochs=max(self.epochs, enough))


TIERS: Mapping[str, Tier] = {
    tier.name: tier
    for tier in (
        Tier(
            name="smoke",
            epochs=2,
            dataset="digits",
            summary="does it run: 2 epochs of the digits inside scikit-learn",
        ),
        Tier(
            name="short",
            epochs=3,
            least_steps=200,
            summary="3 epochs of all training images, more where they are few",
        ),
        Tier(name="paper", epochs=None, summary="the papers' own protocol"),
    )
}
"""Name -> tier."""
