"""Where reports read from: runs as they are named on a command line, and what lies beside them."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.artifacts import artifacts_path
from harness.columns import read_cases, some, unpacked
from harness.overview import LoadedRun
from harness.record import Record
from harness.store import (
    RECORDS,
    Notice,
    decode_line,
    find_run,
    read_manifest,
    run_name,
)
from harness.summary import CaseSummary


@dataclass(frozen=True, kw_only=True)
class Source:
    """A run that was read, and where it lies."""

    run: LoadedRun
    """What was read."""
    path: Path
    """Its folder, or its file of records."""

    @property
    def file(self) -> Path:
        """Its file of records."""
        return self.path / RECORDS if self.path.is_dir() else self.path

    @property
    def folder(self) -> Path:
        """The folder that its artifacts are under."""
        return self.path if self.path.is_dir() else self.path.parent


def load(name: str | None, *, notice: Notice) -> Source:
    """A run by folder, name or file; `None` is the newest that has records.

    Raises:
        StoreError: it is missing, empty or damaged.
    """
    path = find_run(name, notice=notice)
    cases = some(read_cases(path, notice=notice, progress=sys.stderr), path)
    manifest = read_manifest(path) if path.is_dir() else None
    return Source(run=LoadedRun(name=run_name(path), records=cases, manifest=manifest), path=path)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Whole records and artifacts of single cases, read when they are asked for."""

    cases: Mapping[tuple[str, str], tuple[Source, CaseSummary]]
    """(node id, run in its record) -> where it was read, and what it came to."""

    @classmethod
    def of(cls, sources: Iterable[Source]) -> "Shelf":
        """All cases of some runs."""
        return cls(
            cases={
                (case.nodeid, case.run): (source, case)
                for source in sources
                for case in source.run.records
            }
        )

    def record(self, nodeid: str, run: str) -> Record:
        """The whole record of a case; raises `StoreError` if its file has changed since."""
        source, case = self.cases[nodeid, run]
        with unpacked(source.file).open("rb") as stream:
            stream.seek(case.epochs.row)  # the byte at which its line begins
            return decode_line(stream.readline(), place=f"{source.file}: {case.case}")

    def artifacts(self, run: str, relative: str) -> Path | None:
        """The file of artifacts that a record of this run names; `None` if it is not there."""
        folders = {source.folder for (_, name), (source, _) in self.cases.items() if name == run}
        found = (artifacts_path(folder, relative) for folder in sorted(folders))
        return next((path for path in found if path is not None), None)
