"""Records -> the numbers of one statement, one a seed, and the test that fits them. Pure."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median, median_low

import numpy as np

from harness.claim import Statement
from harness.kinds import Kinds
from harness.metrics import metric
from harness.record import Record
from harness.statement_tests import both_sides, paired
from harness.term_values import BySeed, Cells, by_seed, missed


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What the runs have for one statement."""

    values: tuple[float, ...] = ()
    """One a seed that tells; of two kinds of runs a single one where it hangs on one seed."""
    seeds: int = 0
    """Seeds that tell."""
    untold: int = 0
    """Seeds that do not, as a training ended before it got to where it was to be timed."""
    p_for: float = 1.0
    """Chance of such numbers if the statement were only just not so; 1 where nothing can tell."""
    p_against: float = 1.0
    """Chance of such numbers if it were only just so."""


def numbers_of(statement: Statement, cells: Cells) -> Numbers:
    """The numbers of a statement, and what they say for it and against it."""
    if statement.split:
        return _of_kinds(statement, cells)
    told, untold = _told(statement, cells)
    test = paired(metric(statement.terms[0].metric), statement)
    p_for, p_against = both_sides(statement, list(told.values()), test)
    # Which seeds do not tell hangs on how they went: the others alone show no likeness.
    hides = statement.shows == "within" and untold > 0
    return Numbers(
        values=tuple(told.values()),
        seeds=len(told),
        untold=untold,
        p_for=1.0 if hides else p_for,
        p_against=p_against,
    )


def _told(statement: Statement, cells: Cells) -> tuple[BySeed, int]:
    """Seed -> number, of the seeds that tell, and how many do not."""
    sums, limit = _sums(statement, cells), statement.limit
    told = {
        seed: total if limit is None else float(abs(total) <= limit)
        for seed, total in sums.items()
        if _is_told(statement, seed, total, cells)
    }
    return told, len(sums) - len(told)


def _sums(statement: Statement, cells: Cells) -> BySeed:
    """Seed -> sum of the terms, of the seeds that every term has."""
    terms = [by_seed(term, cells) for term in statement.terms]
    if statement.of == "spread":
        middle = median_low if len(terms) > 1 else median
        terms = [_distances(values, middle) for values in terms]
    weights = [term.weight for term in statement.terms]
    return {
        seed: sum(weight * values[seed] for weight, values in zip(weights, terms, strict=True))
        for seed in sorted(set.intersection(*(set(values) for values in terms)))
    }


def _distances(values: BySeed, middle: Callable[[Iterable[float]], float]) -> BySeed:
    """Distance of each seed from the median, as in the test of Brown and Forsythe.

    Where two spreads are compared the lower one of two medians, which is a run's own: between runs
    that went well and as many that went badly all distances would be one number, and one event
    would count as many.
    """
    centre = middle(values.values()) if values else 0.0
    return {seed: abs(value - centre) for seed, value in values.items()}


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
        return Numbers()
    values = found.by_seed()
    p_for, p_against = both_sides(statement, values, lambda _, bound: found.p_values(bound))
    return Numbers(values=values, seeds=len(found.numbers), p_for=p_for, p_against=p_against)


def _kinds(statement: Statement, cells: Cells) -> Kinds | None:
    """Cells that have both kinds, by the seeds that they share: of all choices of seeds that some
    cell has, the one with most runs."""
    columns = [_pairs(statement, cells.get(cell, ())) for cell in statement.terms[0].at]
    mixed = [column for column in columns if len({kind for _, kind in column.values()}) > 1]
    if not mixed:
        return None
    sets = [frozenset(column) for column in mixed]
    seeds = max(sets, key=lambda own: len(own) * sum(own <= other for other in sets))
    rows = [[column[seed] for column in mixed if seeds <= column.keys()] for seed in sorted(seeds)]
    both = np.array(rows)
    return Kinds(numbers=both[..., 0], kinds=both[..., 1])


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
    """First mean over second of `first - ratio x second`, over the seeds that tell; `None` for
    anything else."""
    weights = [term.weight for term in statement.terms]
    if len(weights) != 2 or weights[0] != 1.0 or weights[1] >= 0 or weights[1] == -1.0:
        return None
    if statement.bound or statement.of == "spread":
        return None
    first, second = (by_seed(term, cells) for term in statement.terms)
    told, _ = _told(statement, cells)
    below = sum(second[seed] for seed in told)
    return sum(first[seed] for seed in told) / below if below else None
