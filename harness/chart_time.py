"""Comparison -> interactive figures of time: accuracy by seconds, seconds by what they are for."""

import altair as alt

from harness import chart_data
from harness.chart_parts import FITTING, HIGH_PX, Chart, Parts, finished, layered, named, tips
from harness.curves import numeric_levels, pareto_front, sized
from harness.sentences import about, parameters_sentence, speed_sentence, time_sentence

ASIDE_PX = 9
"""Pixels between a variant's mark and those of its seeds, none of which it is to hide."""


def seconds_chart(parts: Parts) -> Chart:
    """Accuracy against seconds of training, with the Pareto front."""
    comparison, course = parts.comparison, parts.course
    seconds = alt.X("seconds:Q", title="seconds of training", scale=alt.Scale(zero=True))
    colour = parts.colour(legend="stroke")
    front = (
        alt.Chart()
        .transform_filter("isValid(datum.best)")
        .mark_line(interpolate="step-after", strokeWidth=5, color="#9a9a9a", opacity=0.45)
        .encode(x=seconds, y=course.y("best"))
    )
    ends = (
        alt.Chart()
        .transform_filter("isValid(datum.place)")
        .mark_circle(size=14, opacity=0.5)
        .encode(
            x=seconds,
            y=course.y("place"),
            color=colour,
            tooltip=tips("variant", "seed", "seconds", "shown"),
        )
    )
    lines = (
        alt.Chart()
        .transform_filter("isValid(datum.mean)")
        .mark_line(strokeWidth=1.6, point=alt.OverlayMarkDef(size=26))
        .encode(
            x=seconds,
            y=course.y("mean"),
            color=colour,
            strokeDash=parts.dash(),
            detail="variant:N",
            order="epoch:Q",
            tooltip=tips("variant", "epoch", "seconds", "shown"),
        )
    )
    layers = layered(front, ends, lines).properties(height=HIGH_PX)
    return Chart(
        name="accuracy-by-time",
        title=speed_sentence(comparison, pareto_front(comparison.cells)),
        reading="A mark an epoch, mean over seeds; small dots: each seed's end; grey: the best "
        f"mean so far, of all (Pareto front). {chart_data.seeds_sentence(comparison)}"
        f"{about(comparison, times=True)}",
        spec=finished(
            parts.panels(layers, data="time"), title="Test accuracy by seconds of training"
        ),
        data={
            "time": [
                *chart_data.epoch_rows(comparison, course),
                *chart_data.seed_rows(comparison, course),
                *chart_data.front_rows(comparison, course, parts.rates),
            ]
        },
        wide=comparison.crossed,
    )  # fmt: skip


def factor_chart(parts: Parts, factor: str) -> Chart:
    """Seconds an epoch against a numeric factor, such as depth."""
    comparison = parts.comparison
    levels = numeric_levels(comparison, factor)
    title = factor.replace("_", " ")
    ticks = alt.Axis(values=sorted({level for level, _ in levels}), format="~g")
    level = alt.X("level:Q", title=title, scale=alt.Scale(zero=False, padding=20), axis=ticks)
    return Chart(
        name=f"time-by-{factor}",
        title=time_sentence(levels, factor),
        reading=_reading(parts),
        spec=finished(_points(parts, level), title=f"Epoch time by {title}"),
        data={
            "cost": chart_data.level_rows(levels, comparison),
            "timed": chart_data.timed_rows(comparison, factor),
        },
    )


def parameters_chart(parts: Parts) -> Chart:
    """Seconds an epoch against the number of trainable parameters."""
    count = alt.X("parameters:Q", title="trainable parameters", scale=alt.Scale(zero=True))
    return Chart(
        name="time-by-parameters",
        title=parameters_sentence(parts.comparison, sized(parts.comparison)),
        reading=_reading(parts),
        spec=finished(_points(parts, count), title="Epoch time by parameters"),
        data={
            "cost": chart_data.cost_rows(parts.comparison),
            "timed": chart_data.timed_rows(parts.comparison),
        },
    )


def _reading(parts: Parts) -> str:
    return (
        "Large: median over seeds; small, beside it: each seed's median epoch. "
        f"{about(parts.comparison, times=True)}"
    )


def _points(parts: Parts, x: alt.X) -> alt.LayerChart:
    seconds = alt.Y("epoch_s:Q", title="seconds an epoch", scale=alt.Scale(zero=True))
    colour = parts.colour(legend="circle")
    small = (
        alt.Chart(named("timed"))
        .mark_circle(size=16, opacity=0.6, xOffset=ASIDE_PX)
        .encode(x=x, y=seconds, color=colour, tooltip=tips("variant", "seed", "time"))
    )
    large = (
        alt.Chart(named("cost"))
        .mark_point(filled=True, size=80, opacity=0.9)
        .encode(
            x=x,
            y=seconds,
            color=colour,
            shape=parts.shape(),
            tooltip=tips("variant", "time", "parameters"),
        )
    )
    return layered(small, large).properties(width=FITTING, height=HIGH_PX)  # fmt: skip
