"""Cases and manifests -> Overview: what ran, where, on what data, and how it ended. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.compare import Conditions, conditions_of
from harness.factors import natural
from harness.record import Outcome
from harness.store import Manifest
from harness.summary import CaseSummary

UNKNOWN = "unknown"
"""Stands for a commit or a machine that a record does not name."""


@dataclass(frozen=True, kw_only=True)
class LoadedRun:
    """A run as a report reads it."""

    name: str
    """Name of its folder or file."""
    records: tuple[CaseSummary, ...]
    """Its cases, at least one."""
    manifest: Manifest | None
    """What it set out to be, where that is known."""


@dataclass(frozen=True, kw_only=True)
class RunOverview:
    """One run: where and how it was made, and what came of its cases."""

    name: str
    """Name of the run."""
    started_at: str | None
    """UTC time of its start, where a manifest tells."""
    finished_at: str
    """UTC time at which its last case ended."""
    command: str | None
    """The command line, where a manifest tells."""
    datasets: tuple[str, ...]
    """Each dataset with sizes and digest."""
    tiers: tuple[str, ...]
    """Tiers."""
    seeds: tuple[int, ...]
    """Seeds that occur."""
    commits: tuple[str, ...]
    """Commits of the code; `unknown` where a record has none."""
    dirty: bool
    """Some record was made by code that differed from its commit."""
    machines: tuple[str, ...]
    """Each machine in one line."""
    versions: tuple[str, ...]
    """Packages with their versions."""
    workers: tuple[str, ...]
    """Each way in which cases shared the cores: `2 workers with 1 thread each`."""
    trained: int
    """Cases whose training began, so that it was timed."""
    exclusive: int
    """Those timed with the machine to themselves."""
    train_and_test_s: float
    """Seconds of training and evaluation, summed over the cases."""
    outcomes: dict[Outcome, int]
    """Outcome -> cases."""
    diverged: int
    """Cases in which a number stopped being finite."""
    records: int
    """Cases on record."""
    planned: int | None
    """Cases that were planned; `None` where no manifest tells."""
    missing: tuple[str, ...]
    """Node ids that were planned and left no record."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A case that did not end well."""

    case: str
    """Case id."""
    run: str
    """Its run."""
    outcome: str
    """`failed`, `error` or `diverged`."""
    reason: str
    """Why, as far as its record says."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a report stands on."""

    runs: tuple[RunOverview, ...]
    """The runs, as they were named."""
    groups: tuple[Conditions, ...]
    """Sets of conditions among the records; more than one are never mixed in a comparison."""
    troubles: tuple[Trouble, ...]
    """Cases that raised, failed or diverged: those that raised first, each in natural order."""


def overview(runs: Sequence[LoadedRun]) -> Overview:
    """What ran, and how it ended, of one run or of several that are reported together."""
    records = [record for run in runs for record in run.records]
    return Overview(
        runs=tuple(map(run_overview, runs)),
        groups=tuple(sorted({conditions_of(record) for record in _trained(records)})),
        troubles=troubles(records),
    )


def run_overview(run: LoadedRun) -> RunOverview:
    """What one run's records and manifest say."""
    records, manifest = run.records, run.manifest
    trained = _trained(records)
    told = trained or records  # one that was never trained does not know all of its circumstances
    return RunOverview(
        name=run.name,
        started_at=manifest.started_at if manifest else None,
        finished_at=max(record.finished_at for record in records),
        command=" ".join(manifest.command) if manifest else None,
        datasets=_texts(map(_dataset, trained)),
        tiers=_texts(record.tier for record in records),
        seeds=tuple(sorted({record.seed for record in records})),
        commits=_texts(record.commit or UNKNOWN for record in told),
        dirty=any(record.dirty for record in told),
        machines=_texts(map(_machine, told)),
        versions=_texts(
            f"{package} {number}" for record in told for package, number in record.versions.items()
        ),
        workers=_texts(map(_workers, told)),
        trained=len(trained),
        exclusive=sum(record.timing.exclusive for record in trained),
        train_and_test_s=sum(record.total_s for record in records),
        outcomes=dict(Counter(record.outcome for record in records)),
        diverged=sum(record.diverged for record in records),
        records=len(records),
        planned=(len(manifest.planned) or None) if manifest else None,
        missing=_missing(manifest, records) if manifest else (),
    )


def troubles(records: Iterable[CaseSummary]) -> tuple[Trouble, ...]:
    """The cases that raised, failed or diverged."""
    found = [
        Trouble(
            case=record.case,
            run=record.run,
            outcome=record.outcome if record.outcome in ("failed", "error") else "diverged",
            reason=record.reason or "a loss or a weight stopped being finite",
        )
        for record in records
        if record.outcome in ("failed", "error") or record.diverged
    ]
    return tuple(sorted(found, key=_trouble_order))


def _trouble_order(trouble: Trouble) -> tuple[object, ...]:
    return trouble.outcome != "error", natural(trouble.case), trouble.run


def _trained(records: Iterable[CaseSummary]) -> tuple[CaseSummary, ...]:
    """The records of cases whose training began."""
    return tuple(record for record in records if record.dataset is not None)


def _missing(manifest: Manifest, records: Iterable[CaseSummary]) -> tuple[str, ...]:
    done = {record.nodeid for record in records}
    return tuple(nodeid for nodeid in manifest.planned if nodeid not in done)


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts), key=natural))


def _dataset(record: CaseSummary) -> str:
    data = record.trained_on
    held = f", {data.validation_size:,} held out" if data.validation_size else ""
    return f"{data.name}: {data.train_size:,} train, {data.test_size:,} test{held} ({data.digest})"


def _machine(record: CaseSummary) -> str:
    return ", ".join(f"{name} {value}" for name, value in record.machine.items()) or UNKNOWN


def _workers(record: CaseSummary) -> str:
    timing = record.timing
    workers = "1 worker" if timing.workers == 1 else f"{timing.workers} workers"
    threads = "1 thread" if timing.threads == 1 else f"{timing.threads} threads"
    return f"{workers} with {threads} each on {record.device}"
