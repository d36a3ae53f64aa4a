"""GateResult -> text: what a terminal shows and what a Markdown page does. Pure."""

import math
from collections.abc import Sequence

from tabulate import tabulate

from harness.gate_result import GateResult
from harness.inference import LEAST_T_SEEDS
from harness.judge import Colour, Judgement, Verdict
from harness.metrics import Metric

ORDER: tuple[Colour, ...] = ("red", "undecided", "censored", "green")
"""The most urgent first."""
NOTES = {
    "undecided": "neither a loss nor its absence is shown",
    "censored": "no run of either side gets there: nothing to lose",
}
"""Colour -> what it means, where the word does not say it."""


def text(result: GateResult, *, names: tuple[str, str]) -> str:
    """The whole result for a terminal; `names` are the baseline's and the run's."""
    lines = [f"gate: {names[1]} against {names[0]}"]
    if result.judgement:
        lines += [tests_sentence(result.judgement), ""]
        lines += _table(result.judgement, ("red", "undecided", "censored"), style="simple")
        lines += [_greens(result.judgement)]
    lines += [f"not in the baseline, hence not judged: {', '.join(result.fresh)}"] * bool(
        result.fresh
    )
    lines += [f"error: {reason}" for reason in result.reasons]
    return "\n".join([*lines, f"gate: {result.headline} (exit code {result.code})"])


def page(result: GateResult, *, names: tuple[str, str], colours: Sequence[Colour] = ORDER) -> str:
    """The same as Markdown, with a row for each verdict of these colours."""
    mark = {0: "passed", 1: "failed", 2: "could not judge"}[result.code]
    lines = [f"## Gate {mark}: {names[1]} against {names[0]}", "", f"{result.headline}.", ""]
    lines += [f"- {reason}" for reason in result.reasons]
    if result.judgement:
        lines += [tests_sentence(result.judgement), ""]
        lines += _table(result.judgement, colours, style="pipe")
        lines += [_counts(result)]
    lines += [f"Not in the baseline: {', '.join(result.fresh)}."] * bool(result.fresh)
    return "\n".join(lines) + "\n"


def tests_sentence(judgement: Judgement) -> str:
    """How many tests there are, and the seeds without which they decide nothing."""
    if not judgement.tests:
        return "nothing differs by chance, so there is nothing to test"
    count = "1 test" if judgement.tests == 1 else f"{judgement.tests} tests"
    return (
        f"{count}, corrected together at {judgement.level:g}; least number of seeds that can "
        f"decide: {judgement.least_sign_flip} by permutation, {LEAST_T_SEEDS} by t"
    )


def line(verdict: Verdict) -> str:
    """One verdict as a sentence: `depth/2 test accuracy: 96.10 -> 95.20 %, ...`."""
    pairs, metric = verdict.pairs, verdict.pairs.metric
    before, after = _sides(verdict)
    change = f"{before} -> {after}{f' {metric.unit}' if metric.unit else ''}"
    return (
        f"{'/'.join(pairs.cell)}: {metric.label} {change}, {shown_loss(metric, verdict.loss)} "
        f"over {len(pairs.rows)} seeds (matters from {shown_margin(metric)} on, "
        f"p = {verdict.p:.2g})"
    )


def shown_loss(metric: Metric, loss: float) -> str:
    """A loss as the change that it is: `-0.90` points of a metric, or a ratio."""
    if math.isinf(loss):
        return "unknown"
    change = loss if metric.better == "lower" else -loss
    if metric.is_ratio:
        return f"x{math.exp(change):.3f}"
    return metric.show(change, signed=True)


def shown_margin(metric: Metric) -> str:
    """The difference that matters: `0.20 %`, or as a ratio `x1.05`, where less is worse `x0.95`."""
    if metric.is_ratio:
        return f"x{1 + metric.margin if metric.better == 'lower' else 1 / (1 + metric.margin):.3g}"
    return f"{metric.show(metric.margin)}{f' {metric.unit}' if metric.unit else ''}"


def seeds_sentence(verdict: Verdict) -> str:
    """How many seeds would decide; empty for a verdict that is one."""
    if verdict.colour != "undecided":
        return ""
    return "more than 1,000" if verdict.seeds is None else f"about {verdict.seeds}"


def _table(judgement: Judgement, colours: Sequence[Colour], *, style: str) -> list[str]:
    rows = [_row(verdict) for colour in colours for verdict in judgement.of(colour)]
    if not rows:
        return []
    made = tabulate(rows, headers="keys", tablefmt=style, disable_numparse=True)
    notes = [
        f"{colour}: {note}"
        for colour, note in NOTES.items()
        if colour in colours and any(verdict.colour == colour for verdict in judgement.verdicts)
    ]
    return [made, "", *notes]


def _row(verdict: Verdict) -> dict[str, str]:
    metric = verdict.pairs.metric
    before, after = _sides(verdict)
    return {
        "verdict": verdict.colour,
        "cell": "/".join(verdict.pairs.cell),
        "metric": metric.heading,
        "seeds": str(len(verdict.pairs.rows)),
        "baseline": before,
        "run": after,
        "change": shown_loss(metric, verdict.loss),
        "at worst": shown_loss(metric, verdict.highest_loss),
        "matters from": shown_margin(metric),
        "p": "-" if verdict.test is None else f"{verdict.p:.2g} ({verdict.test})",
        "seeds to decide": seeds_sentence(verdict) or "-",
    }


def _sides(verdict: Verdict) -> tuple[str, str]:
    """Means of both sides; of a time its seconds, for information, with runs that never got there.

    The sides of a time were compared in yardsticks, so the ratio need not be that of the seconds.
    """
    pairs = verdict.pairs
    before, after = (pairs.metric.show(mean) for mean in pairs.means)
    if not any(pairs.censored):
        return before, after
    return f"{before} ({pairs.censored[0]} never)", f"{after} ({pairs.censored[1]} never)"


def _greens(judgement: Judgement) -> str:
    greens = judgement.of("green")
    same = sum(not any(verdict.pairs.losses) for verdict in greens)
    return f"green: {len(greens)} of {len(judgement.verdicts)} verdicts, {same} without any change"


def _counts(result: GateResult) -> str:
    counts = result.counts
    return "Cells: " + ", ".join(f"{counts[colour]} {colour}" for colour in ORDER) + "."
