"""What can the base network do with a tuned recipe? Run it by --experiment tuned --tier paper."""

from bench import recipes
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    {"plain": recipes.BASE, "tuned": recipes.TUNED},
    factors=("recipe",),
    baseline="plain",
    on_request=True,
)
def test_tuned(trial: Trial) -> None:
    """What can the base network do with a tuned recipe?"""
    assert trial.run() in trial.threshold
