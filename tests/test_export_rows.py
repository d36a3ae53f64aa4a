"""Each field of a record has a place in the tables, and no value changes on its way there."""

from dataclasses import is_dataclass
from itertools import count
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from harness.export_rows import (
    LAYOUT,
    TABLES,
    ExportError,
    as_kind,
    case_row,
    joined_kind,
    kind_of,
    kind_of_value,
    rows,
    schema_of,
)
from harness.record import EpochRecord, Record, StepLoss
from tests.records import make_record, make_untrained


def filled(hint: Any, numbers: "count[int]") -> Any:
    """A value of this type in which every leaf is another one."""
    if is_dataclass(hint) and isinstance(hint, type):
        return hint(**{name: filled(each, numbers) for name, each in get_type_hints(hint).items()})
    inner = [each for each in get_args(hint) if each not in (NoneType, Ellipsis)]
    if get_origin(hint) is tuple:
        return (filled(inner[0], numbers), filled(inner[0], numbers))
    if get_origin(hint) is dict:
        return {f"key{next(numbers)}": filled(inner[1], numbers)}
    if get_origin(hint) is Literal or hint is bool:
        return inner[0] if inner else True
    if inner:
        return filled(inner[0], numbers)
    number = next(numbers)
    text = f"2026-11-21T06:00:00.{number:06}"  # a time, as one of the texts must be
    return {int: number, float: number + 0.5}.get(hint, text)


def leaves(value: Any) -> list[Any]:
    """Every number, word and truth value within a value, keys included."""
    if is_dataclass(value):
        value = vars(value)
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, dict):
        return [*value, *(leaf for each in value.values() for leaf in leaves(each))]
    if isinstance(value, tuple):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def schema(*records: Record) -> dict[str, dict[str, Any]]:
    kinds: dict[str, set[Any]] = {}
    for record in records:
        for name, cell in case_row(record).items():
            kinds.setdefault(name, set()).add(kind_of_value(cell))
    return schema_of({name: found - {None} for name, found in kinds.items()})


def test_every_leaf_of_a_record_is_in_the_tables() -> None:
    """Fails for a new field that has no place; each leaf is told by a value of its own."""
    record = filled(Record, count(1000))
    tables = rows(record, schema(record))
    written = {
        str(cell) for table in tables.values() for values in table.values() for cell in values
    }
    written |= {name for table in tables.values() for name in table}
    missing = [leaf for leaf in leaves(record) if not any(str(leaf) in text for text in written)]
    assert missing == []
    assert len(leaves(record)) > 80


def test_every_field_of_the_types_is_named_in_the_layout() -> None:
    cases = {name.partition(".")[0] for name in (*LAYOUT.cases, *LAYOUT.open)}
    cases = cases - {"factor"} | {"factors"}
    assert cases | {"epochs", "step_loss"} == get_type_hints(Record).keys()
    assert LAYOUT.epochs.keys() | LAYOUT.layers.keys() == get_type_hints(EpochRecord).keys()
    assert LAYOUT.steps.keys() == get_type_hints(StepLoss).keys()


@pytest.mark.parametrize("hint", [bytes, set[str], str | int, complex])
def test_type_without_a_place_is_refused(hint: Any) -> None:
    with pytest.raises(TypeError, match="expected a field of a type that has a place"):
        kind_of(hint)


def test_nested_names_are_dotted_and_lists_are_json() -> None:
    recipe = {"optimizer": {"kind": "sgd"}, "convs": [{"maps": 6}, None], "train_size": None}
    row = case_row(make_record(recipe=recipe, factors={"learning_rate": 0.1}))
    assert row["recipe.optimizer.kind"] == "sgd"
    assert row["recipe.convs"] == '[{"maps":6},null]'
    assert row["recipe.train_size"] is None
    assert row["factor.learning_rate"] == 0.1
    assert row["timing.wall_s"] == 10.0
    assert row["versions.torch"] == "2.15.0"
    assert row["torch_layers"] == "[]"


def test_absent_data_leaves_its_columns_empty() -> None:
    record = make_untrained()
    cases = rows(record, schema(record))["cases"]
    assert cases["dataset.name"] == [None]
    assert cases["threshold.lower"] == [None]
    assert "dataset" not in cases
    assert cases["outcome"] == ["error"]
    assert cases["reason"] == ["RecipeError: too small"]


def test_rows_of_epochs_layers_and_steps() -> None:
    record = make_record(accuracies=(0.5, None))
    tables = rows(record, schema(record))
    assert tuple(tables) == TABLES
    assert tables["epochs"]["epoch"] == [1, 2]
    assert tables["epochs"]["test_accuracy"] == [0.5, None]
    assert tables["layers"]["epoch"] == [1, 1, 2, 2]
    assert tables["layers"]["layer"] == ["conv1", "output", "conv1", "output"]
    assert tables["layers"]["gradient_norm"] == [0.5, 0.2, None, 0.2]
    assert tables["layers"]["effective_step"] == [None] * 4
    assert tables["steps"]["step"] == [1, 2, 3]
    assert tables["steps"]["loss"] == [2.3, 1.9, 1.2]
    for table in tables.values():
        assert list(table)[:2] == ["run", "nodeid"]
        assert len({len(values) for values in table.values()}) == 1


def test_columns_do_not_depend_on_the_order_of_records() -> None:
    first = make_record(factors={"b": 1}, machine={"z": 1, "a": 2})
    second = make_record(factors={"a": "x"}, conditions={"shift-2": 0.5})
    one, other = schema(first, second), schema(second, first)
    assert list(one["cases"].items()) == list(other["cases"].items())
    assert list(one["cases"])[:2] == ["run", "nodeid"]


def test_two_values_of_one_name_are_an_error() -> None:
    with pytest.raises(ExportError, match=r"expected one value for recipe\.a\.b, got two"):
        case_row(make_record(recipe={"a": {"b": 1}, "a.b": 2}))


@pytest.mark.parametrize(
    ("cells", "kind", "written"),
    [
        ([1, 2], "integer", [1, 2]),
        ([1, 0.5], "number", [1.0, 0.5]),
        ([True, False], "boolean", [True, False]),
        ([True, 1], "text", ["true", "1"]),
        (["auto", 3, 0.1, None], "text", ["auto", "3", "0.1", None]),
        ([2**63, 1], "text", ["9223372036854775808", "1"]),
        ([None], "text", [None]),
    ],
)
def test_a_column_takes_the_narrowest_kind_that_holds_all(
    cells: list[Any], kind: str, written: list[Any]
) -> None:
    found = {each for cell in cells if (each := kind_of_value(cell)) is not None}
    joined = joined_kind(found)
    assert joined == kind
    assert [as_kind(cell, joined) for cell in cells] == written
