"""Verdicts and reported numbers -> the Markdown page on the four studies. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from harness.claim import Claims, Paper, Word, paper_of
from harness.compare import Comparison
from harness.estimate import Estimate
from harness.metrics import Metric
from harness.overview import Overview
from harness.page import Picture, about_runs, picture_parts, trouble_parts
from harness.papers_claims import claims_list, claims_table
from harness.papers_findings import findings
from harness.papers_text import unit_of
from harness.repeated import Repeated
from harness.sentences import best_sentence
from harness.statement_tests import RARE, unseen_rate
from harness.table import escape, markdown, markdown_table, notes
from harness.verdict import LEVEL, Verdict

ACROSS = "X"
"""Id of what goes across papers."""
WORDS: tuple[Word, ...] = get_args(Word)
SECTIONS = "summary"
"""Key of the pictures on top."""


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """A contender of fair tuning at its best rate."""

    experiment: str
    """Which search."""
    name: str
    """The contender."""
    rate: float
    """The learning rate that did best on held-out training images, mean over seeds."""
    held_out: Estimate
    """Accuracy there."""
    accuracy: Estimate
    """Test accuracy of the same runs."""
    is_at_edge: bool
    """The rate is the lowest or highest that was tried: a better one may lie beyond."""
    is_tied: bool
    """Another rate did as well, so that nothing was chosen."""


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """All that the page tells."""

    claims: Claims
    """What the papers said."""
    verdicts: tuple[Verdict, ...]
    """One a claim, in their order."""
    repeated: tuple[Repeated, ...]
    """One a reported number, and one more for each other reading of it."""
    comparisons: tuple[Comparison, ...]
    """Of every experiment that has records."""
    tuned: tuple[Tuned, ...]
    """Contenders of fair tuning, the best first in each search."""
    overview: Overview
    """The runs."""


def papers_page(found: Repetition, pictures: Mapping[str, Sequence[Picture]]) -> str:
    """The whole page; `pictures` by paper id, and `summary` for those on top."""
    parts = [
        "# The studies, repeated",
        _introduction(found),
        *findings(found.claims.findings, found.verdicts),
        "## Verdicts",
        _counts(found),
        _reading(),
        *picture_parts(pictures.get(SECTIONS, ())),
    ]
    for paper in found.claims.papers:
        parts += _paper(found, paper, pictures.get(paper.id, ()))
    parts += ["## Across the papers", claims_table(_of(found.verdicts, ACROSS))]
    parts += _tuning(found.tuned)
    parts += ["## The runs", *about_runs(found.overview.runs), *trouble_parts(found.overview)]
    return "\n\n".join(part for part in parts if part) + "\n"


def papers_summary(found: Repetition) -> str:
    """For a terminal: the findings, and each claim with its verdict."""
    parts = [
        "# The studies, repeated",
        _introduction(found),
        *findings(found.claims.findings, found.verdicts),
        "## Verdicts",
        _counts(found),
    ]
    for paper in (*(paper.id for paper in found.claims.papers), ACROSS):
        parts.append(claims_list(_of(found.verdicts, paper)))
    return "\n\n".join(parts) + "\n"


def _introduction(found: Repetition) -> str:
    across = len(_of(found.verdicts, ACROSS))
    claims, rows = len(found.verdicts) - across, len(found.claims.reported)
    decided = sum(verdict.word in ("supported", "contradicted") for verdict in found.verdicts)
    return (
        f"{len(found.claims.papers)} studies of LeNet: {claims} claims, {across} comparisons "
        f"across papers, and {rows} tables, figures and numbers, each beside our own runs. "
        f"{decided} claims and comparisons are decided so far, by statistics over paired seeds or "
        f"by a calculation.{_whole_command(found)}"
    )


def _whole_command(found: Repetition) -> str:
    """The one command that makes all runs again; empty without any."""
    if not any(cell.results for each in found.comparisons for cell in each.cells):
        return ""
    command = _command(found.comparisons, _stand_ins(found, found.claims.papers))
    return (
        " Every case, with as many seeds as any has here; `--resume RUN` goes on with a run of it, "
        "`--leave-out RECORDS` trains only what a kept file of records lacks, `--claim ID` what "
        "one claim asks for:"
        f"\n\n```console\n{command}\n```"
    )


def _counts(found: Repetition) -> str:
    """How many claims of each paper have which verdict."""
    papers = [*(paper.id for paper in found.claims.papers), ACROSS]
    counts = {paper: Counter(each.word for each in _of(found.verdicts, paper)) for paper in papers}
    titles = {paper.id: paper.title for paper in found.claims.papers} | {ACROSS: "across papers"}
    return markdown_table(
        [
            ("paper", [f"{paper} {escape(titles[paper])}" for paper in papers], False),
            *((word, [str(counts[paper][word]) for paper in papers], True) for word in WORDS),
            ("claims", [str(counts[paper].total()) for paper in papers], True),
        ]
    )


def _reading() -> str:
    """What the words of the verdicts and the columns mean."""
    rare = 1 / unseen_rate(6, chance=LEVEL)
    points = (
        f"**Supported, contradicted**: shown with a chance of {LEVEL:.0%} of any false verdict "
        "among the claims of a paper (Student's t on differences paired by seed, exact sign-flip "
        "tests for shares of runs, Welch's t between kinds of runs; Holm's correction). Something "
        f'that is said to happen "sometimes" is contradicted where {RARE:.0%} of runs or more are '
        "excluded.",
        "**Undecided**: not yet. The number of seeds that would do is foretold from the spread so "
        f"far. The {LEVEL:.0%} are those of one look at a number of seeds fixed beforehand: seeds "
        "added because a verdict was wanting are a second look.",
        "t supposes that the seeds at hand show every kind of run: a kind as rare as one run in "
        f"{rare:.1f} stays unseen in 6 seeds with a chance of {LEVEL:.0%}.",
        "**One more run of ours?** Whether a reported number lies where 95% of further runs of "
        "ours would.",
        "**What we measured**: a mark for each statement, as above; `or` parts readings, a space "
        "calculations. Behind the marks are the numbers, and what was taken for what.",
    )
    return "\n".join(f"- {point}" for point in points)


def _paper(found: Repetition, paper: Paper, pictures: Sequence[Picture]) -> list[str]:
    comparisons = [each for name in paper.experiments for each in _named(found, name)]
    parts = [
        f"## {paper.id}: {escape(paper.title)}",
        f"{escape(paper.source)}. Data: {escape(paper.data)}.",
        "### Reported and measured",
        _numbers_table(each for each in found.repeated if paper_of(each.reported.id) == paper.id),
        *picture_parts(pictures),
        "### Claims",
        claims_table(_of(found.verdicts, paper.id)),
        "### Our runs",
        *_cost(comparisons, _stand_ins(found, [paper])),
    ]
    for comparison in comparisons:
        parts += [
            f"#### {escape(comparison.experiment)}: {escape(comparison.question)}",
            f"{escape(best_sentence(comparison))}. Conditions: {comparison.conditions.label}.",
            markdown(comparison),
        ]
    if comparisons:
        parts.append("\n".join(f"- {note}" for note in notes(comparisons[0])))
    parts.append("### Assumptions")
    parts.append("\n".join(f"- {escape(text)}" for text in paper.assumptions))
    return parts


def _cost(comparisons: Sequence[Comparison], stand_ins: Mapping[str, str]) -> list[str]:
    """What the runs took, and the command that makes them again or goes on with them."""
    cases = [case for each in comparisons for cell in each.cells for case in cell.results]
    if not cases:
        return []
    minutes = round(sum(case.total_s for case in cases) / 60)
    names = dict.fromkeys(each.experiment for each in comparisons)
    command = _command(comparisons, stand_ins, names=names)
    return [
        f"{len(cases):,} trainings, {minutes // 60} h {minutes % 60:02} min of training and "
        "evaluation, summed over workers. Every case, with as many seeds as any has, "
        "or on from where a run of it stopped with `--resume RUN`:",
        f"```console\n{command}\n```",
    ]


def _command(
    comparisons: Sequence[Comparison], stand_ins: Mapping[str, str], *, names: Iterable[str] = ()
) -> str:
    """What trains as many seeds as there are; of these experiments, or of all."""
    cases = [case for each in comparisons for cell in each.cells for case in cell.results]
    options = "".join(f" --experiment {name}" for name in names)
    files = "".join(f" --stand-in {old}={name}.npz" for name, old in sorted(stand_ins.items()))
    seeds = max(case.seed for case in cases) + 1
    return f"pytest bench/ -n auto --tier paper --seeds {seeds}{options}{files}"


def _stand_ins(found: Repetition, papers: Iterable[Paper]) -> dict[str, str]:
    """Name of a file that a paper's recipes were trained on -> the dataset in whose place."""
    return {
        each.conditions.dataset: paper.dataset
        for paper in papers
        for name in paper.experiments
        for each in _named(found, name)
        if each.conditions.dataset != paper.dataset
    }


def _named(found: Repetition, experiment: str) -> Iterable[Comparison]:
    return (each for each in found.comparisons if each.experiment == experiment)


def _of(verdicts: Iterable[Verdict], paper: str) -> list[Verdict]:
    return [verdict for verdict in verdicts if paper_of(verdict.claim.id) == paper]


def _numbers_table(repeated: Iterable[Repeated]) -> str:
    rows = list(repeated)
    if not rows:
        return "None."
    return markdown_table(
        [
            ("id", ["" if each.reading else each.reported.id for each in rows], False),
            ("place", [_place(each) for each in rows], False),
            ("what", [_what(each) for each in rows], False),
            ("paper", [_theirs(each) for each in rows], True),
            ("ours", [_ours(each) for each in rows], True),
            ("seeds", [str(each.estimate.n) if each.estimate else "" for each in rows], True),
            ("one more run of ours?", [_alike(each) for each in rows], False),
        ]
    )


def _place(each: Repeated) -> str:
    return "" if each.reading else escape(each.reported.place)


def _what(each: Repeated) -> str:
    if each.reading:
        return f"the same, read as `{escape(each.reading)}`"
    return escape(each.reported.text)


def _theirs(each: Repeated) -> str:
    if each.reported.value is None:
        return "-"
    if each.metric is None:
        return f"{each.reported.value:,g}"
    unit = unit_of(each.metric, is_difference=False)
    return f"{each.reported.value * each.metric.scale:,.{_decimals(each)}f}{unit}"


def _decimals(each: Repeated) -> int:
    """Those that the paper gives, in the unit that is shown."""
    scale = each.metric.scale if each.metric else 1.0
    return max(0, each.decimals - round(math.log10(scale)))


def _ours(each: Repeated) -> str:
    if each.metric is None or each.estimate is None:
        return "-"
    half = each.estimate.half_width
    text = each.metric.show(each.estimate.mean)
    return text if half is None else f"{text} ± {each.metric.show(half)}"


def _alike(each: Repeated) -> str:
    if each.reported.reason:
        return escape(each.reported.reason)
    if each.estimate is None:
        return "no runs yet"
    if each.low is None or each.high is None or each.metric is None or each.is_alike is None:
        return "one seed does not tell"
    span = _span(each.metric, each.low, each.high)
    if each.metric.unit == "%" and each.metric.possible(each.low, each.high) == (0.0, 1.0):
        return "our runs exclude nothing"
    if not each.is_alike:
        return f"**no** ({span})"
    if each.is_within_seen:
        return f"yes ({span})"
    seen = _span(each.metric, each.estimate.lowest, each.estimate.highest)
    return f"not excluded ({span}), but none of ours was there ({seen})"


def _span(metric: Metric, low: float, high: float) -> str:
    """From here to there, as far as the number can be."""
    low, high = metric.possible(low, high)
    return f"{metric.show(low)} to {metric.show(high)}"


def _tuning(tuned: Sequence[Tuned]) -> list[str]:
    """Contenders at their best rate, one table a search."""
    if not tuned:
        return []
    parts = [
        "## Fair tuning",
        "What none of the papers did: each contender gets five learning rates, the best is chosen "
        "on 10,000 training images held out, and its accuracy on the test images is told.",
    ]
    for experiment in dict.fromkeys(each.experiment for each in tuned):
        rows = [each for each in tuned if each.experiment == experiment]
        parts.append(f"### {escape(experiment)}")
        parts.append(_tuned_table(rows))
    return parts


def _doubt(each: Tuned) -> str:
    if each.is_tied:
        return " (others did as well)"
    return " (edge of the search)" if each.is_at_edge else ""


def _tuned_table(rows: Sequence[Tuned]) -> str:
    def percent(found: Estimate) -> str:
        half = "" if found.half_width is None else f" ± {found.half_width * 100:.2f}"
        return f"{found.mean * 100:.2f}{half}"

    edges = [_doubt(each) for each in rows]
    return markdown_table(
        [
            ("contender", [escape(each.name) for each in rows], False),
            ("best rate", [f"{r.rate:g}{edge}" for r, edge in zip(rows, edges, strict=True)], True),
            ("held out, %", [percent(each.held_out) for each in rows], True),
            ("test, %", [percent(each.accuracy) for each in rows], True),
            ("seeds", [str(each.accuracy.n) for each in rows], True),
        ]
    )
