"""Changed test images: what moves moves as said, and a network is judged on it."""

import pytest
import torch

from lenet.conditions import check, judge_under, noisy, rotated, shifted
from lenet.recipe import Recipe
from lenet.seeding import generator
from lenet.train import Trainer
from tests.samples import noise


def test_shift_moves_each_image_by_as_many_pixels_as_said() -> None:
    images = torch.zeros(40, 1, 9, 9)
    images[:, :, 4, 4] = 1.0
    moved = shifted(images, 2, generator(0, "test"))
    places = {tuple(image[0].nonzero()[0].tolist()) for image in moved}
    assert places == {(2, 4), (6, 4), (4, 2), (4, 6)}
    assert torch.equal(moved.sum((1, 2, 3)), torch.ones(40))


def test_shift_repeats_the_edge() -> None:
    images = torch.full((8, 3, 5, 5), 0.25)
    assert torch.equal(shifted(images, 3, generator(0, "test")), images)


def test_rotation_by_a_quarter_is_exact_and_by_nothing_changes_nothing() -> None:
    images = torch.rand(6, 1, 8, 8, generator=generator(1, "images"))
    turned = rotated(images, 90, generator(0, "test"))
    for before, after in zip(images, turned, strict=True):
        ways = (before.rot90(1, (1, 2)), before.rot90(-1, (1, 2)))
        assert min(float((after - way).abs().max()) for way in ways) < 1e-5
    assert torch.allclose(rotated(images, 0, generator(0, "test")), images, atol=1e-6)


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    images = torch.rand(50, 1, 20, 20, generator=generator(1, "images")) * 4
    added = noisy(images, 0.1, generator(0, "test")) - images
    assert float(added.std()) == pytest.approx(0.4, rel=0.05)


@pytest.mark.parametrize("name", ["shift", "tilt-3", "shift--1", "shift-1-2", ""])
def test_an_unknown_condition_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected shift-PIXELS, rotate-DEGREES"):
        check(name)


def test_a_network_is_judged_under_each() -> None:
    recipe = Recipe(batch_size=16)
    split = noise(recipe)
    trainer = Trainer(recipe, split, seed=0)
    found = judge_under(trainer, ("shift-2", "batch-3"))
    assert found["batch-3"] == trainer.judge(split.x_test, split.y_test).accuracy
    assert found["shift-2"] == judge_under(trainer, ("shift-2",))["shift-2"]


def test_a_head_that_reads_the_batch_depends_on_its_size() -> None:
    recipe = Recipe(head="rnn", head_sequence="batch", batch_size=16)
    split = noise(recipe)
    trainer = Trainer(recipe, split, seed=0)
    alone = trainer.judge(split.x_test, split.y_test, batch=1)
    together = trainer.judge(split.x_test, split.y_test)
    assert not torch.equal(alone.confidence, together.confidence)
    as_in_training = trainer.judge(split.x_test, split.y_test, batch=16)
    assert torch.equal(together.confidence, as_in_training.confidence)
