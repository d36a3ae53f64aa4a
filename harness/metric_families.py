"""Metrics that take arguments, a layer or a level, as one entry a family: pure data.

`harness.metrics.metric` makes a metric of a family and its arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from harness import readings
from harness.record import Record

Reading = Callable[[Record, str, float | None], float | None]
"""(record, layer, level) -> value; the level is an epoch, an accuracy or a loss."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Metrics that take arguments: `epochs_to@0.95`, `dead_units/output@3`."""

    label: str
    """Label of its metrics, with `{level}` and `{layer}` where they go."""
    unit: str = ""
    """As of `Metric`."""
    better: Literal["higher", "lower"] = "lower"
    """As of `Metric`."""
    counts: str = ""
    """As of `Metric`."""
    scale: float = 1.0
    """As of `Metric`."""
    digits: int = 2
    """As of `Metric`."""
    resolution: float = 1e-4
    """As of `Metric`."""
    is_outcome: bool = False
    """As of `Metric`."""
    least: float | None = 0.0
    """As of `Metric`."""
    level: Literal["", "accuracy", "amount", "epoch", "loss", "step", "maybe epoch"] = ""
    """What follows the `@`, if anything."""
    margin: float
    """As of `Metric`."""
    is_ratio: bool = False
    """As of `Metric`."""
    is_time: bool = False
    """As of `Metric`."""
    never: Reading | None = None
    """Of what it takes to reach a target: 1 for a run that never does."""
    by_step: bool = False
    """As of `Metric`."""
    by_layer: bool = False
    """Whether `/LAYER` may follow the name; without it all layers are taken together."""
    read: Reading
    """The value in a record."""


def _whole(level: float | None) -> int | None:
    return None if level is None else int(level)


def _never_there(record: Record, _: str, level: float | None) -> float | None:
    return readings.never(record, level or 0.0)


FAMILIES: dict[str, Family] = {
    "test_accuracy": Family(
        label="test accuracy after epoch {level}", unit="%", better="higher", scale=100.0,
        level="epoch", margin=0.002,
        read=lambda record, _, level: readings.accuracy_at(record, _whole(level)),
    ),
    "best_test_accuracy": Family(
        label="best test accuracy of all epochs", unit="%", better="higher", scale=100.0,
        margin=0.002,
        read=lambda record, _, level: record.best_test_accuracy,
    ),
    "validation_accuracy": Family(
        label="accuracy on held-out training images", unit="%", better="higher", scale=100.0,
        margin=0.002,
        read=lambda record, _, level: (
            record.epochs[-1].validation_accuracy if record.epochs else None
        ),
    ),
    "mean_accuracy": Family(
        label="test accuracy, mean over epochs", unit="%", better="higher", scale=100.0,
        margin=0.002,
        read=lambda record, _, level: readings.mean_accuracy(record),
    ),
    "gain_within": Family(
        label="share of the best accuracy within {level} epochs", unit="%", better="higher",
        scale=100.0, level="epoch",
        margin=0.01,
        read=lambda record, _, level: readings.gain_within(record, int(level or 1)),
    ),
    "epochs_to": Family(
        label="epochs to {level}", counts="epochs", digits=1, resolution=0.5, level="accuracy",
        margin=0.5, never=_never_there,
        read=lambda record, _, level: readings.epochs_to(record, level or 0.0),
    ),
    "seconds_to": Family(
        label="seconds to {level}", unit="s", resolution=1e-3, level="accuracy",
        margin=0.05, is_ratio=True, is_time=True, never=_never_there,
        read=lambda record, _, level: readings.seconds_to(record, level or 0.0),
    ),
    "epoch_yardsticks": Family(
        label="epoch time over that of the yardstick beside it", counts="yardsticks", digits=1,
        resolution=1e-3,
        margin=0.05, is_ratio=True,
        read=lambda record, _, level: readings.in_yardsticks(record, record.epoch_s),
    ),
    "yardsticks_to": Family(
        label="time to {level} over that of the yardstick beside it", counts="yardsticks",
        digits=1, resolution=1e-3, level="accuracy", margin=0.05, is_ratio=True, never=_never_there,
        read=lambda record, _, level: readings.in_yardsticks(
            record, readings.seconds_to(record, level or 0.0)
        ),
    ),
    "never": Family(
        label="runs that never reach {level}", level="accuracy",
        margin=0.1, is_outcome=True,
        read=lambda record, _, level: readings.never(record, level or 0.0),
    ),
    "below": Family(
        label="runs that end below {level}", level="accuracy",
        margin=0.1, is_outcome=True,
        read=lambda record, _, level: readings.ends_below(record, level or 0.0),
    ),
    "accuracy_under": Family(
        label="test accuracy under {layer} {level}", unit="%", better="higher", scale=100.0,
        level="amount", by_layer=True, margin=0.002,
        read=lambda record, layer, level: record.conditions.get(f"{layer}-{level:g}"),
    ),
    "lost_classes": Family(
        label="classes that no test image is given", counts="classes", digits=1, resolution=0.5,
        margin=0.5,
        read=lambda record, _, level: record.lost_classes,
    ),
    "loses_class": Family(
        label="runs that lose a class",
        margin=0.1, is_outcome=True,
        read=lambda record, _, level: readings.loses_class(record),
    ),
    "steepest_epoch": Family(
        label="epoch of the steepest rise", digits=1, resolution=0.5,
        margin=0.5,
        read=lambda record, _, level: readings.steepest(record),
    ),
    "gap": Family(
        label="train less test accuracy", unit="points", scale=100.0, least=None,
        margin=0.002,
        read=lambda record, _, level: readings.gap(record),
    ),
    "lowest_loss_epoch": Family(
        label="epoch of the lowest test loss", digits=1, resolution=0.5,
        margin=0.5,
        read=lambda record, _, level: readings.lowest_loss_epoch(record),
    ),
    "test_loss": Family(
        label="test loss", digits=4, level="maybe epoch",
        margin=0.05, is_ratio=True,
        read=lambda record, _, level: readings.test_loss(record, _whole(level)),
    ),
    "train_loss": Family(
        label="training loss", digits=4, level="maybe epoch",
        margin=0.05, is_ratio=True,
        read=lambda record, _, level: readings.train_loss(record, _whole(level)),
    ),
    "last_step_loss": Family(
        label="loss of the last batch", digits=5,
        margin=0.1, is_ratio=True, by_step=True,
        read=lambda record, _, level: readings.last_step_loss(record),
    ),
    "batch_loss": Family(
        label="loss of the last recorded batch up to step {level}", digits=5, level="step",
        margin=0.1, is_ratio=True, by_step=True,
        read=lambda record, _, level: readings.batch_loss(record, int(level or 1)),
    ),
    "steps_to_loss": Family(
        label="steps to a training loss of {level}", counts="steps", digits=0, resolution=1.0,
        level="loss",
        margin=0.1, is_ratio=True, by_step=True,
        never=lambda record, _, level: readings.never_as_low(record, level or 0.0),
        read=lambda record, _, level: readings.steps_to_loss(record, level or 0.0),
    ),
    "noise_until": Family(
        label="change of the loss from step to step, up to step {level}", digits=4, level="step",
        margin=0.1, is_ratio=True, by_step=True,
        read=lambda record, _, level: readings.step_noise(record, 1, int(level or 1)),
    ),
    "noise_from": Family(
        label="change of the loss from step to step, from step {level} on", digits=4,
        level="step",
        margin=0.1, is_ratio=True, by_step=True,
        read=lambda record, _, level: readings.step_noise(record, int(level or 1), 10**9),
    ),
    "gradient_norm": Family(
        label="gradient norm{layer}", digits=4, resolution=1e-6, level="maybe epoch",
        by_layer=True,
        margin=0.1, is_ratio=True,
        read=lambda record, layer, level: readings.gradient_norm(record, layer, _whole(level)),
    ),
    "effective_step": Family(
        label="update over gradient{layer}", digits=5, resolution=1e-7, level="maybe epoch",
        by_layer=True, margin=0.1, is_ratio=True,
        read=lambda record, layer, level: readings.effective_step(record, layer, _whole(level)),
    ),
    "dead_units": Family(
        label="dead units{layer}", unit="%", scale=100.0, digits=1, resolution=1e-3,
        level="maybe epoch", by_layer=True,
        margin=0.01,
        read=lambda record, layer, level: readings.dead_units(record, layer, _whole(level)),
    ),
    "saturated_units": Family(
        label="saturated units{layer}", unit="%", scale=100.0, digits=1, resolution=1e-3,
        level="maybe epoch", by_layer=True,
        margin=0.01,
        read=lambda record, layer, level: readings.saturated_units(record, layer, _whole(level)),
    ),
    "patterned_kernels": Family(
        label="kernels{layer} with a pattern that chance seldom has", unit="%", better="higher",
        scale=100.0, digits=1, resolution=1e-3, by_layer=True, margin=0.05,
        read=lambda record, layer, _: readings.measured(record, "patterned_kernels", layer),
    ),
    "edge_correlation": Family(
        label="correlation with edges of the map{layer} that follows them most", digits=3,
        least=None,
        better="higher", by_layer=True, margin=0.05,
        read=lambda record, layer, _: readings.measured(record, "edge_correlation", layer),
    ),
    "linear_probe": Family(
        label="accuracy of a linear classifier on the output{layer}", unit="%", better="higher",
        scale=100.0, by_layer=True, margin=0.01,
        read=lambda record, layer, _: readings.measured(record, "linear_probe", layer),
    ),
    "untrained_probe": Family(
        label="accuracy of a linear classifier on the output{layer} before training", unit="%",
        better="higher", scale=100.0, by_layer=True, margin=0.01,
        read=lambda record, layer, _: readings.measured(record, "untrained_probe", layer),
    ),
    "sparse_gradients": Family(
        label="gradient{layer} near zero", unit="%", scale=100.0, digits=1, resolution=1e-3,
        by_layer=True, margin=0.05,
        read=lambda record, layer, _: readings.measured(record, "sparse_gradients", layer),
    ),
}  # fmt: skip
"""Name -> family."""
