"""Which optimizer learns most, each at its default rate?"""

from bench import recipes, recipes_paper2
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.optimizers(),
    factors=("optimizer",),
    baseline="sgd",
    paper=recipes_paper2.optimizers(),
    paper_factors=("optimizer", "library"),
)
def test_optimizer(trial: Trial) -> None:
    """Which optimizer learns most, each at its default rate?"""
    assert trial.run() in trial.threshold
