"""A record as rows of four tidy tables, and the place that each of its fields has in them.

| table | one row for each | columns |
|---|---|---|
| `cases` | case | all that a case has once |
| `epochs` | case and epoch | the numbers of that epoch; `epoch` counts from 1 |
| `layers` | case, epoch and layer | gradient norm, dead and saturated units, effective step |
| `steps` | case and recorded step | `step`, counted from 1 over the training, and `loss` |

Every row starts with its keys `run` and `nodeid`. What is nested gets a dotted name:
`timing.wall_s`, `recipe.optimizer.kind`, `factor.activation`. A list is one text of JSON:
`recipe.convs`. A cell is empty where the record has no value, or one that was not finite.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from harness.record import EpochRecord, Record, StepLoss

Kind = Literal["text", "integer", "number", "boolean"]
Cell = str | int | float | bool | None
Schema = dict[str, dict[str, Kind]]
"""Table -> column -> kind, all in the order in which they are written."""
Columns = dict[str, list[Any]]
"""Column -> its values, one for each row."""

TABLES = ("cases", "epochs", "layers", "steps")
KEYS: dict[str, Kind] = {"run": "text", "nodeid": "text"}
"""What every table starts with: together they name a case."""
PREFIXES = {"factors": "factor"}
"""Field -> what its columns start with, where that is not its name."""
EPOCHS, STEPS = "epochs", "step_loss"
"""Fields of a record that have tables of their own."""
LARGEST = 2**63 - 1
"""The greatest integer that an integer column holds; a column with a greater one is text."""


class ExportError(ValueError):
    """Something that cannot be exported: what was expected, what came, what to do."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the fields of a record go, read from its type."""

    cases: dict[str, Kind]
    """Columns of `cases` that every record has."""
    open: tuple[str, ...]
    """What the columns of `cases` start with whose names only the records know: `recipe.`."""
    epochs: dict[str, Kind]
    """Numbers of one epoch."""
    layers: dict[str, Kind]
    """Numbers of one layer in one epoch."""
    steps: dict[str, Kind]
    """Numbers of one step."""


def layout() -> Layout:
    """The place of every field of `Record`.

    Raises:
        TypeError: a field of a type that has no place yet.
    """
    hints = get_type_hints(Record)
    cases, open_ = _case_places(
        {name: hints[name] for name in hints if name not in (EPOCHS, STEPS)}
    )
    epoch_hints = get_type_hints(EpochRecord)
    by_layer = {name for name, hint in epoch_hints.items() if get_origin(hint) is dict}
    return Layout(
        cases=KEYS | cases,
        open=open_,
        epochs={name: kind_of(hint) for name, hint in epoch_hints.items() if name not in by_layer},
        layers={
            name: kind_of(get_args(epoch_hints[name])[1])
            for name in epoch_hints
            if name in by_layer
        },
        steps={name: kind_of(get_args(hint)[0]) for name, hint in get_type_hints(StepLoss).items()},
    )


def _case_places(hints: Mapping[str, Any]) -> tuple[dict[str, Kind], tuple[str, ...]]:
    """Columns with a name of their own, and the beginnings of those without."""
    columns: dict[str, Kind] = {}
    beginnings = []
    for name, hint in hints.items():
        only = _without_none(hint)
        if get_origin(only) is dict:
            beginnings.append(f"{PREFIXES.get(name, name)}.")
        elif is_dataclass(only):
            nested = get_type_hints(only)
            columns |= {f"{name}.{key}": kind_of(inner) for key, inner in nested.items()}
        else:
            columns[name] = kind_of(hint)
    return columns, tuple(beginnings)


def kind_of(hint: Any) -> Kind:
    """The kind of column that holds values of a type; raises `TypeError` if none does."""
    only = _without_none(hint)
    if only is str or get_origin(only) in (tuple, list, Literal):
        return "text"
    kinds: dict[Any, Kind] = {bool: "boolean", int: "integer", float: "number"}
    if only not in kinds:
        raise TypeError(f"export: expected a field of a type that has a place, got {hint}")
    return kinds[only]


def _without_none(hint: Any) -> Any:
    """`int` of `int | None`; any other type as it is."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kept = [each for each in get_args(hint) if each is not NoneType]
    return kept[0] if len(kept) == 1 else hint


LAYOUT = layout()
NESTED = {
    name
    for name, hint in get_type_hints(Record).items()
    if is_dataclass(_without_none(hint)) and name != STEPS
}
"""Fields of `Record` that are records themselves, and may be absent."""


def case_row(record: Record) -> dict[str, Cell]:
    """Column -> value of a record's row of `cases`, a list as JSON.

    Raises:
        ExportError: two of its values have the same name.
    """
    row: dict[str, Cell] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in (EPOCHS, STEPS) or (value is None and field.name in NESTED):
            continue
        for name, cell in _flat(PREFIXES.get(field.name, field.name), value):
            if name in row:
                raise ExportError(
                    f"{record.nodeid}: expected one value for {name}, got two: "
                    "rename one of the two keys in its record"
                )
            row[name] = cell
    return row


def _flat(name: str, value: Any) -> Iterator[tuple[str, Cell]]:
    """The cells of a value, each with its dotted name."""
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list | tuple):
        yield name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    else:
        yield name, value


def rows(record: Record, schema: Schema) -> dict[str, Columns]:
    """Table -> column -> the record's values in it; tables of no row have empty columns."""
    row = case_row(record)
    return {
        "cases": {name: [as_kind(row.get(name), kind)] for name, kind in schema["cases"].items()},
        "epochs": _epochs(record),
        "layers": _layers(record),
        "steps": _steps(record),
    }


def _epochs(record: Record) -> Columns:
    numbers = {name: [getattr(epoch, name) for epoch in record.epochs] for name in LAYOUT.epochs}
    count = len(record.epochs)
    return _keys(record, count) | {"epoch": list(range(1, count + 1))} | numbers


def _layers(record: Record) -> Columns:
    places = [
        (number, layer, epoch)
        for number, epoch in enumerate(record.epochs, 1)
        for layer in layers_of(epoch)
    ]
    numbers = {
        name: [getattr(epoch, name).get(layer) for _, layer, epoch in places]
        for name in LAYOUT.layers
    }
    where: Columns = {"epoch": [each[0] for each in places], "layer": [each[1] for each in places]}
    return _keys(record, len(places)) | where | numbers


def _steps(record: Record) -> Columns:
    numbers = {name: list(getattr(record.step_loss, name)) for name in LAYOUT.steps}
    return _keys(record, len(record.step_loss.step)) | numbers


def _keys(record: Record, count: int) -> Columns:
    return {"run": [record.run] * count, "nodeid": [record.nodeid] * count}


def layers_of(epoch: EpochRecord) -> tuple[str, ...]:
    """Every layer that an epoch has a number of, in order of first appearance."""
    return tuple(dict.fromkeys(layer for name in LAYOUT.layers for layer in getattr(epoch, name)))


def schema_of(cases: Mapping[str, set[Kind]]) -> Schema:
    """The tables' columns, from the kinds of value that `cases` was found to hold.

    Columns of one beginning stand in alphabetical order, so that runs of the same experiments have
    the same columns in whatever order their cases ended.
    """
    found = sorted(name for name in cases if name not in LAYOUT.cases)
    columns = dict(LAYOUT.cases)
    for beginning in LAYOUT.open:
        columns |= {name: joined_kind(cases[name]) for name in found if name.startswith(beginning)}
    where: dict[str, Kind] = KEYS | {"epoch": "integer"}
    return {
        "cases": columns,
        "epochs": where | LAYOUT.epochs,
        "layers": where | {"layer": "text"} | LAYOUT.layers,
        "steps": KEYS | LAYOUT.steps,
    }


def kind_of_value(cell: Cell) -> Kind | None:
    """The narrowest kind of column that holds a cell; `None` for an empty one, as all do."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, int):
        return "integer" if abs(cell) <= LARGEST else "text"
    return "number" if isinstance(cell, float) else "text"


def joined_kind(kinds: set[Kind]) -> Kind:
    """The kind of column that holds cells of all these kinds."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return "number" if kinds == {"integer", "number"} else "text"


def as_kind(cell: Cell, kind: Kind) -> Cell:
    """A cell as its column has it: a whole number as a float, anything as text."""
    if cell is None:
        return None
    if kind == "number" and isinstance(cell, int):
        return float(cell)
    return as_text(cell) if kind == "text" else cell


def as_text(cell: Cell) -> str:
    """A cell as text: words as they are, numbers and truth values as JSON has them."""
    return cell if isinstance(cell, str) else json.dumps(cell)
