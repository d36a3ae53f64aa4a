"""How soon is the base network right on 99.0% of MNIST's test images?

Run it by --experiment speedrun --tier paper, without -n: one training has all cores. The time is
the sum of its epochs, evaluation left out.
"""

from bench.experiment import experiment
from bench.recipes import SPEEDRUN
from bench.trial import Trial


@experiment({"base": SPEEDRUN}, factors=("network",), baseline="base", on_request=True)
def test_speedrun(trial: Trial) -> None:
    """How soon is the base network right on 99.0% of MNIST's test images?"""
    assert trial.run() in trial.threshold
