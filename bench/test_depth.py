"""How many convolutional layers pay?"""

from bench import recipes, recipes_paper1
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.depths(recipes.BASE),
    factors=("depth",),
    baseline=2,
    paper=recipes_paper1.depths(),
    paper_factors=("depth", "logits"),
)
def test_depth(trial: Trial) -> None:
    """How many convolutional layers pay?"""
    assert trial.run() in trial.threshold
