"""What a class is shown: which cases, and all of their pictures with words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.artifacts import artifacts_path
from harness.compare import Comparison, compare
from harness.record import Record
from harness.teaching import Illustration, shown_cases, teaching_figures
from tests.records import make_record
from tests.teaching_samples import artifact_arrays, drawn


def comparison_of(accuracies: dict[str, Sequence[float | None]], **others: Any) -> Comparison:
    """Variants with a final accuracy a seed; the baseline is `sgd`."""
    (comparison,) = compare(records_of(accuracies, **others))
    return comparison


def records_of(accuracies: dict[str, Sequence[float | None]], **others: Any) -> list[Record]:
    return [
        make_record(variant=variant, seed=seed, accuracies=(0.5, value), **others)
        for variant, values in accuracies.items()
        for seed, value in enumerate(values)
    ]


def test_baseline_best_and_worst_are_shown_in_this_order() -> None:
    shown = shown_cases(
        comparison_of({"adam": [0.98, 0.97], "sgd": [0.9, 0.95], "nadam": [0.1], "rms": [0.93]})
    )
    assert [(case.cell.variant, case.roles) for case in shown] == [
        ("sgd", ("baseline",)),
        ("adam", ("best",)),
        ("nadam", ("worst",)),
    ]


@pytest.mark.parametrize(
    ("accuracies", "expected"),
    [
        ({"sgd": [0.98], "adam": [0.9]}, [("sgd", "baseline, best"), ("adam", "worst")]),
        ({"sgd": [0.8], "adam": [0.9]}, [("sgd", "baseline, worst"), ("adam", "best")]),
        ({"sgd": [0.8]}, [("sgd", "baseline")]),
        ({"adam": [0.8]}, [("adam", "first")]),
        ({"sgd": [None], "adam": [0.8], "nadam": [0.7]}, [("adam", "best"), ("nadam", "worst")]),
        ({"adam": [0.8], "sgd": [0.8], "nadam": [0.8]}, [("sgd", "baseline")]),
        ({"sgd": [None]}, []),
    ],
)
def test_a_variant_that_is_two_of_these_is_shown_once(
    accuracies: dict[str, Sequence[float | None]], expected: list[tuple[str, str]]
) -> None:
    shown = shown_cases(comparison_of(accuracies))
    assert [(case.cell.variant, ", ".join(case.roles)) for case in shown] == expected


@pytest.mark.parametrize(
    ("values", "seed"),
    [([0.9, 0.7, 0.8], 2), ([0.9, 0.6, 0.7, 0.8], 2), ([0.9, None, 0.8, 0.7], 2), ([0.5, 0.5], 0)],
)
def test_the_median_seed_stands_for_a_variant(values: list[float | None], seed: int) -> None:
    (case,) = shown_cases(comparison_of({"sgd": values}))
    assert case.median.seed == seed


def teach(folder: Path, records: Sequence[Record], notices: list[str]) -> dict[str, Illustration]:
    known = {(record.nodeid, record.run): record for record in records}
    (comparison,) = compare(records)
    return teaching_figures(
        comparison,
        lambda run, file: artifacts_path(folder / run, file),
        read_record=lambda nodeid, run: known[nodeid, run],
        notice=notices.append,
    )


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    """Three variants of two seeds; the artifacts of all are one file."""
    (tmp_path / "synthetic").mkdir()
    arrays: Any = artifact_arrays()
    np.savez_compressed(tmp_path / "synthetic" / "one.npz", **arrays)
    accuracies: dict[str, Sequence[float | None]] = {"sgd": [0.9], "adam": [0.98], "nadam": [0.1]}
    return records_of(accuracies, artifacts="one.npz")


def test_all_pictures_of_all_cases_come_with_words(tmp_path: Path, records: list[Record]) -> None:
    notices: list[str] = []
    made = teach(tmp_path, records, notices)
    assert notices == []
    kinds, roles = ("kernels", "maps", "confusion", "mistakes"), ("baseline", "best", "worst")
    assert list(made) == [
        *("dead-units", "gradient-norms"),
        *(f"{kind}-{role}" for kind in kinds for role in roles),
    ]
    for illustration in made.values():
        drawn(illustration.figure)
    assert made["confusion-best"].title == "Confusion matrix of adam (best), seed 0"
    assert made["confusion-best"].alternative == (
        "Confusion matrix of adam (best), seed 0, 98.00% of test images right: "
        "class 0 is taken for 1 most often, 1 of 100 images."
    )


def test_what_older_artifacts_lack_is_told_once(tmp_path: Path, records: list[Record]) -> None:
    arrays: Any = {"confusion": artifact_arrays()["confusion"]}
    np.savez_compressed(tmp_path / "synthetic" / "one.npz", **arrays)
    notices: list[str] = []
    made = teach(tmp_path, records[:2], notices)
    assert [name for name in made if name not in ("dead-units", "gradient-norms")] == [
        *("confusion-baseline", "confusion-best")
    ]
    (said,) = notices
    assert said.startswith(
        "experiment optimizer: no artifacts to draw kernels, maps, mistakes of sgd, adam. "
    )


def test_a_case_without_a_mistake_is_no_gap(tmp_path: Path, records: list[Record]) -> None:
    arrays: Any = artifact_arrays()
    arrays |= {name: array[:0] for name, array in arrays.items() if name.startswith("wrong/")}
    np.savez_compressed(tmp_path / "synthetic" / "one.npz", **arrays)
    notices: list[str] = []
    assert not [name for name in teach(tmp_path, records, notices) if "mistakes" in name]
    assert notices == []


def test_records_without_artifacts_still_show_their_layers(
    tmp_path: Path, records: list[Record]
) -> None:
    notices: list[str] = []
    bare = [replace(record, artifacts=None) for record in records]
    assert list(teach(tmp_path, bare, notices)) == ["dead-units", "gradient-norms"]
    assert notices == []


def test_a_damaged_file_costs_its_own_pictures_alone(tmp_path: Path, records: list[Record]) -> None:
    (tmp_path / "synthetic" / "two.npz").write_bytes(b"PK nothing")
    notices: list[str] = []
    mixed = [replace(records[0], artifacts="two.npz"), *records[1:]]
    made = teach(tmp_path, mixed, notices)
    assert "kernels-baseline" not in made
    assert "kernels-best" in made
    assert ["artifacts cannot be read" in said for said in notices] == [True]


def test_hostile_names_are_text(tmp_path: Path, records: list[Record]) -> None:
    named = [replace(record, variant="$\\frac{<script>", baseline="x") for record in records[:1]]
    for illustration in teach(tmp_path, named, []).values():
        drawn(illustration.figure)
