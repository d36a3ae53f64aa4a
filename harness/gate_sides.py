"""The two sides of a gate, from disk to result: for the command line, and for a session's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.compare import CompareError
from harness.gate_options import DEFAULT_METRICS
from harness.gate_result import GateResult, Policy, conclude, refused
from harness.judge import LEVEL, judge
from harness.metrics import Metric, metric
from harness.pairing import pair
from harness.record import Record
from harness.sequential import Looks, judge_looks, read_looks
from harness.store import RUNS, Notice, StoreError, find_run, read_manifest, read_records


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a gate is asked, beside its two sides."""

    metrics: tuple[Metric, ...] = tuple(map(metric, DEFAULT_METRICS))
    """What is judged."""
    experiments: tuple[str, ...] = ()
    """Only these experiments; all where none is named."""
    undecided: Policy = "list"
    """What undecided cells do."""
    level: float = LEVEL
    """Chance of any false red."""


def gate(baseline: Path, run: Path, question: Question, *, notice: Notice) -> GateResult:
    """The result of holding a run against a baseline, both a run's folder or a record file."""
    try:
        ours, theirs = (read_records(side, notice=notice) for side in (baseline, run))
        missing = unfinished(run, theirs)
        looks = read_looks(run)
    except StoreError as error:
        return refused(str(error))
    if missing:
        return refused(
            f"{run.name}: {len(missing)} planned cases have no record, {missing[0]} among them: "
            f"finish it by pytest bench/ --resume {run.name}, with the options that it had"
        )
    return gate_records(ours, theirs, question, looks=looks)


def gate_records(
    baseline: Sequence[Record],
    run: Sequence[Record],
    question: Question,
    *,
    looks: Looks | None = None,
) -> GateResult:
    """The result of holding records against others."""
    try:
        ours, theirs = (_wanted(records, question.experiments) for records in (baseline, run))
    except CompareError as error:
        return refused(str(error))
    pairing = pair(ours, theirs, question.metrics)
    if pairing.refusals:
        return refused(*pairing.refusals)
    if looks is None:
        judgement = judge(pairing.pairs, level=question.level)
    else:
        judgement = judge_looks(pairing.pairs, looks, level=question.level)
    return conclude(pairing, judgement, undecided=question.undecided)


def find_side(name: str, *, runs: Path = RUNS, notice: Notice) -> Path:
    """A side by its name: a run's folder, its name, or a `.jsonl` file; raises `StoreError`."""
    return find_run(name, runs=runs, notice=notice)


def unfinished(run: Path, records: Sequence[Record]) -> list[str]:
    """Cases that a run planned and has no record of."""
    manifest = read_manifest(run) if run.is_dir() else None
    there = {record.nodeid for record in records}
    return [nodeid for nodeid in manifest.planned if nodeid not in there] if manifest else []


def _wanted(records: Sequence[Record], experiments: Sequence[str]) -> list[Record]:
    found = {record.experiment for record in records}
    for name in experiments:
        if name not in found:
            raise CompareError(
                f"--experiment {name}: expected records of it on both sides; one has those of "
                f"{', '.join(sorted(found)) or 'none'}: run it, or name another"
            )
    return [record for record in records if not experiments or record.experiment in experiments]
