"""Each contender at its best rate, found on equal terms on held-out training images."""

from bench import recipes_tuning
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes_tuning.optimizers(),
    factors=("optimizer", "rate"),
    baseline="sgd",
    own_tier="paper",
)
def test_tuned_optimizer(trial: Trial) -> None:
    """Which optimizer is best when each has its best rate?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_tuning.activations(),
    factors=("activation", "rate"),
    baseline="relu",
    own_tier="paper",
)
def test_tuned_activation(trial: Trial) -> None:
    """Which activation is best when each has its best rate?"""
    assert trial.run() in trial.threshold
