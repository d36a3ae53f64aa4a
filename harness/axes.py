"""What all figures share: the canvas, the accuracy axis, safe text, labels that keep apart."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import FuncNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from matplotlib.transforms import Bbox
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

Array = npt.NDArray[np.float64]
Scale = Literal["linear", "logit"]
"""How an axis of accuracies is laid out."""

INK, QUIET, RULE = "#222222", "#595959", "#D9D9D9"
"""Colours of text, of secondary text, and of grid lines."""
FONT_PT = 9.0
"""Size of all text but titles."""
LETTER_IN = FONT_PT * 0.6 / 72
"""Width of an average letter, to leave room for names."""
TITLE_IN, PANEL_TITLE_IN = 0.68, 0.85
"""Room above the axes: for title and subtitle, and for the names of panels under them."""
DPI = 150
LONGEST_NAME = 28
"""Letters of a name that a figure shows; tables show all."""
EARLY = 0.9
"""A line whose last point lies left of this share of the axes ends early."""
ASIDE_IN = 0.1
"""From such a point to its name."""

LEAST, MOST = 0.005, 0.9995
"""Accuracies beyond these are drawn here: a logit axis has no place for 0 and 1."""
LOGIT_TICKS = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9),
    *(0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999),
)


@dataclass(frozen=True, kw_only=True)
class Margins:
    """Room around the axes, in inches."""

    left: float = 0.75
    right: float = 0.3
    top: float = 0.85
    bottom: float = 0.6
    between: float = 0.15
    """Between columns of axes."""
    below: float = 0.55
    """Between rows of axes."""


def canvas(
    *, axes: tuple[int, int], size: tuple[float, float], margins: Margins
) -> tuple[Figure, list[Axes]]:
    """A figure of (rows, columns) axes of (width, height) inches each, row by row, room around."""
    rows, columns = axes
    gap = margins.between
    wide = margins.left + margins.right + columns * size[0] + (columns - 1) * gap
    high = margins.top + margins.bottom + rows * size[1] + (rows - 1) * margins.below
    figure = Figure(figsize=(wide, high), dpi=DPI, facecolor="white")
    grid = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(
        left=margins.left / wide,
        right=1 - margins.right / wide,
        top=1 - margins.top / high,
        bottom=margins.bottom / high,
        wspace=gap / size[0],
        hspace=margins.below / size[1],
    )
    found: list[Axes] = list(grid.flat)
    for ax in found:
        tidy(ax)
    return figure, found


def tidy(ax: Axes) -> Axes:
    """Quiet frame and grid, text in one size."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.tick_params(labelsize=FONT_PT - 0.5, colors=QUIET, labelcolor=INK, which="both")
    ax.grid(visible=True, color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def set_titles(figure: Figure, *, title: str, subtitle: str) -> None:
    """The finding in bold, and under it how to read the picture, both from the left edge."""
    wide, high = figure.get_figwidth(), figure.get_figheight()
    lines = ((title, 11.5, 0.12, INK, "bold"), (subtitle, FONT_PT - 0.5, 0.37, QUIET, "normal"))
    for text, size, down, colour, weight in lines:
        shown = plain(text, most=200)
        letter = size * (0.67 if weight == "bold" else 0.58) / 72
        fitting = size * min(1.0, (wide - 0.24) / (letter * max(len(shown), 1)))
        place = (0.12 / wide, 1 - down / high)
        figure.text(*place, shown, va="top", fontsize=fitting, weight=weight, color=colour)


def plain(text: str, *, most: int = LONGEST_NAME) -> str:
    """Foreign text as matplotlib can draw it: one short line, no formulas, no missing letters."""
    line = " ".join(text.split())
    short = line if len(line) <= most else line[: most - 1] + "…"
    known = _letters()
    return "".join(mark if ord(mark) in known else "?" for mark in short).replace("$", r"\$")


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def text_width(texts: Iterable[str], *, most: int = LONGEST_NAME) -> float:
    """Inches that the longest of these names needs, as figures show it."""
    return max((len(plain(text, most=most)) for text in texts), default=0) * LETTER_IN


def accuracy_limits(values: Sequence[float]) -> tuple[float, float, Scale]:
    """Limits and scale of an axis that shows these accuracies, as fractions.

    A linear axis close around the values, at least two points wide so that noise stays small. Where
    values are both high and far apart (their odds differ more than sixfold), a logit axis: a linear
    one would make a lump of the best, while this one shows 97 against 98% and 10 against 50%.
    """
    inside = [min(max(value, LEAST), MOST) for value in values] or [LEAST, MOST]
    low, high = min(inside), max(inside)
    ends = float(logit(low)), float(logit(high))
    if high > 0.9 and ends[1] - ends[0] > math.log(6):
        pad = 0.07 * (ends[1] - ends[0])
        return float(expit(ends[0] - pad)), float(expit(ends[1] + pad)), "logit"
    room = max(0.09 * (high - low), (0.02 - (high - low)) / 2)
    return max(0.0, low - room), min(1.0, high + room), "linear"


def accuracy_axis(ax: Axes, which: Literal["x", "y"], values: Sequence[float]) -> Axes:
    """Make an axis one of test accuracy, ticks in percent; the data stay fractions."""
    low, high, scale = accuracy_limits(values)
    axis = ax.xaxis if which == "x" else ax.yaxis
    if which == "x":
        ax.set_xscale(scale)
        ax.set_xlim(low, high)
    else:
        ax.set_yscale(scale)
        ax.set_ylim(low, high)
    ticks = accuracy_ticks(low, high, scale)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FixedFormatter([f"{round(100 * tick, 4):g}" for tick in ticks]))
    axis.set_label_text(accuracy_label(scale), fontsize=FONT_PT, color=INK)
    return ax


def accuracy_label(scale: Scale) -> str:
    """Name of an axis of test accuracies."""
    return "test accuracy, %" + (" (logit axis)" if scale == "logit" else "")


def accuracy_ticks(low: float, high: float, scale: Scale) -> list[float]:
    """Where such an axis has its ticks, as fractions."""
    return _logit_ticks(low, high) if scale == "logit" else _linear_ticks(low, high)


def accuracy_norm(values: Sequence[float]) -> Normalize:
    """Colour scale over these accuracies with equal steps on the logit scale.

    It spans a doubling of the odds at least, so that noise does not look like an effect.
    """
    inside = [min(max(value, LEAST), MOST) for value in values]
    high = max(inside)
    low = min(*inside, float(expit(logit(high) - math.log(2))))
    return FuncNorm((_bounded_logit, expit), vmin=low, vmax=high)


def _bounded_logit(shares: Array) -> Array:
    return np.asarray(logit(np.clip(shares, LEAST, MOST)))


def _logit_ticks(low: float, high: float) -> list[float]:
    """Round percentages between the limits, none closer than a sixteenth of the axis."""
    least = (logit(high) - logit(low)) / 16
    ticks: list[float] = []
    for tick in reversed(LOGIT_TICKS):
        far = not ticks or logit(ticks[-1]) - logit(tick) >= least
        if low <= tick <= high and far:
            ticks.append(tick)
    return ticks[::-1]


def _linear_ticks(low: float, high: float) -> list[float]:
    """Steps of 1, 2 or 5 times a power of ten, about six of them."""
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    return [float(tick) for tick in np.arange(math.ceil(low / step), high / step + 1e-9) * step]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name to stand beside a point."""

    x: float
    """Position of the point, in data units."""
    y: float
    """Position of the point, in data units."""
    text: str
    """The name."""
    colour: str
    """Of the leader that joins name and point."""


def label_ends(ax: Axes, labels: Sequence[Label]) -> Axes:
    """Names right of the axes, each near its point's height, none on another, joined by leaders.

    A line that ends early has its name at its own end where nothing else is drawn there, else a
    dotted leader: a full one would look like more of the line.
    """
    gap = FONT_PT * 1.25 / 72 / _inches(ax)[1]
    inside = _own_ends(ax, labels, high=gap)
    for number, box in inside.items():
        _write(ax, labels[number], x=box.x0, y=(box.y0 + box.y1) / 2)
    outside = [label for number, label in enumerate(labels) if number not in inside]
    points = [_point(ax, label) for label in outside]
    heights = spread([y for _, y in points], gap=gap)
    for label, point, height in zip(outside, points, heights, strict=True):
        _lead(ax, label, point, height=height)
        _write(ax, label, x=1.055, y=height)
    return ax


def _own_ends(ax: Axes, labels: Sequence[Label], *, high: float) -> dict[int, Bbox]:
    """Number of a label -> the free room right of its point, in shares of the axes.

    Of lines that end early; whose name would lie on a line, on a name or outside is left out.
    """
    drawn = [line.get_transform().transform_path(line.get_path()) for line in ax.get_lines()]
    found: dict[int, Bbox] = {}
    for number, label in enumerate(labels):
        x, y = _point(ax, label)
        aside, wide = (inch / _inches(ax)[0] for inch in (ASIDE_IN, text_width([label.text])))
        box = Bbox.from_bounds(x + aside, y - high / 2, wide, high)
        is_within = box.x1 <= 1.0 and box.y0 >= 0.0 and box.y1 <= 1.0
        on_screen = box.transformed(ax.transAxes)
        hidden = [path for path in drawn if path.intersects_bbox(on_screen, filled=False)]
        if x < EARLY and is_within and not hidden and not box.count_overlaps(found.values()):
            found[number] = box
    return found


def _lead(ax: Axes, label: Label, point: tuple[float, float], *, height: float) -> None:
    """A thin line from the point to its name; dotted, pale and behind where the line ends early."""
    is_early = point[0] < EARLY
    ax.plot(
        [point[0], 1.025, 1.045],
        [point[1], height, height],
        transform=ax.transAxes,
        color=label.colour,
        linewidth=0.7,
        linestyle=(0, (1, 4)) if is_early else "-",
        clip_on=False,
        alpha=0.6 if is_early else 0.8,
        zorder=1 if is_early else 2,
    )


def _write(ax: Axes, label: Label, *, x: float, y: float) -> None:
    """The name from here on, in shares of the axes."""
    ax.text(
        x,
        y,
        plain(label.text),
        transform=ax.transAxes,
        va="center",
        fontsize=FONT_PT,
        color=INK,
    )


def _point(ax: Axes, label: Label) -> tuple[float, float]:
    """Where a label's point lies, in shares of the axes."""
    x, y = (ax.transData + ax.transAxes.inverted()).transform((label.x, label.y))
    return float(x), float(y)


def _inches(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes."""
    wide, high = ax.figure.get_size_inches()  # type: ignore[union-attr]
    place = ax.get_position()
    return float(place.width * wide), float(place.height * high)


def spread(heights: Sequence[float], *, gap: float) -> list[float]:
    """The heights, moved as little as may be to stand `gap` apart within 0 to 1, their order kept.

    This is an isotonic regression of the heights, each less its rank times the gap.
    """
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    placed = isotonic_regression(np.asarray(heights)[order] - steps).x if len(order) else steps
    bounded = np.clip(placed, 0.0, max(0.0, 1.0 - gap * (len(heights) - 1))) + steps
    return [float(bounded[rank]) for rank in np.argsort(order)]
