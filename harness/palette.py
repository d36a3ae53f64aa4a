"""One look for one thing: colour, line and marker of each variant, the same in all figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from harness.compare import Cell, Comparison

Line = Literal["-", "--", "-.", ":"]


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a line and its points are drawn."""

    colour: str
    """As `#rrggbb`."""
    line: Line
    """Line style in matplotlib's words."""
    marker: str
    """Marker in matplotlib's words; told apart in grey, where colours are not."""


BASELINE = Style(colour="#000000", line="-", marker="o")
"""The baseline of every experiment: black, solid, round."""

# Paul Tol's "muted" scheme (SRON/EPS/TN/09-002): told apart with any colour vision. The pale ones
# stand last, so that small experiments never need them.
COLOURS = (
    *("#CC6677", "#332288", "#999933", "#44AA99", "#882255"),
    *("#117733", "#88CCEE", "#AA4499", "#DDCC77"),
)
DARK = {
    "#000000": "#FFFFFF",
    "#CC6677": "#E58A99",
    "#332288": "#9A8CFF",
    "#999933": "#C6C658",
    "#44AA99": "#5CC9B7",
    "#882255": "#E06AA4",
    "#117733": "#4CBF74",
    "#AA4499": "#DC82CE",
}
"""Colour -> what takes its place on dark paper, of those that would not show there."""
LINES: tuple[Line, ...] = ("-", "--", "-.", ":")
MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">", "p")

STYLES = tuple(
    Style(
        colour=colour, line=LINES[(place + turn) % len(LINES)], marker=MARKERS[(place + turn) % 9]
    )
    for turn, (place, colour) in product(range(4), enumerate(COLOURS))
)
"""The looks of all that is no baseline; a tenth one takes the first colour with another marker."""

Palette = Mapping[tuple[str, str], Style]
"""(experiment, name as in `name_of`) -> style."""


def name_of(comparison: Comparison, cell: Cell) -> str:
    """What figures call a cell: in a grid over learning rates the other factors' levels."""
    return cell.series if comparison.crossed else cell.spoken


def assign_styles(comparisons: Iterable[Comparison]) -> Palette:
    """A style for every name of every experiment.

    A name that occurs in several experiments keeps its style, unless another name of the later
    experiment has that style already.
    """
    palette: dict[tuple[str, str], Style] = {}
    first_style: dict[str, Style] = {}
    for comparison in comparisons:
        experiment = comparison.experiment
        baselines = {name_of(comparison, cell) for cell in comparison.cells if cell.is_baseline}
        for name in dict.fromkeys(name_of(comparison, cell) for cell in comparison.cells):
            if (experiment, name) in palette:
                continue
            used = {style for (other, _), style in palette.items() if other == experiment}
            wanted = BASELINE if name in baselines else first_style.get(name)
            style = wanted if wanted and wanted not in used else _unused(used)
            palette[experiment, name] = style
            first_style.setdefault(name, style)
    return palette


def _unused(used: set[Style]) -> Style:
    free = (style for style in STYLES if style not in used)
    return next(free, STYLES[len(used) % len(STYLES)])
