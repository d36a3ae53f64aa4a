"""What was measured of a claim, and what it still wants, in words. Pure."""

from harness.estimate import Estimate
from harness.metrics import Metric
from harness.statement_tests import LEAST_SEEDS
from harness.table import escape, prose
from harness.verdict import Result, Verdict


def measured(result: Result) -> str:
    """What was measured of one statement: `tanh ends above ReLU: +0.31 (0.20 to 0.42), 6 seeds`."""
    return f"{prose(result.statement.says)}: {_found(result)}"


def _found(result: Result) -> str:
    found, statement = result.estimate, result.statement
    if found is None:
        return _nothing(result)
    if statement.shows == "seen":
        seen = sum(value > statement.bound for value in result.told.values)
        return f"in {seen} of {_seeds(result)}"
    if statement.limit is not None:
        return f"in {sum(result.told.values):g} of {_seeds(result)}"
    if statement.of == "spread" and found.n < 2:
        return "one seed tells no spread"
    return f"{_number(result, found)}, {_seeds(result)}"


def _nothing(result: Result) -> str:
    if result.told.untold:
        return f"{counted(result.told.untold)} ended before that could be told"
    return "no runs of both kinds yet" if result.statement.split else "no runs yet"


def _seeds(result: Result) -> str:
    """`6 seeds`; how many more do not tell, or were known before and do not count."""
    told, known = result.told, result.shown.seeds - result.judged.seeds
    notes = [f"{told.untold} more ended before"] if told.untold else []
    if known and result.judged.seeds:
        notes.append(f"{known} more known before")
    elif known:
        notes.append("known before")
    return counted(told.seeds) + (f" ({', '.join(notes)})" if notes else "")


def counted(seeds: int) -> str:
    """`1 seed`, `6 seeds`."""
    return "1 seed" if seeds == 1 else f"{seeds} seeds"


def with_reading(result: Result) -> str:
    """The same behind the reading that the statement belongs to: `[rate 0.1] tanh ends ...`."""
    reading = result.statement.reading
    return f"{escape(f'[{reading}]')} {measured(result)}" if reading else measured(result)


def mark(result: Result) -> str:
    """Whether the runs so far lie where the statement has them: ✓, ✗, or · if none can tell; in
    brackets where few seeds that count say so, unless it is a number that no seed changes."""
    if not result.tells:
        return "·"
    sign = "✗" if result.leans_against else "✓"
    few = result.judged.seeds < LEAST_SEEDS and not result.metric.is_fixed
    was_seen = result.statement.shows == "seen" and sign == "✓" and result.judged.seeds > 0
    return f"({sign})" if few and not was_seen else sign


def evidence(verdict: Verdict) -> list[str]:
    """A line for each statement and fact; of statements in several readings, one a reading."""
    facts = [
        f"{'✓' if fact.holds else '✗'} calculated: {prose(fact.says)}"
        for fact in verdict.claim.facts
    ]
    if len({result.statement.reading for result in verdict.results}) < 2:
        return [*map(_marked, verdict.results), *facts]
    lines = [f"_{escape(name)}_: {numbers}" for name, _, numbers in by_reading(verdict)]
    return [*lines, *facts]


def by_reading(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Of each reading its name, its marks, and its numbers."""
    readings: dict[str, list[Result]] = {}
    for result in verdict.results:
        readings.setdefault(result.statement.reading, []).append(result)
    return [
        (name, "".join(map(mark, own)), "; ".join(map(_marked, own)))
        for name, own in readings.items()
    ]


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
    if needed is None and verdict.seeds == 0:
        return "no run tells yet"
    if needed is None and verdict.seeds < LEAST_SEEDS:
        few = "one seed tells no" if verdict.seeds < 2 else "two seeds tell too little of the"
        return f"{few} spread"
    if needed is None and any(found.told.seeds < LEAST_SEEDS for found in verdict.results):
        return "some of its runs have too few seeds to foretell how many would do"
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
