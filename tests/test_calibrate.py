"""Thresholds from a run: which case gets which bound, and what becomes of the others."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness import calibrate as module
from harness.calibrate import calibrate, main
from harness.record import Record
from harness.thresholds import ThresholdEntry, read_thresholds
from tests.records import DATASET, make_record, make_untrained, write_run

LEARNED = (0.97, 0.96, 0.98, 0.975, 0.965)
CHANCE = (0.10, 0.11, 0.09, 0.12, 0.10)
MIXED = (0.97, 0.10, 0.98, 0.97, 0.96)
ADAM = "test_optimizer[adam]"


def records(
    accuracies: Sequence[float | None], *, variant: str = "adam", classes: int = 10
) -> list[Record]:
    """One record a seed."""
    dataset = replace(DATASET, classes=classes)
    return [
        make_record(variant=variant, seed=seed, accuracies=(accuracy,), dataset=dataset)
        for seed, accuracy in enumerate(accuracies)
    ]


def only(entries: Sequence[ThresholdEntry]) -> ThresholdEntry:
    [entry] = entries
    return entry


def test_case_that_learned_gets_a_lower_bound() -> None:
    entries, unjudged = calibrate(records(LEARNED))
    assert unjudged == []
    assert only(entries) == ThresholdEntry(
        case=ADAM,
        dataset="mnist",
        tier="short",
        engine="torch",
        lower=0.94,  # the worst seed less the range of all
        margin=0.02,
        seeds=(0, 1, 2, 3, 4),
        measured=LEARNED,
    )


def test_case_at_chance_gets_an_upper_bound() -> None:
    entry = only(calibrate(records(CHANCE))[0])
    assert (entry.lower, entry.upper, entry.margin) == (None, 0.15, 0.03)


def test_margin_is_no_smaller_than_a_point() -> None:
    entry = only(calibrate(records([0.98] * 5))[0])
    assert (entry.lower, entry.margin) == (0.97, 0.01)


@pytest.mark.parametrize(
    ("accuracies", "reason"),
    [
        (MIXED, "from 10.0% to 98.0% over 5 seeds"),
        ((0.3, 0.35, 0.4, 0.3, 0.35), "from 30.0% to 40.0% over 5 seeds"),
        ((0.51, 0.98, 0.98, 0.98, 0.98), "from 51.0% to 98.0% over 5 seeds"),
        ((0.97, 0.96, 0.98, 0.97, None), "from 0.0% to 98.0% over 5 seeds"),
        (LEARNED[:4], "4 seeds, and at least 5 are needed"),
    ],
    ids=["mixed", "between", "wide", "without-accuracy", "few"],
)
def test_other_cases_stay_unjudged_with_the_reason(
    accuracies: Sequence[float | None], reason: str
) -> None:
    entries, unjudged = calibrate(records(accuracies))
    assert entries == []
    assert unjudged == [f"{ADAM}: {reason}"]


def test_two_classes_are_never_near_chance_and_learned_at_once() -> None:
    entries, unjudged = calibrate(records([0.9] * 5, classes=2))
    assert entries == []
    assert unjudged == [f"{ADAM}: from 90.0% to 90.0% over 5 seeds"]


def test_one_seed_trained_twice_is_one_seed() -> None:
    doubled = [*records(LEARNED[:4]), *records([0.5])]
    assert calibrate(doubled)[1] == [f"{ADAM}: 4 seeds, and at least 5 are needed"]
    later = only(calibrate([*records([0.5]), *records(LEARNED)])[0])
    assert later.measured == LEARNED


def test_seeds_of_different_recipes_are_not_one_case() -> None:
    found = records(LEARNED)
    found[2] = replace(found[2], recipe_id="{}")
    assert calibrate(found) == ([], [f"{ADAM}: its seeds were trained by different recipes"])


def test_cases_are_kept_apart_by_dataset_tier_and_engine() -> None:
    found = records(LEARNED)
    for others in (
        [replace(each, dataset=replace(DATASET, name="kmnist")) for each in found],
        [replace(each, tier="smoke") for each in found],
        [replace(each, engine="other") for each in found],
    ):
        assert len(calibrate([*found, *others])[0]) == 2


def test_command_writes_what_the_bench_reads_and_keeps_other_cases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "thresholds.json"
    first = write_run(tmp_path / "first", [*records(LEARNED), *records(LEARNED, variant="sgd")])
    assert main([str(first), "--output", str(output)]) == 0
    second = write_run(
        tmp_path / "second",
        [*records(CHANCE, variant="sgd"), *records(MIXED, variant="nadam")],
    )
    capsys.readouterr()
    assert main([str(second), "--output", str(output)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "unjudged: test_optimizer[nadam]: from 10.0% to 98.0% over 5 seeds",
        f"{output}: 1 cases from these runs, 1 others kept",
    ]
    found = read_thresholds(output)
    assert found.how == module.HOW
    assert {entry.case: (entry.lower, entry.upper) for entry in found.entries} == {
        ADAM: (0.94, None),
        "test_optimizer[sgd]": (None, 0.15),
    }


def test_entry_of_a_case_that_cannot_be_judged_any_more_is_removed(tmp_path: Path) -> None:
    output = tmp_path / "thresholds.json"
    main([str(write_run(tmp_path / "first", records(LEARNED))), "--output", str(output)])
    assert len(read_thresholds(output).entries) == 1
    main([str(write_run(tmp_path / "second", records(MIXED))), "--output", str(output)])
    assert read_thresholds(output).entries == ()


def test_seeds_of_several_runs_count_together(tmp_path: Path) -> None:
    output = tmp_path / "thresholds.json"
    found = records(LEARNED)
    runs = [
        str(write_run(tmp_path / name, part)) for name, part in (("a", found[:2]), ("b", found[2:]))
    ]
    assert main([*runs, "--output", str(output)]) == 0
    assert only(read_thresholds(output).entries).seeds == (0, 1, 2, 3, 4)


def test_case_that_raised_is_no_seed_of_accuracy_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "thresholds.json"
    halfway = make_record(seed=5, accuracies=(0.3,), outcome="error")
    raised = [halfway, make_untrained(seed=6), make_untrained(variant="sgd")]
    run = str(write_run(tmp_path / "run", [*records(LEARNED), *raised]))
    assert main([run, "--output", str(output)]) == 0
    assert only(read_thresholds(output).entries).measured == LEARNED
    assert capsys.readouterr().err == (
        "harness.calibrate: left out: 3 of 8 cases, which raised an error\n"
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "expected a run's folder"),
        (lambda folder: write_run(folder / "run", []), "expected results, found none"),
        (lambda folder: write_run(folder / "run", [make_untrained()]), "expected results, found"),
        (lambda folder: (folder / "bad.json").write_text("{"), "bad.json: expected a thresholds"),
    ],
    ids=["no-run", "empty-run", "raised", "damaged-output"],
)
def test_nothing_to_calibrate_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: object, said: str
) -> None:
    output = tmp_path / "thresholds.json"
    assert callable(make)
    make(tmp_path)
    if (tmp_path / "bad.json").exists():
        output = tmp_path / "bad.json"
        write_run(tmp_path / "run", records(LEARNED))
    before = output.read_bytes() if output.exists() else None
    assert main([str(tmp_path / "run"), "--output", str(output)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert line.startswith("harness.calibrate: ")
    assert said in line
    assert (output.read_bytes() if output.exists() else None) == before


def test_file_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", records(LEARNED))
    assert main([str(run), "--output", str(tmp_path / "gone" / "thresholds.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_help_says_what_it_takes_and_makes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "[--runs DIR] [--output FILE] [RUN ...]" in words
    assert "Make the accuracy thresholds that cases are judged by" in words
    assert "without any, the newest run that has records" in words
    assert "every seed reached 50%" in words


def test_module_is_a_command(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "harness.calibrate", "--runs", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"harness.calibrate: {tmp_path}: expected a run")
