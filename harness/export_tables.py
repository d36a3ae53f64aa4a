"""The tables of an export as files: CSV (RFC 4180, UTF-8) and Parquet, by polars.

Cases are written in batches, so that memory does not grow with their number. A file of the same
name is replaced only when the new one is whole.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from harness.export_rows import TABLES, Columns, ExportError, Kind, Schema, rows
from harness.record import Record

FORMATS = ("csv", "parquet")
"""The formats of tables."""
BATCH = 500
"""Cases that are held at a time: half a million rows of `steps` at most."""
GROUP_ROWS = 250_000
"""Rows of a Parquet row group at most: what a reader has to hold at a time."""
TYPES: dict[Kind, type[pl.DataType]] = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
}


class Tables:
    """Writes the tables of records that are given one at a time."""

    def __init__(self, folder: Path, *, part: Path, schema: Schema, formats: Sequence[str]) -> None:
        """Files are made in `part`, an empty folder beside or under `folder`, and end in that."""
        self.folder = folder
        self.part = part
        self.schema = schema
        self.formats = formats
        self.rows = dict.fromkeys(TABLES, 0)
        self._batches = 0
        self._begin()

    def add(self, record: Record) -> None:
        """Take one more case."""
        for table, columns in rows(record, self.schema).items():
            for name, values in columns.items():
                self._held[table][name] += values
        self._cases += 1
        if self._cases == BATCH:
            self._write()

    def finish(self) -> list[str]:
        """Put whole files in place; what was written, a line for each."""
        if self._cases or not self._batches:
            self._write()
        return [self._place(table, format) for format in self.formats for table in TABLES]

    def _begin(self) -> None:
        self._cases = 0
        self._held: dict[str, Columns] = {
            table: {name: [] for name in columns} for table, columns in self.schema.items()
        }

    def _write(self) -> None:
        """Write the cases that are held, and let go of them."""
        for table in TABLES:
            frame = _frame(self._held[table], self.schema[table])
            self.rows[table] += frame.height
            if "csv" in self.formats:
                _append_csv(frame, self.part / f"{table}.csv")
            if "parquet" in self.formats:
                frame.write_parquet(self.part / f"{table}-{self._batches:06}.parquet")
        self._batches += 1
        self._begin()

    def _place(self, table: str, format: str) -> str:
        made = self.part / f"{table}.{format}"
        if format == "parquet":
            parts = sorted(self.part.glob(f"{table}-*.parquet"))
            pl.scan_parquet(parts).sink_parquet(made, row_group_size=GROUP_ROWS)
        file = self.folder / made.name
        made.replace(file)
        return f"{file}: {self.rows[table]:,} rows"


def _frame(columns: Columns, kinds: dict[str, Kind]) -> pl.DataFrame:
    return pl.DataFrame(
        [_series(name, values, kind=kinds[name]) for name, values in columns.items()]
    )


def _series(name: str, values: list[object], *, kind: Kind) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=TYPES[kind])
    except (OverflowError, TypeError, pl.exceptions.PolarsError) as error:
        raise ExportError(
            f"{name}: expected values that a column of the kind {kind} holds, got: "
            f"{str(error).splitlines()[0]}: look for a value out of range in the records"
        ) from None


def _append_csv(frame: pl.DataFrame, file: Path) -> None:
    """RFC 4180: commas, line ends CR LF, quotes where a text needs them, `""` for an empty text."""
    with file.open("ab") as stream:
        frame.write_csv(
            stream,
            include_header=stream.tell() == 0,
            line_terminator="\r\n",
            quote_style="necessary",
        )
