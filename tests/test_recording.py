"""From a training to its record, also where its numbers are none."""

import json
from dataclasses import replace

import jsonschema
import pytest
import torch

from bench.experiment import Case, Variant
from bench.recording import Circumstances, make_record
from bench.tiers import TIERS
from bench.training import device, with_rounds
from harness.environment import CpuClock
from harness.record import SCHEMA_FILE, Record, encode
from lenet.history import STEP_POINTS, History
from lenet.recipe import Recipe
from lenet.train import train
from tests.samples import SMALL, digits


def record_of(history: History) -> Record:
    variant = Variant(
        name="fast",
        recipe=history.recipe,
        factors={"recipe": "fast", "learning_rate": 0.1},
        baseline="slow",
    )
    with CpuClock(workers=3) as clock:
        pass
    return make_record(
        case=Case(experiment="mine", question="Why?", variant=variant, tier=TIERS["smoke"], seed=4),
        history=history,
        split=digits(history.recipe),
        circumstances=Circumstances(
            engine="torch", workers=3, threads=1, clock=clock, yardstick_s=0.01
        ),
    )


def trained(recipe: Recipe) -> History:
    return train(recipe, digits(recipe), 4)


@pytest.fixture(scope="module")
def history() -> History:
    return trained(SMALL)


def test_record_is_what_the_history_was(history: History) -> None:
    record = record_of(history)
    assert (record.experiment, record.question, record.variant, record.baseline) == (
        "mine",
        "Why?",
        "fast",
        "slow",
    )
    assert record.factors == {"recipe": "fast", "learning_rate": 0.1}
    assert (record.seed, record.tier, record.device) == (4, "smoke", "cpu")
    assert record.outcome == "unjudged"  # until the test has ended
    assert Recipe.from_dict(record.recipe) == SMALL
    assert record.recipe_id == SMALL.identity
    assert record.test_accuracy == history.epochs[-1].test_accuracy
    assert record.best_test_accuracy == max(each.test_accuracy for each in history.epochs)
    assert record.epochs[record.best_epoch - 1].test_accuracy == record.best_test_accuracy  # type: ignore[operator]
    assert (record.timing.workers, record.timing.exclusive) == (3, False)
    assert record.trained_on.classes == 10
    assert not record.diverged


def test_losses_keep_the_digits_that_float32_has(history: History) -> None:
    record = record_of(history)
    assert record.epochs[0].train_loss == pytest.approx(history.epochs[0].train_loss, rel=1e-5)
    for loss in (record.epochs[0].train_loss, *record.step_loss.loss):
        assert len(str(loss).replace(".", "").lstrip("0")) <= 6


def test_divergence_is_recorded_with_nulls() -> None:
    history = trained(replace(SMALL, learning_rate=1e30))
    record = record_of(history)
    assert record.diverged
    assert record.epochs[-1].train_loss is None
    assert len(record.epochs) == SMALL.epochs
    assert None in record.step_loss.loss
    line = json.loads(encode(record), parse_constant=pytest.fail)
    jsonschema.validate(line, json.loads(SCHEMA_FILE.read_text()))
    assert None in line["epochs"][-1]["gradient_norm"].values()


def test_long_trainings_are_thinned(history: History) -> None:
    long = replace(history, step_losses=history.step_losses * 100)
    record = record_of(long)
    assert len(record.step_loss.loss) == len(record.step_loss.step) <= STEP_POINTS
    assert record.step_loss.step[-1] == len(long.step_losses)


def test_rounds_take_the_place_of_the_trainers_own_seconds(history: History) -> None:
    timed = with_rounds(history, [0.5, 0.25])
    assert [epoch.train_s for epoch in timed.epochs] == [0.5, 0.25]
    assert record_of(timed).epoch_s == 0.375
    assert with_rounds(history, None) is history
    with pytest.raises(ValueError, match="zip"):
        with_rounds(history, [0.5])


def test_device_is_the_one_asked_for() -> None:
    assert device("cpu") == torch.device("cpu")
    assert device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
