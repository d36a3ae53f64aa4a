"""What the runs say of one term: a number a seed, of one cell or several together. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean

from harness.claim import Over, Term
from harness.metrics import Metric, metric
from harness.record import Record

Cells = Mapping[str, Sequence[Record]]
"""`EXPERIMENT/VARIANT` -> its records without those that raised."""
BySeed = dict[int, float]
"""Seed -> value."""


def cells_of(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The records by cell, without those that raised."""
    found: dict[str, list[Record]] = {}
    for record in records:
        if not record.raised:
            found.setdefault(f"{record.experiment}/{record.variant}", []).append(record)
    return found


def by_seed(term: Term, cells: Cells) -> BySeed:
    """Seed -> number of a term, unweighted, of the seeds that all its cells have."""
    read = metric(term.metric)
    each = [_values(cells.get(cell, ()), read) for cell in term.at]
    shared = set.intersection(*(set(values) for values in each)) if each else set()
    if term.chosen_by:
        return _chosen(term, cells, each)
    together = _together(term.over, read)
    return {seed: together([values[seed] for values in each]) for seed in sorted(shared)}


def missed(term: Term, cells: Cells) -> set[int]:
    """Seeds in which a training of the term ended before it got to what was to be timed."""
    read = metric(term.metric)
    records = (record for cell in term.at for record in cells.get(cell, ()))
    return {record.seed for record in records if read.censored(record)}


def _chosen(term: Term, cells: Cells, each: Sequence[BySeed]) -> BySeed:
    """Seed -> number of the cell that another metric puts first; only seeds that all have whole."""
    read = metric(term.chosen_by)
    marks = [_values(cells.get(cell, ()), read) for cell in term.at]
    shared = set.intersection(*(set(values) for values in (*each, *marks)))
    best = max if read.better == "higher" else min
    return {
        seed: each[best(range(len(each)), key=lambda place: marks[place][seed])][seed]
        for seed in sorted(shared)
    }


def _values(records: Sequence[Record], read: Metric) -> BySeed:
    found = ((record.seed, read.read(record)) for record in records)
    return {seed: value for seed, value in found if value is not None}


def _together(over: Over, read: Metric) -> Callable[[Sequence[float]], float]:
    best, worst = (max, min) if read.better == "higher" else (min, max)
    reducers: dict[Over, Callable[[Sequence[float]], float]] = {
        "mean": fmean,
        "best": best,
        "worst": worst,
        "least": min,
        "most": max,
        "range": lambda values: max(values) - min(values),
    }
    return reducers[over]
