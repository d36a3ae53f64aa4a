"""The papers' numbers, written down again from the catalogue, and what is read beside them."""

import math

import pytest

from bench import planning
from bench.claims import CLAIMS
from harness import claim
from harness.claim import Term
from harness.metric_families import FAMILIES
from lenet.recipe import Recipe

VALUES = {
    "D1-N01": 128,
    "D1-N02": 158,
    "D1-N03": 593,
    "D1-N04": 735,
    "D1-N06": 0.99,
    "D1-N07": 3,
    "D1-N08": 6,
    "D1-N09": 4,
    "D1-N11": 2,
    "D1-N12": 1,
    "D1-N15": 44_426,
    "D2-N01": 0.85,
    "D2-N02": 0.858,
    "D2-N03": 0.94,
    "D2-N04": 0.98,
    "D2-N05": 0.99,
    "D2-N07": 0.5,
    "D2-N08": 70_000,
    "D2-N09": 28,
    "D2-N10": 61_706,
    "D3-N01": 0.4322,
    "D3-N02": 0.1,
    "D3-N03": 0.2424,
    "D3-N04": 0.1,
    "D3-N05": 0.0867,
    "D3-N06": 0.1002,
    "D3-N07": 0.4825,
    "D3-N08": 0.4595,
    "D3-N09": 0.3988,
    "D3-N10": 0.5475,
    "D3-N11": 0.1409,
    "D3-N12": 0.4797,
    "D3-N13": 0.4919,
    "D3-N14": 0.4881,
    "D3-N15": 0.01,
    "D3-N16": 0.54,
    "D3-N17": 0.5564,
    "D3-N18": 0.5133,
    "D3-N19": 0.0431,
    "D3-N20": 5.5,  # "5 or 6"
    "D3-N21": 12,
    "D3-N22": 52_180,
    "D4-F02": 1.28302,
    "D4-F03": 0.01216,
    "D4-F04": 0.28957,
    "D4-N01": 0.95,
    "D4-N02": 0.54,
    "D4-N03": 0.95,
    "D4-N04": 1_000,
    "D4-N05": 0.89,
    "D4-N06": 0.99,
}
MNIST, CIFAR = 60_000, 40_000
"""Training images."""


def test_values_are_those_of_the_catalogue() -> None:
    assert {each.id: each.value for each in CLAIMS.reported if each.value is not None} == VALUES


def epochs_asked(term: Term, recipe: Recipe) -> float:
    """The epoch that a term reads, of a metric at an epoch or a step; 0 of any other."""
    family, _, level = term.metric.partition("@")
    kind = FAMILIES[family.partition("/")[0]].level.removeprefix("maybe ") if level else ""
    if kind == "step":
        images = recipe.train_size or (MNIST if recipe.dataset != "cifar10" else CIFAR)
        return float(level) / math.ceil(images / recipe.batch_size)
    return float(level) if kind == "epoch" else 0.0


@pytest.fixture(scope="module")
def recipes() -> dict[str, Recipe]:
    return {
        f"{experiment.name}/{variant.name}": variant.recipe
        for experiment in planning.all_experiments().values()
        for variant in experiment.paper_variants
    }


def test_no_term_reads_an_epoch_that_its_training_has_not(recipes: dict[str, Recipe]) -> None:
    late = {
        (cell, term.metric)
        for term in claim.terms(CLAIMS)
        for cell in term.at
        if epochs_asked(term, recipes[cell]) > recipes[cell].epochs
    }
    assert late == set()


@pytest.mark.parametrize(
    ("metric", "epoch"),
    [
        ("test_accuracy", 0.0),
        ("test_accuracy@8", 8.0),
        ("epochs_to@0.9", 0.0),
        ("gradient_norm/conv1@5", 5.0),
        ("batch_loss@7504", 8.0),
    ],
)
def test_epochs_of_metrics(metric: str, epoch: float, recipes: dict[str, Recipe]) -> None:
    term = Term(metric=metric, at=("path/m0-lr0.03",))
    assert epochs_asked(term, recipes["path/m0-lr0.03"]) == epoch


def test_every_cell_that_is_drawn_is_trained(recipes: dict[str, Recipe]) -> None:
    assert claim.drawn(CLAIMS) - recipes.keys() == set()
    assert {"protocol/card", "cifar_adjusted/tanh-ce-softmax-lr0.01"} < claim.drawn(CLAIMS)
