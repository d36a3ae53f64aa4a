"""Does a recurrent head hurt?"""

from bench import recipes, recipes_paper1
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.heads(recipes.BASE),
    factors=("head", "learning_rate"),
    baseline="linear",
    paper=recipes_paper1.heads(),
    conditions=("batch-1", "batch-20", "batch-1000"),
)
def test_recurrent(trial: Trial) -> None:
    """Does a recurrent head hurt?"""
    assert trial.run() in trial.threshold
