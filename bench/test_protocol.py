"""What paper 1's model card and its linked repository train, and what holds sigmoid back."""

from bench import recipes_paper1
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes_paper1.protocols(),
    factors=("protocol",),
    baseline="card",
    own_tier="paper",
    conditions=("shift-1", "shift-2", "shift-4", "rotate-15", "noise-0.1", "noise-0.3"),
)
def test_protocol(trial: Trial) -> None:
    """What do the model card's and the repository's trainings reach?"""
    assert trial.run() in trial.threshold


@experiment(
    recipes_paper1.sigmoid_settings(),
    factors=("change",),
    baseline="none",
    own_tier="paper",
)
def test_sigmoid(trial: Trial) -> None:
    """Which setting holds sigmoid back?"""
    assert trial.run() in trial.threshold
