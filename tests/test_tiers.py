"""Tiers: what they make of a recipe's epochs."""

import pytest

from bench.tiers import TIERS
from lenet.recipe import Recipe

RECIPE = Recipe(epochs=20, batch_size=256)


def epochs(tier: str, *, train_images: int, recipe: Recipe = RECIPE) -> int:
    return TIERS[tier].apply(recipe, train_images=train_images).epochs


def test_short_tier_is_three_epochs_of_mnist_or_cifar() -> None:
    assert epochs("short", train_images=60_000) == 3
    assert epochs("short", train_images=40_000) == 3


@pytest.mark.parametrize(
    ("train_images", "expected"),
    [
        (1_257, 40),  # digits: 5 steps an epoch
        (256, 200),
        (10, 200),
        (25_600, 3),  # 100 steps an epoch, and never fewer than three epochs
        (8_448, 7),  # 33 steps an epoch: six would be 198
    ],
)
def test_short_tier_gives_small_data_at_least_200_steps(train_images: int, expected: int) -> None:
    assert epochs("short", train_images=train_images) == expected


def test_short_tier_counts_the_images_that_a_recipe_uses() -> None:
    few = Recipe(epochs=20, batch_size=256, train_size=512)
    assert epochs("short", train_images=60_000, recipe=few) == 100


def test_smoke_tier_is_two_epochs_of_digits() -> None:
    assert epochs("smoke", train_images=10) == epochs("smoke", train_images=60_000) == 2
    assert {name: tier.dataset for name, tier in TIERS.items()} == {
        "smoke": "digits",
        "short": None,
        "paper": None,
    }


def test_paper_tier_leaves_a_recipe_alone() -> None:
    assert TIERS["paper"].apply(RECIPE, train_images=10) is RECIPE


@pytest.mark.parametrize("tier", ["smoke", "short"])
def test_only_the_epochs_change(tier: str) -> None:
    recipe = Recipe(learning_rate=0.03, batch_size=32, head="lstm")
    before = recipe.to_dict()
    after = TIERS[tier].apply(recipe, train_images=1_000).to_dict()
    assert {name for name in before if before[name] != after[name]} == {"epochs"}
