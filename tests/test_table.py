"""Tables as a reader sees them, and their numbers as a program reads them."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from harness.compare import compare
from harness.record import Record
from harness.table import (
    SHARED_MARK,
    escape,
    markdown,
    markdown_table,
    notes,
    rows,
    to_csv,
    to_json,
)
from tests.records import TIMING, bench_records, make_record

HOSTILE = "a|b\n<script>alert(1)</script> `x` *y* [t](http://z) \\ $q$"


def table(records: list[Record]) -> str:
    (comparison,) = compare(records)
    return markdown(comparison)


def cells(text: str) -> list[dict[str, str]]:
    """A Markdown table as one dict a row."""
    lines = [[part.strip() for part in line.strip("|").split("|")] for line in text.splitlines()]
    assert len({len(line) for line in lines}) == 1
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def pair(**others: Any) -> list[Record]:
    """Baseline and one variant, two seeds each."""
    return [
        make_record(variant=variant, seed=seed, accuracies=(accuracy + seed / 100,), **others)
        for variant, accuracy in (("sgd", 0.9), ("adam", 0.95))
        for seed in (0, 1)
    ]


def test_a_row_says_mean_interval_range_difference_time_and_size() -> None:
    baseline, adam = cells(table(pair()))
    assert baseline["against baseline"] == "baseline"
    assert adam == {
        "variant": "adam",
        "seeds": "2",
        "test accuracy, %": "95.50 ± 6.35",
        "lowest to highest": "95.00 to 96.00",
        "against baseline": "+5.00 ± 0.00",
        "epoch time, s": "3.000",
        "parameters": "44,426",
        "MFLOP / sample": "1.52",
        "outcome": "passed",
    }


def test_what_was_held_out_is_shown_where_something_was() -> None:
    held_out = [
        replace(
            record,
            epochs=tuple(
                replace(epoch, validation_accuracy=0.9 + record.seed / 100)
                for epoch in record.epochs
            ),
        )
        for record in pair()
    ]
    assert cells(table(held_out))[1]["held out, %"] == "90.50 ± 6.35"
    (comparison,) = compare(held_out)
    assert rows([comparison])[1]["held_out_accuracy"] == pytest.approx(0.905)
    assert any(note.startswith("Held out: ") for note in notes(comparison))
    (comparison,) = compare(pair())
    assert rows([comparison])[1]["held_out_accuracy"] is None
    assert not any(note.startswith("Held out: ") for note in notes(comparison))


def test_one_seed_shows_that_there_is_no_interval() -> None:
    baseline, adam = cells(table([record for record in pair() if record.seed == 0]))
    assert adam["test accuracy, %"] == "95.00 (1 seed)"
    assert adam["against baseline"] == "+5.00 (1 pair)"
    assert "±" not in baseline["test accuracy, %"]
    assert "lowest to highest" not in adam


def test_fewer_pairs_than_seeds_are_said() -> None:
    assert cells(table(pair()[1:]))[1]["against baseline"] == "+5.00 (1 pair)"
    third = make_record(variant="adam", seed=2)
    assert cells(table([*pair(), third]))[1]["against baseline"] == "+5.00 ± 0.00 (2 pairs)"


@pytest.mark.parametrize(
    ("records", "text"),
    [
        (pair()[2:], "no baseline run (sgd)"),
        ([make_record(variant="sgd", seed=5), *pair()[2:]], "no shared seed"),
    ],
)
def test_a_missing_comparison_says_why(records: list[Record], text: str) -> None:
    assert cells(table(records))[-1]["against baseline"] == text


def test_trouble_takes_columns_only_where_there_is_some() -> None:
    assert "diverged" not in table(pair())
    sick = replace(pair()[3], diverged=True, outcome="failed")
    row = cells(table([*pair()[:3], sick]))[1]
    assert row["diverged"] == "1"
    assert row["outcome"] == "1 of 2 FAILED, 1 of 2 passed"


@pytest.mark.parametrize("outcome", ["unjudged", "failed", "error"])
def test_outcomes_are_never_silent(outcome: str) -> None:
    assert cells(table(pair(outcome=outcome)))[0]["outcome"].lower() == outcome


def test_times_of_a_shared_machine_are_marked_and_explained() -> None:
    shared = pair(timing=replace(TIMING, exclusive=False))
    (comparison,) = compare(shared)
    assert cells(markdown(comparison))[0]["epoch time, s"] == "≈3.000"
    assert any(note.startswith("≈") for note in notes(comparison))
    assert not any("≈" in note for note in notes(compare(pair())[0]))


def test_runs_of_several_machines_are_timed_in_yardsticks_and_have_no_outcomes() -> None:
    (found,) = compare(pair())
    (first, *_) = cells(markdown(found, pooled=True))
    timing = pair()[0].timing
    assert timing.yardstick_s
    assert first["epoch, yardsticks"] == f"{(pair()[0].epoch_s or 0) / timing.yardstick_s:,.0f}"
    assert not {"epoch time, s", "outcome"} & first.keys()
    said = " ".join(notes(found, pooled=True))
    assert "Yardsticks: an epoch's time over" in said
    assert SHARED_MARK not in said


def test_an_interval_wider_than_all_that_was_seen_is_pointed_out() -> None:
    wide, narrow = compare(pair())[0], compare(bench_records(seeds=6))[1]
    assert any("read the range" in note for note in notes(wide))
    assert not any("read the range" in note for note in notes(narrow))


def test_factors_get_a_column_where_the_name_does_not_say_them() -> None:
    records = [
        replace(record, factors={"batch_size": 64, "name": record.variant}) for record in pair()
    ]
    row = cells(table(records))[0]
    assert row["batch_size"] == "64"
    assert "name" not in row


def test_hostile_names_stay_in_their_field() -> None:
    records = pair(factors={HOSTILE: HOSTILE})
    records = [replace(record, variant=record.variant + HOSTILE) for record in records]
    found = cells(table(records))
    assert len(found) == 2
    assert "<" not in table(records)
    assert "](" not in table(records)


def test_escaping_leaves_ordinary_names_alone() -> None:
    for name in ("test_optimizer[adam-seed0]", "leaky_relu-lr0.0001", "k2-s2-p0", "Größe", "形"):
        assert escape(name) == name


def test_a_table_is_lined_up_unless_a_cell_is_wider_than_a_terminal() -> None:
    def made(text: str) -> list[str]:
        return markdown_table([("id", ["a", "bcd"], False), ("n", [text, "2"], True)]).splitlines()

    assert made("10") == ["| id   |   n |", "|:-----|----:|", "| a    |  10 |", "| bcd  |   2 |"]
    long = "x" * 81
    assert made(long) == ["| id | n |", "|:--|--:|", f"| a | {long} |", "| bcd | 2 |"]


def test_csv_and_json_hold_the_same_full_numbers() -> None:
    found = rows(compare(bench_records(seeds=2)))
    from_json = json.loads(to_json(found))
    from_csv = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert len(from_json) == len(from_csv) == 61
    assert from_json[0].keys() == from_csv[0].keys()
    for one, other in zip(from_json, from_csv, strict=True):
        assert float(other["test_accuracy"]) == one["test_accuracy"]
        assert other["variant"] == one["variant"]
        assert (other["difference"] == "") == (one["difference"] is None)


def test_json_has_units_of_the_record_not_of_the_table() -> None:
    adam = rows(compare(pair()))[1]
    assert adam["test_accuracy"] == pytest.approx(0.955)
    assert adam["difference"] == pytest.approx(0.05)
    assert adam["flops"] == 1_520_000
    assert adam["factor_optimizer"] == "adam"


def test_csv_survives_hostile_names() -> None:
    found = rows(compare([make_record(variant='x,"y"\n' + HOSTILE)]))
    (row,) = csv.DictReader(io.StringIO(to_csv(found)))
    assert row["variant"] == 'x,"y"\n' + HOSTILE
