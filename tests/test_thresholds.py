"""Accuracy thresholds: the file, its errors, and how an assertion reads a bound."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bench import planning
from bench.thresholds import THRESHOLDS_FILE, Bounds, find_threshold
from bench.tiers import TIERS
from harness.record import Threshold
from harness.thresholds import (
    ThresholdEntry,
    ThresholdsError,
    ThresholdsFile,
    read_thresholds,
    write_thresholds,
)

ENTRY: dict[str, Any] = {
    "case": "test_depth[2]",
    "dataset": "digits",
    "tier": "smoke",
    "engine": "torch",
    "lower": 0.9,
    "margin": 0.01,
    "seeds": [0, 1],
    "measured": [0.91, 0.92],
}


def write(file: Path, *entries: dict[str, Any]) -> Path:
    file.write_text(json.dumps({"how": "By hand.", "entries": entries}))
    return file


def bounds(lower: float | None = None, upper: float | None = None) -> Bounds:
    return Bounds(threshold=Threshold(lower=lower, upper=upper), case="test_depth[2]")


def strangers(entries: Iterable[ThresholdEntry]) -> list[str]:
    """Cases of a thresholds file that no experiment has."""
    known = {
        (f"test_{case.experiment}[{case.variant.name}]", tier.name)
        for tier in TIERS.values()
        for case in planning.cases_by_name(tier, seeds=1).values()
    }
    return [entry.case for entry in entries if (entry.case, entry.tier) not in known]


def test_lower_bound_is_the_least_that_passes() -> None:
    assert 0.9 in bounds(lower=0.9)
    assert 1.0 in bounds(lower=0.9)
    assert 0.8999 not in bounds(lower=0.9)


def test_upper_bound_is_the_greatest_that_passes() -> None:
    assert 0.1 in bounds(upper=0.1)
    assert 0.1001 not in bounds(upper=0.1)


def test_both_bounds_hold() -> None:
    assert [value in bounds(lower=0.2, upper=0.4) for value in (0.1, 0.2, 0.4, 0.5)] == [
        False,
        True,
        True,
        False,
    ]


def test_accuracy_that_is_no_number_passes_no_bound() -> None:
    assert math.nan not in bounds(lower=0.0)
    assert math.nan not in bounds(upper=1.0)


def test_without_a_threshold_every_accuracy_passes() -> None:
    nothing = Bounds(threshold=None, case="test_depth[2]")
    assert 0.0 in nothing
    assert math.nan in nothing
    assert repr(nothing) == "<no threshold for test_depth[2]>"


def test_bounds_read_well_in_an_assertion() -> None:
    assert repr(bounds(lower=0.9)) == "<at least 0.9000: threshold of test_depth[2]>"
    assert repr(bounds(upper=0.1)) == "<at most 0.1000: threshold of test_depth[2]>"
    assert repr(bounds(lower=0.2, upper=0.4)).startswith("<at least 0.2000 and at most 0.4000:")


def test_file_survives_writing_and_reading(tmp_path: Path) -> None:
    later = ThresholdEntry(**{**ENTRY, "case": "test_optimizer[sgd]", "seeds": (), "measured": ()})
    first = ThresholdEntry(**{**ENTRY, "seeds": (0, 1), "measured": (0.91, 0.92)})
    file = tmp_path / "thresholds.json"
    write_thresholds(file, ThresholdsFile(how='By "hand".', entries=(later, first)))
    found = read_thresholds(file)
    assert found.how == 'By "hand".'
    assert found.entries == (first, later)  # sorted, one entry a line
    assert file.read_text().count("\n") == 5
    write_thresholds(file, ThresholdsFile(how="Nothing.", entries=()))
    assert read_thresholds(file).entries == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a thresholds file"),
        ('{"how": "", "entries": [', "expected a thresholds file"),
        ("[]", "Expected `object`, got `array`"),
        ('{"how": ""}', "missing required field `entries`"),
        (
            json.dumps({"how": "", "entries": [{**ENTRY, "lower": "high"}]}),
            r"\$.entries\[0\].lower",
        ),
        (json.dumps({"how": "", "entries": [{**ENTRY, "lower": None}]}), "got neither"),
        (json.dumps({"how": "", "entries": [{**ENTRY, "reason": "Why."}]}), "got both"),
        (
            json.dumps({"how": "", "entries": [{**ENTRY, "lower": 97.1}]}),
            "accuracies are fractions",
        ),
        (json.dumps({"how": "", "entries": [{**ENTRY, "upper": 0.8}]}), "lower <= upper"),
    ],
    ids=["empty", "cut", "list", "no-entries", "type", "no-bound", "both", "percent", "crossed"],
)
def test_damaged_file_is_refused_by_name_and_field(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "thresholds.json"
    file.write_text(text)
    with pytest.raises(ThresholdsError, match=said) as caught:
        read_thresholds(file)
    assert str(caught.value).startswith(f"{file}: expected a thresholds file; ")


def test_misspelt_bound_is_no_bound(tmp_path: Path) -> None:
    entry = {"lowr" if name == "lower" else name: value for name, value in ENTRY.items()}
    with pytest.raises(ThresholdsError, match="got neither"):
        read_thresholds(write(tmp_path / "thresholds.json", entry))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ThresholdsError, match="No such file"):
        read_thresholds(tmp_path / "gone.json")


def test_two_entries_for_one_case_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "thresholds.json", ENTRY, {**ENTRY, "tier": "short"})
    assert len(read_thresholds(file).entries) == 2
    write(file, ENTRY, {**ENTRY, "lower": 0.8})
    with pytest.raises(ThresholdsError, match=r"one entry a case; .*test_depth\[2\].* has several"):
        read_thresholds(file)


def test_threshold_is_found_by_case_dataset_tier_and_engine(tmp_path: Path) -> None:
    file = write(tmp_path / "thresholds.json", ENTRY)
    key = {name: ENTRY[name] for name in ("case", "dataset", "tier", "engine")}
    assert find_threshold(**key, file=file) == Threshold(lower=0.9)
    for name in key:
        assert find_threshold(**{**key, name: "other"}, file=file) is None


def test_reviewed_file_names_cases_that_exist() -> None:
    assert strangers(read_thresholds(THRESHOLDS_FILE).entries) == []


def test_case_that_does_not_exist_is_found(tmp_path: Path) -> None:
    renamed = {**ENTRY, "case": "test_depth[two]"}
    other_tier = {**ENTRY, "tier": "long"}
    file = write(tmp_path / "thresholds.json", ENTRY, renamed, other_tier)
    assert strangers(read_thresholds(file).entries) == ["test_depth[two]", "test_depth[2]"]
