"""Comparison -> text: Markdown to read, CSV and JSON rows in full precision to work on."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from tabulate import tabulate

from harness.compare import Cell, Comparison
from harness.estimate import Estimate
from harness.factors import show_level
from harness.marks import LEVEL, Mark, marks, show_p
from harness.metrics import METRICS, Metric
from harness.record import Outcome

SHARED_MARK = "≈"
"""Stands before a time that was taken while the machine was shared."""

MARKED = "beyond chance"
"""Head of the column that says what differs from its baseline beyond chance."""

OUTCOMES: dict[Outcome, str] = {
    "error": "ERROR",
    "failed": "FAILED",
    "unjudged": "unjudged",
    "passed": "passed",
}
"""Outcome -> how a table calls it, the worst first."""

Column = tuple[str, list[str], bool]
"""Head, one text a row, and whether it is a number (right-aligned)."""

TERMINAL = 80
"""Columns of a terminal."""

HELD_OUT = "held out, %"
"""Head of the column with accuracies on held-out training images."""

_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;"}
_SPECIAL |= {"*": "&#42;", "\\": "&#92;"}


def escape(text: str) -> str:
    """Foreign text as one line of Markdown that shows as itself, in a table too."""
    line = "".join(mark if mark.isprintable() else " " for mark in text)
    shown = "".join(_SPECIAL.get(mark, mark) for mark in " ".join(line.split()))
    # Underscores within a word and brackets alone, as in a case's name, are harmless.
    shown = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", "&#95;", shown)
    return re.sub(r"\](?=[(\[:])", "&#93;", shown)


def prose(text: str) -> str:
    """The same of our own sentences, in which backticks set names apart."""
    return escape(text).replace(_SPECIAL["`"], "`")


def markdown_table(columns: Sequence[Column]) -> str:
    """Columns as one Markdown table, lined up so that it reads well in a terminal.

    Not lined up where a cell is longer than a terminal is wide: it would be mostly spaces, and code
    hosts show no page of more than 512 KiB.
    """
    heads = [head for head, _, _ in columns]
    rows = list(zip(*(texts for _, texts, _ in columns), strict=True))
    align = ["right" if number else "left" for _, _, number in columns]
    table = tabulate(rows, heads, tablefmt="pipe", colalign=align, disable_numparse=True)
    is_wide = any(len(text) > TERMINAL for row in rows for text in row)
    return _narrowed(table) if is_wide else table


def _narrowed(table: str) -> str:
    head, rule, *rows = (re.sub(" {2,}", " ", line) for line in table.split("\n"))
    return "\n".join([head, re.sub("-+", "--", rule), *rows])


def markdown(comparison: Comparison, *, pooled: bool = False) -> str:
    """The experiment's table; `notes` says how to read it.

    `pooled`: of several machines and without thresholds, so with times in yardsticks and without
    outcomes.
    """
    cells, known = comparison.cells, marks(comparison)
    accuracy, flops = METRICS["test_accuracy"], METRICS["flops"]
    columns: list[Column] = [("variant", [escape(cell.variant) for cell in cells], False)]
    columns += [
        (escape(name), [escape(show_level(cell.factors.get(name))) for cell in cells], True)
        for name in shown_factors(comparison)
    ]
    columns += [
        ("seeds", [str(cell.accuracy.n if cell.accuracy else 0) for cell in cells], True),
        (HELD_OUT, [show_mean(cell.held_out, accuracy) for cell in cells], True),
        (accuracy.heading, [show_mean(cell.accuracy, accuracy) for cell in cells], True),
        ("lowest to highest", [show_range(cell.accuracy, accuracy) for cell in cells], True),
        ("against baseline", [escape(show_difference(cell)) for cell in cells], True),
        (MARKED, [show_mark(known.get(cell.variant)) for cell in cells], True),
        _times(cells) if pooled else _seconds(cells),
        ("parameters", [METRICS["parameters"].show(cell.parameters) for cell in cells], True),
        (f"{flops.unit} / sample", [flops.show(cell.flops) for cell in cells], True),
        ("diverged", [str(cell.diverged) for cell in cells], True),
        ("stuck", [str(cell.stuck) for cell in cells], True),
        ("outcome", [] if pooled else [show_outcomes(cell) for cell in cells], False),
    ]
    return markdown_table([column for column in columns if _is_worth_showing(column)])


def _seconds(cells: Sequence[Cell]) -> Column:
    epoch_s = METRICS["epoch_s"]
    return epoch_s.heading, [show_time(cell.epoch_s, epoch_s, cell) for cell in cells], True


def _times(cells: Sequence[Cell]) -> Column:
    """Median over runs of an epoch's time in yardsticks."""
    of = [
        [case.epoch_s / case.timing.yardstick_s for case in cell.results
         if case.epoch_s and case.timing.yardstick_s]
        for cell in cells
    ]  # fmt: skip
    return "epoch, yardsticks", [f"{median(found):,.0f}" if found else "-" for found in of], True


def shown_factors(comparison: Comparison) -> tuple[str, ...]:
    """The factors whose levels the variants' names do not already say."""

    def is_said(cell: Cell, name: str) -> bool:
        return _bare(show_level(cell.factors.get(name))) in _bare(cell.variant)

    return tuple(
        name
        for name in comparison.factors
        if not all(is_said(cell, name) for cell in comparison.cells)
    )


def show_mean(found: Estimate | None, metric: Metric) -> str:
    """`97.83 ± 0.12`; says where a single seed leaves no interval."""
    if found is None:
        return "-"
    half = " (1 seed)" if found.half_width is None else f" ± {metric.show(found.half_width)}"
    return metric.show(found.mean) + half


def show_paired(found: Estimate, metric: Metric) -> str:
    """`+1.23 ± 0.40`; says where a single pair leaves no interval."""
    half = " (1 pair)" if found.half_width is None else f" ± {metric.show(found.half_width)}"
    return metric.show(found.mean, signed=True) + half


def show_range(found: Estimate | None, metric: Metric) -> str:
    """`97.71 to 97.95`, the values' own range; nothing for a single value."""
    if found is None or found.n < 2:
        return ""
    return f"{metric.show(found.lowest)} to {metric.show(found.highest)}"


def show_difference(cell: Cell) -> str:
    """`+1.23 ± 0.40`, and how many pairs that is where some runs have no partner."""
    if cell.is_baseline:
        return "baseline"
    if not cell.baseline_runs:
        return f"no baseline run ({cell.baseline})"
    if cell.difference is None:
        return "no shared seed"
    text = show_paired(cell.difference, METRICS["test_accuracy"])
    whole = cell.accuracy is not None and cell.difference.n == cell.accuracy.n
    return text if whole or cell.difference.n == 1 else f"{text} ({cell.difference.n} pairs)"


def show_mark(mark: Mark | None) -> str:
    """`▲ 0.031`: on which side, if beyond chance, and the corrected p; empty if not tested."""
    if mark is None or mark.p is None:
        return ""
    return f"{mark.sign} {show_p(mark.p)}".strip()


def show_time(seconds: float | None, metric: Metric, cell: Cell) -> str:
    """Seconds, with a mark if the machine was shared meanwhile."""
    mark = "" if cell.exclusive or seconds is None else SHARED_MARK
    return mark + metric.show(seconds)


def show_outcomes(cell: Cell) -> str:
    """`passed`, or `2 of 6 FAILED, 4 passed`: what is wrong first, and never silent."""
    total = len(cell.records)
    counts = [(word, cell.outcomes.get(outcome, 0)) for outcome, word in OUTCOMES.items()]
    found = [(word, count) for word, count in counts if count]
    if len(found) == 1:
        return found[0][0]
    return ", ".join(f"{count} of {total} {word}" for word, count in found)


def notes(comparison: Comparison, *, pooled: bool = False) -> list[str]:
    """What a reader has to know about this table, one sentence or two each."""
    cells, accuracy = comparison.cells, METRICS["test_accuracy"]
    found = [
        "Seeds: runs with a test accuracy. Test accuracy: mean ± half the 95% t interval over "
        "seeds. Against baseline: the same of the difference paired by seed, in percentage points. "
        "Times are medians. Rows: the baseline's levels first, then factors in natural order."
    ]
    if comparison.crossed:
        found.append("Rows of a grid over learning rates go by rate first.")
    if pooled:
        found.append(
            "Yardsticks: an epoch's time over that of a fixed piece of work between the epochs, "
            "as runs are of several machines and hours; good for an estimate."
        )
    if any(mark.p is not None for mark in marks(comparison).values()):
        found.append(
            f"{MARKED}: two-sided p of the paired difference, corrected over the variants of the "
            "experiment; ▲ above and ▼ below the baseline (△ ▽: by less than the margin of "
            f"{accuracy.show(accuracy.margin)} points), wrong in at most {LEVEL:.0%} of "
            "experiments without any difference."
        )
    if any(cell.accuracy and cell.accuracy.n == 1 for cell in cells):
        found.append("One seed gives no interval: such a difference can be chance alone.")
    if any(is_wider_than_range(cell.accuracy) for cell in cells):
        found.append(
            "An interval that leaves 0 to 100%, or is more than twice as wide as lowest to "
            "highest, says that the seeds are too few or too unlike for it: read the range."
        )
    if not pooled and not all(cell.exclusive for cell in cells):
        found.append(
            f"{SHARED_MARK}: timed while the machine was shared, with other workers or other "
            "programs: good for an estimate, not for a comparison."
        )
    if any(cell.held_out for cell in cells):
        found.append(
            "Held out: accuracy on training images that were kept apart. Choose by it: what is "
            "chosen by the test images is no test of them any more."
        )
    if any(cell.stuck for cell in cells):
        found.append(
            "Stuck: a run that ended with an output unit that no image moves, so that its class is "
            "lost. A class may be lost without that, too."
        )
    return found


def is_wider_than_range(found: Estimate | None) -> bool:
    """The t interval says less than the values' own range: too few values, or two humps."""
    if found is None or found.low is None or found.high is None:
        return False
    out = found.low < 0 or found.high > 1
    return out or found.high - found.low > 2 * (found.highest - found.lowest) > 0


def rows(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """One flat row a variant, in recorded units and full precision, every key in every row."""
    found = [
        _row(comparison, cell, known.get(cell.variant))
        for comparison in comparisons
        for known in [marks(comparison)]
        for cell in comparison.cells
    ]
    keys = dict.fromkeys(key for row in found for key in row)
    fixed = [key for key in keys if not key.startswith("factor_")]
    factors = [key for key in keys if key.startswith("factor_")]
    place = fixed.index("seeds") if found else 0
    ordered = [*fixed[:place], *factors, *fixed[place:]]
    return [{key: row.get(key) for key in ordered} for row in found]


def to_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV with one header line; an absent value is an empty field."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def to_json(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a JSON array of flat objects, one a line; an absent value is null."""
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _row(comparison: Comparison, cell: Cell, mark: Mark | None) -> dict[str, Any]:
    conditions = comparison.conditions
    return {
        "experiment": comparison.experiment,
        "variant": cell.variant,
        "baseline": cell.baseline,
        "dataset": conditions.dataset,
        "dataset_digest": conditions.digest,
        "tier": conditions.tier,
        "engine": conditions.engine,
        "device": conditions.device,
        **{f"factor_{name}": level for name, level in cell.factors.items()},
        "seeds": cell.accuracy.n if cell.accuracy else 0,
        **flat("test_accuracy", cell.accuracy),
        **flat("held_out_accuracy", cell.held_out),
        **flat("difference", cell.difference),
        "pairs": cell.difference.n if cell.difference else None,
        "p_corrected": mark.p if mark else None,
        "epoch_s": cell.epoch_s,
        "total_s": cell.total_s,
        "exclusive": cell.exclusive,
        "parameters": cell.parameters,
        "flops": cell.flops,
        "diverged": cell.diverged,
        "stuck": cell.stuck,
        **{name: cell.outcomes.get(name, 0) for name in ("passed", "failed", "unjudged", "error")},
    }


def flat(name: str, found: Estimate | None) -> dict[str, float | None]:
    """An estimate as flat columns: mean, ends of the interval, lowest and highest value."""
    parts = {"": "mean", "_low": "low", "_high": "high", "_lowest": "lowest", "_highest": "highest"}
    return {name + end: getattr(found, field, None) for end, field in parts.items()}


def _is_worth_showing(column: Column) -> bool:
    """Counts of trouble and ranges take no room where there are none."""
    head, texts, _ = column
    spare = {"diverged", "stuck", "lowest to highest", "outcome", HELD_OUT, MARKED}
    return head not in spare or bool({*texts} - {"0", "", "-"})


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", text.casefold())
