"""The three findings of a report that matter most, in sentences with numbers. Pure.

In this order: the greatest loss and the greatest gain against a baseline that are shown beyond
chance and beyond the margin; runs that went wrong as a kind (stuck, diverged); then the greatest
differences of other experiments. Only where less than that is shown, what is best and fastest is
told as what it is: the mean of these runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from harness.compare import Cell, Comparison
from harness.curves import pareto_front
from harness.estimate import Estimate
from harness.inference import LEAST_T_SEEDS
from harness.marks import LEVEL, Mark, marks, show_p
from harness.metrics import METRICS
from harness.sentences import best_sentence, full_name, speed_sentence

ACCURACY = METRICS["test_accuracy"]
MOST = 3
"""Findings that a report opens with."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence, and where its proof is."""

    place: int
    """Which comparison it is about."""
    text: str
    """The sentence, without its full stop."""


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A difference that is shown and matters."""

    place: int
    comparison: Comparison
    cell: Cell
    difference: Estimate
    mark: Mark


def findings(
    comparisons: Sequence[Comparison], found: Sequence[Mapping[str, Mark]] | None = None
) -> list[Finding]:
    """The findings that matter most, three at most; `found` are the marks if they are known."""
    known = found if found is not None else [marks(each) for each in comparisons]
    shown = sorted(_shown(comparisons, known), key=lambda each: each.difference.mean)
    worst = [each for each in shown[:1] if each.mark.direction == "worse"]
    best = [each for each in shown[-1:] if each.mark.direction == "better"]
    others = sorted(shown, key=lambda each: -abs(each.difference.mean))
    proven = [
        *(_difference(each) for each in (*worst, *best)),
        *islice(_trouble(comparisons), 1),
    ]
    said = {finding.place for finding in proven}
    more = [_difference(each) for each in others if each.place not in said]
    return list(dict.fromkeys((*proven, *_first_of_each(more), *_fallback(comparisons))))[:MOST]


def _first_of_each(found: Sequence[Finding]) -> list[Finding]:
    """The first one of each experiment."""
    return list({finding.place: finding for finding in reversed(found)}.values())[::-1]


def _shown(
    comparisons: Sequence[Comparison], found: Sequence[Mapping[str, Mark]]
) -> Iterator[_Shown]:
    for place, (comparison, known) in enumerate(zip(comparisons, found, strict=True)):
        for cell in comparison.cells:
            mark = known.get(cell.variant)
            if cell.difference and mark and mark.direction != "open" and mark.matters:
                yield _Shown(
                    place=place,
                    comparison=comparison,
                    cell=cell,
                    difference=cell.difference,
                    mark=mark,
                )


def _difference(shown: _Shown) -> Finding:
    found, cell = shown.difference, shown.cell
    base = next(
        (
            full_name(shown.comparison, each)
            for each in shown.comparison.cells
            if each.variant == cell.baseline
        ),
        cell.baseline,
    )
    points = ACCURACY.show(abs(found.mean))
    more = "more" if found.mean > 0 else "less"
    ends = f"{ACCURACY.show(found.low, signed=True)} to {ACCURACY.show(found.high, signed=True)}"
    return Finding(
        place=shown.place,
        text=f"{full_name(shown.comparison, cell)} is {points} points {more} accurate than {base} "
        f"(95% interval {ends}, {found.n} seeds, p {_equals(shown.mark.p)})",
    )


def _equals(p: float | None) -> str:
    said = show_p(p)
    return said if said.startswith("<") else f"= {said}"


def _trouble(comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """Runs that ended stuck or diverged, the experiment with most of them first."""
    counted = [
        (sum(cell.stuck + cell.diverged for cell in comparison.cells), place, comparison)
        for place, comparison in enumerate(comparisons)
    ]
    for count, place, comparison in sorted(counted, key=lambda entry: (-entry[0], entry[1])):
        if count:
            yield Finding(place=place, text=_trouble_text(comparison))


def _trouble_text(comparison: Comparison) -> str:
    cells = [cell for cell in comparison.cells if cell.stuck or cell.diverged]
    runs = sum(len(cell.results) for cell in comparison.cells)
    stuck, diverged = sum(c.stuck for c in cells), sum(c.diverged for c in cells)
    parts = [f"{stuck} ended with a dead output unit"] if stuck else []
    parts += [f"{diverged} diverged"] if diverged else []
    names = ", ".join(full_name(comparison, cell) for cell in cells[:3])
    more = f" and {len(cells) - 3} more" if len(cells) > 3 else ""
    return f"Of {runs} runs of {comparison.experiment} {' and '.join(parts)}: in {names}{more}"


def _fallback(comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """What these runs came to, where nothing more is shown."""
    for place, comparison in enumerate(comparisons):
        if any(cell.accuracy for cell in comparison.cells):
            yield Finding(place=place, text=best_sentence(comparison))
    for place, comparison in enumerate(comparisons):
        if front := pareto_front(comparison.cells):
            yield Finding(place=place, text=speed_sentence(comparison, front))


def caution(comparisons: Sequence[Comparison], found: Sequence[Mapping[str, Mark]]) -> str:
    """How far such findings can be trusted, in a sentence or two."""
    counts = [cell.accuracy.n for each in comparisons for cell in each.cells if cell.accuracy]
    if not counts:
        return "No run has a test accuracy."
    if max(counts) < 2:
        return "One seed a variant: any difference can be chance alone."
    if not any(mark.p is not None for each in found for mark in each.values()):
        return f"Fewer than {LEAST_T_SEEDS} shared seeds: nothing was tested, and these are means."
    tests = {mark.test for each in found for mark in each.values() if mark.p is not None}
    normal = " Student's t takes differences for roughly normal." if "t" in tests else ""
    return (
        "p: two-sided, paired by seed, corrected over the variants of an experiment, so that at "
        f"most {LEVEL:.0%} of experiments without any difference show one.{normal} A difference "
        "picked for being the greatest tends to be too great; the intervals are not corrected."
    )
