"""Labels wrong on purpose, and an order that stays: what changes, and what does not."""

from dataclasses import replace

import pytest
import torch

from lenet.checks import RecipeError
from lenet.noise import shuffled_labels
from lenet.recipe import Recipe
from lenet.train import train
from tests.samples import SMALL, digits
from tests.test_train import order

LABELS = torch.arange(5_000) % 10


def test_the_share_changes_places_and_no_label_is_lost() -> None:
    noisy = shuffled_labels(LABELS, share=0.02, seed=3)
    assert torch.equal(noisy.bincount(), LABELS.bincount())
    assert 80 <= int((noisy != LABELS).sum()) <= 100  # of 100, one in ten comes to its own class
    assert torch.equal(LABELS, torch.arange(5_000) % 10)


def test_noise_derives_from_the_seed_alone() -> None:
    first, again, other = (shuffled_labels(LABELS, share=0.1, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert shuffled_labels(LABELS, share=0.0, seed=1) is LABELS


def test_noise_is_in_the_training_and_not_in_the_test() -> None:
    noisy = replace(SMALL, label_noise=1.0)
    clean, wrong = (train(recipe, digits(recipe), 0) for recipe in (SMALL, noisy))
    assert wrong.epochs[-1].train_accuracy < 0.2 < 0.5 < clean.epochs[-1].train_accuracy
    assert digits(noisy).digest == digits(SMALL).digest


def test_an_order_that_stays_is_that_of_the_first_epoch() -> None:
    moving, frozen = (order(recipe, 1) for recipe in (SMALL, replace(SMALL, reshuffle=False)))
    images = len(moving) // 2
    assert frozen[:images] == frozen[images:] == moving[:images] != moving[images:]
    assert sorted(frozen[:images]) == list(range(images))


def test_older_recipes_keep_their_identity() -> None:
    assert Recipe().identity == "{}"
    assert "reshuffle" not in replace(Recipe(), epochs=3).identity
    assert replace(Recipe(), label_noise=0.02).identity == '{"label_noise":0.02}'


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label_noise": 1.5}, "label_noise: expected a finite number at least 0 and at most 1"),
        ({"label_noise": -0.1}, "label_noise"),
        ({"shuffle": False, "reshuffle": False}, "reshuffle: without shuffle"),
    ],
)
def test_impossible_settings_are_refused(fields: dict[str, float | bool], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Recipe(**fields)  # type: ignore[arg-type]
