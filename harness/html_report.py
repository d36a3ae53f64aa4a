"""Overview and comparisons -> the HTML page of a report. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from harness.charts import charts
from harness.compare import Comparison
from harness.findings import caution, findings
from harness.html import Fact, Image, Page, Section
from harness.marks import marks
from harness.overview import UNKNOWN, Overview, RunOverview
from harness.page import (
    TROUBLE,
    about_runs,
    pool_warnings,
    run_warnings,
    section_title,
    trouble_parts,
)
from harness.palette import Palette
from harness.sentences import best_sentence
from harness.table import markdown, notes

Images = Mapping[int, Sequence[Image]]
"""Place of a section on the page -> its pictures."""


def report_html(
    title: str,
    found: Overview,
    comparisons: Sequence[Comparison],
    palette: Palette,
    *,
    pictures: Images | None = None,
    teaching: Images | None = None,
) -> Page:
    """The page of one run, or of several together."""
    marked = [marks(comparison) for comparison in comparisons]
    titles = [section_title(comparison, found) for comparison in comparisons]
    return Page(
        title=title,
        summary=summary(found, comparisons),
        facts=facts(found.runs),
        warnings=warnings(found),
        findings=findings(comparisons, marked),
        caution=caution(comparisons),
        sections=[
            Section(
                anchor=f"section-{place}",
                title=titles[place],
                question=comparison.question,
                sentence=best_sentence(comparison),
                charts=charts(comparison, palette, marked[place]),
                pictures=(pictures or {}).get(place, ()),
                table=markdown(comparison),
                notes="\n".join(f"- {note}" for note in notes(comparison)),
                teaching=(teaching or {}).get(place, ()),
            )
            for place, comparison in enumerate(comparisons)
        ],
        trouble="\n\n".join(trouble_parts(found)[1:]),
        trouble_title=TROUBLE,
        about="\n\n".join(about_runs(found.runs)),
    )


def warnings(found: Overview) -> list[str]:
    """What a reader must not miss, as Markdown."""
    return [
        *(warning for run in found.runs for warning in run_warnings(run)),
        *pool_warnings(found),
    ]


def summary(found: Overview, comparisons: Sequence[Comparison]) -> list[str]:
    """What ran, in a sentence."""
    variants = sum(len(comparison.cells) for comparison in comparisons)
    names = list(dict.fromkeys(comparison.experiment for comparison in comparisons))
    groups = "; ".join(group.label for group in found.groups)
    return [
        f"{_count(variants, 'variant')} in {_count(len(names), 'experiment')} "
        f"({', '.join(names)}) on {groups or 'no data'}."
    ]


def facts(runs: Sequence[RunOverview]) -> list[Fact]:
    """What ran, where, how long, what failed."""
    return [_cases(runs), _failed(runs), _data(runs), _seeds(runs), _where(runs), _long(runs),
            _code(runs)]  # fmt: skip


def _cases(runs: Sequence[RunOverview]) -> Fact:
    done = sum(run.records for run in runs)
    planned = [run.planned for run in runs if run.planned is not None]
    missing = sum(len(run.missing) for run in runs)
    return Fact(
        name="cases on record",
        value=f"{done:,} of {sum(planned):,}" if len(planned) == len(runs) else f"{done:,}",
        detail=f"{missing:,} left no record" if missing else _count(len(runs), "run"),
        alarming=bool(missing),
    )


def _failed(runs: Sequence[RunOverview]) -> Fact:
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run.outcomes)
    diverged = sum(run.diverged for run in runs)
    bad = counts["failed"] + counts["error"] + diverged
    return Fact(
        name="what failed",
        value="nothing" if not bad else f"{bad:,} of {sum(counts.values()):,} cases",
        detail=f"{counts['passed']:,} passed, {counts['failed']:,} failed, "
        f"{counts['unjudged']:,} unjudged, {counts['error']:,} raised, {diverged:,} diverged",
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
        detail=f"from {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else "no interval from one",
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
    trained = sum(run.train_and_test_s for run in runs)
    spans = [_span(run) for run in runs]
    known = [span for span in spans if span is not None]
    whole = known and len(known) == len(spans)
    return Fact(
        name="how long",
        value=_duration(sum(known)) if whole else _duration(trained),
        detail=f"{_duration(trained)} of training and evaluation"
        if whole
        else "of training and evaluation",
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
    ends = [datetime.fromisoformat(text) for text in (run.started_at, run.finished_at)]
    return max(0.0, (ends[1] - ends[0]).total_seconds())


def _duration(seconds: float) -> str:
    """`48 s`, `12 min`, `3 h 20 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
