"""Profiles -> Figure: step curves of the share of runs that reached the target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from harness.axes import (
    FONT_PT,
    INK,
    PANEL_TITLE_IN,
    TITLE_IN,
    Margins,
    canvas,
    plain,
    set_titles,
    text_width,
)
from harness.palette import Style
from harness.plotters import name_lines
from harness.profile import Profile, ProfileCurve, Unit, sentence

LABELS: Mapping[Unit, str] = {
    "s": "seconds of training",
    "epochs": "epochs",
}
"""Unit -> name of its axis."""
ASIDE = 0.006
"""Share by which each curve is moved down from the one before, so that none hides another."""
EPOCH_ASIDE = 0.12
"""Epochs over which the risers of one epoch are spread."""
MOST_ASIDE = 0.04
"""Share by which the last curve is moved down at most."""


def profile_figure(
    panels: Mapping[str, Profile],
    *,
    style_of: Callable[[str], Style],
    about: str,
    title: str | None = None,
) -> Figure:
    """One panel a profile, all with one target, one unit, one axis and one legend.

    Args:
        panels: name of the panel (`learning rate 0.1`; empty where there is one alone) -> profile.
        style_of: look of a variant, by its name.
        about: data, tier and seeds, for the small print.
        title: the finding; without one the sentence on all panels.

    Raises:
        ValueError: no panel, or panels with several targets or units.
    """
    first, names = _alike(list(panels.values())), _names(panels)
    is_alone = len(panels) == 1
    figure, axes = canvas(
        axes=(1, len(panels)),
        size=(5.4, max(3.2, 0.19 * len(names))) if is_alone else (2.4, max(3.0, 0.19 * len(names))),
        margins=Margins(
            right=1.35 + text_width(names), top=TITLE_IN if is_alone else PANEL_TITLE_IN
        ),
    )
    end = max(time for found in panels.values() for c in found.curves for time in c.times)
    for ax, (name, found) in zip(axes, panels.items(), strict=True):
        plot_profile(ax, found, style_of, end=1.08 * end)
        ax.xaxis.set_major_locator(MaxNLocator(6 if is_alone else 4, integer=first.unit != "s"))
        ax.set_xlabel(LABELS[first.unit], fontsize=FONT_PT)
        ax.set_title(plain(name), fontsize=FONT_PT, loc="left", color=INK)
        if ax is not axes[0]:
            ax.set_ylabel("")
            ax.tick_params(axis="y", labelleft=False)
    _add_legend(axes[-1], panels, names, style_of)
    set_titles(
        figure,
        title=title or sentence(_joined(panels)),
        subtitle=f"Target: {first.target.rule}. {about} Curves moved apart a little.",
    )
    return figure


def plot_profile(ax: Axes, found: Profile, style_of: Callable[[str], Style], *, end: float) -> Axes:
    """One step curve a variant, up to the time `end`; a mark where a run reaches the target."""
    aside = min(ASIDE, MOST_ASIDE / max(len(found.curves), 1))
    for place, curve in enumerate(found.curves):
        # Whole epochs coincide, and so would the risers of their curves.
        right = place * EPOCH_ASIDE / len(found.curves) if found.unit == "epochs" else 0.0
        _draw(ax, curve, style_of(curve.variant), aside=(right, -aside * place), end=end)
    ax.set_xlim(0.0, end)
    ax.set_ylim(-0.06, 1.04)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    ax.set_ylabel(f"runs at {100 * found.target.accuracy:g}% test accuracy, %", fontsize=FONT_PT)
    return ax


def _draw(
    ax: Axes, curve: ProfileCurve, style: Style, *, aside: tuple[float, float], end: float
) -> None:
    times = sorted(set(curve.times))
    shares = [curve.share(time) + aside[1] for time in times]
    times = [time + aside[0] for time in times]
    ax.plot(
        [0.0, *times, end],
        [aside[1], *shares, curve.share(end) + aside[1]],
        drawstyle="steps-post",
        color=style.colour,
        linestyle=style.line,
        linewidth=1.6,
        gid=plain(curve.variant),
    )
    ax.plot(times, shares, style.marker, color=style.colour, ms=5, mec="white", mew=0.5)


def _add_legend(
    ax: Axes,
    panels: Mapping[str, Profile],
    names: Sequence[str],
    style_of: Callable[[str], Style],
) -> None:
    """One legend right of the last panel, each name with how many of its runs got there."""
    lines = [(f"{plain(name)}  {_reached(panels, name)}", style_of(name)) for name in names]
    name_lines(ax, lines, title="runs that get there")


def _joined(panels: Mapping[str, Profile]) -> Profile:
    """All panels as one profile, each curve named by its panel too."""
    curves = [
        replace(curve, variant=f"{curve.variant} at {name}" if name else curve.variant)
        for name, found in panels.items()
        for curve in found.curves
    ]
    return replace(next(iter(panels.values())), curves=tuple(curves))


def _names(panels: Mapping[str, Profile]) -> list[str]:
    """Every variant, the one with the most runs at the target first."""
    found: dict[str, int] = {}
    for curve in (each for panel in panels.values() for each in panel.curves):
        found[curve.variant] = found.get(curve.variant, 0) + len(curve.times)
    return sorted(found, key=lambda name: -found[name])


def _reached(panels: Mapping[str, Profile], name: str) -> str:
    """`5 of 6`, over all panels."""
    found = [each for panel in panels.values() for each in panel.curves if each.variant == name]
    return f"{sum(len(each.times) for each in found)} of {sum(each.runs for each in found)}"


def _alike(found: Sequence[Profile]) -> Profile:
    """The first of profiles that may share an axis."""
    if len({(each.target, each.unit) for each in found}) != 1:
        raise ValueError(
            "panels: expected one profile or more, all of one target and unit, got "
            f"{[(each.target.accuracy, each.unit) for each in found]}: draw the others apart"
        )
    if not any(curve.times for each in found for curve in each.curves):
        raise ValueError(
            f"panels: expected a run that reaches {found[0].target.accuracy:g}, got none: choose "
            "the target by choose_target"
        )
    return found[0]
