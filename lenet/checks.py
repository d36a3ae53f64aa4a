"""How settings refuse bad values: one error type, one sentence that names field, wish and value."""

import dataclasses
from collections.abc import Iterable
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin


class RecipeError(ValueError):
    """A recipe that cannot be trained or read; the message names the field at fault."""


def check_types(settings: Any, *, owner: str = "") -> None:
    """Refuse a field of a settings dataclass whose value is not of its declared type.

    A list in the place of a tuple is one of those: recipes are compared and hashed by their fields.
    """
    for item in dataclasses.fields(settings):
        value = getattr(settings, item.name)
        if not _fits(value, item.type):
            raise RecipeError(f"{owner}{item.name}: expected {_wish(item.type)}; got {value!r}")


def check_choice(field: str, value: object, choices: Iterable[str]) -> None:
    """Refuse a name that is not among `choices`."""
    names = tuple(choices)
    if value not in names:
        raise RecipeError(f"{field}: expected one of {', '.join(names)}; got {value!r}")


def check_range(
    field: str,
    value: float,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> None:
    """Refuse a number outside its range, or one that is no finite number."""
    bounds = {"above": above, "at least": least, "below": below, "at most": most}
    wish = " and ".join(f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None)
    fits = (
        (above is None or value > above)
        and (least is None or value >= least)
        and (below is None or value < below)
        and (most is None or value <= most)
        and value - value == 0
    )
    if not fits:
        raise RecipeError(f"{field}: expected a finite number {wish or 'of any size'}; got {value}")


def check_whole(field: str, value: int, *, least: int) -> None:
    """Refuse a whole number under `least`."""
    if value < least:
        raise RecipeError(f"{field}: expected a whole number of at least {least}; got {value!r}")


def check_unused(owner: str, values: dict[str, Any], defaults: dict[str, Any]) -> None:
    """Refuse a setting away from its default where nothing would read it."""
    for field, value in values.items():
        if value != defaults[field]:
            raise RecipeError(
                f"{field}: {owner} does not use it; leave it at {defaults[field]!r}, got {value!r}"
            )


def leaves(kind: Any) -> list[Any]:
    """The types and literal values that a type is put together from, each once."""
    parts = [leaf for part in get_args(kind) for leaf in leaves(part)]
    return list(dict.fromkeys(parts)) or [kind]


def names_of(kind: Any) -> list[str]:
    """The names that a field of this type takes; none for a type without literals."""
    return [leaf for leaf in leaves(kind) if isinstance(leaf, str)]


def _fits(value: Any, kind: Any) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        kinds = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return len(value) == len(kinds) and all(map(_fits, value, kinds))
    if isinstance(value, bool):  # Python counts it among the numbers
        return kind is bool
    return isinstance(value, int | float if kind is float else kind)


def _wish(kind: Any) -> str:
    if names := names_of(kind):
        among = f"one of {', '.join(names)}"
        return among if get_origin(kind) is Literal else f"{among}; or a tuple of these"
    return kind.__name__ if get_origin(kind) is None and isinstance(kind, type) else _text(kind)


def _text(kind: Any) -> str:
    """A compound type as Python writes it, without the modules: `tuple[Conv, ...]`."""
    text = str(kind)
    for leaf in leaves(kind):
        if isinstance(leaf, type):
            text = text.replace(f"{leaf.__module__}.{leaf.__qualname__}", leaf.__name__)
    return text
