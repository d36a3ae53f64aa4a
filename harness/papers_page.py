"""Verdicts and reported numbers -> the Markdown page on the four studies. Pure."""

from collections.abc import Mapping, Sequence

from harness.claim import Paper, paper_of
from harness.compare import Comparison
from harness.page import Picture, about_runs, picture_parts, trouble_parts
from harness.papers_claims import claims_list, claims_table
from harness.papers_commands import cost_of, whole_command
from harness.papers_findings import findings
from harness.papers_numbers import numbers_table
from harness.papers_reading import GLOSSARY, anchor, bullets, counts, introduction, reading
from harness.papers_tuning import tuning_parts
from harness.repetition import ACROSS, Repetition
from harness.sentences import best_sentence
from harness.table import escape, markdown, notes, prose

SECTIONS = "summary"
"""Key of the pictures on top."""


Pictures = Mapping[str, Sequence[Picture]]
"""Key of a section -> its pictures: `SECTIONS`, a paper's id, or an experiment."""


def papers_page(found: Repetition, pictures: Pictures) -> str:
    """The whole page."""
    parts = [
        "# The studies, repeated",
        introduction(found),
        counts(found),
        *findings(found.claims.findings, found.verdicts, folded=True),
        "How to read them:",
        bullets(GLOSSARY),
        "## Verdicts",
        *picture_parts(pictures.get(SECTIONS, ())),
        reading(found),
        whole_command(found),
    ]
    for paper in found.claims.papers:
        parts += _paper(found, paper, pictures)
    parts += [anchor(ACROSS), "## Across the papers", claims_table(found.verdicts_of(ACROSS))]
    parts += tuning_parts(found.tuned)
    parts += ["## The runs", *about_runs(found.overview.runs), *trouble_parts(found.overview)]
    return "\n\n".join(part for part in parts if part) + "\n"


def papers_summary(found: Repetition) -> str:
    """For a terminal: the findings, and each claim with its verdict."""
    parts = [
        "# The studies, repeated",
        introduction(found),
        *findings(found.claims.findings, found.verdicts, folded=False),
        bullets(GLOSSARY),
        "## Verdicts",
        counts(found, linked=False),
        whole_command(found),
    ]
    for paper in (*(paper.id for paper in found.claims.papers), ACROSS):
        parts.append(claims_list(found.verdicts_of(paper)))
    return "\n\n".join(parts) + "\n"


def _paper(found: Repetition, paper: Paper, pictures: Pictures) -> list[str]:
    repeated = [each for each in found.repeated if paper_of(each.reported.id) == paper.id]
    comparisons = [each for name in paper.experiments for each in found.named(name)]
    return [
        anchor(paper.id),
        f"## {paper.id}: {escape(paper.title)}",
        f"{escape(paper.source)}. Data: {escape(paper.data)}.",
        "### Reported and measured",
        numbers_table(repeated),
        *picture_parts(pictures.get(paper.id, ())),
        "### Claims",
        claims_table(found.verdicts_of(paper.id)),
        "### Our runs",
        *cost_of(found, paper),
        *(part for each in comparisons for part in _experiment(each, pictures)),
        bullets(list(dict.fromkeys(n for each in comparisons for n in notes(each, pooled=True)))),
        "### Assumptions",
        bullets([prose(text) for text in paper.assumptions]),
    ]


def _experiment(comparison: Comparison, pictures: Pictures) -> list[str]:
    return [
        f"#### {escape(comparison.experiment)}: {escape(comparison.question)}",
        f"{escape(best_sentence(comparison))}. Conditions: {comparison.conditions.label}.",
        markdown(comparison, pooled=True),
        *picture_parts(pictures.get(comparison.experiment, ())),
    ]
