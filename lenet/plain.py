"""Settings dataclasses as plain JSON, and back."""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from lenet.checks import RecipeError, leaves, names_of

Settings = TypeVar("Settings")


def to_plain(settings: Any) -> dict[str, Any]:
    """All fields of a settings dataclass as JSON types, nested ones too."""
    # By way of json, not msgspec: that leaves out the defaults of what it has itself decoded.
    fields: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(settings)))
    return fields


def differing(settings: Any) -> dict[str, Any]:
    """Fields of a settings dataclass that differ from their defaults, as JSON, nested ones too."""
    changed = {
        item: getattr(settings, item.name)
        for item in dataclasses.fields(settings)
        if getattr(settings, item.name) != item.default
    }
    return {item.name: _plain(value, item.type) for item, value in changed.items()}


def from_plain(fields: Mapping[str, Any], kind: type[Settings]) -> Settings:
    """The settings with these fields, defaults for the rest.

    Raises:
        RecipeError: an unknown field, a wrong type or an impossible value, by its path.
    """
    try:
        settings = msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise RecipeError(_with_names(str(error), kind)) from None
    _refuse_unknown(fields, to_plain(settings), path="$")
    return settings


def _plain(value: Any, kind: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return differing(value)
    if isinstance(value, tuple):
        return [_plain(entry, kind) for entry in value]
    # A rate of 1 and one of 1.0 are one rate.
    return float(value) if isinstance(value, int) and float in leaves(kind) else value


def _refuse_unknown(given: Any, known: Any, *, path: str) -> None:
    """Refuse a field that the decoder passed over: `known` is what became of `given`."""
    if isinstance(given, Mapping):
        if unknown := set(given) - set(known):
            raise RecipeError(
                f"{path}: unknown field {min(unknown)!r}; expected among {', '.join(known)}"
            )
        for name, value in given.items():
            _refuse_unknown(value, known[name], path=f"{path}.{name}")
    elif isinstance(given, list | tuple):
        for index, (value, entry) in enumerate(zip(given, known, strict=True)):
            _refuse_unknown(value, entry, path=f"{path}[{index}]")


def _with_names(message: str, kind: Any) -> str:
    """The decoder's message, with the names that would do where one was wrong."""
    if not message.startswith("Invalid enum value"):
        return message
    for name in re.findall(r"\.(\w+)", message.rpartition(" - at ")[2]):
        settings = next(leaf for leaf in leaves(kind) if dataclasses.is_dataclass(leaf))
        kind = next(item.type for item in dataclasses.fields(settings) if item.name == name)
    return f"{message}; expected one of {', '.join(names_of(kind))}"
