"""One record as a line of JSON: there and back, refused by field, lifted from older versions."""

import json
import math
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from harness import record as record_module
from harness.record import (
    SCHEMA_FILE,
    SCHEMA_VERSION,
    Record,
    RecordError,
    Threshold,
    decode,
    encode,
    finite,
    from_dict,
    schema,
    to_dict,
)
from tests.records import make_record, make_untrained

FULL = make_record(
    threshold=Threshold(lower=0.9),
    factors={"activation": "tanh", "learning_rate": 0.01, "depth": 2},
    accuracies=(0.9, None),
    outcome="failed",
    reason="accuracy below its threshold",
    artifacts="artifacts/adam.npz",
    artifacts_dropped=("weights",),
)
EMPTY = make_record(accuracies=(), commit=None, dirty=None)
RAISED = make_untrained()


@pytest.mark.parametrize("made", [FULL, EMPTY, RAISED], ids=["full", "empty", "raised"])
def test_record_survives_its_line(made: Record) -> None:
    line = encode(made)
    assert b"\n" not in line
    assert decode(line) == decode(line.decode()) == made
    assert from_dict(to_dict(made)) == made


def test_record_of_a_shorter_line_is_whole_when_written_again() -> None:
    fields = to_dict(EMPTY)
    shorter = {name: value for name, value in fields.items() if name != "artifacts_dropped"}
    assert to_dict(from_dict(shorter)) == fields


@pytest.mark.parametrize("made", [FULL, EMPTY, RAISED], ids=["full", "empty", "raised"])
def test_record_is_valid_by_the_published_schema(made: Record) -> None:
    published = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(to_dict(made), published)
    with pytest.raises(jsonschema.ValidationError, match="'guessed' is not one of"):
        jsonschema.validate(to_dict(made) | {"outcome": "guessed"}, published)


def test_published_schema_is_the_one_of_the_type() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == json.loads(json.dumps(schema())), (
        "a field of Record changed: raise SCHEMA_VERSION, add the upgrade, publish the schema anew"
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_number_that_is_not_finite_becomes_null(number: float) -> None:
    assert finite(number) is None
    made = make_record(step_loss=record_module.StepLoss(step=(1,), loss=(number,)))
    line = json.loads(encode(made))
    assert line["step_loss"]["loss"] == [None]
    assert decode(encode(made)).step_loss.loss == (None,)


def test_finite_number_stays() -> None:
    assert finite(0.5) == 0.5


def changed(**fields: Any) -> str:
    return json.dumps(to_dict(FULL) | fields)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "got text that is not JSON"),
        ('{"run": "a', "got text that is not JSON"),
        ("[1]", "expected a JSON object, got list"),
        (changed(outcome="guessed"), r"Invalid enum value 'guessed' - at `\$\.outcome`"),
        (changed(seed="0"), r"Expected `int`, got `str` - at `\$\.seed`"),
        (changed(threshold={"lower": "high"}), r"at `\$\.threshold\.lower`"),
        (changed(step_loss={"step": [1, "b"], "loss": []}), r"at `\$\.step_loss\.step\[1\]`"),
        (changed(finished_at="today"), r"finished_at: expected a time by ISO 8601, got 'today'"),
        (changed(finished_at="2026-02-30T00:00:00Z"), r"got '2026-02-30T00:00:00Z'"),
        (changed(schema_version=SCHEMA_VERSION + 1), "update this package"),
        (changed(schema_version="1"), "got '1'"),
        ("{}", "got None"),
    ],
)
def test_refusal_names_the_field(line: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        decode(line)


def test_time_without_a_zone_is_utc() -> None:
    times = ["2026-11-21T06:00:00", "2026-11-21T06:00:00Z", "2026-11-21T07:00:00+01:00"]
    assert {replace(FULL, finished_at=time).finished_s for time in times} == {1795240800.0}


def test_only_a_case_that_raised_is_without_data() -> None:
    with pytest.raises(RecordError, match=r"at `\$\.dataset`, in a case with the outcome 'passed'"):
        from_dict(to_dict(RAISED) | {"outcome": "passed"})
    with pytest.raises(RecordError, match="expected the data that it was trained on"):
        _ = RAISED.trained_on
    assert FULL.trained_on is FULL.dataset


def test_record_of_version_1_is_read() -> None:
    assert from_dict(to_dict(FULL) | {"schema_version": 1}) == FULL


def test_missing_field_is_named() -> None:
    fields = to_dict(FULL)
    del fields["epochs"][1]["train_s"]
    with pytest.raises(RecordError, match=r"missing required field `train_s` - at `\$\.epochs\[1"):
        from_dict(fields)


def test_older_versions_are_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_to_second(fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"schema_version": -1, "seed": fields["seed"] + 1}

    def second_to_current(fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"schema_version": SCHEMA_VERSION, "seed": fields["seed"] * 10}

    monkeypatch.setattr(record_module, "UPGRADES", {-2: first_to_second, -1: second_to_current})
    assert from_dict(to_dict(FULL) | {"schema_version": -2}) == replace(FULL, seed=10)
    assert from_dict(to_dict(FULL) | {"schema_version": -1}) == replace(FULL, seed=0)
    with pytest.raises(RecordError, match="got -3"):
        from_dict(to_dict(FULL) | {"schema_version": -3})
