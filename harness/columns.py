"""A run's records -> summaries in memory, and their epochs as Parquet files: however large the run.

Part by part: what is held grows with the number of cases and not with that of their epochs. Whole
records are for those who need all of one: `harness.store.read_records`.
"""

import atexit
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TextIO, TypeVar

from harness.chunks import CHUNK_BYTES, Chunk, chunks_of, read_chunk
from harness.environment import cores
from harness.epochs import EpochColumns, EpochFiles, EpochFrame, EpochRows
from harness.record import Record
from harness.store import (
    RECORDS,
    Notice,
    StoreError,
    decode_line,
    is_half_written,
    numbered_lines,
)
from harness.summary import CaseSummary, Shared, summarize
from harness.work_progress import WorkProgress, bytes_read

Found = TypeVar("Found")
CHUNKS_ALONE = 4
"""Parts of a file that one process reads sooner than several have started."""
_CHILD = "from harness.chunks import main; main()"


def read_cases(
    run: Path, *, notice: Notice, progress: TextIO, chunk_bytes: int = CHUNK_BYTES
) -> tuple[CaseSummary, ...]:
    """The cases of a run's folder or of a file of records; of two for one case, the later one.

    A last line that was never finished is left out, and `notice` is told. A reading that takes
    more than a moment is told to `progress`.

    Raises:
        StoreError: no such file, or a damaged line, with file, line and the field at fault.
    """
    file = run / RECORDS if run.is_dir() else run
    next(numbered_lines(file), None)  # says what is wrong with a file that cannot be read
    table = EpochFiles(folder=Path(tempfile.mkdtemp(dir=_spools())))
    plain = unpacked(file)
    size = plain.stat().st_size
    watch = WorkProgress(total=size, show=bytes_read(file.name, size), stream=progress)
    cases: dict[str, CaseSummary] = {}
    lines = 0
    with _chunks(plain, table, chunk_bytes) as chunks, watch:
        for chunk in chunks:
            cases.update((case.nodeid, case) for case in chunk.cases)
            lines += len(chunk.cases)
            watch.at(chunk.stop)
            if chunk.refused is not None:
                _refuse(chunk.refused, place=f"{file}:{lines + 1}", notice=notice)
                break
    return tuple(cases.values())


def cases_of(records: Iterable[Record | CaseSummary]) -> tuple[CaseSummary, ...]:
    """Summaries as they are; of whole records new ones, with their epochs in memory."""
    given = tuple(records)
    columns, shared = EpochColumns(), Shared()
    for row, record in enumerate(given):
        if isinstance(record, Record):
            columns.add(row, record.epochs)
    table = EpochFrame(frame=columns.frame())
    return tuple(
        summarize(record, epochs=EpochRows(table=table, row=row), shared=shared)
        if isinstance(record, Record)
        else record
        for row, record in enumerate(given)
    )


def some(found: tuple[Found, ...], run: Path) -> tuple[Found, ...]:
    """What was read of a run; raises `StoreError` if it is nothing."""
    if not found:
        raise StoreError(
            f"{run}: expected records, found none: no case of this run has ended; run it again "
            "or name another run"
        )
    return found


def unpacked(file: Path) -> Path:
    """A file of records that can be read from anywhere within: itself, or a copy of it.

    Raises:
        StoreError: it is packed and cannot be read.
        OSError: there is no room for the copy.
    """
    if file.suffix != ".gz":
        return file
    found = file.stat()
    return _copy(file, found.st_mtime_ns, found.st_size)


@cache
def _copy(file: Path, *version: int) -> Path:
    copy = Path(tempfile.mkdtemp(dir=_spools())) / file.stem
    with copy.open("wb") as plain:
        plain.writelines(line for _, line in numbered_lines(file))
    return copy


def _refuse(line: bytes, *, place: str, notice: Notice) -> None:
    """Say what is wrong with a line: only the last one of a file may have been cut short."""
    if not is_half_written(line):
        decode_line(line, place=place)
    notice(f"{place}: half-written last line, left out")


@contextmanager
def _chunks(
    file: Path, table: EpochFiles, chunk_bytes: int
) -> Generator[Iterator[Chunk], None, None]:
    """The parts of a file in order, of a large one read by a process for each core."""
    spans = chunks_of(file, chunk_bytes)
    count = cores() if len(spans) > CHUNKS_ALONE else 1
    if count == 1:
        yield (read_chunk(file, span, table) for span in spans)
        return
    children = [_child(file, table, chunk_bytes, first, count) for first in range(count)]
    try:
        yield (_received(children[place % count], file) for place in range(len(spans)))
    finally:
        for child in children:
            child.kill()
            child.communicate()


def _child(file: Path, table: EpochFiles, *numbers: int) -> subprocess.Popen[bytes]:
    """A process that reads its share of the parts: `numbers` are as `harness.chunks.main` has."""
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, file, table.folder, *map(str, numbers)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "POLARS_MAX_THREADS": "1"},
    )


def _received(child: subprocess.Popen[bytes], file: Path) -> Chunk:
    assert child.stdout is not None
    try:
        chunk: Chunk = pickle.load(child.stdout)
    except (EOFError, pickle.UnpicklingError):
        raise StoreError(
            f"{file}: a process that read a part of it ended early, with exit code "
            f"{child.wait()}: read it again, with more memory free"
        ) from None
    return chunk


@cache
def _spools() -> str:
    """The folder of this process for all that it spools, gone when the process ends."""
    folder = tempfile.mkdtemp(prefix="lenet-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
