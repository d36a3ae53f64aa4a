"""Overview and comparisons -> the HTML page of a report. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.charts import charts
from harness.compare import Comparison
from harness.findings import caution, findings
from harness.html import Page, Section
from harness.html_facts import count, facts
from harness.images import Image
from harness.marks import marks
from harness.overview import Overview
from harness.page import (
    FILTERED,
    TROUBLE,
    pool_warnings,
    run_facts,
    run_warnings,
    section_title,
    trouble_parts,
)
from harness.palette import Palette
from harness.sentences import best_sentence
from harness.table import markdown, notes
from harness.teaching import RULE


def report_html(
    title: str,
    found: Overview,
    comparisons: Sequence[Comparison],
    palette: Palette,
) -> Page:
    """The page of one run, or of several together, before its still pictures."""
    marked = [marks(comparison) for comparison in comparisons]
    titles = [section_title(comparison, found) for comparison in comparisons]
    return Page(
        title=title,
        summary=summary(found, comparisons),
        facts=facts(found),
        warnings=warnings(found),
        findings=findings(comparisons, marked),
        caution=caution(comparisons, marked),
        sections=[
            Section(
                anchor=f"section-{place}",
                title=titles[place],
                question=comparison.question,
                sentence=best_sentence(comparison),
                charts=charts(comparison, palette, marked[place]),
                table=markdown(comparison),
                notes="\n".join(f"- {note}" for note in notes(comparison)),
                rule=RULE,
            )
            for place, comparison in enumerate(comparisons)
        ],
        trouble="\n\n".join(trouble_parts(found, most=FILTERED)[1:]),
        trouble_title=TROUBLE,
        about="\n\n".join(run_facts(found.runs)),
    )


def illustrated(
    page: Page, pictures: Iterable[Sequence[Image]], teaching: Iterable[Sequence[Image]]
) -> Page:
    """The page with the pictures of each section, figures that stand still and views inside."""
    return replace(
        page,
        sections=[
            replace(section, pictures=still, teaching=taught)
            for section, still, taught in zip(page.sections, pictures, teaching, strict=True)
        ],
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
        f"{count(variants, 'variant')} in {count(len(names), 'experiment')} "
        f"({', '.join(names)}) on {groups or 'no data'}."
    ]
