"""RunComparison -> Figures: how far each case moved from one run to the other, and how surely."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.axes import (
    FONT_PT,
    INK,
    QUIET,
    TITLE_IN,
    Margins,
    canvas,
    plain,
    set_titles,
    text_width,
)
from harness.compare_runs import COMPARED, CaseChange, RunComparison, sections
from harness.estimate import Estimate
from harness.metrics import Metric
from harness.sentences import change_sentence

BETTER, WORSE, OPEN = "#117733", "#AA4499", "#777777"
"""Colours of a difference whose interval excludes zero, for better or worse, and of the rest."""


def change_figures(comparison: RunComparison) -> dict[str, Figure]:
    """Heading -> figure, for every section with a case that shares a seed."""
    found = {
        title: [case for case in cases if case.changes[COMPARED[0].name].difference]
        for title, cases in sections(comparison).items()
    }
    return {title: change_figure(comparison, cases) for title, cases in found.items() if cases}


def change_figure(comparison: RunComparison, cases: Sequence[CaseChange]) -> Figure:
    """One row a case, one panel a metric: the paired difference with its 95% interval."""
    names = [case.variant for case in cases]
    figure, axes = canvas(
        axes=(1, len(COMPARED)),
        size=(3.1, max(0.9, 0.26 * len(cases))),
        margins=Margins(left=0.3 + text_width(names), top=TITLE_IN, between=0.35),
    )
    for ax, metric in zip(axes, COMPARED, strict=True):
        plot_changes(ax, [case.changes[metric.name].difference for case in cases], metric)
        ax.set_yticks(range(len(cases)), [plain(name) for name in names] if ax is axes[0] else [])
    set_titles(
        figure,
        title=change_sentence(cases),
        subtitle=f"{plain(comparison.after)} less {plain(comparison.before)}, paired by seed: mean "
        "and 95% t interval; triangle: the interval excludes zero",
    )
    return figure


def plot_changes(ax: Axes, changes: Sequence[Estimate | None], metric: Metric) -> Axes:
    """Differences of one metric, a row each, the first on top, around a line at zero.

    A triangle points to the side on which an interval lies without touching zero: green for
    better, purple for worse. All else is a grey dot.
    """
    ax.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for row, found in enumerate(changes):
        if found is None:
            continue
        colour, marker = look(found, metric)
        if found.low is not None and found.high is not None:
            ends = [found.low * metric.scale, found.high * metric.scale]
            ax.plot(ends, [row, row], color=colour, linewidth=1.8, solid_capstyle="butt")
        ax.plot(found.mean * metric.scale, row, marker, color=colour, ms=6, mec="white", mew=0.5)
    ax.set_ylim(len(changes) - 0.4, -0.6)
    reach = max((abs(end) for end in ax.get_xlim()), default=1.0)
    ax.set_xlim(-reach, reach)
    ax.tick_params(axis="y", length=0, labelsize=FONT_PT)
    unit = "points" if metric.unit == "%" else metric.unit
    ax.set_xlabel(f"{metric.label}, difference in {unit}", fontsize=FONT_PT, color=QUIET)
    return ax


def look(found: Estimate, metric: Metric) -> tuple[str, str]:
    """Colour and marker of a difference, in matplotlib's words."""
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return OPEN, "o"
    rises = found.mean > 0
    return (BETTER if rises == (metric.better == "higher") else WORSE), (">" if rises else "<")
