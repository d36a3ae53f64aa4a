"""One look for one thing: colour, line and marker of each variant, the same in all figures."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from harness.compare import Cell, Comparison
from harness.plot_panels import name_beside, split_factor

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
    experiment has that style already. Where a factor splits a comparison into panels, what differs
    in this factor alone has one colour.
    """
    palette: dict[tuple[str, str], Style] = {}
    first_style: dict[str, Style] = {}
    for comparison in comparisons:
        experiment = comparison.experiment
        baselines = {name_of(comparison, cell) for cell in comparison.cells if cell.is_baseline}
        alike = _by_levels(comparison)
        for name in dict.fromkeys(name_of(comparison, cell) for cell in comparison.cells):
            if (experiment, name) in palette:
                continue
            used = {style for (other, _), style in palette.items() if other == experiment}
            known = BASELINE if name in baselines else first_style.get(name)
            wanted = alike.get(name, known)
            style = wanted if wanted and wanted not in used else _unused(used)
            palette[experiment, name] = style
            first_style.setdefault(name, style)
    return palette


def _by_levels(comparison: Comparison) -> dict[str, Style]:
    """Name -> its style, of a comparison that a factor splits; empty for any other.

    The colour stands for the other factors' levels, black for the baseline's; line and marker
    differ from level to level.
    """
    factor = split_factor(comparison)
    if not factor:
        return {}
    rows = _places(comparison, lambda cell: name_beside(cell, factor))
    turns = _places(comparison, lambda cell: cell.factors.get(factor))
    return {
        name_of(comparison, cell): _look(rows[cell.variant], turns[cell.variant])
        for cell in comparison.cells
    }


def _places(comparison: Comparison, key: Callable[[Cell], Hashable]) -> dict[str, int]:
    """Variant -> the number of its key in order of appearance, from 0 for the baseline's."""
    cells = sorted(comparison.cells, key=lambda cell: not cell.is_baseline)
    numbers = {found: number for number, found in enumerate(dict.fromkeys(map(key, cells)))}
    return {cell.variant: numbers[key(cell)] for cell in cells}


def _look(row: int, turn: int) -> Style:
    """Of a row's colour, black the first; the same row and colour has another marker each turn."""
    if not row:
        return replace(BASELINE, line=LINES[turn % 4], marker=MARKERS[turn]) if turn else BASELINE
    place = (row - 1) % len(COLOURS)
    return Style(
        colour=COLOURS[place],
        line=LINES[(place + turn) % 4],
        marker=MARKERS[(place + turn) % len(MARKERS)],
    )


def _unused(used: set[Style]) -> Style:
    free = (style for style in STYLES if style not in used)
    return next(free, STYLES[len(used) % len(STYLES)])
