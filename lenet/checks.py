"""How settings refuse bad values: one error type, one sentence that names field, wish and value."""

from collections.abc import Iterable
from typing import Any


class RecipeError(ValueError):
    """A recipe that cannot be trained or read; the message names the field at fault."""


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
        raise RecipeError(f"{field}: expected a number {wish}; got {value!r}")


def check_whole(field: str, value: object, *, least: int) -> None:
    """Refuse anything but a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise RecipeError(f"{field}: expected a whole number of at least {least}; got {value!r}")


def check_unused(owner: str, values: dict[str, Any], defaults: dict[str, Any]) -> None:
    """Refuse a setting away from its default where nothing would read it."""
    for field, value in values.items():
        if value != defaults[field]:
            raise RecipeError(
                f"{field}: {owner} does not use it; leave it at {defaults[field]!r}, got {value!r}"
            )
