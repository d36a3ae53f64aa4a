"""Does any pooling window beat the original 2 x 2 at stride 2?"""

from bench import recipes, recipes_paper1
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.pools(recipes.BASE),
    factors=("pool",),
    baseline="k2-s2-p0",
    paper=recipes_paper1.pools(),
    paper_factors=("pool", "logits"),
)
def test_maxpool(trial: Trial) -> None:
    """Does any pooling window beat the original 2 x 2 at stride 2?"""
    assert trial.run() in trial.threshold
