"""Reported numbers beside ours, as a table. Pure."""

import math
from collections.abc import Iterable

from harness.metrics import Metric
from harness.papers_text import unit_of
from harness.repeated import Repeated
from harness.table import escape, markdown_table, prose

SHOWN = 2
"""Cells that a row names; more are a matter of `claims.json`."""


def numbers_table(repeated: Iterable[Repeated]) -> str:
    rows = list(repeated)
    if not rows:
        return "None."
    return markdown_table(
        [
            ("id", ["" if each.reading else each.reported.id for each in rows], False),
            ("place", [_place(each) for each in rows], False),
            ("what", [_what(each) for each in rows], False),
            ("paper", [_theirs(each) for each in rows], True),
            ("ours", [_ours(each) for each in rows], True),
            ("seeds", [str(each.estimate.n) if each.estimate else "" for each in rows], True),
            ("one more run of ours?", [_alike(each) for each in rows], False),
        ]
    )


def _place(each: Repeated) -> str:
    return "" if each.reading else escape(each.reported.place)


def _what(each: Repeated) -> str:
    if each.reading:
        return f"the same, read as `{escape(each.reading)}`"
    cell = f"; ours `{', '.join(each.cells)}`" if 0 < len(each.cells) <= SHOWN else ""
    return f"{prose(each.reported.text)}{cell}"


def _theirs(each: Repeated) -> str:
    if each.reported.value is None:
        return "-"
    if each.metric is None:
        return f"{each.reported.value:,g}"
    unit = unit_of(each.metric, is_difference=False)
    return f"{each.reported.value * each.metric.scale:,.{_decimals(each)}f}{unit}"


def _decimals(each: Repeated) -> int:
    """Those that the paper gives, in the unit that is shown."""
    scale = each.metric.scale if each.metric else 1.0
    return max(0, each.decimals - round(math.log10(scale)))


def _ours(each: Repeated) -> str:
    if each.metric is None or each.estimate is None:
        return "-"
    half, unit = each.estimate.half_width, unit_of(each.metric, is_difference=False)
    text = each.metric.show(each.estimate.mean)
    return f"{text if half is None else f'{text} ± {each.metric.show(half)}'}{unit}"


def _alike(each: Repeated) -> str:
    if each.reported.reason:
        return prose(each.reported.reason)
    if each.estimate is None:
        return "no runs yet"
    if each.metric is not None and each.metric.is_time:
        return "a time on other hardware: not compared"
    if each.low is None or each.high is None or each.metric is None or each.is_alike is None:
        return "one seed does not tell" if each.estimate.n < 2 else "two seeds tell too little"
    span = _span(each.metric, each.low, each.high)
    if each.metric.unit == "%" and each.metric.possible(each.low, each.high) == (0.0, 1.0):
        return "our runs exclude nothing"
    if not each.is_alike:
        return f"**no** ({span})"
    if each.is_within_seen:
        return f"yes ({span})"
    seen = _span(each.metric, each.estimate.lowest, each.estimate.highest)
    return f"not excluded ({span}), but none of ours was there ({seen})"


def _span(metric: Metric, low: float, high: float) -> str:
    """From here to there, as far as the number can be."""
    low, high = metric.possible(low, high)
    return f"{metric.show(low)} to {metric.show(high)}"
