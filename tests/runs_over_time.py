"""Made-up folders of runs, one a day, for tests of what is told of them over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from harness.record import Record
from harness.store import MANIFEST, Manifest
from tests.records import write_run


def write_history(
    folder: Path, runs: Sequence[Iterable[Record]], manifests: Mapping[int, Any] | None = None
) -> Path:
    """One run a day, each of its own commit; `manifests` are other fields of the n-th one's."""
    for day, records in enumerate(runs):
        run = write_run(folder / f"run-{day:02d}", [at(record, day) for record in records])
        manifest = Manifest(
            run=run.name,
            started_at=f"2026-11-{day + 1:02d}T03:00:00.000+00:00",
            command=("pytest", "bench"),
            settings={},
            planned=tuple(f"case-{n}" for n in range(50)),
            machine={"processor": "x86-64"},
            versions={"torch": "2.15.0"},
            commit=commit(day),
            dirty=False,
        )
        changed = replace(manifest, **(manifests or {}).get(day, {}))
        (run / MANIFEST).write_bytes(msgspec.json.encode(changed))
    return folder


def at(record: Record, day: int) -> Record:
    return replace(record, commit=commit(day))


def commit(day: int) -> str:
    return f"{day:02d}abcdef" + "0" * 32
