"""Why paper 2's optimizers stand where they do: LeNet-5, one thing changed at a time."""

from bench import recipes_paper2
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes_paper2.sgd_settings(),
    factors=("change",),
    baseline="keras",
    own_tier="paper",
)
def test_sgd(trial: Trial) -> None:
    """Which unsaid setting gave SGD the 0.858 of paper 2?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.large_batches(),
    factors=("optimizer", "batch"),
    baseline="adam",
    own_tier="paper",
)
def test_large_batches(trial: Trial) -> None:
    """Which batch size gives the other optimizers the accuracies of paper 2?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.squared_error(),
    factors=("optimizer",),
    baseline="adam",
    own_tier="paper",
)
def test_squared_error(trial: Trial) -> None:
    """Does a mean squared error give the accuracies of paper 2?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.causes(),
    factors=("optimizer",),
    baseline="sgd",
    own_tier="paper",
)
def test_optimizer_parts(trial: Trial) -> None:
    """Which part of an optimizer makes the difference?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.rates(),
    factors=("optimizer", "learning_rate"),
    baseline="sgd",
    own_tier="paper",
)
def test_rate_dependence(trial: Trial) -> None:
    """How much does an optimizer depend on its learning rate?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.sizes(),
    factors=("optimizer", "images"),
    baseline="sgd",
    own_tier="paper",
)
def test_train_size(trial: Trial) -> None:
    """Does the size of the training set decide between SGD and AdaDelta?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.batches(),
    factors=("batch_size",),
    baseline=32,
    own_tier="paper",
)
def test_batch_size(trial: Trial) -> None:
    """What does a larger batch give and take?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.pools(),
    factors=("pooling",),
    baseline="average",
    own_tier="paper",
    conditions=("shift-1", "shift-2", "shift-3", "shift-4", "rotate-15", "noise-0.1"),
    probes=True,
)
def test_pooling(trial: Trial) -> None:
    """Does pooling make up for a shift of the image?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper2.initialisers(),
    factors=("initialiser", "optimizer"),
    baseline="glorot-uniform",
    own_tier="paper",
)
def test_initialiser(trial: Trial) -> None:
    """Which optimizer depends least on how weights start?"""
    assert trial.run() in trial.threshold
