"""History -> Figures: every series about its own median, each change marked with its commit."""

import re
from collections.abc import Mapping, Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.axes import (
    FONT_PT,
    INK,
    QUIET,
    RULE,
    Label,
    Margins,
    canvas,
    label_ends,
    plain,
    set_titles,
    text_width,
)
from harness.compare import Conditions
from harness.history import FOLLOWED, Change, History
from harness.history_text import show_value
from harness.palette import STYLES
from harness.plot_runs import BETTER, WORSE
from harness.series import Series, SeriesKey

Group = tuple[str, Conditions]
"""Experiment and conditions: what one figure is about."""

MOST_NAMED = 9
"""Series with a colour and a name: all where they are no more, else those that changed most."""
MOST_TICKS = 12
"""Runs up to which each is named on the axis."""
GREY = "#BBBBBB"
"""Colour of series without a name."""


def history_figures(history: History) -> dict[str, Figure]:
    """Name, fit for a file -> figure, for every experiment and conditions with two runs or more."""
    groups: dict[Group, list[Series]] = {}
    for series in history.series:
        groups.setdefault((series.key.experiment, series.key.conditions), []).append(series)
    found: dict[str, Figure] = {}
    for (experiment, conditions), held in groups.items():
        if len({place for series in held for place in series.runs}) > 1:
            parts = (experiment, conditions.dataset, conditions.tier, conditions.engine)
            stem = re.sub(r"[^a-z0-9]+", "-", "-".join((*parts, conditions.device)).lower())
            name = stem if stem not in found else f"{stem}-{len(found) + 1}"
            found[name] = history_figure(history, held)
    return found


def history_figure(history: History, held: Sequence[Series]) -> Figure:
    """One panel a metric, runs from left to right, all of one experiment and conditions."""
    key = held[0].key
    metrics = [metric for metric in FOLLOWED if any(each.metric is metric for each in held)]
    runs = sorted({place for series in held for place in series.runs})
    x_of = {place: float(n) for n, place in enumerate(runs)}
    changed = [each for each in history.changes if each.shift.series in held]
    colours = _colours(held, changed)
    names = [_end_text(series) for series in held if series.key in colours]
    figure, axes = canvas(
        axes=(len(metrics), 1),
        size=(min(9.0, max(5.2, 0.42 * len(runs))), 2.3),
        margins=Margins(left=1.1, right=0.55 + text_width(names), top=1.1, bottom=0.85),
    )
    for ax, metric in zip(axes, metrics, strict=True):
        shown = [series for series in held if series.metric is metric]
        changes = [each for each in changed if each.shift.series.metric is metric]
        plot_history(ax, shown, changes, x_of=x_of, colours=colours)
        _name_runs(ax, history, runs)
        ax.tick_params(axis="x", labelbottom=ax is axes[-1])
    set_titles(
        figure,
        title=_title(key.experiment, changed, runs=len(runs)),
        subtitle=f"{key.conditions.label}. Line: mean over seeds; dot: a seed; each from its own "
        "median. Triangle: a sure change beyond the margin (band). +: uncommitted changes",
    )
    return figure


def plot_history(
    ax: Axes,
    shown: Sequence[Series],
    changes: Sequence[Change],
    *,
    x_of: Mapping[int, float],
    colours: Mapping[SeriesKey, str],
) -> Axes:
    """One metric's series, each from its own median.

    Args:
        ax: where to draw.
        shown: the series.
        changes: those among them that changed.
        x_of: place of a run in the history -> where it stands.
        colours: of the series that have a name; all others are grey.
    """
    metric, named = shown[0].metric, [series for series in shown if series.key in colours]
    margin = metric.margin * (100 if metric.is_ratio else metric.scale)
    ax.axhspan(-margin, margin, color=RULE, alpha=0.45, linewidth=0, zorder=0.5)
    ax.axhline(0, color=QUIET, linewidth=0.8, zorder=1)
    for series in sorted(shown, key=lambda each: each.key in colours):
        x, y = [x_of[place] for place in series.runs], _from_median(series, series.means)
        colour = colours.get(series.key, GREY)
        if series.key in colours:
            _draw_seeds(ax, series, x_of, colour)
        ax.plot(x, y, "o-", color=colour, ms=3.5, lw=1.2, mec="white", mew=0.4)
    for change in changes:
        _mark(ax, change, x_of)
    ax.set_xlim(-0.4, max(x_of.values()) + 0.4)
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_formatter(FuncFormatter(_signed))
    what = "epoch time, %" if metric.is_time else f"{metric.label}, points"
    ax.set_ylabel(f"{what}\nfrom the median", fontsize=FONT_PT)
    _name_commits(ax, changes, x_of)
    return label_ends(ax, [_label(series, colours, x_of) for series in named])


def _signed(value: float, _: float) -> str:
    return f"{value:+g}" if value else "0"


def _colours(held: Sequence[Series], changed: Sequence[Change]) -> dict[SeriesKey, str]:
    """Colour of each series with a name: of all where they are few, else of the most changed."""
    keys = list(dict.fromkeys(series.key for series in held))
    if len(keys) > MOST_NAMED:
        most = sorted(changed, key=lambda change: -abs(change.shift.size))
        keys = list(dict.fromkeys(change.shift.series.key for change in most))[:MOST_NAMED]
    return {key: style.colour for key, style in zip(keys, STYLES, strict=False)}


def _from_median(series: Series, values: Sequence[float]) -> list[float]:
    """How far the values are from the median of the series' means."""
    return [_distance(series, value, median(series.means)) for value in values]


def _distance(series: Series, value: float, centre: float) -> float:
    """In points, or in percent where the metric is of ratios."""
    if series.metric.is_ratio:
        return 100 * (value / centre - 1)
    return series.metric.scale * (value - centre)


def _draw_seeds(ax: Axes, series: Series, x_of: Mapping[int, float], colour: str) -> None:
    """Each seed from its own median, so that what seeds differ by anyway does not hide a change."""
    found: dict[int, list[tuple[float, float]]] = {}
    for place, values in zip(series.runs, series.values, strict=True):
        for seed, value in values.items():
            found.setdefault(seed, []).append((x_of[place], value))
    for points in found.values():
        centre = median(value for _, value in points)
        y = [_distance(series, value, centre) for _, value in points]
        ax.plot([x for x, _ in points], y, "o", color=colour, ms=2.2, alpha=0.35, mew=0, zorder=1.5)


def _mark(ax: Axes, change: Change, x_of: Mapping[int, float]) -> None:
    """A triangle at the first run after a change, pointing where the metric went."""
    shift = change.shift
    series, is_rise = shift.series, shift.size > 0
    is_better = is_rise == (series.metric.better == "higher")
    (y,) = _from_median(series, [series.means[shift.split]])
    ax.plot(
        x_of[series.runs[shift.split]],
        y,
        "^" if is_rise else "v",
        color=BETTER if is_better else WORSE,
        ms=9,
        mec="white",
        mew=0.7,
        zorder=4,
    )


def _name_commits(ax: Axes, changes: Sequence[Change], x_of: Mapping[int, float]) -> None:
    """A dotted line before each first run after a change, its commit above."""
    places = {x_of[each.shift.series.runs[each.shift.split]]: each.after.code for each in changes}
    for x, code in places.items():
        ax.axvline(x - 0.5, color=INK, linewidth=0.9, linestyle=":", zorder=1)
        ax.annotate(
            code,
            (x - 0.5, 1.02),
            xycoords=("data", "axes fraction"),
            rotation=35 if len(places) > 1 else 0,
            ha="left" if len(places) > 1 else "center",
            fontsize=FONT_PT - 1,
            color=INK,
            annotation_clip=False,
        )


def _label(series: Series, colours: Mapping[SeriesKey, str], x_of: Mapping[int, float]) -> Label:
    (y,) = _from_median(series, [series.means[-1]])
    x = x_of[series.runs[-1]]
    return Label(x=x, y=y, text=_end_text(series), colour=colours[series.key])


def _end_text(series: Series) -> str:
    """Name and last mean, which the axis does not tell."""
    key, value = series.key, show_value(series.metric, series.means[-1])
    name = f"{key.experiment} {key.variant}" if key.variant.isdecimal() else key.variant
    return f"{plain(name, most=18)} {value.replace(' yardsticks', ' yd')}"


def _name_runs(ax: Axes, history: History, runs: Sequence[int]) -> None:
    """Day and commit of each run, thinned where there are many."""
    every = -(-len(runs) // MOST_TICKS)
    ticks = range(len(runs) - 1, -1, -every)
    infos = [history.runs[runs[n]] for n in ticks]
    labels = [f"{info.started_at[:10]} {info.code}" for info in infos]
    ax.set_xticks(list(ticks), labels, rotation=30, ha="right")


def _title(experiment: str, changes: Sequence[Change], *, runs: int) -> str:
    if not changes:
        return f"{experiment}: no change that is sure and matters in {runs} runs"
    variants = dict.fromkeys(each.shift.series.key.variant for each in changes)
    commits = dict.fromkeys(each.after.code for each in changes)
    what = next(iter(variants)) if len(variants) == 1 else f"{len(variants)} variants"
    which = f"with {next(iter(commits))}" if len(commits) == 1 else f"with {len(commits)} commits"
    return f"{experiment}: {what} changed {which}"
