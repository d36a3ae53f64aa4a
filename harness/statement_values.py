"""Records -> the numbers of one statement, one a seed, and the test that fits them. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from harness.claim import Statement
from harness.kinds import Kinds
from harness.metrics import metric
from harness.record import Record
from harness.statement_tests import BothSides, both_sides, paired
from harness.term_values import BySeed, Cells, by_seed, missed


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What the runs have for one statement."""

    values: tuple[float, ...]
    """One a seed that tells."""
    p_for: float
    """Chance of such numbers if the statement were only just not so; 1 where nothing can tell."""
    p_against: float
    """Chance of such numbers if it were only just so."""
    untold: int = 0
    """Seeds that do not tell, as a training ended before it got to where it was to be timed."""


def numbers_of(statement: Statement, cells: Cells) -> Numbers:
    """The numbers of a statement, and what they say for it and against it."""
    if statement.split:
        return _of_kinds(statement, cells)
    sums = _sums(statement, cells)
    told = {seed: total for seed, total in sums.items() if _is_told(statement, seed, total, cells)}
    limit = statement.limit
    values = [total if limit is None else float(abs(total) <= limit) for total in told.values()]
    test = paired(metric(statement.terms[0].metric), statement)
    return _judged(statement, values, test, untold=len(sums) - len(told))


def _judged(
    statement: Statement, values: Sequence[float], test: BothSides, *, untold: int = 0
) -> Numbers:
    p_for, p_against = both_sides(statement, values, test)
    return Numbers(values=tuple(values), p_for=p_for, p_against=p_against, untold=untold)


def _sums(statement: Statement, cells: Cells) -> BySeed:
    """Seed -> sum of the terms, of the seeds that every term has."""
    terms = [by_seed(term, cells) for term in statement.terms]
    if statement.of == "spread":
        terms = [_distances(values) for values in terms]
    weights = [term.weight for term in statement.terms]
    return {
        seed: sum(weight * values[seed] for weight, values in zip(weights, terms, strict=True))
        for seed in sorted(set.intersection(*(set(values) for values in terms)))
    }


def _distances(values: BySeed) -> BySeed:
    """Distance of each seed from the median, as in the test of Brown and Forsythe."""
    middle = median(values.values()) if values else 0.0
    return {seed: abs(value - middle) for seed, value in values.items()}


def _is_told(statement: Statement, seed: int, total: float, cells: Cells) -> bool:
    """Whether a seed tells, wherever beyond its end a training might have got to its target.

    Two trainings that both ended before are not alike for that, and a training that ended before is
    slower than another by an unknown factor.
    """
    late = [term.weight for term in statement.terms if seed in missed(term, cells)]
    low = -math.inf if any(weight < 0 for weight in late) else total
    high = math.inf if any(weight > 0 for weight in late) else total
    bound = statement.bound if statement.limit is None else statement.limit
    if statement.limit is None and statement.shows != "within":
        return low > bound or high <= bound
    return low > bound or high < -bound or (-bound <= low and high <= bound)


def _of_kinds(statement: Statement, cells: Cells) -> Numbers:
    """Runs in which the split metric is 1 beside those of the same cell in which it is 0."""
    found = _kinds(statement, cells)
    if found is None:
        return _judged(statement, (), lambda values, bound: (1.0, 1.0))
    return _judged(statement, found.by_seed(), lambda values, bound: found.p_values(bound))


def _kinds(statement: Statement, cells: Cells) -> Kinds | None:
    """The cells that have both kinds, by the seeds that all of those have."""
    at = statement.terms[0].at
    columns = [_pairs(statement, cells.get(cell, ())) for cell in at]
    mixed = [column for column in columns if len({kind for _, kind in column.values()}) > 1]
    shared = sorted(set.intersection(*map(set, mixed))) if mixed else []
    if not shared:
        return None
    rows = np.array([[column[seed] for column in mixed] for seed in shared])
    return Kinds(numbers=rows[..., 0], kinds=rows[..., 1])


def _pairs(statement: Statement, records: Iterable[Record]) -> dict[int, tuple[float, float]]:
    """Seed -> (number, 1 or 0 for its kind) of one cell."""
    read, split = metric(statement.terms[0].metric), metric(statement.split)
    both = ((record.seed, read.read(record), split.read(record)) for record in records)
    return {
        seed: (value, float(kind == 1))
        for seed, value, kind in both
        if value is not None and kind is not None
    }


def ratio_of(statement: Statement, cells: Cells) -> float | None:
    """First mean over second of `first - ratio x second`; `None` for anything else."""
    weights = [term.weight for term in statement.terms]
    if len(weights) != 2 or weights[0] != 1.0 or weights[1] == -1.0 or statement.bound:
        return None
    first, second = (by_seed(term, cells) for term in statement.terms)
    shared = first.keys() & second.keys()
    below = sum(second[seed] for seed in shared)
    return sum(first[seed] for seed in shared) / below if below else None
