"""Comparison -> Figures: which ones suit an experiment, their panels, titles and names.

Titles are findings in plain sentences, and state no more than the means do. Nothing is saved here.
"""

from collections.abc import Callable, Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.axes import (
    FONT_PT,
    INK,
    PANEL_TITLE_IN,
    QUIET,
    TITLE_IN,
    Label,
    Margins,
    accuracy_axis,
    canvas,
    label_ends,
    plain,
    set_titles,
    text_width,
)
from harness.compare import Cell, Comparison
from harness.curves import (
    by_epoch,
    by_time,
    epoch_accuracies,
    final_accuracies,
    numeric_factors,
    numeric_levels,
    pareto_front,
    seed_ends,
    sized,
)
from harness.factors import LEARNING_RATE, say_level, show_level
from harness.marks import marks
from harness.metrics import METRICS
from harness.palette import Palette, Style, name_of
from harness.plot_epochs import lines_reading, panels_figure
from harness.plot_panels import panels, split_factor
from harness.plotters import (
    StyleOf,
    name_lines,
    plot_accuracy,
    plot_bars,
    plot_epochs,
    plot_front,
    plot_grid,
    plot_seconds,
    plot_time,
    plot_time_points,
)
from harness.sentences import (
    about,
    best_sentence,
    parameters_sentence,
    shown_sentence,
    speed_sentence,
    time_sentence,
)

ACCURACY = METRICS["test_accuracy"]
TIMES_READING = "Large: median over seeds; small, beside it: each seed's median epoch. "
Plotter = Callable[[Axes, Sequence[Cell], StyleOf], Axes]
End = Callable[[Cell], tuple[float, float] | None]
"""Where a cell's line ends, in data units."""


def figures(comparison: Comparison, palette: Palette) -> dict[str, Figure]:
    """Name -> figure, in the order in which a report shows them.

    An experiment none of whose runs has a test accuracy gets no figure of accuracy.
    """
    found: dict[str, Figure] = {}
    if epoch_accuracies(comparison.cells) and final_accuracies(comparison.cells):
        found["accuracy"] = accuracy_figure(comparison, palette)
        if comparison.crossed:
            found["grid"] = grid_figure(comparison)
        else:
            found["bars"] = bars_figure(comparison, palette)
        found["accuracy-by-epoch"] = epochs_figure(comparison, palette)
        found["accuracy-by-time"] = seconds_figure(comparison, palette)
    for factor in numeric_factors(comparison):
        found[f"time-by-{factor}"] = time_figure(comparison, palette, factor=factor)
    if sized(comparison):
        found["time-by-parameters"] = parameters_figure(comparison, palette)
    return found


def epochs_figure(comparison: Comparison, palette: Palette) -> Figure:
    """Test accuracy against epoch, one line a variant.

    In a grid one panel a learning rate; of too many lines the panels of `harness.plot_panels`.
    """
    found, style_of = panels(comparison), _style_of(comparison, palette)
    one_scale = not found or bool(split_factor(comparison))
    if found:
        figure = panels_figure(found, style_of, one_scale=one_scale)
    else:
        figure = _lines_figure(comparison, palette, plot_epochs, end=_last_epoch, x_label="epoch")
    drawn = [panel.cells for panel in found] or _rate_panels(comparison)
    reading = lines_reading(comparison, drawn) + ("" if one_scale else "; each panel on its scale")
    set_titles(
        figure,
        title=best_sentence(comparison),
        subtitle=f"Test accuracy after each epoch. {reading}. {about(comparison)}",
    )
    return figure


def seconds_figure(comparison: Comparison, palette: Palette) -> Figure:
    """Test accuracy against seconds of training, epoch by epoch, with the Pareto front."""
    front = pareto_front(comparison.cells)
    end = max(
        seconds for cell in comparison.cells for seconds, _ in (*by_time(cell), *seed_ends(cell))
    )

    def plot(ax: Axes, cells: Sequence[Cell], style_of: StyleOf) -> Axes:
        plot_front(ax, [point for point, _ in front], end=end)
        plot_seconds(ax, cells, style_of)
        ax.set_xlim(0, end * 1.04)
        return ax

    figure = _lines_figure(comparison, palette, plot, x_label="seconds of training")
    set_titles(
        figure,
        title=speed_sentence(comparison, front),
        subtitle="A mark an epoch, mean over seeds; dots: each seed's end; grey: best mean so far. "
        f"{shown_sentence(comparison)}{about(comparison, times=True)}",
    )
    return figure


def accuracy_figure(comparison: Comparison, palette: Palette) -> Figure:
    """Final test accuracy, one row a variant, best on top; in a grid one panel a learning rate."""
    names, rates = _names_by_accuracy(comparison), _rates(comparison)
    alone = len(rates) == 1
    marked = _mark_baseline(comparison, names)
    figure, axes = canvas(
        axes=(1, len(rates)),
        size=(5.0 if alone else 2.4, max(1.2, 0.34 * len(names))),
        margins=Margins(
            left=0.3 + text_width(marked),
            right=1.3 if alone else 0.3,
            top=TITLE_IN if alone else PANEL_TITLE_IN,
        ),
    )
    rows = {name: len(names) - 1 - place for place, name in enumerate(names)}
    for ax, rate, cells in zip(axes, rates, _rate_panels(comparison), strict=True):
        accuracy_axis(ax, "x", final_accuracies(comparison.cells))
        plot_accuracy(
            ax,
            cells,
            _style_of(comparison, palette),
            row_of=lambda cell: rows[name_of(comparison, cell)],
        )
        ax.set_ylim(-0.7, len(names) - 0.4)
        ax.set_yticks(list(rows.values()), marked if ax is axes[0] else [""] * len(names))
        ax.tick_params(axis="y", length=0, labelsize=FONT_PT)
        _name_panel(ax, rate)
        if alone:
            _write_means(ax, cells, row_of=lambda cell: rows[name_of(comparison, cell)])
    set_titles(
        figure,
        title=best_sentence(comparison),
        subtitle="Dot: a seed; stroke: mean; bar: its 95% t interval; dashed: baseline. "
        f"{shown_sentence(comparison)}{about(comparison)}",
    )
    return figure


def grid_figure(comparison: Comparison) -> Figure:
    """Mean final test accuracy, factor by learning rate, as a heat map."""
    rows = _names_by_accuracy(comparison)
    marked = _mark_baseline(comparison, rows)
    rates = [rate for rate in _rates(comparison) if rate is not None]
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(max(4.2, 0.95 * len(rates)), max(1.0, 0.42 * len(rows))),
        margins=Margins(left=0.3 + text_width(marked), right=0.3, top=TITLE_IN),
    )
    cells = {
        (name_of(comparison, cell), cell.rate): cell
        for cell in comparison.cells
        if cell.rate is not None
    }
    signs = {variant: mark.sign for variant, mark in marks(comparison).items()}
    plot_grid(ax, cells, rows=rows, rates=rates, signs=signs)
    ax.set_yticks(range(len(rows)), marked)
    ax.set_xlabel("learning rate", fontsize=FONT_PT)
    set_titles(
        figure,
        title=best_sentence(comparison),
        subtitle="Final test accuracy, %: mean ± 95% t interval. ▲ above, ▼ below its baseline "
        f"beyond chance (△ ▽: by less than the margin). {about(comparison)}",
    )
    return figure


def bars_figure(comparison: Comparison, palette: Palette) -> Figure:
    """Final test accuracy as bars from zero to one hundred percent, the best variant first."""
    names = _names_by_accuracy(comparison)
    cells = sorted(comparison.cells, key=lambda cell: names.index(name_of(comparison, cell)))
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(max(4.2, 0.75 * len(cells)), 3.2),
        margins=Margins(bottom=0.3 + 0.6 * text_width(names), right=0.3, top=TITLE_IN),
    )
    plot_bars(ax, cells, _style_of(comparison, palette))
    ax.set_axisbelow(True)
    ax.set_xticks(range(len(cells)), _mark_baseline(comparison, names), rotation=35, ha="right")
    ax.tick_params(axis="x", length=0, labelsize=FONT_PT)
    ax.grid(visible=False, axis="x")
    ax.set_ylim(0, 1.09)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    ax.set_ylabel("test accuracy, %", fontsize=FONT_PT)
    set_titles(
        figure,
        title=best_sentence(comparison),
        subtitle="Bar: mean final test accuracy; dot: a seed. "
        f"{shown_sentence(comparison)}{about(comparison)}",
    )
    return figure


def time_figure(comparison: Comparison, palette: Palette, *, factor: str) -> Figure:
    """Seconds that an epoch takes against a numeric factor, from zero."""
    found = numeric_levels(comparison, factor)
    lines: dict[str, list[tuple[float, Cell]]] = {}
    for level, cell in found:
        others = [say_level(name, held) for name, held in cell.factors.items() if name != factor]
        lines.setdefault(", ".join(others), []).append((level, cell))
    figure, (ax,) = canvas(
        axes=(1, 1), size=(5.0, 3.2), margins=Margins(right=0.5 + text_width(lines), top=TITLE_IN)
    )
    for line in lines.values():
        plot_time(ax, line, _style_of(comparison, palette))
    ax.set_xticks(levels := sorted({level for level, _ in found}), [f"{x:g}" for x in levels])
    ax.set_xlabel(plain(factor.replace("_", " ")), fontsize=FONT_PT)
    ax.set_ylabel("seconds an epoch", fontsize=FONT_PT)
    ends = {name: line[-1] for name, line in lines.items()}
    label_ends(
        ax,
        [
            Label(x=level, y=cell.epoch_s or 0.0, text=name, colour=QUIET)
            for name, (level, cell) in ends.items()
            if len(lines) > 1
        ],
    )
    set_titles(
        figure,
        title=time_sentence(found, factor),
        subtitle=f"{TIMES_READING}{shown_sentence(comparison)}{about(comparison, times=True)}",
    )
    return figure


def parameters_figure(comparison: Comparison, palette: Palette) -> Figure:
    """Seconds that an epoch takes against the number of trainable parameters, both from zero."""
    cells, style_of = sized(comparison), _style_of(comparison, palette)
    names = _names_by_accuracy(comparison)
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(5.0, max(3.2, 0.19 * len(names))),
        margins=Margins(right=0.9 + text_width(names), top=TITLE_IN),
    )
    plot_time_points(ax, [(cell.parameters or 0, cell) for cell in cells], style_of)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("trainable parameters", fontsize=FONT_PT)
    ax.set_ylabel("seconds an epoch", fontsize=FONT_PT)
    _add_legend(ax, comparison, style_of, names)
    set_titles(
        figure,
        title=parameters_sentence(comparison, cells),
        subtitle=f"{TIMES_READING}{shown_sentence(comparison)}{about(comparison, times=True)}",
    )
    return figure


def _lines_figure(
    comparison: Comparison, palette: Palette, plot: Plotter, *, x_label: str, end: End | None = None
) -> Figure:
    """One panel with names at the lines' ends, or one panel a learning rate with one legend.

    Without `end` a single panel has a legend as well: its lines end all over the place.
    """
    rates, names = _rates(comparison), _names_by_accuracy(comparison)
    alone = len(rates) == 1
    style_of = _style_of(comparison, palette)
    figure, axes = canvas(
        axes=(1, len(rates)),
        size=(5.4, max(4.0, 0.17 * len(names))) if alone else (2.3, 3.6),
        margins=Margins(
            right=0.55 + text_width(names) + (0.0 if alone and end else 0.35),
            top=TITLE_IN if alone else PANEL_TITLE_IN,
        ),
    )
    for ax, rate, cells in zip(axes, rates, _rate_panels(comparison), strict=True):
        accuracy_axis(ax, "y", epoch_accuracies(comparison.cells))
        ax.xaxis.set_major_locator(MaxNLocator(6 if alone else 4))
        plot(ax, cells, style_of)
        ax.set_xlabel(x_label, fontsize=FONT_PT)
        _name_panel(ax, rate)
        if ax is not axes[0]:
            ax.set_ylabel("")
            ax.tick_params(axis="y", labelleft=False)
    if alone and end:
        label_ends(axes[0], _labels(comparison.cells, style_of, end))
    else:
        _add_legend(axes[-1], comparison, style_of, names)
    return figure


def _labels(cells: Iterable[Cell], style_of: StyleOf, end: End) -> list[Label]:
    ends = [(cell, end(cell)) for cell in cells]
    return [
        Label(x=point[0], y=point[1], text=cell.spoken, colour=style_of(cell).colour)
        for cell, point in ends
        if point is not None
    ]


def _add_legend(ax: Axes, comparison: Comparison, style_of: StyleOf, names: Sequence[str]) -> None:
    """One legend right of the last panel, the best name on top."""
    styles = {name_of(comparison, cell): style_of(cell) for cell in comparison.cells}
    others = [name for name in comparison.factors if name != LEARNING_RATE]
    title = plain(", ".join(others)) if comparison.crossed else None
    name_lines(ax, [(plain(name), styles[name]) for name in names], title=title)


def _last_epoch(cell: Cell) -> tuple[float, float] | None:
    points = by_epoch(cell)
    return points[-1] if points else None


def _rates(comparison: Comparison) -> list[float | None]:
    """The learning rates that get a panel each; a single `None` for one panel of everything."""
    if not comparison.crossed:
        return [None]
    rates = {cell.rate for cell in comparison.cells if cell.rate is not None}
    return [*sorted(rates)]


def _rate_panels(comparison: Comparison) -> list[list[Cell]]:
    """The cells of each of these panels."""
    return [
        [cell for cell in comparison.cells if rate is None or cell.rate == rate]
        for rate in _rates(comparison)
    ]


def _name_panel(ax: Axes, rate: float | None) -> None:
    if rate is not None:
        text = f"learning rate {show_level(rate)}"
        ax.set_title(text, fontsize=FONT_PT, loc="left", color=INK)


def _names_by_accuracy(comparison: Comparison) -> list[str]:
    """Names of rows and lines, the one with the highest mean at any learning rate first."""
    best: dict[str, float] = {}
    for cell in comparison.cells:
        name, mean = name_of(comparison, cell), cell.accuracy.mean if cell.accuracy else -1.0
        best[name] = max(best.get(name, -1.0), mean)
    return sorted(best, key=lambda name: -best[name])


def _mark_baseline(comparison: Comparison, names: Sequence[str]) -> list[str]:
    baselines = {name_of(comparison, cell) for cell in comparison.cells if cell.is_baseline}
    return [plain(name) + (" (baseline)" if name in baselines else "") for name in names]


def _style_of(comparison: Comparison, palette: Palette) -> StyleOf:
    def style_of(cell: Cell) -> Style:
        return palette[comparison.experiment, name_of(comparison, cell)]

    return style_of


def _write_means(ax: Axes, cells: Iterable[Cell], *, row_of: Callable[[Cell], float]) -> None:
    """Each row's mean and interval in figures, right of the axes."""
    for cell in cells:
        found = cell.accuracy
        text = ACCURACY.show(found.mean) if found else "no result"
        if found and found.half_width is not None:
            text += f" ± {ACCURACY.show(found.half_width)}"
        place = (1.03, row_of(cell))
        ax.annotate(
            text,
            place,
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=FONT_PT,
            color=INK,
        )
