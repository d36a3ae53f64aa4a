"""What a study of the gate found, as a Markdown page and a figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from tabulate import tabulate

from harness.axes import (
    FONT_PT,
    QUIET,
    TITLE_IN,
    Margins,
    canvas,
    plain,
    set_titles,
    text_width,
)
from harness.estimate import Estimate
from harness.metrics import Metric
from harness.palette import COLOURS, MARKERS
from harness.study import FalseAlarms, Power, Share

FIGURE = "power.png"
"""File of the figure, beside the page."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything that a study found."""

    level: float
    """The stated rate of false alarms."""
    conditions: str
    """What was trained on, by what."""
    alarms: tuple[FalseAlarms, ...]
    """Gates over unchanged code."""
    timed_alarms: tuple[FalseAlarms, ...]
    """The same of times; empty where none were studied."""
    powers: tuple[Power, ...]
    """Each plant in each cell."""
    command: str
    """What makes the page again from the records beside it."""


def page(findings: Findings) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# How well the gate judges",
            "",
            "False alarms are counted over code that did not change, power over regressions that "
            "were planted on purpose. Every number comes from trainings that were really run: "
            f"{findings.conditions}.",
            "",
            "## False alarms",
            "",
            "Each gate holds a random set of seeds of every cell against a disjoint one of the "
            f"same recipe, paired at random. Stated rate: at most {findings.level:.0%} of gates.",
            "",
            _table([_alarm_row("final accuracy, diverged runs", each) for each in findings.alarms]
                   + [_alarm_row("epoch time", each) for each in findings.timed_alarms]),
            "",
            "## Power",
            "",
            "Loss: mean over all paired seeds with its 95% interval; a loss is above 0. Effect: "
            "the same in standard deviations of the paired differences. Red: share of gates in "
            "which one cell has the plant and no other changed. Draws of one pool share its runs: "
            "where a plant has hardly more seeds than a gate they are nearly one gate, and the "
            "interval of the share says less than it seems to.",
            "",
            _table([_power_row(each) for each in findings.powers]),
            "",
            *_unmeasurable(findings.powers),
            f"![Share of gates that call each plant, by the size of its effect]({FIGURE})",
            "",
            f"Made from the records beside this page: `{findings.command}`.",
            "",
        ]
    )  # fmt: skip


def figure(findings: Findings) -> Figure:
    """Share of red gates by the size of the effect, a point for each plant and cell."""
    plants = list(dict.fromkeys(each.plant for each in findings.powers))
    made, (ax,) = canvas(
        axes=(1, 1),
        size=(5.6, 3.4),
        margins=Margins(right=0.6 + text_width(plants), top=TITLE_IN),
    )
    draw_power(ax, findings.powers)
    set_titles(
        made,
        title=_power_sentence(findings.powers),
        subtitle="A point: a plant in a cell; bar: 95% interval of the share; dotted: the stated "
        "rate of false alarms",
    )
    ax.axhline(findings.level, color=QUIET, linewidth=0.9, linestyle=":", zorder=1)
    return made


def draw_power(ax: Axes, powers: Sequence[Power]) -> Axes:
    """Points with their intervals; a plant has one marker and one colour."""
    for place, plant in enumerate(dict.fromkeys(each.plant for each in powers)):
        found = [each for each in powers if each.plant == plant and math.isfinite(each.effect)]
        ends = [each.red.interval for each in found]
        shares = [each.red.value for each in found]
        ax.errorbar(
            [each.effect for each in found],
            shares,
            yerr=[
                [max(0.0, share - low) for share, (low, _) in zip(shares, ends, strict=True)],
                [max(0.0, high - share) for share, (_, high) in zip(shares, ends, strict=True)],
            ],
            fmt=MARKERS[place % len(MARKERS)],
            color=COLOURS[place % len(COLOURS)],
            markersize=6.5,
            markeredgecolor="white",
            elinewidth=1.2,
            label=plain(plant),
        )
    ax.set_xlabel("mean loss, in standard deviations of the paired differences", fontsize=FONT_PT)
    ax.set_ylabel("share of gates that are red, %", fontsize=FONT_PT)
    ax.set_ylim(-0.05, 1.05)
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=FONT_PT)
    return ax


def _power_sentence(powers: Sequence[Power]) -> str:
    """Of the plants that did measurable harm, how many the gate mostly calls."""
    harmful = [each for each in powers if each.is_measurable and each.loss.mean > each.margin]
    if not harmful:
        return "No plant did harm that these seeds can measure"
    called = sum(each.red.value >= 0.8 for each in harmful)
    return (
        f"{called} of the {len(harmful)} plants that cost more than the margin turn 80% of gates "
        "red or more"
    )


def _alarm_row(what: str, found: FalseAlarms) -> dict[str, str]:
    return {
        "judged": what,
        "seeds a side": str(found.seeds),
        "gates": f"{found.red.gates:,}",
        "with a false red": str(found.red.count),
        "rate (95% interval)": _share(found.red),
        "cells shown green": f"{found.decided:.0%}",
    }


def _power_row(found: Power) -> dict[str, str]:
    return {
        "plant": found.plant,
        "cell": found.cell,
        "metric": found.metric.label,
        "loss (95% interval)": shown_loss(found.metric, found.loss),
        "effect": f"{found.effect:+.2f}",
        f"gate of all {found.loss.n} seeds": found.verdict,
        f"red with {found.seeds} seeds": _share(found.red),
    }


def shown_loss(metric: Metric, loss: Estimate) -> str:
    """A loss with its interval: in the metric's unit, or as a share where it is of ratios."""
    half = loss.half_width or 0.0
    ends = (loss.mean, loss.mean - half, loss.mean + half)
    if metric.is_ratio:
        mean, low, high = (f"{math.expm1(end):+.1%}" for end in ends)
        return f"{mean} ({low} to {high})"
    mean, low, high = (metric.show(end, signed=True) for end in ends)
    return f"{mean} ({low} to {high}){f' {metric.unit}' if metric.unit else ''}"


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} to {high:.1%})"


def _unmeasurable(powers: Sequence[Power]) -> list[str]:
    """A sentence on plants that did nothing which these seeds can measure."""
    found = [f"{each.plant} in {each.cell}" for each in powers if not each.is_measurable]
    if not found:
        return []
    return [
        f"No measurable effect (the interval of the loss holds zero): {', '.join(found)}. A gate "
        "that does not call these misses nothing that the seeds show.",
        "",
    ]


def _table(rows: Sequence[dict[str, str]]) -> str:
    return tabulate(rows, headers="keys", tablefmt="pipe", disable_numparse=True)
