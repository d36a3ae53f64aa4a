"""Test accuracy by epoch in several panels, of a comparison with too many lines for one."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.axes import (
    FONT_PT,
    INK,
    PANEL_TITLE_IN,
    Label,
    Margins,
    accuracy_axis,
    canvas,
    label_ends,
    plain,
    text_width,
)
from harness.compare import Cell, Comparison
from harness.curves import by_epoch, epoch_accuracies, last_epoch
from harness.palette import Style
from harness.plot_panels import MOST_LINES, Panel
from harness.plotters import epoch_axis, plot_epochs
from harness.sentences import most_seeds, seeds_of

WIDE_IN, HIGH_IN = 10.0, 2.5
"""Width of such a figure, height of a panel."""
LEAST_IN = 1.75
"""Narrowest panel; where names leave less to three in a row there are two."""
LEFT_IN = 0.75
"""Room for the ticks and the label of an axis."""


def panels_figure(
    panels: Sequence[Panel], style_of: Callable[[Cell], Style], *, one_scale: bool
) -> Figure:
    """The panels row by row, names at the lines' ends; on one scale, or each on its own."""
    columns, wide, margins = _layout(panels, one_scale=one_scale)
    rows = -(-len(panels) // columns)
    figure, axes = canvas(axes=(rows, columns), size=(wide, HIGH_IN), margins=margins)
    cells = [cell for panel in panels for cell in panel.cells]
    for place, (ax, panel) in enumerate(zip(axes, panels, strict=False)):
        accuracy_axis(ax, "y", epoch_accuracies(cells if one_scale else panel.cells))
        _draw(ax, panel, style_of, last=last_epoch(cells))
        if one_scale and place % columns:
            ax.set_ylabel("")
            ax.tick_params(axis="y", labelleft=False)
        if place + columns >= len(panels):
            ax.set_xlabel("epoch", fontsize=FONT_PT)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    return figure


def lines_reading(comparison: Comparison, panels: Sequence[Sequence[Cell]]) -> str:
    """What lines and bands are; `panels`: those that are drawn, as their lines."""
    if most_seeds(comparison) == 1:
        return "One seed, so no band"
    line, shown = f"Line: mean of {seeds_of(comparison)}", [len(p) <= MOST_LINES for p in panels]
    if not any(shown):
        return f"{line}; no bands, as panels have more than {MOST_LINES} lines"
    left_out = "" if all(shown) else f", none in a panel of more than {MOST_LINES} lines"
    return f"{line}; band: lowest to highest seed{left_out}"


def _layout(panels: Sequence[Panel], *, one_scale: bool) -> tuple[int, float, Margins]:
    """Columns, the width of a panel, and the room around."""
    names = 0.35 + 0.92 * text_width(name for panel in panels for name in panel.names)
    between = names + (0.0 if one_scale else LEFT_IN - 0.1)
    free = {n: (WIDE_IN - LEFT_IN - names - (n - 1) * between) / n for n in (2, 3)}
    columns = 3 if free[3] >= LEAST_IN and len(panels) not in (2, 4) else 2
    margins = Margins(left=LEFT_IN, right=names, top=PANEL_TITLE_IN, between=between)
    return columns, max(free[columns], LEAST_IN), margins


def _draw(ax: Axes, panel: Panel, style_of: Callable[[Cell], Style], *, last: int) -> None:
    plot_epochs(ax, panel.cells, style_of)
    epoch_axis(ax, last)
    ax.set_title(plain(panel.title, most=60), fontsize=FONT_PT, loc="left", color=INK)
    ends = [by_epoch(cell)[-1] for cell in panel.cells]
    label_ends(
        ax,
        [
            Label(x=x, y=y, text=name, colour=style_of(cell).colour)
            for (x, y), name, cell in zip(ends, panel.names, panel.cells, strict=True)
        ],
    )
