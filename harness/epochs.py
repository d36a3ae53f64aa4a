"""The epochs of many records as one table, in memory or on disk, and what polars makes of them.

One row a record and epoch. Every query takes groups of records and answers group by group; none
holds more than `ROWS_AT_ONCE` rows, so that memory does not grow with the number of epochs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from pathlib import Path
from statistics import fmean
from typing import Protocol

import polars as pl

from harness.record import EpochRecord

SCHEMA = pl.Schema(
    {"row": pl.UInt64, "epoch": pl.UInt32, "test_accuracy": pl.Float64, "train_s": pl.Float64}
)
"""The table's columns: the record's row, the epoch from 1, the test accuracy after it as a fraction
(null where it was not finite), and the seconds of training up to its end."""
ROWS_AT_ONCE = 2_000_000
"""Rows that one query may hold."""


class EpochTable(Protocol):
    """A table of epochs; equal tables hold the same rows."""

    def scan(self) -> pl.LazyFrame:
        """Its rows, of `SCHEMA`."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class EpochFiles:
    """A table on disk: the Parquet files of a folder."""

    folder: Path
    """Where they lie."""

    def scan(self) -> pl.LazyFrame:
        """Its rows, read as they are needed."""
        return pl.scan_parquet(self.folder / "*.parquet", schema=SCHEMA)


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochFrame:
    """A table in memory."""

    frame: pl.DataFrame
    """Its rows."""

    def scan(self) -> pl.LazyFrame:
        """Its rows."""
        return self.frame.lazy()


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochRows:
    """Where the epochs of one record are."""

    table: EpochTable
    """The table that holds them."""
    row: int
    """The record's row in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """Several records after one epoch, as far as they have a test accuracy there."""

    epoch: int
    """Counted from 1."""
    n: int
    """Records with a test accuracy, at least one."""
    mean: float
    """Their mean test accuracy, a fraction."""
    lowest: float
    """The lowest of them."""
    highest: float
    """The highest of them."""
    train_s: float
    """Mean seconds of training up to here, of all records that came so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """Where a record first had a test accuracy."""

    epoch: int
    """Counted from 1."""
    train_s: float
    """Seconds of training up to the end of that epoch."""


@dataclass(kw_only=True)
class EpochColumns:
    """Rows of a table in the making."""

    row: list[int] = field(default_factory=list)
    """As in `SCHEMA`."""
    epoch: list[int] = field(default_factory=list)
    """As in `SCHEMA`."""
    test_accuracy: list[float | None] = field(default_factory=list)
    """As in `SCHEMA`."""
    train_s: list[float] = field(default_factory=list)
    """As in `SCHEMA`."""

    def add(self, row: int, epochs: Sequence[EpochRecord]) -> None:
        """Append the epochs of one record."""
        self.row.extend(repeat(row, len(epochs)))
        self.epoch.extend(range(1, len(epochs) + 1))
        self.test_accuracy.extend([epoch.test_accuracy for epoch in epochs])
        self.train_s.extend(accumulate([epoch.train_s for epoch in epochs]))

    def frame(self) -> pl.DataFrame:
        """The rows so far."""
        return pl.DataFrame({name: getattr(self, name) for name in SCHEMA}, schema=SCHEMA)


Groups = Sequence[Sequence[EpochRows]]


def mean_curves(groups: Groups) -> list[tuple[CurvePoint, ...]]:
    """Group by group, its points by epoch; an epoch without any test accuracy has none."""
    curves: list[list[CurvePoint]] = [[] for _ in groups]
    rows = _rows(groups)
    for first, last in _spans(rows):
        span = rows.filter(pl.col("epoch").is_between(first, last))
        values = pl.col("test_accuracy").drop_nulls(), pl.col("train_s")
        found = span.group_by("group", "epoch").agg(values).sort("group", "epoch")
        for group, epoch, accuracies, times in found.collect().iter_rows():
            if accuracies:
                curves[group].append(_point(epoch, accuracies, times))
    return [tuple(points) for points in curves]


def _point(epoch: int, accuracies: Sequence[float], times: Sequence[float]) -> CurvePoint:
    # By `fmean`, whose sums are exact: those of polars depend on the order, here that of threads.
    return CurvePoint(
        epoch=epoch,
        n=len(accuracies),
        mean=fmean(accuracies),
        lowest=min(accuracies),
        highest=max(accuracies),
        train_s=fmean(times),
    )


def accuracies_by_epoch(rows: Sequence[EpochRows]) -> list[list[float | None]]:
    """Record by record, its test accuracies by epoch."""
    found: list[list[float | None]] = [[] for _ in rows]
    ordered = _rows([rows]).select("place", "epoch", "test_accuracy").sort("place", "epoch")
    for place, _, accuracy in ordered.collect().iter_rows():
        found[place].append(accuracy)
    return found


def first_reached(groups: Groups, accuracy: float) -> list[list[Reached | None]]:
    """Group by group and record by record, where it first had a test accuracy of at least this."""
    found: list[list[Reached | None]] = [[None for _ in rows] for rows in groups]
    there = _rows(groups).filter(pl.col("test_accuracy") >= accuracy)
    first = there.group_by("group", "place").agg(
        pl.col("epoch").min(), pl.col("train_s").sort_by("epoch").first()
    )
    for group, place, epoch, train_s in first.collect(engine="streaming").iter_rows():
        found[group][place] = Reached(epoch=epoch, train_s=train_s)
    return found


def _rows(groups: Groups) -> pl.LazyFrame:
    """The epochs of these records, with the number of the group and the place in it."""
    places: dict[EpochTable, list[tuple[int, int, int]]] = {}
    for group, members in enumerate(groups):
        for place, each in enumerate(members):
            places.setdefault(each.table, []).append((each.row, group, place))
    keys: dict[str, type[pl.DataType]] = {"row": pl.UInt64, "group": pl.UInt32, "place": pl.UInt32}
    if not places:
        return pl.LazyFrame(schema={**SCHEMA, **keys})
    return pl.concat([_within(table, found, keys) for table, found in places.items()])


def _within(
    table: EpochTable, places: Sequence[tuple[int, int, int]], keys: Mapping[str, type[pl.DataType]]
) -> pl.LazyFrame:
    rows = [row for row, _, _ in places]
    # The join alone would read the whole table, also for the few records of one variant.
    near = table.scan().filter(pl.col("row").is_between(min(rows), max(rows)))
    return near.join(pl.LazyFrame(places, schema=keys, orient="row"), on="row")


def _spans(rows: pl.LazyFrame) -> Iterator[tuple[int, int]]:
    """First and last epochs that hold `ROWS_AT_ONCE` rows together, or that are one epoch."""
    counts = rows.group_by("epoch").len().sort("epoch").collect(engine="streaming")
    first, held = 1, 0
    for epoch, count in counts.iter_rows():
        if held and held + count > ROWS_AT_ONCE:
            yield first, epoch - 1
            first, held = epoch, 0
        held += count
    if held:
        yield first, counts["epoch"].max()  # type: ignore[misc]
