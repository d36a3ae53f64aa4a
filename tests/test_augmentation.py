"""Training images that are changed, and weights that are averaged."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from lenet.augmentation import augmented
from lenet.averaging import WeightMean
from lenet.checks import RecipeError
from lenet.engine import ENGINES, Engine
from lenet.recipe import Recipe
from lenet.seeding import generator
from lenet.settings import Augmentation
from lenet.train import Trainer
from tests.samples import noise

SMALL = Recipe(epochs=3, batch_size=16)


def changed(images: Tensor, *, seed: int = 0, **settings: Any) -> Tensor:
    return augmented(images, Augmentation(**settings), generator(seed, "test"))


def squares(count: int = 200, channels: int = 1) -> Tensor:
    """Images of 12 x 12 with a bright pixel left above the middle."""
    images = torch.zeros(count, channels, 12, 12)
    images[:, :, 5, 4] = 1.0
    return images


def test_without_changes_images_are_the_same_ones() -> None:
    images = squares()
    assert changed(images) is images


def test_shifts_move_whole_pixels_as_far_as_they_may() -> None:
    found = changed(squares(2_000), shift=2)
    places = {tuple(place.tolist()) for place in found[:, 0].nonzero()[:, 1:]}
    assert places == {(row, column) for row in range(3, 8) for column in range(2, 7)}
    assert torch.equal(found.sum((1, 2, 3)), torch.ones(2_000))
    edge = torch.zeros(50, 1, 12, 12)
    edge[:, :, :, 0] = 1.0
    pairs = {tuple(pair.tolist()) for pair in changed(edge, shift=1)[:, 0, 5, :2]}
    assert pairs == {(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)}  # never a gap: the edge is repeated


def test_half_of_the_images_are_mirrored() -> None:
    images = squares(1_000, channels=3)
    found = changed(images, flip=True)
    mirrored = (found == images.flip(3)).all(3).all(2).all(1)
    assert bool((mirrored | (found == images).all(3).all(2).all(1)).all())
    assert 400 < int(mirrored.sum()) < 600


def test_turns_stay_within_their_angle_and_zooms_change_the_size() -> None:
    images = torch.zeros(300, 1, 28, 28)
    images[:, :, 4:24, 13:15] = 1.0  # an upright stroke
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")

    def slopes(found: Tensor) -> Tensor:
        """Columns to a row: the tangent of the angle."""
        weight = found[:, 0] / found[:, 0].sum((1, 2), keepdim=True)
        high, wide = rows - 13.5, columns - 13.5
        return (weight * high * wide).sum((1, 2)) / (weight * high**2).sum((1, 2))

    found = slopes(changed(images, rotate=15.0))
    assert 0.2 < float(found.abs().max()) < 0.3  # tan 15 degrees is 0.27
    assert float(found.min()) < 0 < float(found.max())
    sizes = changed(images, zoom=0.2).sum((1, 2, 3)) / 40
    assert float(sizes.min()) < 0.8
    assert float(sizes.max()) > 1.2


def test_changes_derive_from_the_seed_and_differ_by_epoch() -> None:
    settings: dict[str, Any] = {"shift": 2, "rotate": 10.0, "zoom": 0.1, "flip": True}
    assert torch.equal(changed(squares(), **settings), changed(squares(), **settings))
    assert not torch.equal(changed(squares(), **settings), changed(squares(), seed=1, **settings))
    draws = generator(0, "test")
    epochs = [augmented(squares(), Augmentation(shift=2), draws) for _ in range(2)]
    assert not torch.equal(*epochs)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_training_sees_changed_images_and_is_judged_on_whole_ones(engine: Engine) -> None:
    recipe = replace(SMALL, epochs=1, augmentation=Augmentation(shift=3))
    split = noise(recipe)
    before = split.x_train.clone()
    losses = []
    for each in (recipe, replace(recipe, augmentation=Augmentation()), recipe):
        trainer = Trainer(each, split, seed=0, engine=engine)
        trainer.run_epoch()
        trainer.evaluate()
        losses.append(trainer.history.epochs[0].train_loss)
    assert losses[0] == losses[2] != losses[1]
    assert torch.equal(split.x_train, before)


def test_the_mean_of_weights() -> None:
    weights = [torch.zeros(2), torch.zeros(3)]
    mean = WeightMean(weights)
    for value in (1.0, 3.0):
        for weight in weights:
            weight.fill_(value)
        mean.add()
    weights[0].fill_(99.0)
    mean.put()
    assert [weight.tolist() for weight in weights] == [[2.0, 2.0], [2.0, 2.0, 2.0]]
    with pytest.raises(ValueError, match="got none"):
        WeightMean(weights).put()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_final_network_is_the_mean_of_the_last_epochs(engine: Engine) -> None:
    recipe = replace(SMALL, averaging=0.33)  # the last of three epochs
    split = noise(recipe)
    averaged = Trainer(recipe, split, seed=0, engine=engine)
    plain = Trainer(replace(recipe, averaging=0.0), split, seed=0, engine=engine)
    expected = WeightMean(plain.parameters)
    for epoch in range(recipe.epochs):
        if epoch == recipe.epochs - 1:
            _count_steps(plain, expected)
        for trainer in (averaged, plain):
            trainer.run_epoch()
            trainer.evaluate()
    assert averaged.history.epochs[1].test_loss == plain.history.epochs[1].test_loss
    assert averaged.history.epochs[2].train_loss == plain.history.epochs[2].train_loss
    assert averaged.history.epochs[2].test_loss != plain.history.epochs[2].test_loss
    expected.put()
    for found, wanted in zip(averaged.parameters, plain.parameters, strict=True):
        torch.testing.assert_close(found, wanted)
    judged = plain.judge(split.x_test, split.y_test)
    assert judged.loss == pytest.approx(averaged.history.epochs[2].test_loss)


def _count_steps(trainer: Trainer, mean: WeightMean) -> None:
    """Have a trainer tell each of its steps to a mean."""
    take = trainer._take

    def counted(*given: Any) -> None:
        take(*given)
        mean.add()

    trainer._take = counted  # type: ignore[method-assign,assignment]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"shift": -1}, "augmentation.shift"),
        ({"rotate": 181.0}, "augmentation.rotate"),
        ({"zoom": 1.0}, "augmentation.zoom"),
    ],
)
def test_impossible_changes_are_refused(settings: dict[str, float], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Augmentation(**settings)  # type: ignore[arg-type]


def test_more_than_all_steps_cannot_be_averaged() -> None:
    with pytest.raises(RecipeError, match="averaging"):
        replace(SMALL, averaging=1.1)
    assert replace(SMALL, averaging=0.5).identity != SMALL.identity
    assert Recipe.from_dict(SMALL.to_dict()) == SMALL
