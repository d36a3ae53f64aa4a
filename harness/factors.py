"""How an experiment's factors are laid out: their order, their levels' order, what is crossed.

Tables sort by this and figures take their panels and lines from it, so both read the same way.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from harness.record import Level

LEARNING_RATE = "learning_rate"
"""The factor that splits a figure into panels where it is crossed with another one."""

Factors = Mapping[str, Level]
Key = tuple[int, float, tuple[tuple[int, int, str], ...]]


def factor_names(cells: Iterable[Factors]) -> tuple[str, ...]:
    """Every factor that occurs, in order of first appearance."""
    return tuple(dict.fromkeys(name for factors in cells for name in factors))


def level_key(level: Level | None) -> Key:
    """Natural order: nothing, then numbers by size, then words with their numbers by size."""
    if level is None:
        return (0, 0.0, ())
    if isinstance(level, str):
        return (2, 0.0, natural(level))
    return (1, float(level), ())


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key by which `depth-2` stands before `depth-10`, whatever the case of its letters."""
    parts = re.split(r"([0-9]+)", text.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def show_level(level: Level | None) -> str:
    """A level as people write it: `0.001`, `tanh`; empty for none."""
    return "" if level is None else f"{level:g}" if isinstance(level, float) else str(level)


def say_level(name: str, level: Level) -> str:
    """A level that needs no further word: `tanh`, but `depth 2`."""
    text = show_level(level)
    return text if isinstance(level, str) else f"{name.replace('_', ' ')} {text}"


def series_name(factors: Factors, *, variant: str) -> str:
    """Which line of a figure with one panel a learning rate: the levels of all other factors."""
    others = [say_level(name, level) for name, level in factors.items() if name != LEARNING_RATE]
    return ", ".join(others) or variant


def spoken_name(factors: Factors, *, variant: str) -> str:
    """A variant's name; with its factor where it is only a number: `depth 2`."""
    said = [
        say_level(name, level) for name, level in factors.items() if show_level(level) == variant
    ]
    return said[0] if said else variant


def rate_of(factors: Factors) -> float | None:
    """The learning rate among the factors; `None` where it is none of them or no number."""
    rate = factors.get(LEARNING_RATE)
    return None if rate is None or isinstance(rate, str) else float(rate)


def is_crossed(cells: Sequence[tuple[str, Factors]]) -> bool:
    """Whether the (variant, factors) of an experiment are a grid over learning rates.

    Most lines must have two rates or more: an experiment where each optimizer has a rate of its
    own is no grid, even if one of them was tried at two.
    """
    rates: dict[str, set[float]] = {}
    for variant, factors in cells:
        rate = rate_of(factors)
        if rate is not None:
            rates.setdefault(series_name(factors, variant=variant), set()).add(rate)
    several = sum(len(found) > 1 for found in rates.values())
    only_rate = all(set(factors) <= {LEARNING_RATE} for _, factors in cells)
    return bool(rates) and not only_rate and several > len(rates) / 2
