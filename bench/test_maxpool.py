"""Does any pooling window beat the original 2 x 2 at stride 2?"""

from bench import recipes
from bench.experiment import experiment
from bench.trial import Trial


@experiment(
    recipes.pools(recipes.BASE),
    factors=("pool",),
    baseline="k2-s2-p0",
    paper=recipes.pools(recipes.PAPER_1),
)
def test_maxpool(trial: Trial) -> None:
    """Does any pooling window beat the original 2 x 2 at stride 2?"""
    assert trial.run() in trial.threshold
