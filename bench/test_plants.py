"""Does the gate see what is really worse? Run it by --experiment plants; see reports/gate."""

from bench import plants
from bench.experiment import experiment
from bench.trial import Trial


@experiment(plants.planted(), factors=("plant", "cell"), baseline=plants.NONE, on_request=True)
def test_plants(trial: Trial) -> None:
    """Does the gate see what is really worse?"""
    with plants.slower(plants.SLOWER.get(str(trial.case.variant.factors["plant"]), 0.0)):
        assert trial.run() in trial.threshold
