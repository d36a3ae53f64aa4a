"""Overview -> the boxes on top of a page: what ran, where, how long, what failed. Pure."""

from collections import Counter
from collections.abc import Sequence

from harness.html import Fact
from harness.overview import UNKNOWN, Overview, RunOverview
from harness.page import shown_seeds
from harness.record import since_1970_s


def facts(found: Overview) -> list[Fact]:
    """What ran, where, how long, what failed."""
    runs = found.runs
    return [
        _cases(runs),
        _failed(found),
        _data(runs),
        _seeds(runs),
        _where(runs),
        _long(runs),
        _code(runs),
    ]


def _cases(runs: Sequence[RunOverview]) -> Fact:
    done = sum(run.records for run in runs)
    planned = [run.planned for run in runs if run.planned is not None]
    missing = sum(len(run.missing) for run in runs)
    return Fact(
        name="cases on record",
        value=f"{done:,} of {sum(planned):,}" if len(planned) == len(runs) else f"{done:,}",
        detail=f"{missing:,} left no record" if missing else count(len(runs), "run"),
        alarming=bool(missing),
    )


def _failed(found: Overview) -> Fact:
    counts: Counter[str] = Counter()
    for run in found.runs:
        counts.update(run.outcomes)
    diverged = sum(run.diverged for run in found.runs)
    bad = len(found.troubles)  # a case that failed and diverged is one
    return Fact(
        name="what failed",
        value=f"{bad:,} of {sum(counts.values()):,} cases" if bad else "nothing",
        detail=f"{counts['passed']:,} passed, {counts['failed']:,} failed, "
        f"{counts['unjudged']:,} without a threshold, {counts['error']:,} raised, "
        f"{diverged:,} diverged",
        alarming=bool(bad),
    )


def _data(runs: Sequence[RunOverview]) -> Fact:
    datasets = list(dict.fromkeys(text for run in runs for text in run.datasets))
    tiers = list(dict.fromkeys(tier for run in runs for tier in run.tiers))
    names = [text.partition(":")[0] for text in datasets]
    sizes = [text.partition(":")[2].partition("(")[0].strip() for text in datasets]
    return Fact(
        name="data and tier",
        value=f"{', '.join(dict.fromkeys(names)) or 'none'}, {', '.join(tiers)}",
        detail="; ".join(sizes),
    )


def _seeds(runs: Sequence[RunOverview]) -> Fact:
    seeds = sorted({seed for run in runs for seed in run.seeds})
    return Fact(
        name="seeds",
        value=str(len(seeds)),
        detail=shown_seeds(seeds) if len(seeds) > 1 else "no interval from one",
    )


def _where(runs: Sequence[RunOverview]) -> Fact:
    machines = list(dict.fromkeys(text for run in runs for text in run.machines))
    workers = list(dict.fromkeys(text for run in runs for text in run.workers))
    first = machines[0] if machines else UNKNOWN
    return Fact(
        name="where",
        value=first.partition(", ")[0].removeprefix("processor ")
        if len(machines) < 2
        else f"{len(machines)} machines",
        detail="; ".join(workers),
    )


def _long(runs: Sequence[RunOverview]) -> Fact:
    """Training time first: from start to end a resumed run has pauses in it."""
    spans = [span for run in runs if (span := _span(run)) is not None]
    whole = len(spans) == len(runs)
    return Fact(
        name="how long",
        value=_duration(sum(run.train_and_test_s for run in runs)),
        detail="of training and evaluation"
        + (f"; {_duration(sum(spans))} from start to last case" if whole else ""),
    )


def _code(runs: Sequence[RunOverview]) -> Fact:
    commits = list(dict.fromkeys(commit for run in runs for commit in run.commits))
    dirty = any(run.dirty for run in runs)
    return Fact(
        name="code",
        value=", ".join(commit[:9] for commit in commits[:2])
        + (f" and {len(commits) - 2} more" if len(commits) > 2 else ""),
        detail="with uncommitted changes" if dirty else "",
        alarming=dirty,
    )


def _span(run: RunOverview) -> float | None:
    """Seconds from the start of a run to the end of its last case."""
    if run.started_at is None:
        return None
    started_s = since_1970_s(run.started_at, field="started_at")
    return max(0.0, since_1970_s(run.finished_at, field="finished_at") - started_s)


def _duration(seconds: float) -> str:
    """`48 s`, `12 min`, `3 h 20 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def count(number: int, word: str) -> str:
    """`1 run`, `1,234 runs`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
