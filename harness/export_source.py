"""The records of an export, read and never held: first to learn what is there, then to write.

Memory grows by a name for each case, not by what the case recorded. Nothing is written before
every record was read once, so a damaged file leaves no half of an export behind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from harness.export_rows import Cell, ExportError, Kind, Schema, case_row, kind_of_value, schema_of
from harness.factors import natural
from harness.record import Record
from harness.store import RECORDS, Notice, StoreError, decode_line, is_half_written, numbered_lines

RECIPE = "recipe."
"""What the columns of recipe fields start with."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file of records, and which of its lines count."""

    file: Path
    """The file."""
    lines: frozenset[int]
    """Numbers of the lines that count, from 1: of two for one case, the later one."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What there is to export."""

    sources: tuple[Source, ...]
    """The files, in the order given."""
    experiments: tuple[str, ...]
    """The experiments to keep; none means all."""
    schema: Schema
    """Columns of the tables."""
    varied: dict[str, Kind]
    """Column of a recipe field that is not the same in all cases -> its kind."""
    cases: int
    """Cases to export."""


@dataclass(kw_only=True)
class _Seen:
    """What was seen so far of the cases to export."""

    kinds: dict[str, set[Kind]] = field(default_factory=dict)
    first: dict[str, Cell] = field(default_factory=dict)
    varied: set[str] = field(default_factory=set)
    cases: int = 0

    def add(self, record: Record) -> None:
        self.cases += 1
        for name, cell in case_row(record).items():
            kinds = self.kinds.setdefault(name, set())
            if (kind := kind_of_value(cell)) is not None:
                kinds.add(kind)
            # A case that raised may never have come to the recipe that it would have trained.
            varies = name.startswith(RECIPE) and not record.raised
            if varies and self.first.setdefault(name, cell) != cell:
                self.varied.add(name)


class _Name(msgspec.Struct):
    """All of a record that tells which case it is of."""

    nodeid: str


def survey(paths: Sequence[Path], *, experiments: Sequence[str], notice: Notice) -> Survey:
    """Read every record once; `notice` is told of a last line that was never finished.

    Raises:
        StoreError: a file that cannot be read, a damaged line, a run without records.
        ExportError: an experiment that no record has, or one case in two files.
    """
    sources = tuple(_source(path, notice) for path in paths)
    seen, known = _Seen(), set()
    for record in _once(sources):
        known.add(record.experiment)
        if not experiments or record.experiment in experiments:
            seen.add(record)
    _check(experiments, known)
    schema = schema_of(seen.kinds)
    return Survey(
        sources=sources,
        experiments=tuple(experiments),
        schema=schema,
        varied={name: schema["cases"][name] for name in sorted(seen.varied)},
        cases=seen.cases,
    )


def read(found: Survey) -> Iterator[Record]:
    """The records of a survey, one at a time."""
    for source in found.sources:
        for record in _records(source):
            if not found.experiments or record.experiment in found.experiments:
                yield record


def _source(path: Path, notice: Notice) -> Source:
    """The lines of a run that count, found by their node ids alone."""
    file = path / RECORDS if path.is_dir() else path
    last: dict[str, int] = {}
    for number, line in numbered_lines(file):
        try:
            last[msgspec.json.decode(line, type=_Name).nodeid] = number
        except msgspec.DecodeError:
            if is_half_written(line):
                notice(f"{file}:{number}: half-written last line, left out")
                break
            decode_line(line, place=f"{file}:{number}")
    if not last:
        raise StoreError(
            f"{path}: expected records, found none: no case of this run has ended; run it again "
            "or name another run"
        )
    return Source(file=file, lines=frozenset(last.values()))


def _once(sources: Sequence[Source]) -> Iterator[Record]:
    """The records of all sources, none of which may have a case of another."""
    owners: dict[tuple[str, str], Path] = {}
    for source in sources:
        for record in _records(source):
            owner = owners.setdefault((record.run, record.nodeid), source.file)
            if owner is not source.file:
                raise ExportError(
                    f"{source.file}: expected cases that no other file holds, got "
                    f"{record.nodeid} of the run {record.run}, which {owner} holds too: "
                    "name each run once"
                )
            yield record


def _records(source: Source) -> Iterator[Record]:
    left = len(source.lines)
    for number, line in numbered_lines(source.file):
        if number in source.lines:
            yield decode_line(line, place=f"{source.file}:{number}")
            left -= 1
        if not left:  # a session that is still running may have added lines since
            return


def _check(experiments: Sequence[str], known: set[str]) -> None:
    for name in experiments:
        if name not in known:
            raise ExportError(
                f"--experiment {name}: expected one of {', '.join(sorted(known, key=natural))}, "
                "which have records here"
            )
