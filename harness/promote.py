"""A run made the baseline: its records in one reviewed file, and what that changes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from harness.compare import CompareError, conditions_of, group_by
from harness.factors import natural
from harness.gate_sides import unfinished
from harness.pairing import CellKey
from harness.record import Record, StepLoss
from harness.store import Notice, read_records, write_records

BASELINES = Path("reports/baselines")
"""Where reviewed baselines lie."""


class PromoteError(ValueError):
    """A run that is no baseline; says why, and what to do."""


def promote(run: Path, output: Path | None, *, notice: Notice) -> list[str]:
    """Write a run's records as a baseline; what changes by it, a line each.

    A name that ends in .gz, as the default does, has the file packed. Losses by step and paths of
    artifacts are left out: no default metric reads them, and they are most of the file.

    Raises:
        PromoteError: the run holds no result, one that raised, or is not finished.
        StoreError: a record that cannot be read.
        OSError: the file cannot be written.
    """
    records = read_records(run, notice=notice)
    _check(run, records)
    file = output or BASELINES / f"{_name(records)}.jsonl.gz"
    old = read_records(file, notice=notice) if file.exists() else []
    file.parent.mkdir(parents=True, exist_ok=True)
    write_records(file, map(slim, _ordered(records)))
    return [*changes(old, records), f"{file}: {len(records)} records; review it, then commit it"]


def slim(record: Record) -> Record:
    """A record without what a baseline has no use for."""
    return replace(record, step_loss=StepLoss(step=(), loss=()), artifacts=None)


def changes(old: Sequence[Record], new: Sequence[Record]) -> list[str]:
    """What a new baseline changes in an old one, a line for each cell that is not the same."""
    before, after = (_cells(records) for records in (old, new))
    lines = []
    for cell in sorted(before.keys() | after.keys(), key=_order):
        name = "/".join(cell)
        if cell not in before:
            lines.append(f"new      {name}: {_said(after[cell])}")
        elif cell not in after:
            lines.append(f"removed  {name}: {_said(before[cell])}; no gate will judge it any more")
        elif (said := _change(before[cell], after[cell])) != "":
            lines.append(f"changed  {name}: {said}")
    same = len(before.keys() & after.keys()) - sum(each.startswith("changed") for each in lines)
    return [*lines, f"{same} cells as they were"]


def _check(run: Path, records: Sequence[Record]) -> None:
    if not records:
        raise PromoteError(f"{run}: expected records, found none: record a run first")
    raised = [record.case for record in records if record.raised]
    if raised or (missing := unfinished(run, records)):
        cases = raised or missing
        raise PromoteError(
            f"{run}: expected a result of every case; {len(cases)} raised or have no record, "
            f"{cases[0]} among them: resume the run first"
        )


def _name(records: Sequence[Record]) -> str:
    found = sorted({conditions_of(record) for record in records})
    if len(found) > 1:
        raise CompareError(
            f"expected one set of conditions, got {' and '.join(each.label for each in found)}: "
            "promote a run that holds one, or name the file with --output"
        )
    return f"{found[0].dataset}-{found[0].tier}-{found[0].engine}"


def _ordered(records: Sequence[Record]) -> list[Record]:
    """By cell, then seed, so that a review sees what changed where."""
    return sorted(
        records, key=lambda each: (natural(each.experiment), natural(each.variant), each.seed)
    )


def _cells(records: Sequence[Record]) -> dict[CellKey, list[Record]]:
    return group_by(records, lambda record: (record.experiment, record.variant))


def _order(cell: CellKey) -> tuple[object, ...]:
    return tuple(natural(part) for part in cell)


def _change(before: Sequence[Record], after: Sequence[Record]) -> str:
    """What is not as it was; empty where nothing is."""
    parts = []
    if {each.recipe_id for each in before} != {each.recipe_id for each in after}:
        parts.append(f"recipe {before[0].recipe_id} -> {after[0].recipe_id}")
    if {conditions_of(each) for each in before} != {conditions_of(each) for each in after}:
        parts.append(f"{conditions_of(before[0]).label} -> {conditions_of(after[0]).label}")
    if (was := _said(before)) != (now := _said(after)):
        parts.append(f"{was} -> {now}")
    elif _accuracies(before) != _accuracies(after):
        parts.append(f"{was}, but not seed by seed")
    return "; ".join(parts)


def _said(records: Sequence[Record]) -> str:
    known = list(filter(None, _accuracies(records).values()))
    accuracy = f"{fmean(known):.2%}" if known else "no accuracy"
    diverged = sum(record.diverged for record in records)
    return f"{accuracy} over {len(records)} seeds" + (f", {diverged} diverged" * bool(diverged))


def _accuracies(records: Sequence[Record]) -> dict[int, float | None]:
    return {record.seed: record.test_accuracy for record in records}
