"""History -> sentences and rows: each change in plain words, each series as a flat row. Pure."""

from harness.change_points import Shift
from harness.history import Change, History
from harness.metrics import Metric
from harness.series import Series

Row = dict[str, str | int | float | None]
"""Column -> value."""


def headline(history: History) -> str:
    """How many changes there are, in how much."""
    many = f"{len(history.series):,} series over {_counted(len(history.runs), 'run')}"
    if not history.tests:
        return f"Nothing to test in {many}: each is bit-identical in all its runs, or has too few"
    if not history.changes:
        return f"No change that is sure and matters in {many}"
    said = _counted(len(history.changes), "change")
    commits = dict.fromkeys(change.after.code for change in history.changes)
    return f"{said} in {many}, with {_listed(list(commits))}"


def sentence(change: Change) -> str:
    """What moved, how far, between which runs and commits, and how sure that is."""
    shift, key = change.shift, change.shift.series.key
    metric = shift.series.metric
    direction = "rose" if shift.size > 0 else "fell"
    means = (show_value(metric, mean) for mean in shift.means)
    return (
        f"{key.experiment}/{key.variant} ({key.conditions.label}): {metric.label} {direction} by "
        f"{show_size(shift)}, from {' to '.join(means)}, between run {change.before.name} "
        f"({change.before.code}) and run {change.after.name} ({change.after.code}); "
        f"{_evidence(shift)}{_causes(change)}."
    )


def show_value(metric: Metric, value: float) -> str:
    """A mean with its unit; a time in yardsticks."""
    if metric.is_time:
        return f"{value:,.3g} yardsticks"
    return f"{metric.show(value)}{metric.unit}"


def show_size(shift: Shift) -> str:
    """The size without its sign, and the interval with it: `1.20 points (95% interval ...)`."""
    metric, unit = shift.series.metric, _unit(shift.series.metric)
    size = f"{_number(metric, abs(shift.size))}{unit}"
    if shift.interval is None:
        return f"{size} (a single value, so no interval)"
    low, high = (_number(metric, end, signed=True) for end in shift.interval)
    return f"{size} (95% interval {low} to {high})"


def history_rows(history: History) -> list[Row]:
    """One flat row a series, in recorded units: a fraction, or yardsticks."""
    return [_row(history, series) for series in history.series]


def _row(history: History, series: Series) -> Row:
    conditions, means = series.key.conditions, series.means
    changes = [change for change in history.changes if change.shift.series is series]
    last = changes[-1] if changes else None
    return {
        "experiment": series.key.experiment,
        "variant": series.key.variant,
        "dataset": conditions.dataset,
        "tier": conditions.tier,
        "engine": conditions.engine,
        "device": conditions.device,
        "recipe": series.key.recipe_id,
        "metric": series.metric.name,
        "unit": "yardsticks" if series.metric.is_time else "fraction",
        "runs": len(series.runs),
        "seeds": len({seed for values in series.values for seed in values}),
        "first_run": history.runs[series.runs[0]].name,
        "first": means[0],
        "last_run": history.runs[series.runs[-1]].name,
        "last": means[-1],
        "lowest": min(means),
        "highest": max(means),
        "changes": len(changes),
        "last_change": last.after.code if last else None,
        "last_change_size": last.shift.size if last else None,
        "last_change_p": last.shift.p if last else None,
    }


def _evidence(shift: Shift) -> str:
    metric, units = shift.series.metric, "run" if shift.series.metric.is_time else "seed"
    p = "p < 0.0001" if shift.p < 1e-4 else f"p = {shift.p:.2g}"
    said = f"{p} over all tests of the history ({shift.test}, {_counted(shift.count, units)})"
    if shift.is_repeated:
        said += ", repeats bit-identical on both sides"
    if shift.interval and shift.interval[0] <= 0 <= shift.interval[1] and not metric.is_time:
        said += ", sure for these seeds, not for others"
    return said


def _causes(change: Change) -> str:
    """What else may have done it."""
    code = "; the code is the same, so look at the machine" if change.is_same_code else ""
    return code + (f"; changed as well: {', '.join(change.others)}" if change.others else "")


def _number(metric: Metric, size: float, *, signed: bool = False) -> str:
    if metric.is_ratio:
        return f"{size:{'+' if signed else ''}.1%}"
    return metric.show(size, signed=signed)


def _unit(metric: Metric) -> str:
    """Of a difference, after its number."""
    if metric.is_ratio:
        return ""
    return " points" if metric.unit == "%" else f" {metric.unit}"


def _counted(many: int, what: str) -> str:
    return f"{many:,} {what}" + ("" if many == 1 else "s")


def _listed(commits: list[str]) -> str:
    more = f" and {len(commits) - 3} more" if len(commits) > 3 else ""
    return ", ".join(commits[:3]) + more
