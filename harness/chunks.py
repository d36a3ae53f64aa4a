"""A part of a run's records: read and decoded, summarised, its epochs written as a Parquet file.

`main` does so in a process of its own, for every n-th part.
"""

import pickle
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.epochs import EpochColumns, EpochFiles, EpochRows
from harness.record import SCHEMA_VERSION, Record, RecordError, decode
from harness.summary import CaseSummary, Shared, summarize

CHUNK_BYTES = 32 * 2**20
"""Bytes of a part: all that a process holds of the records at one time."""

_NEWEST = b'{"schema_version":%d,' % SCHEMA_VERSION
"""How `harness.record.encode` begins a record of the newest schema version."""
_DECODER = msgspec.json.Decoder(Record)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What a part of a file held."""

    cases: list[CaseSummary]
    """Its cases, in the order of lines."""
    refused: bytes | None
    """The line after them, at which the reading stopped because it is no record; else `None`."""
    stop: int
    """Where in the file it ends, in bytes."""


def chunks_of(file: Path, chunk_bytes: int) -> list[range]:
    """The bytes of each part of a file."""
    size = file.stat().st_size
    return [range(size)[start : start + chunk_bytes] for start in range(0, size, chunk_bytes)]


def read_chunk(file: Path, span: range, table: EpochFiles) -> Chunk:
    """The lines that begin in these bytes; their epochs go to a file in the table's folder.

    A record's row in the table is the byte at which its line begins.
    """
    cases: list[CaseSummary] = []
    columns, shared = EpochColumns(), Shared()
    refused = None
    for row, line in _lines(file, span):
        record = decoded(line)
        if record is None:
            refused = line
            break
        columns.add(row, record.epochs)
        epochs = EpochRows(table=table, row=row)
        cases.append(summarize(record, epochs=epochs, shared=shared))
    columns.frame().write_parquet(table.folder / f"{span.start:016}.parquet", compression="lz4")
    return Chunk(cases=cases, refused=refused, stop=span.stop)


def decoded(line: bytes) -> Record | None:
    """The record in a line; `None` where `harness.record.decode` refuses it."""
    record = _newest(line)
    if record is not None:
        return record
    try:
        return decode(line)
    except RecordError:
        return None


def _newest(line: bytes) -> Record | None:
    """The record in a line as this version of the package writes it; `None` for any other line.

    Straight into the type, which takes a third of the time of `decode`; that one takes all else.
    """
    if not line.startswith(_NEWEST):
        return None
    try:
        record = _DECODER.decode(line)
    except msgspec.DecodeError:
        return None
    is_whole = record.dataset is not None or record.raised
    return record if is_whole and record.schema_version == SCHEMA_VERSION else None


def _lines(file: Path, span: range) -> Iterator[tuple[int, bytes]]:
    """The place and the content of each line that begins in these bytes."""
    with file.open("rb", buffering=2**20) as stream:
        if span.start:
            stream.seek(span.start - 1)
            stream.readline()  # the part before has the line that runs over the border
        place = stream.tell()
        while place < span.stop and (line := stream.readline()):
            yield place, line
            place += len(line)


def main() -> None:
    """`FILE FOLDER BYTES FIRST STEP`: every STEP-th part from FIRST on, pickled to standard output.

    BYTES is the size of a part.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started this says that it was stopped
    file, table = Path(sys.argv[1]), EpochFiles(folder=Path(sys.argv[2]))
    chunk_bytes, first, step = map(int, sys.argv[3:])
    for span in chunks_of(file, chunk_bytes)[first::step]:
        pickle.dump(read_chunk(file, span, table), sys.stdout.buffer)
        sys.stdout.buffer.flush()
