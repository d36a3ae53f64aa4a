"""What a history says of itself, and the thinning of its loss curve."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet.history import STEP_POINTS, Epoch, History, thin
from lenet.recipe import Recipe
from tests.samples import UNHURRIED


def epoch(test: float, validation: float | None = None) -> Epoch:
    return Epoch(
        train_loss=1.0,
        train_accuracy=0.5,
        test_loss=1.0,
        test_accuracy=test,
        validation_accuracy=validation,
        train_s=2.0,
        evaluate_s=0.5,
        gradient_norm={},
        dead_units={},
        saturated_units={},
        effective_step={},
    )


def history(*epochs: Epoch) -> History:
    return History(
        recipe=Recipe(),
        seed=0,
        order_seed=0,
        epochs=epochs,
        step_losses=(1.0,),
        parameters=1,
        flops=1,
        diverged=False,
    )


def test_best_and_final_accuracy_are_kept_apart() -> None:
    found = history(epoch(0.5), epoch(0.9), epoch(0.9), epoch(0.8))
    assert (found.best_epoch, found.test_accuracy) == (2, 0.8)
    assert history(epoch(0.1)).best_epoch == 1


def test_choice_of_an_epoch_looks_at_held_out_images_alone() -> None:
    found = history(epoch(0.9, 0.5), epoch(0.1, 0.7), epoch(0.8, 0.7))
    assert (found.best_epoch, found.best_validation_epoch) == (1, 2)
    assert history(epoch(0.9), epoch(0.8)).best_validation_epoch is None


def test_total_is_training_and_evaluation() -> None:
    assert history(epoch(0.5), epoch(0.9)).total_s == pytest.approx(5.0)


def test_short_curve_is_left_whole() -> None:
    assert thin([3.0, 2.0, 1.0]) == ((1, 2, 3), [3.0, 2.0, 1.0])
    assert thin([]) == ((), [])
    whole = [float(i) for i in range(STEP_POINTS)]
    assert thin(whole) == (tuple(range(1, 1_001)), whole)


@given(count=st.integers(1_001, 20_000))
@settings(UNHURRIED)
def test_long_curve_keeps_its_ends_and_even_steps(count: int) -> None:
    steps, values = thin([float(i) for i in range(count)])
    assert len(steps) == len(values) == STEP_POINTS
    assert (steps[0], steps[-1]) == (1, count)
    gaps = {later - earlier for earlier, later in itertools.pairwise(steps)}
    assert max(gaps) - min(gaps) <= 1
    assert values == [float(step - 1) for step in steps]


def test_curve_may_hold_what_is_not_finite() -> None:
    assert math.isnan(thin([1.0, math.nan])[1][1])
