"""Which activation learns at which rate, and what does ReLU on the logits do?"""

from bench import recipes
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.activations(recipes.BASE),
    factors=("activation", "learning_rate"),
    baseline="relu",
    paper=recipes.activations(recipes.PAPER_1),
)
def test_activation(trial: Trial) -> None:
    """Which activation learns at which rate, and what does ReLU on the logits do?"""
    assert trial.run() in trial.threshold
