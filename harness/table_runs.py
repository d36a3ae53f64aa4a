"""RunComparison -> text: what changed from one run to another, as Markdown and as flat rows."""

from collections.abc import Sequence
from typing import Any

from harness.compare_runs import COMPARED, CaseChange, Change, RunComparison
from harness.estimate import CONFIDENCE
from harness.metrics import Metric
from harness.table import SHARED_MARK, Column, escape, flat, markdown_table, show_paired

OTHER_RECIPE_MARK = "†"
"""Stands behind a variant whose recipe is not the same in both runs."""


def markdown_changes(cases: Sequence[CaseChange]) -> str:
    """The cases that both runs hold, with means, and differences paired by seed."""
    columns: list[Column] = [
        ("variant", [escape(case.variant) + _recipe_mark(case) for case in cases], False),
        ("pairs", [_pairs(case) for case in cases], True),
    ]
    for metric in COMPARED:
        changes = [case.changes[metric.name] for case in cases]
        marks = [_time_mark(case, metric) for case in cases]
        columns += [
            (f"{metric.heading}: first", [_mean(change, metric, 0) for change in changes], True),
            ("second", [_mean(change, metric, 1) for change in changes], True),
            (
                "second less first",
                [
                    mark + show_change(change, metric)
                    for change, mark in zip(changes, marks, strict=True)
                ],
                True,
            ),
        ]
    return markdown_table(columns)


def show_change(change: Change, metric: Metric) -> str:
    """`+0.12 ± 0.08`; says where no seed is shared."""
    if change.difference is None:
        return "no shared seed"
    return show_paired(change.difference, metric)


def change_notes(comparison: RunComparison) -> list[str]:
    """What a reader has to know about these tables, one sentence or two each."""
    intervals = sum(
        change.difference is not None and change.difference.half_width is not None
        for case in comparison.cases
        for change in case.changes.values()
    )
    found = [
        "Means are over the seeds that both runs hold; differences are paired by seed, with half "
        "their 95% t interval. Accuracy differs in percentage points, time in seconds."
    ]
    found.append(chance_note(intervals))
    if not all(case.same_recipe for case in comparison.cases):
        found.append(f"{OTHER_RECIPE_MARK}: the recipe is not the same in both runs.")
    if not all(case.exclusive for case in comparison.cases):
        found.append(
            f"{SHARED_MARK}: timed while the machine was shared: good for an estimate, not for a "
            "comparison."
        )
    return found


def chance_note(intervals: int) -> str:
    """How many of so many intervals exclude zero though nothing has changed, on average."""
    if intervals == 0:
        return (
            "No case has two seeds in both runs, so no interval: a difference can be chance alone."
        )
    expected = (1 - CONFIDENCE) * intervals
    shown = f"{expected:.2g}" if expected < 10 else f"{expected:.0f}"
    return (
        "Intervals that exclude zero by chance alone, where nothing has changed: on average about "
        f"{shown} of {intervals}."
    )


def change_rows(comparison: RunComparison) -> list[dict[str, Any]]:
    """One flat row a case that both runs hold, in recorded units and full precision."""
    return [
        {
            "experiment": case.experiment,
            "variant": case.variant,
            "first": comparison.before,
            "second": comparison.after,
            "seeds_first": case.seeds_before,
            "seeds_second": case.seeds_after,
            "same_recipe": case.same_recipe,
            "exclusive": case.exclusive,
            **{
                key: value
                for name, change in case.changes.items()
                for key, value in _flat_change(name, change).items()
            },
        }
        for case in comparison.cases
    ]


def _flat_change(name: str, change: Change) -> dict[str, float | int | None]:
    return {
        f"{name}_pairs": change.difference.n if change.difference else 0,
        f"{name}_first": change.before.mean if change.before else None,
        f"{name}_second": change.after.mean if change.after else None,
        **flat(f"{name}_difference", change.difference),
    }


def _mean(change: Change, metric: Metric, side: int) -> str:
    found = (change.before, change.after)[side]
    return metric.show(found.mean if found else None)


def _pairs(case: CaseChange) -> str:
    """Pairs of the first metric, and of how many seeds where not all have a partner."""
    found = case.changes[COMPARED[0].name].difference
    pairs, most = found.n if found else 0, max(case.seeds_before, case.seeds_after)
    return str(pairs) if pairs == most else f"{pairs} of {most}"


def _recipe_mark(case: CaseChange) -> str:
    return "" if case.same_recipe else f" {OTHER_RECIPE_MARK}"


def _time_mark(case: CaseChange, metric: Metric) -> str:
    return SHARED_MARK if metric.unit == "s" and not case.exclusive else ""
