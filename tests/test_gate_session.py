"""Real sessions of the bench that judge themselves, in one go and in rounds."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cells import read_cells, write_cells
from bench.rounds import without_own
from harness.record import Record, encode
from harness.sequential import read_looks
from harness.store import read_records
from tests.bench_runs import Session, once, run_bench

SMALL = ("--experiment", "depth", "--tier", "smoke", "-k", "1-seed", "--benchmark-disable")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Two seeds of one cell."""
    base = tmp_path_factory.getbasetemp()
    return once(base, "gate", lambda folder: run_bench(folder, *SMALL, "--seeds", "2"))


def write(file: Path, records: Iterable[Record]) -> Path:
    file.write_bytes(b"".join(encode(record) + b"\n" for record in records))
    return file


def replayed(trained: Session, folder: Path, baseline: Path, *given: str) -> Session:
    """The same run again, replayed from its records and judged."""
    gate = ("--seeds", "2", "--gate", str(baseline), "--resume", str(trained.run), *given)
    return run_bench(folder, *SMALL, *gate)


def test_a_run_that_did_not_change_passes(trained: Session, tmp_path: Path) -> None:
    ended = replayed(trained, tmp_path / "s", trained.run / "records.jsonl")
    assert ended.code == 0, ended.printed
    assert "gate: no regression: 1 cell green (exit code 0)" in ended.printed


def test_a_regression_is_the_sessions_exit_code(trained: Session, tmp_path: Path) -> None:
    better = [
        replace(record, parameters=(record.parameters or 0) - 1)
        for record in read_records(trained.run)
    ]
    baseline = write(tmp_path / "better.jsonl", better)
    ended = replayed(trained, tmp_path / "s", baseline, "--gate-metrics", "parameters")
    assert ended.code == 1
    assert "gate: a regression in 1 cell (exit code 1)" in ended.printed


def test_what_cannot_be_judged_is_the_sessions_exit_code(trained: Session, tmp_path: Path) -> None:
    others = [replace(record, variant="other") for record in read_records(trained.run)]
    ended = replayed(trained, tmp_path / "s", write(tmp_path / "other.jsonl", others))
    assert ended.code == 2
    assert "error: depth/other: the baseline has it, the run does not" in ended.printed


def test_a_baseline_that_is_not_there_stops_the_session_at_its_start(tmp_path: Path) -> None:
    ended = run_bench(tmp_path / "s", *SMALL, "--gate", "gone.jsonl")
    assert ended.code == 2
    assert "gone.jsonl: expected a run's folder" in ended.printed
    assert "passed" not in ended.printed


def test_rounds_go_on_for_what_is_undecided_and_stop_at_the_most(
    trained: Session, tmp_path: Path
) -> None:
    """The cell lost a little in its first seeds, so that nothing can be decided of so few."""
    records = [
        replace(record, test_accuracy=(record.test_accuracy or 0.0) + 0.01)
        for record in read_records(trained.run)
    ]
    more = [replace(record, seed=2, nodeid=f"{record.nodeid}2") for record in records[:1]]
    baseline = write(tmp_path / "base.jsonl", [*records, *more])
    given = ("--gate", str(baseline), "--until-decided", "--max-seeds", "2", "--seeds", "1")
    ended = run_bench(tmp_path / "s", *SMALL, *given)
    assert ended.code == 2, ended.printed
    assert "after 1 seeds: could not judge" in ended.printed
    assert "after 2 seeds: could not judge" in ended.printed
    assert "1 of these replayed" in ended.printed
    found = read_looks(ended.run)
    assert found is not None
    assert found.seeds == (1, 2)
    assert len(ended.lines()) == 2


def test_rounds_stop_as_soon_as_all_is_decided(trained: Session, tmp_path: Path) -> None:
    given = ("--until-decided", "--max-seeds", "2", "--seeds", "1")
    gate = ("--gate", str(trained.run / "records.jsonl"))
    ended = run_bench(tmp_path / "s", *SMALL, *gate, *given)
    assert ended.code == 0, ended.printed
    assert "after 1 seeds: no regression: 1 cell green" in ended.printed
    assert "after 2 seeds" not in ended.printed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--max-seeds", "4"), "expected --gate BASELINE and --max-seeds N"),
        (("--gate", "BASE", "--max-seeds", "1", "--seeds", "2"), "at least the seeds of the first"),
        (("--gate", "BASE", "--max-seeds", "9"), "the baseline has no seed 2"),
        (("--gate", "BASE", "--max-seeds", "2", "--time-budget", "9s"), "leave out --time-budget"),
    ],
    ids=["no-gate", "less", "no-pairs", "budget"],
)
def test_rounds_that_make_no_sense_are_refused(
    trained: Session, tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    base = str(trained.run / "records.jsonl")
    named = [base if word == "BASE" else word for word in given]
    ended = run_bench(tmp_path / "s", *SMALL, "--until-decided", *named)
    assert ended.code == 4
    assert said in ended.printed


def test_a_round_keeps_all_options_but_its_own() -> None:
    given = ["bench/", "-n", "2", "--gate", "b", "--until-decided", "--seeds=3", "--tier", "smoke"]
    assert without_own([*given, "--max-seeds", "9"]) == ["bench/", "-n", "2", "--tier", "smoke"]


def test_cells_of_a_round_survive_their_file(tmp_path: Path) -> None:
    cells = {("depth", "1"), ("optimizer", "adam/x")}
    write_cells(tmp_path / "cells", cells)
    assert read_cells(tmp_path / "cells") == cells
