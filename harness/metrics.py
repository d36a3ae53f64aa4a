"""Each metric's name, unit, better direction and reading, in this one place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from harness import readings
from harness.record import Record


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that a record has, and how to think about it."""

    name: str
    """What tables, claims and gates call it: the record's field where it is one."""
    label: str
    """How a table head or an axis calls it."""
    unit: str
    """Unit of the displayed value; empty for a plain count."""
    better: Literal["higher", "lower"]
    """The direction that is an improvement."""
    scale: float = 1.0
    """Factor from the recorded to the displayed value (a fraction shown in percent: 100)."""
    digits: int = 2
    """Decimals of the displayed value."""
    resolution: float = 0.0
    """The least step between two values of one seed that chance could make; 0 for a number that is
    the same in every run of a recipe, such as its parameters."""
    is_outcome: bool = False
    """It is 1 or 0 a run: something happened or did not."""
    margin: float
    """The difference that matters: in recorded units, or a share where `is_ratio`."""
    is_ratio: bool = False
    """Two values are compared by their ratio: 1.05 is 5% more, whatever the unit."""
    is_time: bool = False
    """Seconds: they mean something beside the yardstick, and where the machine was not shared."""
    is_fixed: bool = False
    """The same in every run of a recipe, so that any difference is real and needs no test."""
    by_step: bool = False
    """It reads the losses by step, which a small file may leave out."""
    read: Callable[[Record], float | None]
    """The value in a record; `None` where the record has none."""
    censored: Callable[[Record], bool] = lambda record: False
    """Whether the value is a bound only: the training ended before it got there."""

    @property
    def heading(self) -> str:
        """Label and unit, for a table head or an axis: `test accuracy, %`."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def show(self, value: float | None, *, signed: bool = False) -> str:
        """A recorded value as text, scaled and rounded, without its unit; a dash for none."""
        if value is None:
            return "-"
        number = round(value * self.scale, self.digits) + 0.0  # turns -0.0 into 0.0
        return f"{number:{'+' if signed else ''},.{self.digits}f}"


OUTPUT_LAYER = "output"
"""Name under which a record's `dead_units` holds the layer that gives the logits."""


def dead_outputs(record: Record) -> float:
    """Share of output units dead after the last epoch: classes that no image can be given."""
    return record.epochs[-1].dead_units.get(OUTPUT_LAYER, 0.0) if record.epochs else 0.0


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            name="test_accuracy",
            label="test accuracy",
            unit="%",
            better="higher",
            scale=100.0,
            digits=2,
            resolution=1e-4,
            margin=0.002,
            read=lambda record: record.test_accuracy,
        ),
        Metric(
            name="epoch_s",
            label="epoch time",
            unit="s",
            better="lower",
            digits=3,
            resolution=1e-3,
            margin=0.05,
            is_ratio=True,
            is_time=True,
            read=lambda record: record.epoch_s,
        ),
        Metric(
            name="total_s",
            label="total time",
            unit="s",
            better="lower",
            digits=2,
            resolution=1e-3,
            margin=0.05,
            is_ratio=True,
            is_time=True,
            read=lambda record: record.total_s,
        ),
        Metric(
            name="parameters",
            label="parameters",
            unit="",
            better="lower",
            digits=0,
            margin=0.0,
            is_fixed=True,
            read=lambda record: record.parameters,
        ),
        Metric(
            name="flops",
            label="training FLOPs per sample",
            unit="MFLOP",
            better="lower",
            scale=1e-6,
            digits=2,
            margin=0.01,
            is_ratio=True,
            is_fixed=True,
            read=lambda record: record.flops,
        ),
        Metric(
            name="peak_memory",
            label="peak memory",
            unit="MiB",
            better="lower",
            scale=2.0**-20,
            digits=1,
            resolution=4096.0,
            margin=0.05,
            is_ratio=True,
            read=lambda record: record.peak_memory_bytes,
        ),
        Metric(
            name="diverged",
            label="diverged runs",
            unit="",
            better="lower",
            digits=0,
            margin=0.1,
            is_outcome=True,
            read=lambda record: float(record.diverged),
        ),
        Metric(
            name="stuck",
            label="stuck runs",
            unit="",
            better="lower",
            digits=0,
            margin=0.1,
            is_outcome=True,
            read=lambda record: float(dead_outputs(record) > 0),
        ),
    )
}


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
    scale: float = 1.0
    """As of `Metric`."""
    digits: int = 2
    """As of `Metric`."""
    resolution: float = 1e-4
    """As of `Metric`."""
    is_outcome: bool = False
    """As of `Metric`."""
    level: Literal["", "accuracy", "amount", "epoch", "loss", "step", "maybe epoch"] = ""
    """What follows the `@`, if anything."""
    margin: float
    """As of `Metric`."""
    is_ratio: bool = False
    """As of `Metric`."""
    is_time: bool = False
    """As of `Metric`."""
    to_target: bool = False
    """It counts what it takes to reach an accuracy, which a run may never do."""
    by_step: bool = False
    """As of `Metric`."""
    by_layer: bool = False
    """Whether `/LAYER` may follow the name; without it all layers are taken together."""
    read: Reading
    """The value in a record."""


def _whole(level: float | None) -> int | None:
    return None if level is None else int(level)


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
        label="epochs to {level}", digits=1, resolution=0.5, level="accuracy",
        margin=0.5, to_target=True,
        read=lambda record, _, level: readings.epochs_to(record, level or 0.0),
    ),
    "seconds_to": Family(
        label="seconds to {level}", unit="s", resolution=1e-3, level="accuracy",
        margin=0.05, is_ratio=True, is_time=True, to_target=True,
        read=lambda record, _, level: readings.seconds_to(record, level or 0.0),
    ),
    "epoch_yardsticks": Family(
        label="epoch time over that of the yardstick beside it", digits=1, resolution=1e-3,
        margin=0.05, is_ratio=True,
        read=lambda record, _, level: readings.in_yardsticks(record, record.epoch_s),
    ),
    "yardsticks_to": Family(
        label="time to {level} over that of the yardstick beside it", digits=1, resolution=1e-3,
        level="accuracy", margin=0.05, is_ratio=True, to_target=True,
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
        label="classes that no test image is given", digits=1, resolution=0.5,
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
        label="train less test accuracy", unit="points", scale=100.0,
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
        label="steps to a training loss of {level}", digits=0, resolution=1.0, level="loss",
        margin=0.1, is_ratio=True, by_step=True,
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
        better="higher", by_layer=True, margin=0.05,
        read=lambda record, layer, _: readings.measured(record, "edge_correlation", layer),
    ),
    "sparse_gradients": Family(
        label="gradient{layer} near zero", unit="%", scale=100.0, digits=1, resolution=1e-3,
        by_layer=True, margin=0.05,
        read=lambda record, layer, _: readings.measured(record, "sparse_gradients", layer),
    ),
}  # fmt: skip
"""Name -> family."""

_NAME = re.compile(r"(?P<family>[a-z_]+)(?:/(?P<layer>[a-z]+[0-9]*))?(?:@(?P<level>[0-9.]+))?")


def metric(name: str) -> Metric:
    """The metric of this name, made to measure where it takes arguments.

    Raises:
        ValueError: no such metric, with those that there are.
    """
    if name in METRICS:
        return METRICS[name]
    parts = _NAME.fullmatch(name)
    family = FAMILIES.get(parts["family"]) if parts else None
    if parts is None or family is None or not _fits(family, parts["layer"], parts["level"]):
        raise ValueError(f"metric: expected one of {', '.join(metric_names())}; got {name!r}")
    layer, level = parts["layer"] or "", None if parts["level"] is None else float(parts["level"])
    return Metric(
        name=name,
        label=family.label.format(
            layer=f" of {layer}" if layer and family.level != "amount" else layer,
            level=_shown(level, family),
        ),
        unit=family.unit,
        better=family.better,
        scale=family.scale,
        digits=family.digits,
        resolution=family.resolution,
        margin=family.margin,
        is_ratio=family.is_ratio,
        is_time=family.is_time,
        is_outcome=family.is_outcome,
        by_step=family.by_step,
        read=lambda record: family.read(record, layer, level),
        censored=lambda record: family.to_target and bool(readings.never(record, level or 0.0)),
    )


def metric_names() -> list[str]:
    """What `metric` takes, with a word in capitals for each argument."""
    made = [
        name
        + ("[/LAYER]" if family.by_layer else "")
        + (f"[@{family.level.removeprefix('maybe ').upper()}]" if "maybe" in family.level else "")
        + (f"@{family.level.upper()}" if family.level and "maybe" not in family.level else "")
        for name, family in FAMILIES.items()
    ]
    return [*METRICS, *made]


def _fits(family: Family, layer: str | None, level: str | None) -> bool:
    """Whether the arguments are those that the family takes."""
    if layer is not None and not family.by_layer:
        return False
    if level is None:
        return family.level in ("", "maybe epoch")
    try:
        number = float(level)
    except ValueError:
        return False
    return family.level != "" and ("epoch" not in family.level or number >= 1)


def _shown(level: float | None, family: Family) -> str:
    if level is None:
        return ""
    return f"{level * 100:g}%" if family.level == "accuracy" else f"{level:g}"
