"""The programs that `bench/test_throughput.py` compares: the same images, and the work they say."""

from dataclasses import replace

import pytest
import torch

from bench import recipes, throughput
from lenet.data import Split
from lenet.flops import training_flops
from lenet.recipe import Recipe
from tests.samples import noise

GREY = replace(recipes.BASE, batch_size=16)
COLOUR = replace(GREY, input_shape=(3, 20, 20), classes=4)


def split_of(recipe: Recipe) -> Split:
    """Random images whose pixels are whole 255ths, as those of a dataset are."""
    split = noise(recipe)
    return replace(split, x_train=(split.x_train * 255).round() / 255)


@pytest.mark.parametrize("recipe", [GREY, COLOUR], ids=["grey", "colour"])
def test_usual_loop_sees_the_same_images(recipe: Recipe) -> None:
    split = split_of(recipe)
    samples = throughput.Samples(split)
    assert len(samples) == len(split.y_train) == 40
    for index in (0, 7, 39):
        image, label = samples[index]
        assert torch.equal(image, split.x_train[index])
        assert label == int(split.y_train[index])


@pytest.mark.parametrize("recipe", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("program", throughput.PROGRAMS)
def test_every_program_runs_epoch_after_epoch(program: str, recipe: Recipe) -> None:
    epoch = throughput.PROGRAMS[program](recipe, split_of(recipe))
    epoch()
    epoch()


def test_work_is_that_of_an_epoch() -> None:
    assert throughput.work(GREY, split_of(GREY)) == (40, 40 * training_flops(GREY))


def test_matrix_products_are_as_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "MATMUL_SIDE", 64)
    products = 0

    def count(*_: object, **__: object) -> None:
        nonlocal products
        products += 1

    epoch = throughput.matmul_epoch(GREY, split_of(GREY))
    monkeypatch.setattr(torch, "mm", count)
    epoch()
    _, flops = throughput.work(GREY, split_of(GREY))
    assert products * 2 * 64**3 == pytest.approx(flops, rel=0.01)
