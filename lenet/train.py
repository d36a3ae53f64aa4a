"""The only training loop: `Trainer` runs and judges an epoch at a time, `train` runs them all."""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lenet.augmentation import augmented
from lenet.averaging import WeightMean
from lenet.checks import RecipeError
from lenet.data import Split
from lenet.descent import descent
from lenet.diagnostics import PROBE_IMAGES, probe
from lenet.engine import Engine
from lenet.flops import training_flops
from lenet.history import Epoch, History
from lenet.losses import LOSSES, loss_sum
from lenet.model import LeNet, build_model
from lenet.noise import shuffled_labels
from lenet.optimizers import build_optimizer
from lenet.recipe import Recipe
from lenet.schedules import rate_factor
from lenet.seeding import generator

EVALUATION_BATCH = 500
"""Images evaluated at once: small enough that a layer's output stays in the cache."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a model makes of a set of labelled images."""

    loss: float
    """Mean loss, penalties left out."""
    accuracy: float
    """Share of right answers."""
    predictions: Tensor
    """[N] int64, the most likely class of each image."""
    confidence: Tensor
    """[N] float32, the softmax share of that class."""


class Trainer:
    """One training in progress; call `run_epoch` and `evaluate` in turn, `recipe.epochs` times.

    Args:
        recipe: what to train.
        split: the data, on the device to train on, as `lenet.data.prepare` made it.
        seed: of weights and data order: one seed gives every recipe the same order, and the same
            draws to each tensor of the same name and shape.
        order_seed: of the data order alone, where it is to differ from `seed`; the recipe's own, if
            it has one, goes before it.
        engine: what computes; `fast` only on the CPU.

    A loss that stops being finite is an outcome like any other: training goes on to its last epoch.
    """

    def __init__(
        self,
        recipe: Recipe,
        split: Split,
        seed: int,
        *,
        order_seed: int | None = None,
        engine: Engine = "torch",
    ) -> None:
        _check_fit(recipe, split)
        _check_engine(engine, split)
        self.recipe = recipe
        self.split = split
        self.labels = shuffled_labels(split.y_train, share=recipe.label_noise, seed=seed)
        self.seed = seed
        self.order_seed = _first_given(recipe.order_seed, order_seed, seed)
        self.device = split.x_train.device
        weight_seed = _first_given(recipe.weight_seed, seed)
        self.model = build_model(recipe, weight_seed, engine).to(self.device)
        self.parameters = list(self.model.parameters())
        self._descent = descent(self.model)
        self.optimizer = build_optimizer(recipe, self._descent.weights)
        self.loss = LOSSES[recipe.loss]
        self._threads = _threads(self.model)
        self.last_evaluation: Evaluation | None = None
        self.kernels = [self._kernels()]
        self._order = generator(self.order_seed, "order")
        self._draws = generator(self.order_seed, "augmentation")
        self._images = split.x_train
        self._mean = WeightMean(self._descent.weights)
        self._step_losses: list[float] = []
        self._effective_step: dict[str, float] = {}
        self._epochs: list[Epoch] = []
        self._pending: tuple[float, float, float] | None = None

    def run_epoch(self) -> None:
        """Train one epoch: the part that is timed."""
        started = self._clock()
        losses: list[Tensor] = []
        outputs: list[Tensor] = []
        self.model.train()
        order = self._epoch_order()
        self._images = augmented(self.split.x_train, self.recipe.augmentation, self._draws)
        with self._threads():
            *steps, last = torch.split(order, self.recipe.batch_size)
            for index in steps:
                self._take(index, losses, outputs)
            before = [parameter.detach().clone() for parameter in self.parameters]
            self._take(last, losses, outputs)
        self._effective_step = self._step_sizes(before)
        if self.recipe.averaging and len(self._epochs) == self.recipe.epochs - 1:
            self._mean.put()
        step_losses = torch.stack(losses).tolist()
        correct = int((torch.cat(outputs).argmax(1) == self.split.y_train[order]).sum())
        seconds = self._clock() - started
        self._step_losses += step_losses
        self._pending = (self._mean_loss(step_losses), correct / self.images, seconds)

    def evaluate(self) -> None:
        """Judge the epoch that was just run, on test and held-out images, and probe the network."""
        if self._pending is None:
            raise RuntimeError("evaluate() judges an epoch: call run_epoch() before it")
        train_loss, train_accuracy, train_s = self._pending
        started = self._clock()
        self.model.eval()
        split = self.split
        self.last_evaluation = test = self.judge(split.x_test, split.y_test)
        held_out = self.judge(split.x_validation, split.y_validation) if self._holds_out else None
        norms, dead, saturated = probe(
            self.model, split.x_train[:PROBE_IMAGES], split.y_train[:PROBE_IMAGES]
        )
        self._epochs.append(
            Epoch(
                train_loss=train_loss,
                train_accuracy=train_accuracy,
                test_loss=test.loss,
                test_accuracy=test.accuracy,
                validation_accuracy=held_out.accuracy if held_out else None,
                train_s=train_s,
                evaluate_s=self._clock() - started,
                gradient_norm=norms,
                dead_units=dead,
                saturated_units=saturated,
                effective_step=self._effective_step,
            )
        )
        self.kernels.append(self._kernels())
        self._pending = None

    @torch.no_grad()
    def judge(self, images: Tensor, labels: Tensor, *, batch: int | None = None) -> Evaluation:
        """Loss and accuracy on images [N, C, H, W] with labels [N], as the model stands.

        A head that reads the batch as its sequence gets batches as long as in training, unless
        `batch` says otherwise; to all others their size means nothing.
        """
        batch = batch or self._evaluation_batch
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        tops: list[Tensor] = []
        confidences: list[Tensor] = []
        parts = (torch.split(tensor, batch) for tensor in (images, labels))
        is_probability = self.recipe.output_activation == "softmax"
        with self._threads():
            for some_images, some_labels in zip(*parts, strict=True):
                outputs = self.model(some_images)
                total += loss_sum(self.loss, outputs, some_labels)
                confidence, top = (outputs if is_probability else outputs.softmax(1)).max(1)
                tops.append(top)
                confidences.append(confidence)
        predictions = torch.cat(tops)
        return Evaluation(
            loss=float(total) / len(labels),
            accuracy=int((predictions == labels).sum()) / len(labels),
            predictions=predictions,
            confidence=torch.cat(confidences),
        )

    @property
    def _evaluation_batch(self) -> int:
        reads_batch = self.recipe.head_sequence == "batch"
        return self.recipe.batch_size if reads_batch else EVALUATION_BATCH

    @property
    def images(self) -> int:
        """Images trained on in an epoch."""
        return self.split.x_train.shape[0]

    @property
    def history(self) -> History:
        """What the training was so far."""
        return History(
            recipe=self.recipe,
            seed=self.seed,
            order_seed=self.order_seed,
            epochs=tuple(self._epochs),
            step_losses=tuple(self._step_losses),
            parameters=self.model.parameter_count,
            flops=training_flops(self.recipe),
            diverged=self._diverged,
        )

    def _kernels(self) -> dict[str, Tensor]:
        """Kernels of each convolution as they stand, float16 [maps, C, k, k] on the CPU."""
        layers = self.model.layers
        return {
            name: layer.weight.detach().to("cpu", torch.float16, copy=True)
            for name, layer in layers.items()
            if isinstance(layer, nn.Conv2d)
        }

    def _step_sizes(self, before: list[Tensor]) -> dict[str, float]:
        """Layer -> norm of the last update over that of its gradient, both of all its parameters.

        For plain SGD this is the learning rate.
        """
        sizes: dict[str, float] = {}
        pairs = iter(zip(self.parameters, before, strict=True))
        for name, layer in self.model.layers.items():
            own = [next(pairs) for _ in layer.parameters()]
            update = torch.stack([(now.detach() - then).norm() for now, then in own]).norm()
            slopes = [now.grad.norm() for now, _ in own if now.grad is not None]
            sizes[name] = float(update / torch.stack(slopes).norm()) if slopes else math.nan
        return sizes

    def _take(self, index: Tensor, losses: list[Tensor], outputs: list[Tensor]) -> None:
        """One step at the rate that is due; adds its loss and its outputs [N, classes]."""
        self._set_rate(len(self._step_losses) + len(losses))
        loss, logits = self._step(index)
        losses.append(loss)
        outputs.append(logits)
        left = self._steps - len(self._step_losses) - len(losses)
        if 0 <= left < self.recipe.averaging * self._steps:
            self._mean.add()

    def _step(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """One step on the training images of these numbers [N]; its loss and its outputs.

        Which of them are right is counted once an epoch: for a small batch that takes as long as
        the loss.
        """
        found = self._descent(self._images, index, self.labels[index])
        self.optimizer.step()
        return found

    def _epoch_order(self) -> Tensor:
        if not self.recipe.shuffle:
            return torch.arange(self.images, device=self.device)
        if not self.recipe.reshuffle:
            self._order = generator(self.order_seed, "order")
        return torch.randperm(self.images, generator=self._order).to(self.device)

    def _set_rate(self, step: int) -> None:
        factor = rate_factor(
            self.recipe.schedule,
            step=step,
            steps=self._steps,
            steps_per_epoch=self._steps // self.recipe.epochs,
        )
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * factor

    def _mean_loss(self, step_losses: list[float]) -> float:
        size = self.recipe.batch_size
        last = self.images - size * (len(step_losses) - 1)
        return (math.fsum(step_losses[:-1]) * size + step_losses[-1] * last) / self.images

    @property
    def _steps(self) -> int:
        """Steps of the whole training."""
        return math.ceil(self.images / self.recipe.batch_size) * self.recipe.epochs

    @property
    def _diverged(self) -> bool:
        weights = all(bool(weight.isfinite().all()) for weight in self.model.parameters())
        return not weights or not all(math.isfinite(loss) for loss in self._step_losses)

    @property
    def _holds_out(self) -> bool:
        return self.split.y_validation.shape[0] > 0

    def _clock(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()


def train(
    recipe: Recipe,
    split: Split,
    seed: int,
    *,
    order_seed: int | None = None,
    engine: Engine = "torch",
) -> History:
    """Train a recipe from its first epoch to its last; arguments as for `Trainer`."""
    trainer = Trainer(recipe, split, seed, order_seed=order_seed, engine=engine)
    for _ in range(recipe.epochs):
        trainer.run_epoch()
        trainer.evaluate()
    return trainer.history


def _first_given(*seeds: int | None) -> int:
    """The first that is no `None`."""
    return next(seed for seed in seeds if seed is not None)


def _threads(model: LeNet) -> Callable[[], AbstractContextManager[None]]:
    """What the engine wants around its steps; compiles the fast engine's kernels."""
    if not model.is_fast:
        return nullcontext
    from lenet.fast import lent

    _ = model.fast
    return lent


def _check_engine(engine: Engine, split: Split) -> None:
    if engine == "fast" and split.x_train.device.type != "cpu":
        raise ValueError(
            f"engine: 'fast' computes on the CPU, the data are on {split.x_train.device}; take "
            "'torch', or prepare the data for the CPU"
        )


def _check_fit(recipe: Recipe, split: Split) -> None:
    """Refuse data that the recipe does not describe: its record would say what is not so."""
    got = tuple(split.x_train.shape[1:])
    if got != recipe.padded_shape or split.classes != recipe.classes:
        raise RecipeError(
            f"input_shape: the recipe expects images of {recipe.padded_shape} after padding and "
            f"{recipe.classes} classes; dataset {split.name!r} has {got} and {split.classes}. "
            "Set input_shape and classes to the dataset's"
        )
    for field, wanted, found in (
        ("dataset", recipe.dataset, split.name),
        ("train_size", recipe.train_size, len(split.y_train)),
        ("validation_size", recipe.validation_size, len(split.y_validation)),
    ):
        if wanted not in (found, "auto", None):
            raise RecipeError(
                f"{field}: the recipe has {wanted!r}, the data have {found!r}. Prepare the data "
                "with the recipe's settings, or set them in the recipe"
            )
