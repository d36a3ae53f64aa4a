"""A run on disk: one folder, its `run.json`, and `records.jsonl` with one line for each case.

Lines are only ever appended, and forced to disk one by one, so that a session killed at any moment
loses the cases in flight and nothing else. An operating-system lock keeps a run to one session; it
falls with the process that holds it, however that process ends.
"""

import gzip
import os
import secrets
import shutil
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from harness.record import Record, RecordError, decode, encode, since_1970_s

MANIFEST = "run.json"
RECORDS = "records.jsonl"
BENCHMARK = "benchmark.json"
LOCK = ".lock"
RUNS = Path("runs")
FILES = (".jsonl", ".jsonl.gz")
"""Endings of files of records that stand alone."""

Notice = Callable[[str], None]
"""Is told what was repaired or left out."""


class StoreError(ValueError):
    """A run that cannot be found, read or written: where, what was expected, what to do."""


class StoreWarning(UserWarning):
    """Something in a run was left out or repaired."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a run set out to be: the content of `run.json`."""

    run: str
    """Name of the run, which is its folder's name."""
    started_at: str
    """UTC time of its first session, ISO 8601."""
    command: tuple[str, ...]
    """Command line of its first session."""
    settings: dict[str, Any]
    """What the tests answered to `pytest_harness_settings` in its first session."""
    planned: tuple[str, ...] = ()
    """Node ids of the cases that should leave a record, in the order of collection."""
    machine: dict[str, str | int | float]
    """Processor, cores, memory, operating system."""
    versions: dict[str, str]
    """Package -> version."""
    commit: str | None
    """Commit of the code, where it is known."""
    dirty: bool | None
    """The working tree differed from that commit."""

    def __post_init__(self) -> None:
        """Raise `ValueError` where the time is none, which is told as of any field."""
        since_1970_s(self.started_at, field="started_at")


class Run:
    """A run that this process holds the lock of, and may write."""

    def __init__(self, *, folder: Path, manifest: Manifest, lock: FileLock) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = lock
        # Without a buffer: a line is in the file or not, wherever Ctrl-C finds the session.
        self._records = (folder / RECORDS).open("ab", buffering=0)

    @property
    def name(self) -> str:
        """The run's name, by which `--resume` and the report find it."""
        return self.manifest.run

    def append(self, record: Record) -> None:
        """Add one line to `records.jsonl` and force it to disk."""
        line = encode(record) + b"\n"
        if self._records.write(line) != len(line):
            raise StoreError(f"{self.folder / RECORDS}: a record was cut short: is the disk full?")
        os.fsync(self._records.fileno())

    def plan(self, nodeids: Iterable[str]) -> None:
        """Set the cases that should leave a record, and rewrite `run.json`."""
        self.manifest = replace(self.manifest, planned=tuple(dict.fromkeys(nodeids)))
        _write_manifest(self.folder, self.manifest)

    def close(self) -> None:
        """Let go of the files and of the lock; a closed run may be closed again."""
        self._records.close()
        self._lock.release()

    def discard(self) -> None:
        """Remove the whole folder: for a session that ran nothing."""
        self.close()
        shutil.rmtree(self.folder)


def create_run(
    runs: Path,
    *,
    command: Iterable[str],
    settings: dict[str, Any],
    machine: dict[str, str | int | float],
    versions: dict[str, str],
    commit: str | None = None,
    dirty: bool | None = None,
) -> Run:
    """A new run under `runs`, in a folder that no other session has."""
    now = datetime.now(UTC)
    folder = runs / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    folder.mkdir(parents=True)
    lock = _lock(folder)
    manifest = Manifest(
        run=folder.name,
        started_at=now.isoformat(timespec="milliseconds"),
        command=tuple(command),
        settings=settings,
        machine=machine,
        versions=versions,
        commit=commit,
        dirty=dirty,
    )
    _write_manifest(folder, manifest)
    return Run(folder=folder, manifest=manifest, lock=lock)


def open_run(run: Path, *, notice: Notice | None = None) -> Run:
    """A run that exists, to go on with; a half-written last line is cut off, with a notice.

    Raises:
        StoreError: another session has it, or it has no `run.json`.
    """
    manifest = read_manifest(run)
    if manifest is None:
        raise StoreError(
            f"{run}: expected a run's folder with {MANIFEST} in it, which is not there: "
            "only a run that was recorded here can be resumed"
        )
    lock = _lock(run)
    (run / RECORDS).touch()
    _repair(run / RECORDS, notice or _warn)
    return Run(folder=run, manifest=manifest, lock=lock)


def find_run(
    name: str | Path | None = None, *, runs: Path = RUNS, notice: Notice | None = None
) -> Path:
    """The run of that name: a folder, a name under `runs`, or a `.jsonl` or `.jsonl.gz` file.

    `None` is the newest run that has records. If it is not the newest of all, `notice` is told
    which was taken and which were passed over, and without one a `StoreWarning` is given.

    Raises:
        StoreError: there is none; lists what there is.
    """
    if name is None:
        return _newest(runs, notice or _warn)
    paths = (Path(name), runs / name)
    for path in paths:
        if _is_run(path) or (path.name.endswith(FILES) and path.is_file()):
            return path
    exists = any(path.exists() for path in paths)
    raise StoreError(_no_such_run(name, runs=runs, exists=exists))


def read_records(run: Path, *, notice: Notice | None = None) -> list[Record]:
    """The records of a run's folder or of a file of them; of two for one case, the later one.

    A last line that was never finished is left out: `notice` is told, and without one a
    `StoreWarning` is given.

    Raises:
        StoreError: no such file, or a damaged line, with file, line and the field at fault.
    """
    file = run / RECORDS if run.is_dir() else run
    records: dict[str, Record] = {}
    for number, line in numbered_lines(file):
        if is_half_written(line):
            (notice or _warn)(f"{file}:{number}: half-written last line, left out")
            break
        record = decode_line(line, place=f"{file}:{number}")
        records[record.nodeid] = record
    return list(records.values())


def read_manifest(run: Path) -> Manifest | None:
    """What `run.json` in a run's folder says; `None` where there is none.

    Raises:
        StoreError: it is damaged; says which field does not fit.
    """
    file = run / MANIFEST
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:  # a field that does not fit is one too
        raise StoreError(
            f"{file}: expected the description of a run: {error}: restore the file, or name "
            f"{run / RECORDS}, which needs no description"
        ) from None


def run_name(path: Path) -> str:
    """What a run is called: its folder; a file's own name, if that says anything."""
    whole = path.resolve()
    if whole.is_dir():
        return whole.name
    name = whole.name.removesuffix(".gz")
    return whole.parent.name if name == RECORDS else name.removesuffix(".jsonl")


def _runs(runs: Path) -> list[Path]:
    """Every run under `runs`, oldest first."""
    found = [path for path in runs.iterdir() if _is_run(path)] if runs.is_dir() else []
    return sorted(found, key=lambda run: (_started_at(run), run.name))


def _newest(runs: Path, notice: Notice) -> Path:
    """The newest run that has records."""
    empty: list[str] = []
    for run in reversed(_runs(runs)):
        if _has_records(run):
            if empty:
                notice(f"{run}: the newest run with records; passed over: {_listed(empty)}")
            return run
        empty.append(run.name)
    there = f"only {_listed(empty)} without any" if empty else "no run"
    raise StoreError(
        f"{runs}: expected a run with records in this folder, found {there}: record one first"
    )


def _has_records(run: Path) -> bool:
    """A whole line is there, be it damaged: a reader is to meet it, and to say so."""
    file = run / RECORDS
    return file.is_file() and any(not is_half_written(line) for _, line in numbered_lines(file))


def _is_run(path: Path) -> bool:
    return (path / MANIFEST).is_file() or (path / RECORDS).is_file()


def _started_at(run: Path) -> str:
    manifest = read_manifest(run)
    if manifest is not None:
        return manifest.started_at
    modified = datetime.fromtimestamp((run / RECORDS).stat().st_mtime, UTC)
    return modified.isoformat(timespec="milliseconds")


def _no_such_run(name: str | Path, *, runs: Path, exists: bool) -> str:
    endings = " or ".join(FILES)
    expected = f"{name}: expected a run's folder, a run's name under {runs}, or a {endings} file"
    if files := sorted(file for end in FILES for file in Path(name).glob(f"*{end}")):
        return f"{expected}, found a folder with {files[0].name} in it: name that file"
    got = "something else" if exists else "nothing"
    newest = [run.name for run in reversed(_runs(runs))]
    return f"{expected}, found {got}: {runs} holds {_listed(newest) or 'no run'}"


def _listed(names: Sequence[str]) -> str:
    """The first ten names, and how many more there are."""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more


def write_records(file: Path, records: Iterable[Record]) -> None:
    """Write a file of records, packed where its name ends in .gz; raises `OSError`."""
    lines = b"".join(encode(record) + b"\n" for record in records)
    # Without a time, so that the same records are the same file.
    file.write_bytes(gzip.compress(lines, mtime=0) if file.suffix == ".gz" else lines)


def numbered_lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Line number and line, the line end included."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            yield from enumerate(stream, 1)
    except (OSError, EOFError, zlib.error) as error:  # the last two: packed, and damaged
        problem = getattr(error, "strerror", None) or error
        raise StoreError(f"{file}: expected a file of records: {problem}: check the path") from None


def decode_line(line: bytes, *, place: str) -> Record:
    """The record in a line; raises `StoreError` with its place and what to do."""
    try:
        return decode(line)
    except RecordError as error:
        raise StoreError(
            f"{place}: {error}: restore the file from a copy, or remove this line and run its "
            "case again"
        ) from None


def is_half_written(line: bytes) -> bool:
    """A record that broke off; no part of a JSON object is JSON, so a whole one never looks so."""
    return not line.endswith(b"\n") and line.startswith(b"{") and not _is_json(line)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def _repair(file: Path, notice: Notice) -> None:
    """Make the file end with a whole line; damage elsewhere is left for the reader to name."""
    number, last = 0, b"\n"
    for number, last in numbered_lines(file):  # noqa: B007 - the last pair is what the loop is for
        pass
    if is_half_written(last):
        os.truncate(file, file.stat().st_size - len(last))
        notice(f"{file}:{number}: half-written last line, removed: its case runs again")
    elif not last.endswith(b"\n") and _is_json(last):  # only its line end is missing
        with file.open("ab") as stream:
            stream.write(b"\n")


def _lock(folder: Path) -> FileLock:
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            f"{folder}: another session is writing this run: wait until it ends, or stop it"
        ) from None
    return lock


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace `run.json` in one step, so that no reader ever meets a part of it."""
    part = folder / f"{MANIFEST}.part"
    with part.open("wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(folder / MANIFEST)


def _warn(text: str) -> None:
    warnings.warn(text, StoreWarning, stacklevel=4)
