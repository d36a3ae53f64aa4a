"""Paper 4's path from its first setting to its last, and what its runs differ by."""

from bench import recipes_paper4
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes_paper4.grid(),
    factors=("momentum", "learning_rate"),
    baseline="m0",
    own_tier="paper",
)
def test_path(trial: Trial) -> None:
    """Which rate and momentum, for 8 epochs and for 20?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper4.rectified_grid(),
    factors=("momentum", "learning_rate"),
    baseline="m0",
    own_tier="paper",
)
def test_rectified_path(trial: Trial) -> None:
    """And with a ReLU on the logits and batches of 256?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper4.starts(),
    factors=("change",),
    baseline="assumed",
    own_tier="paper",
)
def test_start(trial: Trial) -> None:
    """Which unsaid setting gave paper 4 its first 0.54?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper4.seeds(),
    factors=("varied",),
    baseline="both",
    own_tier="paper",
)
def test_run_to_run(trial: Trial) -> None:
    """Do runs differ by their initial weights or by the order of the data?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper4.depths(),
    factors=("depth",),
    baseline=2,
    own_tier="paper",
)
def test_third_layer(trial: Trial) -> None:
    """Is a third convolution worth its time at the final setting?"""
    assert trial.run() in trial.threshold
