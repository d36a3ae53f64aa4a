"""RunComparison -> the HTML page on what changed from one run to another. Pure."""

from collections.abc import Sequence

import altair as alt

from harness.chart_data import Rows
from harness.chart_parts import FITTING, ROW_PX, Chart, finished, named
from harness.compare_runs import COMPARED, CaseChange, RunComparison, sections
from harness.estimate import Estimate
from harness.findings import Finding
from harness.html import Page, Section
from harness.html_facts import facts
from harness.metrics import Metric
from harness.overview import Overview
from harness.page import (
    FILTERED,
    TROUBLE,
    change_parts,
    changes_section,
    changes_title,
    run_facts,
    run_warnings,
    trouble_parts,
)
from harness.plot_runs import look
from harness.sentences import change_sentence
from harness.table_runs import change_notes, markdown_changes, show_change

MOST = 3
"""Sections whose changes the page opens with."""


def changes_html(comparisons: Sequence[RunComparison], found: Overview) -> Page:
    """The page on what changed from one run to each of some others."""
    parts = [
        (comparison, title, cases)
        for comparison in comparisons
        for title, cases in sections(comparison).items()
    ]
    return Page(
        title=changes_title(comparisons),
        summary=[f"First: {each.before}. Second: {each.after}." for each in comparisons],
        facts=facts(found),
        warnings=[warning for run in found.runs for warning in run_warnings(run)],
        findings=_findings([cases for _, _, cases in parts]),
        caution="Second less first, paired by seed, with 95% t intervals and no correction for "
        "their number: some leave out zero by chance.",
        sections=[
            Section(
                anchor=f"section-{place}",
                title=changes_section(title, comparison, len(comparisons)),
                sentence=change_sentence(cases),
                charts=_charts(cases),
                table=markdown_changes(cases),
                notes="\n".join(f"- {note}" for note in change_notes(comparison)),
            )
            for place, (comparison, title, cases) in enumerate(parts)
        ],
        trouble="\n\n".join(trouble_parts(found, most=FILTERED)[1:]),
        trouble_title=TROUBLE,
        about="\n\n".join(
            [
                *(part for comparison in comparisons for part in change_parts(comparison)),
                *run_facts(found.runs),
            ]
        ),
    )


def _findings(parts: Sequence[Sequence[CaseChange]]) -> list[Finding]:
    """The sections in which most accuracies moved beyond their interval, the largest first."""
    moved = [
        [found.mean for case in cases if (found := _sure(case)) is not None] for cases in parts
    ]
    order = sorted(
        range(len(parts)),
        key=lambda place: (-len(moved[place]), -max(map(abs, moved[place]), default=0.0)),
    )
    return [Finding(place=place, text=change_sentence(parts[place])) for place in order[:MOST]]


def _sure(case: CaseChange) -> Estimate | None:
    """The change of accuracy, if its interval leaves out zero."""
    found = case.changes["test_accuracy"].difference
    if found is None or found.low is None or found.high is None:
        return None
    return None if found.low <= 0 <= found.high else found


def _charts(cases: Sequence[CaseChange]) -> list[Chart]:
    """One figure a metric, for those that have a difference."""
    drawn = [(metric, _rows(cases, metric)) for metric in COMPARED]
    return [_chart(metric, rows, cases) for metric, rows in drawn if rows]


def _chart(metric: Metric, rows: Rows, cases: Sequence[CaseChange]) -> Chart:
    unit = "points" if metric.unit == "%" else metric.unit
    sort = [case.variant for case in cases]
    tips = [alt.Tooltip("variant:N"), alt.Tooltip("difference:N", title=f"difference, {unit}")]
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(named("changes")).encode(
        y=alt.Y("variant:N", sort=sort, title=None, axis=alt.Axis(labelLimit=220, grid=False))
    )
    title = f"{metric.label}, difference in {unit}"
    layers = alt.layer(
        alt.Chart(alt.InlineData(values=[{}])).mark_rule(color="#888888").encode(x=alt.datum(0)),
        base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=3).encode(
            x=alt.X("low:Q", title=title), x2="high:Q", color=colour, tooltip=tips
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=alt.X("mean:Q", title=title), color=colour, tooltip=tips,
            shape=alt.Shape("shape:N", scale=None),
        ),
    ).properties(width=FITTING, height=ROW_PX * len(cases))  # fmt: skip
    return Chart(
        name=metric.name,
        title=change_sentence(cases, metric),
        reading="Second less first, paired by seed: mean and 95% t interval; triangle: the "
        "interval leaves out zero, green for better, purple for worse.",
        spec=finished(layers, title=f"Change of {metric.label}"),
        data={"changes": rows},
    )


def _rows(cases: Sequence[CaseChange], metric: Metric) -> Rows:
    rows: Rows = []
    for case in cases:
        change = case.changes[metric.name]
        found = change.difference
        if found is None:
            continue
        colour, marker = look(found, metric)
        rows.append(
            {
                "variant": case.variant,
                "mean": metric.scale * found.mean,
                "low": None if found.low is None else metric.scale * found.low,
                "high": None if found.high is None else metric.scale * found.high,
                "difference": show_change(change, metric),
                "colour": colour,
                "shape": {">": "triangle-right", "<": "triangle-left"}.get(marker, "circle"),
            }
        )
    return rows
