"""Linear probes on features whose answer is known, and against scikit-learn's ridge regression."""

import math
from dataclasses import replace

import torch
from sklearn.linear_model import RidgeClassifier
from torch import Tensor

from lenet.linear_probe import RIDGE, linear_probes, probe_accuracies, ridge_answers
from lenet.train import Trainer
from tests.samples import SMALL, digits


def draws(count: int, features: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features that tell three classes apart but for noise, and the classes."""
    maker = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 3
    middles = torch.randn(3, features, generator=torch.Generator().manual_seed(9))
    return middles[labels] + 2.5 * torch.randn(count, features, generator=maker), labels


def test_answers_are_those_of_scikit_learn() -> None:
    for features in (10, 200):  # fewer than samples, and more
        given, labels = draws(60, features)
        others, _ = draws(90, features, seed=1)
        centred = given - given.mean(0)
        alpha = RIDGE * float(centred.square().sum(1).mean())
        theirs = RidgeClassifier(alpha=alpha).fit(given.numpy(), labels.numpy())
        assert ridge_answers(given, labels, others).tolist() == theirs.predict(others).tolist()


def test_features_that_tell_nothing_give_the_most_frequent_class() -> None:
    labels = torch.tensor([0, 1, 1, 2])
    answers = ridge_answers(torch.ones(4, 5), labels, torch.zeros(3, 5))
    assert answers.tolist() == [1, 1, 1]


def test_each_layer_is_probed_before_and_after_training() -> None:
    trainer = Trainer(SMALL, digits(SMALL), 0)
    before = probe_accuracies(trainer.model, trainer.split)
    for _ in range(3):
        trainer.run_epoch()
    found = linear_probes(trainer)
    layers = {"input", *trainer.model.layers} - {"output"}
    names = {f"{name}/{layer}" for name in ("linear_probe", "untrained_probe") for layer in layers}
    assert set(found) == names
    assert {layer: found[f"untrained_probe/{layer}"] for layer in layers} == before
    assert found["linear_probe/input"] == found["untrained_probe/input"] > 0.5
    assert found["linear_probe/conv1"] != found["untrained_probe/conv1"]


def test_a_layer_that_is_not_finite_is_left_out() -> None:
    trainer = Trainer(replace(SMALL, learning_rate=1e-3), digits(SMALL), 0)
    with torch.no_grad():
        trainer.parameters[0].fill_(math.nan)
    found = linear_probes(trainer)
    assert "linear_probe/conv1" not in found
    assert {"linear_probe/input", "untrained_probe/conv1"} <= set(found)
