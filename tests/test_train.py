"""The training loop: what is recorded, what is paired, and what is an outcome or an error."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from lenet.checks import RecipeError
from lenet.history import Epoch, History
from lenet.losses import LOSSES
from lenet.recipe import Recipe
from lenet.schedules import rate_factor
from lenet.settings import Conv, Init, Optimizer, Penalty, Pool, Schedule
from lenet.train import EVALUATION_BATCH, Trainer, train
from tests.samples import SMALL, digits, noise
from tests.test_model import global_randomness_untouched

ROOT = Path(__file__).resolve().parents[1]
TINY = replace(SMALL, train_size=300, epochs=1)


def untimed(history: History) -> History:
    """A history without the seconds that it took."""
    epochs = tuple(replace(epoch, train_s=0.0, evaluate_s=0.0) for epoch in history.epochs)
    return replace(history, epochs=epochs)


class Watched(Trainer):
    """A trainer that notes which images each step saw, and at what rate."""

    def __init__(self, recipe: Recipe, seed: int = 0, *, order_seed: int | None = None) -> None:
        super().__init__(recipe, noise(recipe), seed, order_seed=order_seed)
        self.rows: list[list[int]] = []
        self.rates: list[float] = []
        self.optimizer.register_step_pre_hook(self._note_rate)

    def _step(self, index: Tensor) -> tuple[Tensor, Tensor]:
        self.rows.append(index.tolist())
        return super()._step(index)

    def _note_rate(self, optimizer: Any, *_: Any) -> None:
        self.rates += [group["lr"] for group in optimizer.param_groups]


def watched(recipe: Recipe, seed: int = 0, *, order_seed: int | None = None) -> Watched:
    trainer = Watched(recipe, seed, order_seed=order_seed)
    for _ in range(recipe.epochs):
        trainer.run_epoch()
    return trainer


def order(recipe: Recipe, seed: int = 0, *, order_seed: int | None = None) -> list[int]:
    """Rows of the training images in the order in which they were trained on."""
    return [row for rows in watched(recipe, seed, order_seed=order_seed).rows for row in rows]


@pytest.fixture(scope="module")
def history() -> History:
    return train(SMALL, digits(SMALL), 0)


def test_network_learns(history: History) -> None:
    untrained = Trainer(SMALL, digits(SMALL), 0)
    before = untrained.judge(untrained.split.x_test, untrained.split.y_test)
    first, last = history.epochs
    assert before.accuracy < 0.3 < 0.5 < last.test_accuracy
    assert before.loss > first.train_loss > last.train_loss
    assert not history.diverged


def test_history_describes_the_training(history: History) -> None:
    assert (history.recipe, history.seed, history.order_seed) == (SMALL, 0, 0)
    assert len(history.epochs) == SMALL.epochs == 2
    assert len(history.step_losses) == 2 * math.ceil(1257 / 100)
    assert history.parameters == 4 * 26 + 16 * 577 + 10 * 17
    for epoch in history.epochs:
        assert list(epoch.gradient_norm) == ["conv1", "linear1", "output"]
        assert epoch.dead_units.keys() == epoch.saturated_units.keys() == epoch.gradient_norm.keys()
        assert epoch.validation_accuracy is None
        assert epoch.train_s > 0 < epoch.evaluate_s
        assert 0 < epoch.train_accuracy < 1


def test_train_loss_weighs_the_smaller_last_batch_by_its_size(history: History) -> None:
    losses = history.step_losses[:13]
    weighted = (100 * sum(losses[:12]) + 57 * losses[12]) / 1257
    assert history.epochs[0].train_loss == pytest.approx(weighted, rel=1e-12)
    assert history.epochs[0].train_loss != pytest.approx(sum(losses) / 13, rel=1e-12)
    one_batch = train(replace(TINY, batch_size=1_000), digits(TINY), 0)
    assert one_batch.epochs[0].train_loss == one_batch.step_losses[0]


def test_running_accuracy_is_of_each_batch_before_its_step() -> None:
    recipe = replace(TINY, shuffle=False, batch_size=300)
    trainer = Trainer(recipe, digits(recipe), 0)
    untrained = trainer.judge(trainer.split.x_train, trainer.split.y_train)
    trainer.run_epoch()
    trainer.evaluate()
    (epoch,) = trainer.history.epochs
    assert epoch.train_accuracy == untrained.accuracy
    assert epoch.train_loss == pytest.approx(untrained.loss, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_judgement_is_that_of_all_images_at_once(loss: Any) -> None:
    recipe = replace(SMALL, loss=loss, output_activation="sigmoid")
    trainer = Trainer(recipe, digits(recipe), 0)
    images, labels = trainer.split.x_test, trainer.split.y_test
    assert len(labels) % EVALUATION_BATCH != 0 < len(labels) // EVALUATION_BATCH
    found = trainer.judge(images, labels)
    outputs = trainer.model(images).detach()
    assert found.loss == pytest.approx(float(LOSSES[loss](outputs, labels)), rel=1e-5)
    assert found.accuracy == float((outputs.argmax(1) == labels).double().mean())


def test_same_seed_gives_the_same_history(history: History) -> None:
    assert untimed(train(SMALL, digits(SMALL), 0)) == untimed(history)


def test_another_seed_gives_another_history(history: History) -> None:
    other = train(SMALL, digits(SMALL), 1)
    assert not set(other.step_losses) & set(history.step_losses)


PROGRAM = """
import sys, torch
torch.set_num_threads(int(sys.argv[1]))
from tests.samples import SMALL, digits
from tests.test_train import train, untimed
print(untimed(train(SMALL, digits(SMALL), 0)))
"""


def test_same_seed_gives_the_same_history_in_another_process(history: History) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(torch.get_num_threads())],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "random"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert finished.stdout == f"{untimed(history)}\n"


VARIANTS = {
    "activation": replace(SMALL, activation="tanh"),
    "optimizer": replace(SMALL, optimizer=Optimizer(kind="adam"), learning_rate=0.001),
    "depth": replace(SMALL, convs=(Conv(maps=4), Conv(maps=2)), pools=(Pool(), None)),
    "head": replace(SMALL, head="lstm"),
    "batch size": replace(SMALL, batch_size=7),
    "initialiser": replace(SMALL, weight_init=Init(kind="he-normal")),
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_one_seed_gives_every_variant_the_same_order(variant: Recipe) -> None:
    assert order(variant) == order(SMALL)


def test_order_is_new_each_epoch_and_with_each_seed() -> None:
    rows = order(SMALL)
    first, second = rows[:40], rows[40:]
    assert sorted(first) == sorted(second) == list(range(40))
    assert first != second
    assert first != sorted(first)
    assert order(SMALL, seed=1) != rows


def test_without_shuffling_the_order_is_that_of_the_file() -> None:
    assert order(replace(SMALL, shuffle=False)) == [*range(40), *range(40)]


def test_order_seed_is_apart_from_the_weight_seed() -> None:
    assert order(SMALL, seed=5, order_seed=0) == order(SMALL)
    assert order(SMALL, seed=0, order_seed=5) == order(SMALL, seed=5)

    def start(seed: int, order_seed: int | None) -> list[Tensor]:
        trainer = Watched(SMALL, seed, order_seed=order_seed)
        return [parameter.detach() for parameter in trainer.model.parameters()]

    for ours, theirs in zip(start(0, 5), start(0, None), strict=True):
        assert torch.equal(ours, theirs)
    assert not torch.equal(start(5, 0)[0], start(0, None)[0])
    apart = train(TINY, digits(TINY), 1, order_seed=2)
    assert (apart.seed, apart.order_seed) == (1, 2)


def test_training_leaves_global_randomness_untouched() -> None:
    with global_randomness_untouched():
        train(replace(TINY, head="rnn"), digits(TINY), 0)


def test_each_step_is_taken_at_the_rate_of_the_schedule() -> None:
    schedule = Schedule(kind="one-cycle", warmup=0.3)
    trainer = watched(replace(SMALL, batch_size=9, schedule=schedule, learning_rate=0.5))
    steps = 2 * math.ceil(40 / 9)
    expected = [
        0.5 * rate_factor(schedule, step=step, steps=steps, steps_per_epoch=steps // 2)
        for step in range(steps)
    ]
    assert trainer.rates == expected
    assert len(set(expected)) == steps


def test_drop_of_a_step_schedule_falls_between_epochs() -> None:
    schedule = Schedule(kind="step", drop_epochs=1, final=0.5)
    trainer = watched(replace(SMALL, batch_size=20, schedule=schedule, learning_rate=0.5))
    assert trainer.rates == [0.5, 0.5, 0.25, 0.25]


def test_penalty_moves_the_weights_and_stays_out_of_the_losses() -> None:
    plain = Trainer(TINY, digits(TINY), 0)
    penalty = Penalty(kernel_l2=0.5, activity_l2=0.01, layers="all")
    penalised = Trainer(replace(TINY, penalty=penalty), digits(TINY), 0)
    for trainer in (plain, penalised):
        trainer.run_epoch()
        trainer.evaluate()
    assert penalised.history.step_losses[0] == pytest.approx(plain.history.step_losses[0], rel=1e-5)
    assert penalised.history.step_losses[1] != pytest.approx(plain.history.step_losses[1], rel=1e-3)

    def norm(trainer: Trainer) -> float:
        return float(sum(p.detach().square().sum() for p in trainer.model.parameters()))

    assert norm(penalised) < 0.7 * norm(plain)


@pytest.mark.parametrize(
    "optimizer", [Optimizer(), Optimizer(kind="adam"), Optimizer(kind="nadam")]
)
@pytest.mark.parametrize("loss", LOSSES)
def test_divergence_is_an_outcome_and_the_run_goes_on(loss: Any, optimizer: Optimizer) -> None:
    recipe = replace(TINY, loss=loss, optimizer=optimizer, learning_rate=1e30, epochs=3)
    history = train(recipe, digits(recipe), 0)
    assert history.diverged
    assert len(history.epochs) == 3
    assert len(history.step_losses) == 9
    assert not math.isfinite(history.epochs[-1].train_loss)
    for epoch in history.epochs:
        assert 0 <= epoch.test_accuracy <= 1
        assert 0 <= epoch.train_accuracy <= 1
    assert 1 <= history.best_epoch <= 3


def test_weights_that_are_not_finite_are_divergence_whatever_the_loss() -> None:
    trainer = Trainer(TINY, digits(TINY), 0)
    trainer.run_epoch()
    trainer.evaluate()
    assert not trainer.history.diverged
    next(iter(trainer.model.parameters())).detach()[0] = float("inf")
    assert trainer.history.diverged


def test_validation_accuracy_is_recorded_where_images_are_held_out() -> None:
    recipe = replace(TINY, validation_size=200)
    trainer = Trainer(recipe, digits(recipe), 0)
    trainer.run_epoch()
    trainer.evaluate()
    (epoch,) = trainer.history.epochs
    held_out = trainer.judge(trainer.split.x_validation, trainer.split.y_validation)
    assert len(held_out.predictions) == 200
    assert epoch.validation_accuracy == held_out.accuracy
    assert trainer.history.best_validation_epoch == 1


def test_evaluation_before_or_twice_after_an_epoch_is_an_error() -> None:
    trainer = Trainer(TINY, digits(TINY), 0)
    with pytest.raises(RuntimeError, match=r"call run_epoch\(\) before it"):
        trainer.evaluate()
    trainer.run_epoch()
    trainer.evaluate()
    with pytest.raises(RuntimeError, match=r"call run_epoch\(\) before it"):
        trainer.evaluate()


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (
            replace(SMALL, input_padding=2),
            r"input_shape: the recipe expects images of \(1, 32, 32\) after padding and 10 "
            r"classes; dataset 'digits' has \(1, 28, 28\) and 10\. Set input_shape",
        ),
        (replace(SMALL, classes=9), r"and 9 classes; dataset 'digits' has \(1, 28, 28\) and 10\."),
        (
            replace(SMALL, dataset="mnist"),
            "dataset: the recipe has 'mnist', the data have 'digits'",
        ),
        (replace(SMALL, train_size=300), "train_size: the recipe has 300, the data have 1257"),
        (replace(SMALL, validation_size=9), "validation_size: the recipe has 9, the data have 0"),
    ],
)
def test_data_that_the_recipe_does_not_describe_are_refused(recipe: Recipe, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        Trainer(recipe, digits(SMALL), 0)
    assert Trainer(replace(SMALL, dataset="auto"), digits(SMALL), 0)


@pytest.mark.parametrize("head_sequence", ["maps", "single", "batch"])
def test_recurrent_heads_train(head_sequence: Any) -> None:
    recipe = replace(TINY, head="lstm", head_sequence=head_sequence, linears=(16, 12))
    (epoch,) = train(recipe, digits(recipe), 0).epochs
    assert list(epoch.gradient_norm) == ["conv1", "lstm1", "linear2", "output"]
    assert math.isfinite(epoch.test_loss)


def test_nothing_of_an_epoch_is_left_unset() -> None:
    (epoch,) = train(TINY, digits(TINY), 0).epochs
    assert set(vars(epoch)) == set(Epoch.__dataclass_fields__)
    assert all(math.isfinite(norm) and norm > 0 for norm in epoch.gradient_norm.values())
