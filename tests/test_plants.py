"""Planted regressions: what each changes, and that a slower epoch really is."""

import pytest

from bench import plants
from bench.experiment import experiment_of
from bench.test_plants import test_plants as planted_test
from lenet.train import Trainer
from tests.samples import SMALL, digits


def test_each_plant_changes_one_thing_of_each_cell() -> None:
    found = plants.planted()
    changed = {
        "lr-x0.3": {"learning_rate"},
        "no-activation": {"activation"},
        "relu-on-logits": {"output_activation"},
        "labels-2pct": {"label_noise"},
        "order-frozen": {"reshuffle"},
        **{plant: set[str]() for plant in plants.SLOWER},
    }
    for (plant, cell), recipe in found.items():
        before, after = plants.CELLS[cell].to_dict(), recipe.to_dict()
        differing = {name for name in before if before[name] != after[name]}
        assert differing == changed.get(plant, set()), (plant, cell)


def test_one_activation_is_missing_and_the_others_stay() -> None:
    recipe = plants.planted()["no-activation", "activation"]
    assert recipe.activations == ("tanh", "identity", "tanh", "tanh")


def test_experiment_runs_on_request_and_is_compared_with_no_plant() -> None:
    found = experiment_of(planted_test)
    assert found is not None
    assert found.on_request
    assert {variant.baseline for variant in found.variants} == {
        f"none-{cell}" for cell in plants.CELLS
    }


def test_a_slower_epoch_spends_its_time_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that ticks a second at each look: no time is asserted."""
    ticks = iter(range(1_000))
    monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
    as_it_is = Trainer.run_epoch
    with plants.slower(20.0):
        trainer = Trainer(SMALL, digits(SMALL), 0)
        trainer.run_epoch()
        trainer.evaluate()
    assert next(ticks) >= 20
    assert Trainer.run_epoch is as_it_is
    with plants.slower(0.0):
        assert Trainer.run_epoch is as_it_is
