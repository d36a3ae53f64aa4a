"""Each metric's name, unit, better direction and reading, in this one place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from harness.metric_families import FAMILIES, Family
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
    counts: str = ""
    """What it counts, where it has no unit: `epochs`. For sentences; labels say it themselves."""
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
    least: float | None = 0.0
    """The least value that it can have; `None` where it may be negative. A percentage is no more
    than 1."""
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

    def possible(self, low: float, high: float) -> tuple[float, float]:
        """An interval without what the number cannot be."""
        if self.least is not None:
            low, high = max(self.least, low), max(self.least, high)
        if self.unit == "%" or self.is_outcome:
            low, high = min(1.0, low), min(1.0, high)
        return low, high

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
        counts=family.counts,
        least=family.least,
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
        censored=lambda record: bool(family.never and family.never(record, layer, level)),
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
