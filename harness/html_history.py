"""History -> the HTML page on all runs: metrics over time, and which commit moved what. Pure."""

from collections.abc import Sequence

from harness.findings import Finding
from harness.history import Change, History
from harness.history_text import headline, sentence
from harness.html import Fact, Page, Section
from harness.images import Image
from harness.page import history_about, history_table
from harness.table import escape

MOST = 3
"""Changes that the page opens with, the newest first."""


def history_html(history: History, pictures: Sequence[Image]) -> Page:
    """The page; `pictures` are those of all series."""
    return Page(
        title="History",
        summary=[f"{headline(history)}."],
        facts=_facts(history),
        findings=[
            Finding(place=0, text=sentence(change).removesuffix("."))
            for change in reversed(history.changes[-MOST:])
        ],
        caution=f"At most {history.level:.0%} of histories of unchanged code show any change; for "
        "times where runs do not share slow days of the machine.",
        sections=[
            Section(
                anchor="changes",
                title="Every series",
                pictures=pictures,
                table=history_table(history),
                notes="\n".join(
                    f"- {escape(sentence(change))}" for change in reversed(history.changes)
                ),
            )
        ],
        about=history_about(history),
    )


def _is_worse(change: Change) -> bool:
    shift = change.shift
    return (shift.size > 0) == (shift.series.metric.better == "lower")


def _facts(history: History) -> list[Fact]:
    commits = dict.fromkeys(run.commit for run in history.runs if run.commit)
    return [
        Fact(name="runs", value=f"{len(history.runs):,}"),
        Fact(
            name="from",
            value=history.runs[0].started_at[:10],
            detail=f"to {history.runs[-1].started_at[:10]}",
        ),
        Fact(name="commits", value=f"{len(commits):,}"),
        Fact(name="series", value=f"{len(history.series):,}"),
        Fact(
            name="changes",
            value=f"{len(history.changes):,}",
            detail="sure, and beyond the margin",
            alarming=any(_is_worse(change) for change in history.changes),
        ),
    ]
