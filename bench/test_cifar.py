"""Paper 3 on CIFAR-10; where it cannot be downloaded, give it with --stand-in cifar10=FILE.npz."""

from bench import recipes_paper3
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes_paper3.plain(),
    factors=("activation", "loss", "output", "learning_rate"),
    baseline="tanh",
    own_tier="paper",
)
def test_cifar_first(trial: Trial) -> None:
    """Which activation learns CIFAR-10 with which loss, before any adjustment?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper3.adjusted(),
    factors=("activation", "loss", "output", "learning_rate"),
    baseline="tanh",
    own_tier="paper",
)
def test_cifar_adjusted(trial: Trial) -> None:
    """Which activation learns CIFAR-10 with which loss, after all adjustments?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper3.one_added(),
    factors=("added",),
    baseline="none",
    own_tier="paper",
)
def test_cifar_added(trial: Trial) -> None:
    """What does each adjustment do alone?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper3.one_removed(),
    factors=("changed",),
    baseline="none",
    own_tier="paper",
)
def test_cifar_removed(trial: Trial) -> None:
    """What does the final network lose without each adjustment?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper3.regularisers(),
    factors=("regulariser",),
    baseline="none",
    own_tier="paper",
)
def test_cifar_regulariser(trial: Trial) -> None:
    """Do penalties on kernels, biases and activities help?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper3.deep(),
    factors=("network", "learning_rate"),
    baseline="halving",
    own_tier="paper",
)
def test_cifar_deep(trial: Trial) -> None:
    """Do five convolutions learn CIFAR-10 faster and better?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper3.keeping(),
    factors=("learning_rate",),
    baseline=0.001,
    on_request=True,
)
def test_cifar_keeping(trial: Trial) -> None:
    """And with pooling that keeps the size?"""
    assert trial.run() in trial.threshold
