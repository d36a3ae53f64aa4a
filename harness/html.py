"""A page's parts -> one HTML file that needs nothing else: no network, no neighbouring file.

Text from records is escaped by Jinja; Markdown of our own pages is rendered with HTML switched off.
The page's content security policy forbids every request, so that it loads nothing and sends nothing
on its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from harness.chart_parts import TIPS, Chart
from harness.findings import Finding
from harness.images import Image
from harness.palette import DARK
from harness.vega import vega

DIGITS = 6
"""Significant digits of numbers in figures."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One of the boxes on top: what ran, where, how long, what failed."""

    name: str
    """What it is: `data`."""
    value: str
    """In a word or two."""
    detail: str = ""
    """The rest."""
    alarming: bool = False
    """Something went wrong."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """An experiment, or whatever else has a heading of its own."""

    anchor: str
    """Name that links lead to."""
    title: str
    """Its heading."""
    question: str = ""
    """What it asks."""
    sentence: str = ""
    """Its answer, without the full stop."""
    charts: Sequence[Chart] = ()
    """Interactive figures."""
    pictures: Sequence[Image] = ()
    """Figures that stand still."""
    table: str = ""
    """Its table, as Markdown."""
    notes: str = ""
    """How to read it, as Markdown."""
    teaching: Sequence[Image] = ()
    """Views into the networks."""
    rule: str = ""
    """Which networks these are of."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything that the page says."""

    title: str
    """Its heading."""
    summary: Sequence[str]
    """What it is about, a sentence a line."""
    facts: Sequence[Fact]
    """What ran, where, how long, what failed."""
    warnings: Sequence[str] = ()
    """What a reader must not miss, as Markdown in one line each."""
    findings: Sequence[Finding] = ()
    """What matters most; `Finding.place` counts the sections."""
    caution: str = ""
    """How far the findings can be trusted."""
    sections: Sequence[Section]
    """The results."""
    trouble: str = ""
    """Cases that did not end well, as a Markdown table."""
    trouble_title: str = ""
    """Heading of these."""
    about: str
    """How it was made, as Markdown."""


def render(page: Page) -> str:
    """The whole file."""
    template = _environment().get_template("report.html.jinja")
    drawn = [(section, chart) for section in page.sections for chart in section.charts]
    return template.render(
        page=_shown(page),
        css=_own("report.css"),
        script=_own("report.js"),
        bundle=Markup(vega()) if drawn else "",
        charts=_json(
            {
                "dark": DARK,
                "fields": TIPS,
                "charts": {
                    f"{section.anchor}/{chart.name}": {
                        "spec": chart.spec,
                        "data": {name: columnar(rows) for name, rows in chart.data.items()},
                    }
                    for section, chart in drawn
                },
            }
        ),
    )


def columnar(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows as columns, texts as numbers into a list of them: a fraction of the size.

    The page's script makes the rows again. An absent value is null.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _column([row.get(name) for row in rows]) for name in names}


def _column(values: Sequence[Any]) -> Any:
    if not any(isinstance(value, str) for value in values):
        return [_short(value) for value in values]
    levels = {value: code for code, value in enumerate(dict.fromkeys(values)) if value is not None}
    places = {value: place for place, value in enumerate(levels)}
    return {"levels": list(levels), "codes": [places.get(value) for value in values]}


def _short(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _shown(page: Page) -> dict[str, Any]:
    """The page as the template takes it: Markdown rendered, findings linked to their sections."""
    return {
        "title": page.title,
        "summary": page.summary,
        "facts": page.facts,
        "warnings": [Markup(_markdown().renderInline(text)) for text in page.warnings],
        "findings": [
            {
                "text": finding.text,
                "anchor": page.sections[finding.place].anchor,
                "section": page.sections[finding.place].title,
            }
            for finding in page.findings
        ],
        "caution": page.caution,
        "sections": [
            vars(section) | {"table": _html(section.table), "notes": _html(section.notes)}
            for section in page.sections
        ],
        "trouble": _html(page.trouble),
        "trouble_title": page.trouble_title,
        "about": _html(page.about),
        "has_charts": any(section.charts for section in page.sections),
    }


def _html(markdown: str) -> Markup:
    return Markup(_markdown().render(markdown))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("harness"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _own(name: str) -> Markup:
    """A file of ours beside the template."""
    return Markup(resources.files("harness").joinpath("templates", name).read_text("utf-8"))


def _json(content: object) -> Markup:
    """JSON that no text in it can end the element of."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
