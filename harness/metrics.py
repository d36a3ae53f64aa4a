"""Each metric's name, unit, better direction and reading, in this one place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from harness.record import Record


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that every record has, and how to think about it."""

    name: str
    """The record's field, and the column's name in every table."""
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
    read: Callable[[Record], float | None]
    """The value in a record; `None` where the record has none."""

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
            read=lambda record: record.test_accuracy,
        ),
        Metric(
            name="epoch_s",
            label="epoch time",
            unit="s",
            better="lower",
            digits=3,
            read=lambda record: record.epoch_s,
        ),
        Metric(
            name="total_s",
            label="total time",
            unit="s",
            better="lower",
            digits=2,
            read=lambda record: record.total_s,
        ),
        Metric(
            name="parameters",
            label="parameters",
            unit="",
            better="lower",
            digits=0,
            read=lambda record: record.parameters,
        ),
        Metric(
            name="flops",
            label="training FLOPs per sample",
            unit="MFLOP",
            better="lower",
            scale=1e-6,
            digits=2,
            read=lambda record: record.flops,
        ),
        Metric(
            name="diverged",
            label="diverged runs",
            unit="",
            better="lower",
            digits=0,
            read=lambda record: float(record.diverged),
        ),
        Metric(
            name="stuck",
            label="stuck runs",
            unit="",
            better="lower",
            digits=0,
            read=lambda record: float(dead_outputs(record) > 0),
        ),
    )
}
