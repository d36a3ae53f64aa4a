"""Plotters: each draws on the `ax` it is given and returns it. Nothing is shown or saved.

Single seeds are visible wherever a mean is drawn, but in the heat map, as points or as a band from
lowest to highest: an interval alone would hide runs that are stuck. Of thousands of points, some by
rank, the extremes among them.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from harness.axes import FONT_PT, INK, QUIET, accuracy_norm
from harness.compare import Cell
from harness.curves import (
    Point,
    by_epoch,
    by_time,
    columns,
    last_epoch,
    seed_ends,
    shown_accuracies,
    thin,
)
from harness.estimate import Estimate
from harness.factors import show_level
from harness.metrics import METRICS
from harness.palette import Style
from harness.plot_panels import MOST_LINES

ACCURACY, EPOCH_S = METRICS["test_accuracy"], METRICS["epoch_s"]
StyleOf = Callable[[Cell], Style]


def plot_epochs(ax: Axes, cells: Sequence[Cell], style_of: StyleOf) -> Axes:
    """Mean test accuracy of each cell after each epoch, with a band from lowest to highest seed.

    More than `MOST_LINES` cells have no bands: they would hide the lines and each other.
    """
    for cell in cells:
        style = style_of(cell)
        epochs, means = columns(by_epoch(cell))
        low, high = (
            [point.lowest for point in cell.curve],
            [point.highest for point in cell.curve],
        )
        if len(cells) <= MOST_LINES:
            ax.fill_between(epochs, low, high, color=style.colour, alpha=0.15, linewidth=0)
        plot_line(ax, epochs, means, style)
    return epoch_axis(ax, last_epoch(cells))


def epoch_axis(ax: Axes, last: int) -> Axes:
    """Limits and ticks of the x axis, for epochs up to the last one."""
    last = max(last, 1)
    ax.set_xlim(1 - 0.05 * max(last - 1, 4), last + 0.03 * max(last - 1, 4))
    ax.set_xticks(epoch_ticks(last))
    return ax


def plot_line(ax: Axes, x: Sequence[float], y: Sequence[float], style: Style) -> Axes:
    """A line in its style, marks thinned where there are many."""
    every = max(1, len(x) // 8)
    ax.plot(
        x,
        y,
        color=style.colour,
        linestyle=style.line,
        linewidth=1.6,
        marker=style.marker,
        markersize=5,
        markevery=((len(x) - 1) % every, every),
        mec="white",
        mew=0.5,
    )
    return ax


def name_lines(ax: Axes, lines: Sequence[tuple[str, Style]], *, title: str | None) -> Axes:
    """A legend right of the axes, of lines by their names."""
    handles = [
        Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, lw=1.6, ms=5)
        for _, style in lines
    ]
    ax.legend(
        handles,
        [name for name, _ in lines],
        title=title,
        alignment="left",
        loc="center left",
        bbox_to_anchor=(1.04, 0.5),
        frameon=False,
        fontsize=FONT_PT,
        title_fontsize=FONT_PT,
        handlelength=3.2,
    )
    return ax


def epoch_ticks(last: int) -> list[int]:
    """The first epoch and round numbers, seven at most."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, last) if last <= 6 * step)
    return [1, *(number for number in range(step, last + 1, step) if number > 1)]


def plot_accuracy(
    ax: Axes, cells: Sequence[Cell], style_of: StyleOf, *, row_of: Callable[[Cell], float]
) -> Axes:
    """Each cell on its own row: a dot a shown seed, a stroke for the mean, a bar for its interval.

    The limits of `ax` stay as they are; a bar that passes them ends in an arrow.
    """
    for cell in cells:
        if cell.accuracy is None:
            continue
        colour, row, found = style_of(cell).colour, row_of(cell), cell.accuracy
        if cell.is_baseline:
            ax.axvline(found.mean, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        plot_interval(ax, found, row=row, colour=colour)
        seeds = shown_accuracies(cell)
        ax.plot(
            seeds, [row] * len(seeds), "o", color=colour, ms=4.5, alpha=0.75, mec="white", mew=0.4
        )
        ax.plot([found.mean] * 2, [row - 0.33, row + 0.33], color=colour, lw=2.2, zorder=3)
    return ax


def plot_bars(ax: Axes, cells: Sequence[Cell], style_of: StyleOf) -> Axes:
    """Mean test accuracy as bars from zero, side by side, a dot a shown seed on each."""
    for place, cell in enumerate(cells):
        style, seeds = style_of(cell), shown_accuracies(cell)
        if cell.accuracy is None:
            continue
        mean = cell.accuracy.mean
        ax.bar(place, mean, width=0.7, color=style.colour, alpha=0.55, linewidth=0)
        ax.plot([place] * len(seeds), seeds, "o", color=style.colour, ms=4.5, mec="white", mew=0.5)
        ax.annotate(
            ACCURACY.show(mean),
            (place, max(mean, *seeds)),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=FONT_PT,
            color=INK,
        )
    return ax


def plot_interval(ax: Axes, found: Estimate, *, row: float, colour: str) -> Axes:
    """The t interval as a pale bar within the limits of `ax`, an arrow where it goes beyond."""
    if found.low is None or found.high is None:
        return ax
    return plot_span(ax, found.low, found.high, row=row, colour=colour)


def plot_span(ax: Axes, low: float, high: float, *, row: float, colour: str) -> Axes:
    """From low to high as a pale bar within the limits of `ax`, an arrow where it goes beyond."""
    left, right = ax.get_xlim()
    start, end = (min(max(value, left), right) for value in (low, high))
    ax.barh(row, end - start, left=start, height=0.5, color=colour, alpha=0.25, linewidth=0)
    for value, edge, arrow in ((low, left, "<"), (high, right, ">")):
        if not left <= value <= right:
            ax.plot(edge, row, arrow, color=colour, ms=6, mew=0, clip_on=False, zorder=4)
    ax.set_xlim(left, right)
    return ax


def plot_seconds(ax: Axes, cells: Sequence[Cell], style_of: StyleOf) -> Axes:
    """Each cell's mean test accuracy against its mean seconds of training, a mark an epoch."""
    for cell in cells:
        style = style_of(cell)
        ax.plot(*columns(seed_ends(cell)), "o", color=style.colour, ms=3, alpha=0.5, mew=0)
        plot_line(ax, *columns(by_time(cell)), style)
    ax.set_xlim(left=0)
    return ax


def plot_front(ax: Axes, front: Sequence[Point], *, end: float) -> Axes:
    """The Pareto front as a broad grey staircase, up to the second `end`."""
    times, accuracies = columns(front)
    ax.plot(
        [*times, end],
        [*accuracies, accuracies[-1]],
        drawstyle="steps-post",
        color="#D2D2D2",
        linewidth=4,
        solid_joinstyle="round",
        solid_capstyle="round",
        zorder=0.9,
    )
    return ax


def plot_time(ax: Axes, cells: Sequence[tuple[float, Cell]], style_of: StyleOf) -> Axes:
    """Seconds an epoch against a numeric level, from zero; `cells` are (level, timed cell)."""
    timed = [(level, cell.epoch_s, cell) for level, cell in cells if cell.epoch_s is not None]
    ax.plot(*columns([(level, time) for level, time, _ in timed]), color=QUIET, lw=1, zorder=1)
    plot_time_points(ax, cells, style_of)
    for level, time, _ in timed:
        ax.annotate(
            f"{EPOCH_S.show(time)} s",
            (level, time),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=FONT_PT,
            color=INK,
        )
    ax.margins(x=0.12)
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.15 * max(time for _, time, _ in timed)))
    return ax


def plot_time_points(ax: Axes, cells: Sequence[tuple[float, Cell]], style_of: StyleOf) -> Axes:
    """Seconds an epoch of (level, timed cell): a mark each, and beside it a dot a seed."""
    levels = [level for level, _ in cells]
    aside = 0.02 * (max(levels) - min(levels))
    for level, cell in cells:
        if cell.epoch_s is None:
            continue
        style = style_of(cell)
        seeds = thin(case.epoch_s for case in cell.results if case.epoch_s is not None)
        places = [level + aside] * len(seeds)
        ax.plot(places, seeds, "o", color=style.colour, ms=3, alpha=0.7, mew=0)
        ax.plot(level, cell.epoch_s, style.marker, color=style.colour, ms=7.5, mec="white", mew=0.7)
    return ax


def plot_grid(
    ax: Axes,
    cells: Mapping[tuple[str, float], Cell],
    *,
    rows: Sequence[str],
    rates: Sequence[float],
    signs: Mapping[str, str],
) -> Axes:
    """Mean test accuracy as a heat map, the number in each field; an empty field was not run.

    `cells` maps (row, learning rate) to its cell, `signs` a variant to what stands behind its
    number. The colours' steps are equal on the logit scale.
    """
    means = np.full((len(rows), len(rates)), np.nan)
    for (row, rate), cell in cells.items():
        if cell.accuracy is not None:
            means[rows.index(row), rates.index(rate)] = cell.accuracy.mean
    norm = accuracy_norm([float(mean) for mean in means[np.isfinite(means)]])
    ax.imshow(np.ma.masked_invalid(means), cmap="cividis", norm=norm, aspect="auto")
    for (row, rate), cell in cells.items():
        if cell.accuracy is not None:
            ink = "white" if norm(cell.accuracy.mean) < 0.55 else "#111111"
            place = (rates.index(rate), rows.index(row))
            sign = signs.get(cell.variant, "")
            write_field(ax, cell.accuracy, place=place, ink=ink, sign=sign)
    ax.set_xticks(range(len(rates)), [show_level(rate) for rate in rates])
    ax.set_yticks(range(len(rows)), list(rows))
    ax.tick_params(length=0, labelsize=FONT_PT)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    return ax


def write_field(
    ax: Axes, found: Estimate, *, place: tuple[int, int], ink: str, sign: str = ""
) -> Axes:
    """A field's mean with a sign behind it, and under it half its 95% t interval."""
    few = found.half_width is None
    ax.text(
        place[0],
        place[1] if few else place[1] - 0.17,
        f"{ACCURACY.show(found.mean)} {sign}".strip(),
        ha="center",
        va="center",
        color=ink,
        fontsize=FONT_PT,
    )
    if not few:
        ax.text(
            place[0],
            place[1] + 0.24,
            f"± {ACCURACY.show(found.half_width)}",
            ha="center",
            va="center",
            color=ink,
            fontsize=FONT_PT - 2,
        )
    return ax
