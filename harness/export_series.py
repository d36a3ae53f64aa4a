"""A record as series of numbers over epochs and steps, as TensorBoard and MLflow have them.

| series | one point for each | from |
|---|---|---|
| `epoch/FIELD` | epoch | a number of the epoch: `epoch/test_accuracy` |
| `FIELD/LAYER` | epoch | a number of one layer: `gradient_norm/conv1`, `dead_units/output` |
| `step/loss` | recorded step | the training loss by step |
| `case/COLUMN` | case, at its last epoch | a result in the table `cases`: `case/epoch_s` |

A number that the training had but that was not finite is NaN: left out, the last one before it
would pass for the result. A number that a record may lack, as `validation_accuracy`, is left out.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from itertools import accumulate
from typing import Literal

from harness.export_rows import LAYOUT, Cell, layers_of
from harness.record import EpochRecord, Record

SETTINGS = ("recipe.", "factor.", "seed")
"""How columns of `cases` begin that were chosen before the training."""
LABELS = ("schema_version", "dataset.", "machine.", "versions.", "threshold.")
"""How columns begin that describe a case, whatever their type."""
STEP_SERIES = "step/loss"
"""The series that goes by steps."""
OPTIONAL = {field.name for field in fields(EpochRecord) if field.default is not MISSING}
"""Numbers of an epoch that it may lack."""

Role = Literal["setting", "result", "label"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One number of a series."""

    series: str
    """Name of the series."""
    step: int
    """Epoch, or step where the series goes by steps; both count from 1."""
    value: float
    """The number; NaN where it was not finite."""
    time_s: float
    """When it came to be, in seconds since 1970 (UTC)."""


def role(column: str, cell: Cell) -> Role:
    """What a column of `cases` is to a tracker: a setting, a result, or a label."""
    if column.startswith(SETTINGS):
        return "setting"
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return "result" if is_number and not column.startswith(LABELS) else "label"


def points(record: Record, row: Mapping[str, Cell]) -> Iterator[Point]:
    """Every number of a record that goes by epoch or step, and its results; `row` is its row."""
    ends_s = epoch_ends_s(record)
    for number, (epoch, end_s) in enumerate(zip(record.epochs, ends_s[1:], strict=True), 1):
        for series, value in _numbers(epoch):
            yield Point(series=series, step=number, value=value, time_s=end_s)
    yield from _steps(record, start_s=ends_s[0], end_s=ends_s[-1])
    for column, cell in row.items():
        if role(column, cell) == "result":
            value = float(cell)  # type: ignore[arg-type]
            yield Point(
                series=f"case/{column}", step=len(record.epochs), value=value, time_s=ends_s[-1]
            )


def _numbers(epoch: EpochRecord) -> Iterator[tuple[str, float]]:
    for name in LAYOUT.epochs:
        value = getattr(epoch, name)
        if value is not None or name not in OPTIONAL:
            yield f"epoch/{name}", _number(value)
    for layer in layers_of(epoch):
        for name in LAYOUT.layers:
            if layer in getattr(epoch, name):
                yield f"{name}/{layer}", _number(getattr(epoch, name)[layer])


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _steps(record: Record, *, start_s: float, end_s: float) -> Iterator[Point]:
    """The losses by step, spread evenly over the training: a record has no time of a step."""
    steps = record.step_loss
    for step, loss in zip(steps.step, steps.loss, strict=True):
        time_s = start_s + (end_s - start_s) * step / steps.step[-1]
        yield Point(series=STEP_SERIES, step=step, value=_number(loss), time_s=time_s)


def epoch_ends_s(record: Record) -> list[float]:
    """When the training began and each epoch ended, in seconds since 1970 (UTC).

    Counted back from `finished_at` by the epochs' seconds of training and evaluation.
    """
    spent_s = list(
        accumulate((each.train_s + each.evaluate_s for each in record.epochs), initial=0.0)
    )
    return [record.finished_s - spent_s[-1] + spent for spent in spent_s]
