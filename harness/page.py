"""Overview and comparisons -> the Markdown page of a report, for a file or for a terminal. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.compare import Comparison
from harness.compare_runs import RunComparison, sections
from harness.history import History
from harness.history_text import headline, sentence, show_value
from harness.overview import UNKNOWN, Overview, RunOverview
from harness.record import Outcome
from harness.sentences import best_sentence
from harness.table import SHARED_MARK, escape, markdown, markdown_table, notes
from harness.table_runs import change_notes, markdown_changes

LISTED, FILTERED = 20, 1_000
"""Cases that a list names before it only counts; the same where a reader can filter them."""
TROUBLE = "Cases in trouble"
"""The heading under which cases are that did not end well."""
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "unjudged", "error")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure on disk."""

    path: str
    """Where, relative to the page."""
    title: str
    """What it shows, for those who cannot see it."""


Pictures = Mapping[int, Sequence[Picture]]
"""Place of a section on the page -> its pictures."""


def report_page(
    title: str, found: Overview, comparisons: Sequence[Comparison], pictures: Pictures
) -> str:
    """The report on one run, or on several together."""
    parts = [f"# {escape(title)}", *about_runs(found.runs)]
    parts += [_quoted(warning) for warning in pool_warnings(found)]
    parts += trouble_parts(found)
    for place, comparison in enumerate(comparisons):
        parts += [
            f"## {escape(section_title(comparison, found))}",
            f"_{escape(comparison.question)}_",
            escape(best_sentence(comparison)) + ".",
            markdown(comparison),
            "\n".join(f"- {note}" for note in notes(comparison)),
            *picture_parts(pictures.get(place, ())),
        ]
    return "\n\n".join(parts) + "\n"


def changes_page(
    comparisons: Sequence[RunComparison],
    runs: Overview,
    pictures: Sequence[Mapping[str, Sequence[Picture]]],
) -> str:
    """The report on what changed from one run to each of some others."""
    parts = [f"# {escape(changes_title(comparisons))}", *about_runs(runs.runs)]
    parts += trouble_parts(runs)
    for comparison, shown in zip(comparisons, pictures, strict=True):
        first, second = escape(comparison.before), escape(comparison.after)
        parts.append(f"First: {first}. Second: {second}.")
        for title, cases in sections(comparison).items():
            heading = changes_section(title, comparison, len(comparisons))
            parts += [f"## {escape(heading)}", markdown_changes(cases)]
            parts += picture_parts(shown.get(title, ()))
        parts.append("\n".join(f"- {note}" for note in change_notes(comparison)))
        parts += change_parts(comparison)
    return "\n\n".join(parts) + "\n"


def changes_title(comparisons: Sequence[RunComparison]) -> str:
    """`b against a`, or `b and c against a`."""
    others = " and ".join(comparison.after for comparison in comparisons)
    return f"{others} against {comparisons[0].before}"


def changes_section(title: str, comparison: RunComparison, comparisons: int) -> str:
    """A section's heading, with the second run where there are several."""
    return title if comparisons == 1 else f"{title}: {comparison.after}"


def change_parts(comparison: RunComparison) -> list[str]:
    """In what the runs differ beside the code, and the cases that only one of them has."""
    parts = []
    if comparison.other_circumstances:
        parts.append(
            "**The runs differ in more than the code may show:**\n\n"
            + _bullets(comparison.other_circumstances)
        )
    sides = (comparison.before, comparison.only_before), (comparison.after, comparison.only_after)
    for name, only in sides:
        if only:
            parts += [f"## Only in {escape(name)}", f"{len(only)} cases, not compared:"]
            parts.append(_bullets(only))
    return parts


def history_page(history: History, pictures: Mapping[str, Sequence[Picture]]) -> str:
    """The report on all runs of a folder."""
    parts = ["# History", f"{escape(headline(history))}."]
    parts.append("\n".join(f"- {escape(sentence(change))}" for change in history.changes))
    parts += [part for shown in pictures.values() for part in picture_parts(shown)]
    parts += ["## Every series", history_table(history), history_about(history)]
    return "\n\n".join(part for part in parts if part) + "\n"


def history_table(history: History) -> str:
    """One row a series: how often it was measured, where it stands, what moved it last."""
    rows = [
        (series, [change for change in history.changes if change.shift.series is series])
        for series in history.series
    ]
    return markdown_table(
        [
            ("experiment", [escape(series.key.experiment) for series, _ in rows], False),
            ("variant", [escape(series.key.variant) for series, _ in rows], False),
            ("conditions", [escape(series.key.conditions.label) for series, _ in rows], False),
            ("metric", [series.metric.label for series, _ in rows], False),
            ("runs", [str(len(series.runs)) for series, _ in rows], True),
            ("first", [show_value(series.metric, series.means[0]) for series, _ in rows], True),
            ("last", [show_value(series.metric, series.means[-1]) for series, _ in rows], True),
            ("changes", [str(len(found)) for _, found in rows], True),
            (
                "last changed by",
                [escape(found[-1].after.code) if found else "" for _, found in rows],
                False,
            ),
        ]
    )


def history_about(history: History) -> str:
    """How changes are found, and the runs."""
    runs = markdown_table(
        [
            ("run", [escape(run.name) for run in history.runs], False),
            ("started", [run.started_at for run in history.runs], False),
            ("commit", [escape(run.code) for run in history.runs], False),
        ]
    )
    said = (
        f"Tested: {history.tests:,} windows of runs before and after each place, paired by seed "
        f"where both sides have the same ones, corrected by Holm's method over all of them; at "
        f"most {history.level:.0%} of histories of unchanged code show any change. A change is "
        "shown where it is also beyond the metric's margin. Times are in yardsticks, of exclusive "
        "runs alone."
    )
    return f"{said}\n\n{runs}"


def section_title(comparison: Comparison, found: Overview) -> str:
    """The experiment's name, and its conditions where a report has more than one set of them."""
    alone = len(found.groups) == 1
    return (
        comparison.experiment
        if alone
        else f"{comparison.experiment}: {comparison.conditions.label}"
    )


def run_warnings(run: RunOverview) -> list[str]:
    """What a reader of a run's numbers must not miss, worst first."""
    texts = [_missing_warning(run)] if run.missing else []
    texts += [_raised_warning(run)] if run.outcomes.get("error") else []
    texts += [_dirty_warning(run)] if run.dirty else []
    texts += [_unknown_warning(run)] if UNKNOWN in run.commits else []
    texts += [_shared_warning(run)] if run.exclusive < run.trained else []
    return texts


def pool_warnings(found: Overview) -> list[str]:
    """What a reader must not miss where records from different circumstances meet."""
    texts = []
    if len(found.groups) > 1:
        groups = "; ".join(escape(f"{group.label}, {group.digest[:15]}") for group in found.groups)
        texts.append(
            f"**{len(found.groups)} groups that are not compared with each other:** {groups}. "
            "Other data, tier, engine or device make other numbers."
        )
    machines = {machine for run in found.runs for machine in run.machines}
    if len(machines) > 1:
        texts.append(f"**{len(machines)} machines:** times from different machines are pooled.")
    commits = {commit for run in found.runs for commit in run.commits}
    if len(commits) > 1:
        texts.append(f"**{len(commits)} commits of the code** are pooled.")
    return texts


def trouble_parts(found: Overview, *, most: int = LISTED) -> list[str]:
    """The cases that raised, failed or diverged, with the reason."""
    if not found.troubles:
        return []
    shown = found.troubles[:most]
    runs = [escape(trouble.run) for trouble in shown]
    table = markdown_table(
        [
            *([("run", runs, False)] if len(found.runs) > 1 else []),
            ("case", [escape(trouble.case) for trouble in shown], False),
            ("outcome", [trouble.outcome for trouble in shown], False),
            ("why", [escape(_short(trouble.reason)) for trouble in shown], False),
        ]
    )
    return [f"## {TROUBLE}", table, *_rest(len(found.troubles), most)]


def picture_parts(pictures: Iterable[Picture]) -> list[str]:
    """The pictures, inline."""
    return [f"![{escape(picture.title)}]({picture.path})" for picture in pictures]


def about_runs(runs: Sequence[RunOverview]) -> list[str]:
    """How the cases ended, what to be careful about, then what ran where."""
    cautions = [_quoted(warning) for run in runs for warning in run_warnings(run)]
    return [*map(_ending, runs), *cautions, *map(_facts, runs)]


def run_facts(runs: Sequence[RunOverview]) -> list[str]:
    """How the cases ended, and what ran where; for a page that has its warnings elsewhere."""
    return [*map(_ending, runs), *map(_facts, runs)]


def _ending(run: RunOverview) -> str:
    counts = Counter(run.outcomes)
    planned = f" of {run.planned} planned" if run.planned is not None else ""
    cases = f"{run.records}{planned} cases on record"
    ends = ", ".join(f"{counts.get(outcome, 0)} {outcome}" for outcome in OUTCOMES)
    missing = f", {len(run.missing)} missing" if run.planned is not None else ""
    return f"{escape(run.name)}: {cases}: {ends}, {run.diverged} diverged{missing}."


def _missing_warning(run: RunOverview) -> str:
    listed = ", ".join(escape(nodeid.split("::")[-1]) for nodeid in run.missing[:LISTED])
    more = f" and {len(run.missing) - LISTED} more" if len(run.missing) > LISTED else ""
    return (
        f"**{len(run.missing)} of {run.planned} planned cases left no record:** the run stopped "
        f"before they ended. `--resume {escape(run.name)}` runs them: {listed}{more}."
    )


def _raised_warning(run: RunOverview) -> str:
    cases = f"{run.outcomes['error']} of {run.records} cases"
    return (
        f"**{cases} raised an error** and no mean counts them: the reasons are under *{TROUBLE}*. "
        f"`--resume {escape(run.name)}` runs them again."
    )


def _dirty_warning(run: RunOverview) -> str:
    commits = ", ".join(escape(commit[:12]) for commit in run.commits)
    return (
        f"**Uncommitted changes:** the code of {escape(run.name)} was not that of its commit "
        f"({commits}). No commit gives these numbers again."
    )


def _unknown_warning(run: RunOverview) -> str:
    return (
        f"**Code unknown:** records of {escape(run.name)} name no commit, because it was not "
        "recorded from a git checkout."
    )


def _shared_warning(run: RunOverview) -> str:
    return (
        f"**Times are estimates:** {run.trained - run.exclusive} of {run.trained} cases were timed "
        f"while the machine was shared, and are marked {SHARED_MARK}."
    )


def _facts(run: RunOverview) -> str:
    """What ran where, as a table of two columns."""
    seeds = shown_seeds(run.seeds)
    facts = {
        "run": run.name,
        "command": run.command,
        "started": run.started_at,
        "last case ended": run.finished_at,
        "data": "; ".join(run.datasets),
        "tier": ", ".join(run.tiers),
        "seeds": f"{len(run.seeds)} ({seeds})",
        "commit": ", ".join(run.commits) + (" + UNCOMMITTED CHANGES" if run.dirty else ""),
        "machine": "; ".join(run.machines),
        "shared by": "; ".join(run.workers),
        "times exclusive": f"{run.exclusive} of {run.trained} cases",
        "training and evaluation": f"{run.train_and_test_s:,.0f} s, summed over cases",
        "versions": ", ".join(run.versions),
    }
    known = {name: value for name, value in facts.items() if value}
    values = [escape(value) for value in known.values()]
    return markdown_table([("", list(known), False), (escape(run.name), values, False)])


def shown_seeds(seeds: Sequence[int]) -> str:
    """`0 to 5, 9`: runs of neighbours by their ends, at most ten of them."""
    spans: list[list[int]] = []
    for seed in seeds:
        if spans and seed == spans[-1][1] + 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    said = [f"{low} to {high}" if low < high else f"{low}" for low, high in spans]
    return ", ".join(said[:10]) + (", and more" if len(said) > 10 else "")


def _rest(total: int, most: int = LISTED) -> list[str]:
    return [f"And {total - most:,} more."] if total > most else []


def _bullets(texts: Sequence[str]) -> str:
    shown = [f"- {escape(text)}" for text in texts[:LISTED]]
    return "\n".join([*shown, *(f"- {line}" for line in _rest(len(texts)))])


def _quoted(text: str) -> str:
    return f"> {text}"


def _short(text: str, *, most: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
