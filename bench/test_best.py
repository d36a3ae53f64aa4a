"""The reference networks at their best: candidates judged on held-out training images.

Only when they are named: `--experiment search_mnist --tier paper`.
"""

from bench import recipes_best
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes_best.mnist_candidates(),
    factors=("candidate",),
    baseline="plain",
    on_request=True,
)
def test_search_mnist(trial: Trial) -> None:
    """What trains LeNet-5 best, by held-out training images?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_best.mnist_best(),
    factors=("recipe",),
    baseline="plain",
    on_request=True,
)
def test_best_mnist(trial: Trial) -> None:
    """What can LeNet-5 do with the best of them?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_best.cifar_candidates(),
    factors=("candidate",),
    baseline="plain",
    on_request=True,
)
def test_search_cifar(trial: Trial) -> None:
    """What trains the LeNet for colour best, by held-out training images?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_best.cifar_best(),
    factors=("recipe",),
    baseline="plain",
    on_request=True,
)
def test_best_cifar(trial: Trial) -> None:
    """What can the LeNet for colour do with the best of them?"""
    assert trial.run() in trial.threshold
