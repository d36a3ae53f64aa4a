"""Thresholds from a run: which case gets which bound, and what becomes of the others."""

import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import calibrate as module
from harness.calibrate import calibrate, main
from harness.record import Record
from harness.thresholds import (
    ThresholdEntry,
    ThresholdsFile,
    read_thresholds,
    write_thresholds,
)
from tests.records import DATASET, make_record, make_untrained, write_run

SEEDS = 20


def around(accuracy: float, *, spread: float = 0.05, salt: int = 0) -> tuple[float, ...]:
    """Accuracies whose logits are normal, in whole images of 10,000."""
    chance = np.random.default_rng(salt).normal(math.log(accuracy / (1 - accuracy)), spread, SEEDS)
    return tuple(float(round(1 / (1 + math.exp(-logit)), 4)) for logit in chance)


LEARNED = around(0.97)
CHANCE = around(0.10)
MIXED = (*LEARNED[:-2], 0.10, 0.11)
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


def test_case_that_learned_gets_a_lower_bound_and_says_how() -> None:
    entries, left = calibrate(records(LEARNED))
    assert left == []
    entry = only(entries)
    assert (entry.case, entry.method, entry.upper, entry.reason) == (ADAM, "tolerance", None, None)
    assert (entry.rate, entry.confidence) == (0.001, 0.95)
    assert (entry.seeds, entry.measured) == (tuple(range(SEEDS)), LEARNED)
    assert entry.lower is not None
    assert 0.94 < entry.lower < min(LEARNED)


def test_case_at_chance_gets_an_upper_bound() -> None:
    entry = only(calibrate(records(CHANCE))[0])
    assert entry.lower is None
    assert entry.upper is not None
    assert max(CHANCE) < entry.upper < 0.2


def test_equal_seeds_are_not_certain() -> None:
    entry = only(calibrate(records([0.98] * SEEDS))[0])
    assert entry.lower is not None
    assert 0.979 < entry.lower < 0.98


def test_the_rate_of_the_whole_bench_is_shared_by_its_cases() -> None:
    found = [record for n in range(10) for record in records(around(0.97, salt=n), variant=f"v{n}")]
    entries, _ = calibrate(found, rate=0.01)
    assert len(entries) == 10
    assert {entry.rate for entry in entries} == {0.001}
    stricter, _ = calibrate(found, rate=0.0001)
    for entry, strict in zip(entries, stricter, strict=True):
        assert (strict.lower or 1) < (entry.lower or 0)


@pytest.mark.parametrize(
    ("accuracies", "reason"),
    [
        (MIXED, "its logits are not normal: 10.0% to"),
        ((*LEARNED[:-1], None), "its logits are not normal: 0.0% to"),
        (around(0.3, spread=0.3), "is no better than 2 times chance"),
    ],
    ids=["stuck", "without-accuracy", "wide"],
)
def test_case_that_the_model_does_not_fit_says_why_it_does_not_assert(
    accuracies: Sequence[float | None], reason: str
) -> None:
    entry = only(calibrate(records(accuracies))[0])
    assert (entry.lower, entry.upper, entry.threshold) == (None, None, None)
    assert reason in (entry.reason or "")


def test_too_few_seeds_leave_a_case_as_it_was() -> None:
    entries, left = calibrate(records(LEARNED[:-1]))
    assert entries == []
    assert left == [f"{ADAM}: 19 seeds, and at least 20 are needed"]


def test_two_classes_are_never_near_chance_and_learned_at_once() -> None:
    entry = only(calibrate(records(around(0.9), classes=2))[0])
    assert "no better than 2 times chance" in (entry.reason or "")


def test_one_seed_trained_twice_is_one_seed() -> None:
    doubled = [*records(LEARNED[:-1]), *records([0.5])]
    assert calibrate(doubled)[1] == [f"{ADAM}: 19 seeds, and at least 20 are needed"]
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
    said, counts = capsys.readouterr().out.splitlines()
    assert said.startswith("does not assert: test_optimizer[nadam]: its logits are not normal")
    assert counts == f"{output}: 2 cases from these runs, 1 others kept"
    found = read_thresholds(output)
    assert found.how == module.HOW
    bounds = {entry.case: entry for entry in found.entries}
    assert bounds[ADAM].lower is not None
    assert bounds["test_optimizer[sgd]"].upper is not None
    assert bounds["test_optimizer[nadam]"].reason is not None


def test_older_entry_stays_where_the_seeds_are_too_few(tmp_path: Path) -> None:
    output = tmp_path / "thresholds.json"
    old = ThresholdEntry(
        case=ADAM, dataset="mnist", tier="short", engine="torch", lower=0.94, margin=0.02,
        seeds=(0, 1), measured=(0.96, 0.98),
    )  # fmt: skip
    write_thresholds(output, ThresholdsFile(how="By hand.", entries=(old,)))
    few = write_run(tmp_path / "few", records(LEARNED[:6]))
    assert main([str(few), "--output", str(output)]) == 0
    assert read_thresholds(output).entries == (old,)
    assert old.method == "range"
    many = write_run(tmp_path / "many", records(LEARNED))
    assert main([str(many), "--output", str(output)]) == 0
    assert only(read_thresholds(output).entries).method == "tolerance"


def test_seeds_of_several_runs_count_together(tmp_path: Path) -> None:
    output = tmp_path / "thresholds.json"
    found = records(LEARNED)
    runs = [
        str(write_run(tmp_path / name, part)) for name, part in (("a", found[:7]), ("b", found[7:]))
    ]
    assert main([*runs, "--output", str(output)]) == 0
    assert only(read_thresholds(output).entries).seeds == tuple(range(SEEDS))


def test_case_that_raised_is_no_seed_of_accuracy_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "thresholds.json"
    halfway = make_record(seed=50, accuracies=(0.3,), outcome="error")
    raised = [halfway, make_untrained(seed=51), make_untrained(variant="sgd")]
    run = str(write_run(tmp_path / "run", [*records(LEARNED), *raised]))
    assert main([run, "--output", str(output)]) == 0
    assert only(read_thresholds(output).entries).measured == LEARNED
    assert capsys.readouterr().err == (
        "harness.calibrate: left out: 3 of 23 cases, which raised an error\n"
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
    assert "[--runs DIR] [--rate SHARE] [--output FILE] [RUN ...]" in words
    assert "Make the accuracy thresholds that cases are judged by" in words
    assert "without any, the newest run that has records" in words
    assert "a one-sided normal tolerance bound" in words


def test_module_is_a_command(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "harness.calibrate", "--runs", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"harness.calibrate: {tmp_path}: expected a run")
