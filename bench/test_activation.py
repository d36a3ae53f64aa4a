"""Which activation learns at which rate, and what does ReLU on the logits do?"""

from bench import recipes, recipes_paper1
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.activations(recipes.BASE),
    factors=("activation", "learning_rate"),
    baseline="relu",
    paper=recipes_paper1.activations(),
    paper_factors=("activation", "logits", "learning_rate"),
)
def test_activation(trial: Trial) -> None:
    """Which activation learns at which rate, and what does ReLU on the logits do?"""
    assert trial.run() in trial.threshold
