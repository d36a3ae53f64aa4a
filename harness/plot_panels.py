"""Which lines share a panel where a comparison has too many for one. Pure.

Where a second factor splits them, a panel has all that share one of its levels; else the lines go
by their accuracy, so that a panel's axis fits them closely.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.compare import Cell, Comparison
from harness.factors import say_level, show_level

MOST_LINES = 9
"""Lines that one panel shows with their bands: a baseline and as many as there are colours, less
one. Of more, nobody can tell which is which."""
MOST_OF_LEVEL = 12
"""Lines of one level of a factor that may share a panel, without bands."""
MOST_LEVELS = 6
"""Panels that a factor may make."""
MOST_ALIKE = 6
"""Lines in a panel of those that are next to each other by accuracy."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Lines that are drawn together."""

    title: str
    """What they share."""
    names: tuple[str, ...]
    """What each is called beside the others."""
    cells: tuple[Cell, ...]
    """The lines."""


def panels(comparison: Comparison) -> tuple[Panel, ...]:
    """The panels of a comparison with too many lines for one; none where one will do."""
    if not is_crowded(comparison):
        return ()
    factor = split_factor(comparison)
    return _by_level(comparison, factor) if factor else _by_accuracy(comparison)


def is_crowded(comparison: Comparison) -> bool:
    """Whether one panel would have more lines than can be told apart; a grid has its own panels."""
    return not comparison.crossed and len(_lines(comparison)) > MOST_LINES


def split_factor(comparison: Comparison) -> str:
    """The factor that gets a panel a level where there are too many lines; empty for none.

    The first factor is what the experiment asks about, so its levels stay beside each other.
    """
    if not is_crowded(comparison):
        return ""
    fullest = {name: _fullest(comparison, name) for name in comparison.factors[1:]}
    fitting = [name for name, most in fullest.items() if 1 < most <= MOST_OF_LEVEL]
    return min(fitting, key=lambda name: fullest[name], default="")


def name_beside(cell: Cell, factor: str) -> str:
    """What a cell is called among those of the same level: the levels of its other factors."""
    others = [say_level(name, level) for name, level in cell.factors.items() if name != factor]
    return ", ".join(others) or cell.spoken


def _lines(comparison: Comparison) -> list[Cell]:
    return [cell for cell in comparison.cells if cell.curve]


def _fullest(comparison: Comparison, factor: str) -> int:
    """Lines in the fullest panel that a factor makes; 0 where it makes too many, one, or gaps."""
    lines = _lines(comparison)
    counts = Counter(cell.factors.get(factor) for cell in lines)
    return 0 if None in counts or not 1 < len(counts) <= MOST_LEVELS else max(counts.values())


def _by_level(comparison: Comparison, factor: str) -> tuple[Panel, ...]:
    lines = _lines(comparison)
    return tuple(
        Panel(
            title=f"{factor.replace('_', ' ')}: {show_level(level)}",
            names=tuple(name_beside(cell, factor) for cell in found),
            cells=found,
        )
        for level in dict.fromkeys(cell.factors[factor] for cell in lines)
        for found in [tuple(cell for cell in lines if cell.factors[factor] == level)]
    )


def _by_accuracy(comparison: Comparison) -> tuple[Panel, ...]:
    lines = sorted(_lines(comparison), key=_mean, reverse=True)
    return tuple(
        Panel(
            title=f"{start + 1} to {start + len(found)} of {len(lines)} by accuracy",
            names=tuple(cell.spoken for cell in found),
            cells=tuple(found),
        )
        for start, found in _shared_out(lines)
    )


def _shared_out(lines: Sequence[Cell]) -> list[tuple[int, Sequence[Cell]]]:
    """The lines in few groups whose sizes differ by one at most, each with where it starts."""
    groups = -(-len(lines) // MOST_ALIKE)
    ends = [-(-len(lines) * group // groups) for group in range(groups + 1)]
    return [(start, lines[start:end]) for start, end in pairwise(ends)]


def _mean(cell: Cell) -> float:
    return cell.accuracy.mean if cell.accuracy else -1.0
