"""Folders of runs read back: what is kept, what is told, which commit a change is laid to."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.compare import CompareError
from harness.history import History, history
from harness.history_text import headline, history_rows, sentence
from harness.plot_history import history_figures
from harness.record import Record
from harness.store import MANIFEST, RECORDS, StoreError
from tests.records import TIMING, make_record, make_untrained, write_run
from tests.runs_over_time import at, commit, write_history

SEEDS = 6
VARIANTS = {"sgd": 0.9, "adam": 0.97}


def night(moved: float = 0.0, slower: float = 1.0, **others: Any) -> list[Record]:
    """One run: two variants, six seeds, bit-identical but for what `sgd` moved."""
    return [
        make_record(
            variant=variant,
            seed=seed,
            accuracies=(0.5, mean + 0.001 * seed + moved * (variant == "sgd")),
            epoch_s=3.0 * (1 + 0.001 * seed) * (slower if variant == "sgd" else 1.0),
            **others,
        )
        for variant, mean in VARIANTS.items()
        for seed in range(SEEDS)
    ]


def read(folder: Path) -> History:
    return history(folder, notice=pytest.fail)


def texts(figure: Figure) -> str:
    return "\n".join(found.get_text() for found in figure.findobj(Text) if isinstance(found, Text))


def drawn(found: History) -> dict[str, Figure]:
    """The figures, rendered, which is where matplotlib warns or fails."""
    made = history_figures(found)
    for figure in made.values():
        figure.savefig(io.BytesIO(), dpi=40)
    return made


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Ten nights; with the seventh `sgd` lost two points, and its epochs take 20% longer."""
    runs = [night(-0.02, 1.2) if day >= 6 else night() for day in range(10)]
    return read(write_history(tmp_path_factory.mktemp("runs"), runs))


def test_a_change_is_laid_to_the_commit_between_two_runs(moved: History) -> None:
    found = {change.shift.series.metric.name: change for change in moved.changes}
    assert found.keys() == {"test_accuracy", "epoch_s"}
    for change in moved.changes:
        assert change.shift.series.key.variant == "sgd"
        assert (change.before.name, change.after.name) == ("run-05", "run-06")
        assert (change.before.commit, change.after.commit) == (commit(5), commit(6))
        assert change.shift.p <= moved.level
    assert found["test_accuracy"].shift.size == pytest.approx(-0.02)
    assert found["epoch_s"].shift.size == pytest.approx(0.2)


def test_a_sentence_says_what_moved_how_far_between_what_and_how_sure(moved: History) -> None:
    said = "\n".join(sentence(change) for change in moved.changes)
    assert "optimizer/sgd (mnist, short, torch on cpu): test accuracy fell by 2.00 points" in said
    assert "from 90.25% to 88.25%, between run run-05 (05abcde) and run run-06 (06abcde)" in said
    assert "epoch time rose by 20.0%" in said
    assert "yardsticks" in said
    assert "repeats bit-identical on both sides" in said
    assert headline(moved) == "2 changes in 4 series over 10 runs, with 06abcde"


def test_rows_are_flat_and_one_a_series(moved: History) -> None:
    rows = history_rows(moved)
    assert [(row["variant"], row["metric"]) for row in rows] == [
        ("adam", "test_accuracy"),
        ("adam", "epoch_s"),
        ("sgd", "test_accuracy"),
        ("sgd", "epoch_s"),
    ]
    assert json.loads(json.dumps(rows)) == rows
    sgd = rows[2]
    assert (sgd["runs"], sgd["seeds"], sgd["changes"]) == (10, SEEDS, 1)
    assert [sgd["first"], sgd["last"]] == pytest.approx([0.9025, 0.8825])
    assert sgd["last_change"] == "06abcde"
    assert rows[1]["first"] == pytest.approx(3.0 * 1.0025 / 0.021, rel=1e-3)


def test_the_figure_names_the_commit_and_marks_the_change(moved: History) -> None:
    (figure,) = drawn(moved).values()
    assert "06abcde" in texts(figure)
    assert "optimizer: sgd changed with 06abcde" in texts(figure)
    for ax, marker in zip(figure.axes, "v^", strict=True):
        marks = [line for line in ax.get_lines() if line.get_marker() == marker]
        assert [list(map(float, line.get_xdata())) for line in marks] == [[6.0]]  # type: ignore[arg-type]


def test_unchanged_code_has_no_change_and_no_test_of_its_accuracy(tmp_path: Path) -> None:
    found = read(write_history(tmp_path, [night() for _ in range(6)]))
    assert found.changes == ()
    assert headline(found) == (
        "Nothing to test in 4 series over 6 runs: each is bit-identical in all its runs, or has "
        "too few"
    )
    (figure,) = drawn(found).values()
    assert "no change that is sure and matters in 6 runs" in texts(figure)


def test_a_move_within_the_margin_is_tested_and_not_reported(tmp_path: Path) -> None:
    found = read(write_history(tmp_path, [night(-0.001 * (day > 2)) for day in range(6)]))
    assert (found.changes, found.tests > 0) == ((), True)
    assert headline(found) == "No change that is sure and matters in 4 series over 6 runs"


def test_runs_stand_in_order_of_time_not_of_name(tmp_path: Path) -> None:
    late = {0: {"started_at": "2026-12-24T00:00:00.000+00:00"}}
    found = read(write_history(tmp_path, [night() for _ in range(3)], late))
    assert [run.name for run in found.runs] == ["run-01", "run-02", "run-00"]


def test_a_time_on_a_shared_machine_is_no_point_of_the_history(tmp_path: Path) -> None:
    shared = replace(TIMING, exclusive=False)
    runs = [night(), night(timing=shared), night()]
    found = read(write_history(tmp_path, runs))
    points = {(each.key.variant, each.metric.name): each.runs for each in found.series}
    assert points["sgd", "epoch_s"] == (0, 2)
    assert points["sgd", "test_accuracy"] == (0, 1, 2)


def test_another_recipe_by_the_same_name_is_another_series(tmp_path: Path) -> None:
    runs = [night(recipe_id="old") for _ in range(3)] + [night(-0.3, recipe_id="new")] * 3
    found = read(write_history(tmp_path, runs))
    assert found.changes == ()
    assert len(found.series) == 8
    drawn(found)


def test_other_causes_and_code_that_is_the_same_are_named(tmp_path: Path) -> None:
    same = {day: {"commit": commit(0)} for day in range(8)}
    same[4] |= {"versions": {"torch": "2.16.0"}}  # type: ignore[dict-item]
    runs = [[at(each, 0) for each in night(-0.02 if day >= 4 else 0.0)] for day in range(8)]
    told: list[str] = []
    found = history(write_history(tmp_path, runs, same), notice=told.append)
    (change,) = found.changes
    assert change.is_same_code
    assert change.others == ("torch 2.15.0 to 2.16.0",)
    assert "the code is the same" in sentence(change)
    assert "changed as well: torch 2.15.0 to 2.16.0" in sentence(change)
    assert "run-01: was begun on 00abcde and has records of 01abcde as well" in told


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    runs = [night(), [make_untrained()], night()]
    write_history(tmp_path, runs)
    write_run(tmp_path / "copied", night())
    (tmp_path / "broken-off").mkdir()
    (tmp_path / "broken-off" / MANIFEST).write_bytes((tmp_path / "run-00" / MANIFEST).read_bytes())
    (tmp_path / "notes").mkdir()
    told: list[str] = []
    found = history(tmp_path, notice=told.append)
    assert [run.name for run in found.runs] == ["run-00", "run-02"]
    assert sorted(line.replace(str(tmp_path), "") for line in told) == [
        "/broken-off: no records.jsonl, left out of the history",
        "/copied: no run.json, so no time and no commit: left out of the history",
        "/run-01: no result in this run, left out of the history",
    ]


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_a_folder_without_runs_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="expected a folder of runs"):
        read(tmp_path / name)


def test_a_damaged_record_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    write_history(tmp_path, [night(), night()])
    file = tmp_path / "run-01" / RECORDS
    file.write_bytes(b'{"run": 1}\n' + file.read_bytes())
    with pytest.raises(StoreError, match=r"run-01/records\.jsonl:1"):
        read(tmp_path)


def test_a_seed_that_came_twice_in_a_run_is_refused(tmp_path: Path) -> None:
    twice = [make_record(nodeid="first"), make_record(nodeid="second")]
    with pytest.raises(CompareError, match="expected once and came twice"):
        read(write_history(tmp_path, [twice]))


def test_one_run_is_a_history_without_figures(tmp_path: Path) -> None:
    found = read(write_history(tmp_path, [night()]))
    assert history_figures(found) == {}
    assert headline(found).startswith("Nothing to test in 4 series over 1 run: ")
    assert [row["changes"] for row in history_rows(found)] == [0, 0, 0, 0]


def test_many_runs_many_variants_and_hostile_names_are_drawn(tmp_path: Path) -> None:
    names = ["$\\frac{$ <script> \n " + "x" * 300, *(f"v{n}" for n in range(14))]
    runs = [
        [
            make_record(variant=name, seed=seed, accuracies=(0.9 + seed / 500 - 0.1 * (day > 9),))
            for name in names
            for seed in range(3)
        ]
        for day in range(20)
    ]
    found = read(write_history(tmp_path, runs))
    assert len(found.changes) == len(names)
    drawn(found)
