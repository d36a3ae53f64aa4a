"""What a report on the studies needs to be made again, small enough to be committed.

The records in one packed file, the claims, and the few arrays that are drawn. Losses by step, most
of a record, are kept of the cells alone of which something reads them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.claim import Claims, terms, write_claims
from harness.metrics import metric
from harness.record import Record, StepLoss
from harness.store import write_records

RECORDS_PACKED = "records.jsonl.gz"
ARTIFACTS = Path("artifacts")
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Arrays of one run that the report draws."""

    record: Record
    """The run."""
    arrays: Arrays
    """What is drawn of it."""


def keep(claims: Claims, records: Sequence[Record], drawn: Sequence[Drawn], folder: Path) -> None:
    """Write records, claims and arrays into a folder; the report of these records is the same."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = dict(_write_arrays(drawn, folder))
    cells = _by_step(claims)
    write_records(folder / RECORDS_PACKED, (_slim(each, cells, paths) for each in records))
    write_claims(claims, folder)


def _write_arrays(drawn: Sequence[Drawn], folder: Path) -> Iterator[tuple[str, str]]:
    """Node id -> path of what is kept of its artifacts."""
    for each in drawn:
        path = ARTIFACTS / f"{each.record.experiment}-{each.record.variant}.npz"
        (folder / ARTIFACTS).mkdir(exist_ok=True)
        np.savez_compressed(folder / path, **each.arrays)  # type: ignore[arg-type]
        yield each.record.nodeid, path.as_posix()


def _slim(record: Record, by_step: set[str], paths: Mapping[str, str]) -> Record:
    is_read = f"{record.experiment}/{record.variant}" in by_step
    return replace(
        record,
        step_loss=record.step_loss if is_read else StepLoss(step=(), loss=()),
        artifacts=paths.get(record.nodeid),
        artifacts_dropped=(),
    )


def _by_step(claims: Claims) -> set[str]:
    """Cells whose losses by step are drawn, or read by a claim or a reported number."""
    drawn = {cell for paper in claims.papers for cell in paper.losses}
    read = {cell for each in terms(claims) if metric(each.metric).by_step for cell in each.at}
    return drawn | read
