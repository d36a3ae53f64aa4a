"""What a study of the gate found, as a Markdown page and a figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tabulate import tabulate

from harness.estimate import Estimate
from harness.metrics import Metric
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
    made = Figure(figsize=(7, 4.5), layout="constrained")
    draw_power(made.add_subplot(), findings.powers)
    return made


def draw_power(axes: Axes, powers: Sequence[Power]) -> Axes:
    """Points with their intervals; a plant has one marker."""
    markers = "os^Dv<>P"
    for place, plant in enumerate(dict.fromkeys(each.plant for each in powers)):
        found = [each for each in powers if each.plant == plant and math.isfinite(each.effect)]
        low_high = [each.red.interval for each in found]
        values = [each.red.value for each in found]
        axes.errorbar(
            [each.effect for each in found],
            values,
            yerr=[
                [max(0.0, v - low) for v, (low, _) in zip(values, low_high, strict=True)],
                [max(0.0, high - v) for v, (_, high) in zip(values, low_high, strict=True)],
            ],
            fmt=markers[place % len(markers)],
            label=plant,
        )
    axes.set_xlabel("loss in standard deviations of the paired differences")
    axes.set_ylabel("share of gates that are red")
    axes.set_ylim(-0.05, 1.05)
    axes.legend()
    return axes


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
