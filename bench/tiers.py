"""Tiers: how long a training is, from a minute for all cases to the papers' own protocol."""

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
    dataset: str | None
    """Dataset where none is asked for; `None` is `auto`."""
    summary: str
    """What it is good for."""

    def apply(self, recipe: Recipe) -> Recipe:
        """The recipe in this tier."""
        return recipe if self.epochs is None else replace(recipe, epochs=self.epochs)


TIERS: Mapping[str, Tier] = {
    tier.name: tier
    for tier in (
        Tier(name="smoke", epochs=2, dataset="digits", summary="does it run: 2 epochs of digits"),
        Tier(name="short", epochs=3, dataset=None, summary="3 epochs of all training images"),
        Tier(name="paper", epochs=None, dataset=None, summary="the papers' own protocol"),
    )
}
"""Name -> tier."""
