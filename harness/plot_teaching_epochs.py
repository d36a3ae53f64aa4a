"""Why a network does not learn: dead units and gradient norms, layer by layer, over epochs. Pure.

The functions take variant -> its records, over seeds: a panel each, on one axis. `notes` has a
second line for the titles of panels.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from harness.axes import FONT_PT, INK, PANEL_TITLE_IN, Margins, canvas, plain, set_titles
from harness.diagnosis import (
    Health,
    Series,
    above_zero,
    dead_finding,
    gradient_finding,
    layer_series,
    mean_over_seeds,
)
from harness.palette import MARKERS, Style
from harness.plotters import epoch_ticks, plot_line
from harness.record import Record

Variants = Mapping[str, Sequence[Record]]
PANELS_IN = 6.15
"""Width of all panels together."""


def dead_units_figure(variants: Variants, notes: Mapping[str, str]) -> Figure:
    """Share of dead units of each layer after each epoch, from zero."""
    figure, axes = _panels(variants, notes, "dead_units")
    top = max((ax.dataLim.y1 for ax in axes), default=0.0)
    for ax in axes:
        ax.set_ylim(-0.03 * max(top, 0.05), 1.06 * max(top, 0.05))
        ax.yaxis.set_major_formatter(_percent)
    axes[0].set_ylabel("dead units, %", fontsize=FONT_PT)
    set_titles(
        figure,
        title=dead_finding(variants),
        subtitle="Units that no probe image makes active, by layer. Line: mean over seeds; band: "
        "their range; thin: each seed",
    )
    return figure


def gradient_norms_figure(variants: Variants, notes: Mapping[str, str]) -> Figure:
    """Gradient norm of each layer after each epoch, on a logarithmic axis."""
    figure, axes = _panels(variants, notes, "gradient_norm")
    low, high = _positive_range(variants)
    for ax in axes:
        ax.set_yscale("log")
        ax.set_ylim(low / 1.5, high * 1.5)
        ax.tick_params(axis="y", which="minor", left=False)
    axes[0].set_ylabel("gradient norm (log axis)", fontsize=FONT_PT)
    set_titles(
        figure,
        title=gradient_finding(variants),
        subtitle="By layer. Line: geometric mean over seeds; band: their range; thin: each seed. "
        "Zero and what is not finite: no line",
    )
    return figure


def plot_layers(
    ax: Axes, series: Mapping[str, Series], styles: Mapping[str, Style], *, geometric: bool
) -> Axes:
    """Each layer's values [S, E]: every seed thin, their range as a band, their mean as a line."""
    for layer, values in series.items():
        x = np.arange(1, values.shape[1] + 1)
        known = above_zero(values) if geometric else values
        style = styles[layer]
        ax.plot(x, known.T, color=style.colour, linewidth=0.5, alpha=0.3)
        low, high = (extreme(known, axis=0) for extreme in (np.fmin.reduce, np.fmax.reduce))
        ax.fill_between(x, low, high, color=style.colour, alpha=0.07, linewidth=0)
        plot_line(ax, list(x), list(mean_over_seeds(known, geometric=geometric)), style)
    return ax


def _panels(
    variants: Variants, notes: Mapping[str, str], health: Health
) -> tuple[Figure, list[Axes]]:
    """A panel a variant with its lines, one legend for all."""
    series = {name: layer_series(records, health) for name, records in variants.items()}
    styles = _layer_styles(series)
    columns, between = len(series), 0.2
    figure, axes = canvas(
        axes=(1, columns),
        size=((PANELS_IN - (columns - 1) * between) / columns, 2.7),
        margins=Margins(top=PANEL_TITLE_IN + 0.2, bottom=0.95, between=between),
    )
    last = max((values.shape[1] for each in series.values() for values in each.values()), default=1)
    for ax, (name, each) in zip(axes, series.items(), strict=True):
        plot_layers(ax, each, styles, geometric=health == "gradient_norm")
        lines = (plain(name), plain(notes.get(name, "")))
        ax.set_title("\n".join(filter(None, lines)), fontsize=FONT_PT, loc="left", color=INK)
        ax.set_xlim(1 - 0.05 * max(last - 1, 4), last + 0.03 * max(last - 1, 4))
        ax.set_xticks(epoch_ticks(last))
        ax.set_xlabel("epoch", fontsize=FONT_PT)
        ax.tick_params(labelleft=ax is axes[0], axis="y")
    handles = [
        Line2D([], [], color=style.colour, marker=style.marker, markersize=5, label=plain(layer))
        for layer, style in styles.items()
    ]
    figure.legend(handles=handles, loc="lower center", ncols=8, frameon=False, fontsize=FONT_PT)
    return figure, axes


def _percent(share: float, _: float) -> str:
    return f"{100 * share:.3g}"


def _layer_styles(series: Mapping[str, Mapping[str, Series]]) -> dict[str, Style]:
    """A look a layer, from dark at the first to light at the last: layers have an order."""
    longest_first = sorted(series.values(), key=len, reverse=True)
    layers = list(dict.fromkeys(layer for each in longest_first for layer in each))
    shades = colormaps["plasma"](np.linspace(0, 0.85, len(layers)), bytes=True)
    return {
        layer: Style(
            colour="#{:02x}{:02x}{:02x}".format(*shade[:3]),
            line="-",
            marker=MARKERS[place % len(MARKERS)],
        )
        for place, (layer, shade) in enumerate(zip(layers, shades, strict=True))
    }


def _positive_range(variants: Variants) -> tuple[float, float]:
    """Lowest and highest finite value above zero."""
    found = [
        values[values > 0]
        for records in variants.values()
        for values in layer_series(records, "gradient_norm").values()
    ]
    known = np.concatenate([*found, np.empty(0)])
    return (float(known.min()), float(known.max())) if known.size else (0.1, 10.0)
