"""What was measured of a claim, and what it still wants, in words. Pure."""

from collections.abc import Iterable

from harness.estimate import Estimate
from harness.metrics import Metric
from harness.table import escape
from harness.verdict import Result, Verdict


def measured(result: Result) -> str:
    """What was measured of one statement: `tanh ends above ReLU: +0.31 (0.20 to 0.42), 6 seeds`."""
    says, found, split = escape(result.statement.says), result.estimate, result.statement.split
    if found is None:
        return f"{says}: no runs of both kinds yet" if split else f"{says}: no runs yet"
    if result.statement.shows == "seen":
        seen = sum(value > result.statement.bound for value in result.values)
        return f"{says}: in {seen} of {found.n} seeds"
    seeds = "1 seed" if found.n == 1 else f"{found.n} seeds"
    if result.statement.limit is not None:
        return f"{says}: in {sum(result.values):g} of {seeds}"
    if result.statement.of == "spread" and found.n == 1:
        return f"{says}: one seed tells no spread"
    return f"{says}: {_number(result, found)}, {seeds}"


def with_reading(result: Result) -> str:
    """The same behind the reading that the statement belongs to: `[rate 0.1] tanh ends ...`."""
    reading = result.statement.reading
    return f"{escape(f'[{reading}]')} {measured(result)}" if reading else measured(result)


def mark(result: Result) -> str:
    """Whether the runs so far lie where the statement has them: ✓, ✗, or · if none can tell."""
    least = 2 if result.statement.of == "spread" else 1
    if len(result.values) < least:
        return "·"
    return "✗" if result.leans_against else "✓"


def evidence(verdict: Verdict) -> list[str]:
    """A line for each statement and fact; of statements in several readings, one a reading."""
    readings = dict.fromkeys(result.statement.reading for result in verdict.results)
    facts = [
        f"{'✓' if fact.holds else '✗'} calculated: {escape(fact.says)}"
        for fact in verdict.claim.facts
    ]
    if len(readings) < 2:
        return [*map(_marked, verdict.results), *facts]
    return [*(_reading(name, verdict.results) for name in readings), *facts]


def _reading(name: str, results: Iterable[Result]) -> str:
    own = (_marked(result) for result in results if result.statement.reading == name)
    return f"_{escape(name)}_: {'; '.join(own)}" if name else "; ".join(own)


def _marked(result: Result) -> str:
    return f"{mark(result)} {measured(result)}"


def wanting(verdict: Verdict) -> str:
    """What would decide a claim that is undecided."""
    if verdict.missing:
        few = ", ".join(escape(cell) for cell in verdict.missing[:3])
        more = f" and {len(verdict.missing) - 3} more" if len(verdict.missing) > 3 else ""
        return f"waits for runs of {few}{more}"
    needed = verdict.seeds_needed
    if needed is not None and verdict.awaits_sight:
        return f"one such run may show it; about {needed} seeds without one would refute it"
    if needed is None and verdict.seeds < 2:
        return "one seed tells no spread"
    if needed is None:
        return "more than 1,000 seeds would be needed, or that cannot be foreseen"
    return f"about {max(needed, verdict.seeds + 1)} seeds would do"


def unit_of(metric: Metric, *, is_difference: bool) -> str:
    """What stands behind a number of this metric."""
    if metric.is_outcome:
        return " of runs"
    if metric.unit == "%":
        return " points" if is_difference else "%"
    unit = metric.unit or metric.counts
    return f" {unit}" if unit else ""


def _number(result: Result, found: Estimate) -> str:
    metric, statement = result.metric, result.statement
    if result.ratio is not None:
        return f"{result.ratio:.3g} times"
    is_difference = len(statement.terms) > 1 or bool(statement.split)
    is_distance = statement.of == "spread" or statement.terms[0].over == "range"
    unit = unit_of(metric, is_difference=is_difference or is_distance)
    mean = metric.show(found.mean, signed=is_difference)
    if found.low is None or found.high is None:
        return f"{mean}{unit}"
    low, high = found.low, found.high
    if not is_difference:
        low, high = metric.possible(low, high)
    return f"{mean}{unit} ({metric.show(low)} to {metric.show(high)})"
