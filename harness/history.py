"""A folder of runs -> History: every metric over time, and which commit moved what.

Runs are read one by one and part by part; of each case only its seed, its final accuracy and its
epoch time are kept.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from harness.change_points import LEVEL, Shift, find_shifts
from harness.columns import read_cases
from harness.compare import CompareError, conditions_of, only
from harness.factors import natural
from harness.metrics import METRICS, Metric
from harness.series import Series, SeriesKey
from harness.store import MANIFEST, RECORDS, Manifest, Notice, StoreError, read_manifest
from harness.summary import CaseSummary

FOLLOWED = (METRICS["test_accuracy"], METRICS["epoch_s"])
"""The metrics whose history is kept."""
COMMIT_LETTERS = 7
"""Letters of a commit that are shown."""


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """One run of the history."""

    name: str
    """Its folder's name."""
    started_at: str
    """UTC time of its first session, ISO 8601."""
    commit: str | None
    """Commit of the code, where it is known."""
    dirty: bool | None
    """The working tree differed from that commit."""
    circumstances: Mapping[str, str]
    """What else could move a metric: the machine and the versions of packages."""

    @property
    def code(self) -> str:
        """The commit's first letters, with a `+` for changes that were not committed."""
        commit = self.commit[:COMMIT_LETTERS] if self.commit else "unknown"
        return f"{commit}+" if self.dirty else commit


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a metric from one run to the next that has it."""

    before: RunInfo
    """The last run before it."""
    after: RunInfo
    """The first run after it."""
    shift: Shift
    """Which series, how far, and how sure that is."""

    @property
    def is_same_code(self) -> bool:
        """Both runs are of one commit, nothing uncommitted: the code did not do it."""
        return (
            self.before.commit is not None
            and self.before.commit == self.after.commit
            and not (self.before.dirty or self.after.dirty)
        )

    @property
    def others(self) -> tuple[str, ...]:
        """What changed beside the code: `torch 2.14.0 to 2.15.0`."""
        ours, theirs = self.before.circumstances, self.after.circumstances
        return tuple(
            f"{name} {ours.get(name, 'none')} to {theirs.get(name, 'none')}"
            for name in dict.fromkeys((*ours, *theirs))
            if ours.get(name) != theirs.get(name)
        )


@dataclass(frozen=True, kw_only=True)
class History:
    """All runs of a folder that have results, and what moved from one to the next."""

    runs: tuple[RunInfo, ...]
    """Oldest first."""
    series: tuple[Series, ...]
    """One a recipe and metric, in natural order of experiment and variant."""
    changes: tuple[Change, ...]
    """Oldest first."""
    tests: int
    """Windows tested, over which every p is corrected."""
    level: float
    """Chance that unchanged code gets any change reported."""


def history(
    runs_folder: Path, *, notice: Notice, wanted: Sequence[str] = (), level: float = LEVEL
) -> History:
    """The history of all runs in a folder; `notice` is told which were left out, and why.

    `wanted` are experiments, none for all.

    Raises:
        StoreError: no run with results, or one that is damaged.
        CompareError: a run that holds one recipe and seed twice, or an experiment that none has.
    """
    infos: list[RunInfo] = []
    found: dict[SeriesKey, dict[str, list[tuple[int, dict[int, float]]]]] = {}
    for info, folder in _runs(runs_folder, notice):
        cases = read_cases(folder, notice=notice, progress=sys.stderr)
        records = [case for case in cases if not case.raised]
        if not records:
            notice(f"{folder}: no result in this run, left out of the history")
            continue
        _tell_other_commits(info, records, notice)
        for key, values in _values(records).items():
            for name, by_seed in values.items():
                found.setdefault(key, {}).setdefault(name, []).append((len(infos), by_seed))
        infos.append(info)
    if not infos:
        raise StoreError(
            f"{runs_folder}: expected a folder of runs with results, found none: record one first"
        )
    series = only(wanted, _series(found), lambda each: each.key.experiment)
    return _history(infos, tuple(series), level=level)


def _history(infos: list[RunInfo], series: tuple[Series, ...], *, level: float) -> History:
    search = find_shifts(series, level=level)
    changes = [
        Change(
            before=infos[shift.series.runs[shift.split - 1]],
            after=infos[shift.series.runs[shift.split]],
            shift=shift,
        )
        for shift in search.shifts
    ]
    return History(
        runs=tuple(infos),
        series=series,
        changes=tuple(sorted(changes, key=lambda change: change.after.started_at)),
        tests=search.tests,
        level=level,
    )


def _runs(runs_folder: Path, notice: Notice) -> list[tuple[RunInfo, Path]]:
    """The runs that say when and of which commit they are, oldest first."""
    if not runs_folder.is_dir():
        raise StoreError(f"{runs_folder}: expected a folder of runs, found none: check the path")
    found: list[tuple[RunInfo, Path]] = []
    for folder in runs_folder.iterdir():
        if not (folder / RECORDS).is_file():
            if (folder / MANIFEST).is_file():
                notice(f"{folder}: no {RECORDS}, left out of the history")
        elif (manifest := read_manifest(folder)) is None:
            notice(f"{folder}: no {MANIFEST}, so no time and no commit: left out of the history")
        else:
            found.append((_info(manifest), folder))
    return sorted(found, key=lambda run: (run[0].started_at, run[0].name))


def _info(manifest: Manifest) -> RunInfo:
    facts = {**manifest.machine, **manifest.versions}
    return RunInfo(
        name=manifest.run,
        started_at=manifest.started_at,
        commit=manifest.commit,
        dirty=manifest.dirty,
        circumstances={name.replace("_", " "): str(value) for name, value in facts.items()},
    )


def _tell_other_commits(info: RunInfo, records: Iterable[CaseSummary], notice: Notice) -> None:
    """A run that was resumed on other code is one point of the history all the same."""
    others = {record.commit for record in records} - {info.commit}
    if others:
        said = ", ".join(sorted(str(commit)[:COMMIT_LETTERS] for commit in others))
        notice(f"{info.name}: was begun on {info.code} and has records of {said} as well")


def _values(records: Iterable[CaseSummary]) -> dict[SeriesKey, dict[str, dict[int, float]]]:
    """Series -> metric -> seed -> value, of one run."""
    found: dict[SeriesKey, dict[str, dict[int, float]]] = {}
    for record in records:
        key = SeriesKey(
            experiment=record.experiment,
            variant=record.variant,
            conditions=conditions_of(record),
            recipe_id=record.recipe_id,
        )
        for metric in FOLLOWED:
            value = _value(record, metric)
            if value is None:
                continue
            by_seed = found.setdefault(key, {}).setdefault(metric.name, {})
            if record.seed in by_seed:
                raise CompareError(
                    f"run {record.run!r}: {record.experiment}/{record.variant}, seed "
                    f"{record.seed}, was expected once and came twice: remove one of the two"
                )
            by_seed[record.seed] = value
    return found


def _value(record: CaseSummary, metric: Metric) -> float | None:
    """The metric; a time in yardsticks, and only where the machine was not shared."""
    value: float | None = attrgetter(metric.name)(record)
    if value is None or not metric.is_time:
        return value
    timing = record.timing
    is_sound = timing.exclusive and bool(timing.yardstick_s) and value > 0
    return value / timing.yardstick_s if is_sound and timing.yardstick_s else None


def _series(
    found: Mapping[SeriesKey, Mapping[str, list[tuple[int, dict[int, float]]]]],
) -> tuple[Series, ...]:
    def order(key: SeriesKey) -> tuple[object, ...]:
        return (natural(key.experiment), key.conditions, natural(key.variant), key.recipe_id)

    return tuple(
        Series(
            key=key,
            metric=metric,
            runs=tuple(place for place, _ in found[key][metric.name]),
            values=tuple(values for _, values in found[key][metric.name]),
        )
        for key in sorted(found, key=order)
        for metric in FOLLOWED
        if metric.name in found[key]
    )
