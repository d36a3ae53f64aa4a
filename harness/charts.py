"""Comparison -> interactive figures of accuracy, as Vega-Lite by way of Altair. Pure.

Single seeds are visible beside each mean: in the lines by epoch on demand, in the heat map not, for
which the first figure has them. Titles and captions are the page's.
"""

import altair as alt

from harness import chart_data
from harness.chart_parts import (
    FITTING,
    HIGH_PX,
    ROW_PX,
    Chart,
    Parts,
    finished,
    layered,
    named,
    tips,
)
from harness.chart_time import factor_chart, parameters_chart, seconds_chart
from harness.compare import Comparison
from harness.curves import epoch_accuracies, final_accuracies, last_epoch, numeric_factors, sized
from harness.factors import show_level
from harness.marks import Mark
from harness.metrics import METRICS
from harness.palette import Palette
from harness.plotters import epoch_ticks
from harness.sentences import about, best_sentence, full_name

ACCURACY = METRICS["test_accuracy"]


def charts(comparison: Comparison, palette: Palette, marks: dict[str, Mark]) -> list[Chart]:
    """The figures that suit an experiment; of accuracy none, where no run has one."""
    parts = Parts.of(comparison, palette, marks)
    found: list[Chart] = []
    if epoch_accuracies(comparison.cells) and final_accuracies(comparison.cells):
        found += [accuracy_chart(parts), epochs_chart(parts)]
        found += [grid_chart(parts)] if comparison.crossed else []
        found.append(seconds_chart(parts))
    found += [factor_chart(parts, factor) for factor in numeric_factors(comparison)]
    if sized(comparison):
        found.append(parameters_chart(parts))
    return found


def accuracy_chart(parts: Parts) -> Chart:
    """Final accuracy: a dot a seed, a stroke for the mean, a bar for its interval."""
    comparison, final = parts.comparison, parts.final
    said = tips("variant", "accuracy", "range", "against", "mark", "seeds")
    base = alt.Chart().encode(y=parts.rows(), color=parts.colour())
    means = base.transform_filter("isValid(datum.mean)")
    rule = alt.Chart().transform_filter("datum.baseline").mark_rule(strokeDash=[4, 3])
    bars = means.transform_filter("isValid(datum.low)").mark_bar(opacity=0.28, height=12)
    dots = base.transform_filter("isValid(datum.place)").mark_circle(size=34, opacity=0.75)
    layers = layered(
        rule.encode(x=final.x("mean"), color=alt.value("#888888")),
        bars.encode(x=final.x("low"), x2="high:Q", tooltip=said),
        dots.encode(x=final.x("place"), tooltip=tips("variant", "seed", "shown")),
        means.mark_tick(thickness=3, size=18).encode(x=final.x("mean"), tooltip=said),
        *(
            means.transform_filter(f"datum.cut == 'both' || datum.cut == '{end}'")
            .mark_point(shape=f"triangle-{side}", filled=True, size=50, opacity=1)
            .encode(x=alt.value(edge), tooltip=said)
            for end, side, edge in (("low", "left", 0), ("high", "right", "width"))
        ),
    ).properties(height=ROW_PX * len(parts.names))
    return Chart(
        name="accuracy",
        title=best_sentence(comparison),
        reading="Dot: a seed; stroke: mean; bar: its 95% t interval, with a triangle where it goes "
        f"on; dashed: baseline. {chart_data.seeds_sentence(comparison)}{about(comparison)}",
        spec=finished(parts.panels(layers, data="both"), title="Final test accuracy"),
        data={
            "both": [
                *chart_data.cell_rows(comparison, final, parts.marks),
                *chart_data.seed_rows(comparison, final),
            ]
        },
        wide=comparison.crossed,
    )


def grid_chart(parts: Parts) -> Chart:
    """Mean final accuracy by learning rate as a heat map; what differs beyond chance is marked."""
    order = [show_level(rate) for rate in parts.rates]
    level = alt.X("level:N", sort=order, title="learning rate", axis=alt.Axis(labelAngle=0))
    ends = [parts.final.place(end) or 0.0 for end in (parts.final.low, parts.final.high)]
    middle = ends[0] + 0.55 * (ends[1] - ends[0])
    colour = alt.Color("mean:Q", scale=alt.Scale(scheme="cividis", domain=ends), legend=None)
    ink = alt.condition(f"datum.mean < {middle}", alt.value("white"), alt.value("#111"))
    base = alt.Chart(named("cells")).encode(
        x=level,
        y=parts.rows(),
        tooltip=tips("variant", "accuracy", "range", "against", "mark", "seeds"),
    )
    layers = layered(
        base.mark_rect().encode(color=colour),
        base.mark_text(fontSize=12).encode(text="written:N", color=ink),
    ).properties(width=FITTING, height=30 * len(parts.names))
    return Chart(
        name="grid",
        title=_marked_sentence(parts),
        reading="Mean final test accuracy, %. ▲ above and ▼ below its baseline beyond chance, "
        "paired by seed and corrected over all fields (△ ▽: by less than the margin). "
        f"{about(parts.comparison)}",
        spec=finished(layers, title="Final test accuracy by learning rate"),
        data={"cells": _fields(parts)},
        wide=len(order) > MOST_BESIDE,
    )


MOST_BESIDE = 6
"""Learning rates of a heat map that still fits beside another figure."""


def _fields(parts: Parts) -> chart_data.Rows:
    return [
        row | {"level": show_level(row["rate"]), "written": f"{row['shown']} {row['sign']}"}
        for row in chart_data.cell_rows(parts.comparison, parts.final, parts.marks)
        if "rate" in row
    ]


def _marked_sentence(parts: Parts) -> str:
    found = list(parts.marks.values())
    if not any(mark.p is not None for mark in found):
        return "Too few seeds to mark what differs beyond chance"
    better, worse = (sum(mark.direction == side for mark in found) for side in ("better", "worse"))
    return (
        f"Of {len(found)} fields {better} lie above and {worse} below their baseline beyond chance"
    )


def epochs_chart(parts: Parts) -> Chart:
    """Accuracy against epoch: mean and band, single seeds on demand, a name to pick out."""
    comparison, course = parts.comparison, parts.course
    every = alt.param(name="every", value=False, bind=alt.binding_checkbox(name="each seed "))
    picked = alt.selection_point(name="picked", fields=["name"], bind="legend")
    ticks = alt.Axis(values=epoch_ticks(last_epoch(comparison.cells)), format="d")
    base = alt.Chart().encode(
        x=alt.X("epoch:Q", title="epoch", axis=ticks, scale=alt.Scale(zero=False)),
        color=parts.colour(legend="stroke"),
    )
    band = (
        base.transform_filter("isValid(datum.mean)")
        .mark_area()
        .encode(
            y=course.y("low"),
            y2="high:Q",
            opacity=alt.when(picked).then(alt.value(0.15)).otherwise(alt.value(0.02)),
        )
    )
    single = (
        base.transform_filter("isValid(datum.place)")
        .mark_line(strokeWidth=0.9)
        .encode(
            y=course.y("place"),
            detail="seed:N",
            opacity=alt.when("!every")
            .then(alt.value(0))
            .when(picked)
            .then(alt.value(0.7))
            .otherwise(alt.value(0.03)),
        )
    )
    line = (
        base.transform_filter("isValid(datum.mean)")
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=30))
        .encode(
            y=course.y("mean"),
            strokeDash=parts.dash(),
            opacity=alt.when(picked).then(alt.value(1)).otherwise(alt.value(0.08)),
            tooltip=tips("variant", "epoch", "shown", "span", "seeds"),
        )
    )
    layers = layered(band, single, line).properties(height=HIGH_PX).add_params(every, picked)
    return Chart(
        name="accuracy-by-epoch",
        title=_course_sentence(comparison),
        reading="Line: mean over seeds; band: lowest to highest seed. Click a name to pick it out. "
        f"{chart_data.lines_sentence(comparison)}{about(comparison)}",
        spec=finished(parts.panels(layers, data="epochs"), title="Test accuracy by epoch"),
        data={
            "epochs": [
                *chart_data.epoch_rows(comparison, course),
                *chart_data.line_rows(comparison, course),
            ]
        },
        wide=comparison.crossed,
    )  # fmt: skip


def _course_sentence(comparison: Comparison) -> str:
    """Who leads after the first epoch, and who after the last."""
    last = last_epoch(comparison.cells)
    ends = [
        (point.epoch, point.mean, full_name(comparison, cell))
        for cell in comparison.cells
        for point in cell.curve
        if point.epoch in (1, last)
    ]
    if {epoch for epoch, _, _ in ends} != {1, last}:  # no accuracy at one of the two
        return best_sentence(comparison)
    leaders = [max(end for end in ends if end[0] == epoch) for epoch in (1, last)]
    (_, first, early), (_, final, late) = leaders
    if last == 1:
        return f"After 1 epoch {early} leads with {ACCURACY.show(first)}%"
    if early == late:
        return (
            f"{early} leads from epoch 1 ({ACCURACY.show(first)}%) to epoch {last} "
            f"({ACCURACY.show(final)}%)"
        )
    return (
        f"{early} leads after 1 epoch with {ACCURACY.show(first)}%, {late} after {last} with "
        f"{ACCURACY.show(final)}%"
    )
