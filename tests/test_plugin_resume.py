"""Sessions that crash, are killed or interrupted, and the runs that go on from them."""

import os
import signal
from pathlib import Path

import pytest

from harness.store import read_records
from tests.foreign import Bench
from tests.plugin_sessions import (
    FAILED,
    INTERRUPTED,
    MEASURED,
    OUTCOMES,
    REFUSED,
    SEEDS,
    benchmark_outcomes,
    outcomes,
    summary,
)


def test_resume_runs_what_raised_and_what_has_no_record(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "outcomes")
    bench.run()
    first = bench.lines()
    ended = bench.run("--resume", bench.runs[0].name)
    assert bench.trained == [*MEASURED, "test_raises_after_training"]
    again = bench.lines()
    assert again[: len(OUTCOMES)] == first
    raised = [line["case"] for line in again[len(OUTCOMES) :]]
    assert raised == ["test_raises_after_training", "test_raises_before_training"]
    assert benchmark_outcomes(bench) == {case: OUTCOMES[case] for case in MEASURED}
    assert "(resumed: 3 cases are finished)" in ended.printed
    assert summary(ended)[0].startswith("1 passed, 1 failed, 1 unjudged, 2 error, 3 of these repl")


def test_resuming_a_part_keeps_the_rest(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    bench.run("-k", "0 or 1")
    folder = str(bench.runs[0])
    ended = bench.run("-k", "1 or 2", "--resume", folder)
    assert bench.trained == ["test_case[0]", "test_case[1]", "test_case[2]"]
    assert set(bench.benchmarks()) == {"test_case[0]", "test_case[1]", "test_case[2]"}
    assert "1 passed, 2 failed, 0 unjudged, 0 error, 1 of these replayed" in ended.printed

    (bench.runs[0] / "benchmark.json").write_text('{"benchmarks": [')
    ended = bench.run("-k", "1", "--resume", folder)
    assert "benchmark.json: damaged, written anew with the cases of this session" in ended.printed
    assert set(bench.benchmarks()) == {"test_case[1]"}


def test_killed_worker_loses_its_case_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    ended = bench.run("-n", "2", BENCH_KILL="test_case[2]")
    assert ended.code == FAILED
    rest = {case: outcome for case, outcome in SEEDS.items() if case != "test_case[2]"}
    assert outcomes(bench) == rest | {"test_case[2]": "error"}
    assert benchmark_outcomes(bench) == rest
    [reason] = [line["reason"] for line in bench.lines() if line["outcome"] == "error"]
    assert "crashed while running 'test_seeds.py::test_case[2]'" in reason
    assert summary(ended)[1] == "errors  test_case[2]"

    (tmp_path / "go").touch()
    bench.run("-n", "2", "--resume", bench.runs[0].name)
    assert sorted(bench.trained) == sorted([*SEEDS, "test_case[2]"])
    assert {record.case: record.outcome for record in read_records(bench.runs[0])} == SEEDS
    assert benchmark_outcomes(bench) == SEEDS


@pytest.mark.parametrize("workers", ["0", "2"])
def test_killed_session_is_resumed(tmp_path: Path, workers: str) -> None:
    bench = Bench(tmp_path, "seeds")
    session = bench.start("-n", workers, BENCH_HOLD="test_case[3]")
    session.reach(lambda: is_held(bench))
    name = bench.runs[0].name
    other = bench.run("--resume", name)
    assert other.code == REFUSED
    assert "another session is writing this run" in other.printed

    session.process.kill()
    session.end()
    (tmp_path / "go").touch()
    before = outcomes(bench)
    assert not (bench.runs[0] / "benchmark.json").exists()
    ended = bench.run("-n", workers, "--resume", name)
    assert ended.code == FAILED
    assert f"{len(before)} of these replayed, 0 planned" in summary(ended)[0]
    check_resumed(bench, before)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_interrupted_session_is_usable_and_resumed(tmp_path: Path, workers: str) -> None:
    bench = Bench(tmp_path, "seeds")
    session = bench.start("-n", workers, BENCH_HOLD="test_case[3]")
    session.reach(lambda: is_held(bench))
    os.killpg(session.process.pid, signal.SIGINT)  # as Ctrl-C on a terminal: workers get it too
    ended = session.end()
    before, name = outcomes(bench), bench.runs[0].name
    assert ended.code == INTERRUPTED, ended.printed
    assert [record.case for record in read_records(bench.runs[0])] == [*before]
    assert {*bench.benchmarks()} <= {*before}  # one may have been between record and entry
    assert f"{len(SEEDS) - len(before)} planned without record" in summary(ended)[0]
    assert any(line.endswith(f"-n {workers} --resume {name}") for line in summary(ended))

    (tmp_path / "go").touch()
    ended = bench.run("-n", workers, "--resume", name)
    check_resumed(bench, before)
    assert not any(line.startswith("resume") for line in summary(ended))


@pytest.mark.parametrize("workers", ["0", "2"])
def test_interrupt_is_answered_before_the_session_has_stopped(tmp_path: Path, workers: str) -> None:
    bench = Bench(tmp_path, "seeds")
    session = bench.start("-n", workers, BENCH_HOLD="test_case[3]")
    session.reach(lambda: is_held(bench))
    name = bench.runs[0].name
    said = f"stopping: records are kept; --resume {name} goes on from them"
    session.process.send_signal(signal.SIGINT)  # the workers, held, do not know of it
    session.reach(lambda: said in session.output.read_text())
    if workers != "0":
        assert "planned without record" not in session.output.read_text()
    (tmp_path / "go").touch()
    lines = session.end().printed.splitlines()
    assert lines.count(said) == 1
    assert lines.index(said) < lines.index(f"folder  runs/{name}")


def is_held(bench: Bench) -> bool:
    """Case 3 waits, and those that ran before it have left their records."""
    return "test_case[3]" in bench.trained and len(bench.lines()) >= 3


def check_resumed(bench: Bench, before: dict[str, str]) -> None:
    """The run is as if nothing had happened, and no case with a record was trained again."""
    assert len(before) >= 3
    assert "test_case[3]" not in before
    assert outcomes(bench) == SEEDS
    in_benchmarks = {
        case: entry["extra_info"]["record"] for case, entry in bench.benchmarks().items()
    }
    assert in_benchmarks == {line["case"]: line for line in bench.lines()}
    assert bench.trained.count("test_case[3]") == 2
    assert {bench.trained.count(case) for case in before} == {1}


def test_resume_under_another_setting_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    bench.run("-k", "0")
    name = bench.runs[0].name
    ended = bench.run("--tier", "short", "--resume", name)
    assert ended.code == REFUSED
    assert f"--resume {name}: the run was recorded with tier 'smoke'" in ended.printed
    assert "this session has 'short'" in ended.printed
    assert bench.trained == ["test_case[0]"]


def test_half_written_line_is_repaired_and_damage_is_not(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    bench.run("-k", "0 or 1 or 2")
    name = bench.runs[0].name
    file = bench.runs[0] / "records.jsonl"
    file.write_bytes(file.read_bytes()[:-100])
    ended = bench.run("-q", "-k", "0 or 1 or 2", "--resume", name)
    assert f"{name}/records.jsonl:3: half-written last line, removed" in ended.printed
    assert bench.trained == [f"test_case[{seed}]" for seed in (0, 1, 2, 2)]
    assert len(outcomes(bench)) == 3

    lines = file.read_bytes().splitlines(keepends=True)
    damaged = b"".join([lines[0], lines[1].replace(b'"seed":0', b'"seed":"zero"'), lines[2]])
    file.write_bytes(damaged)
    ended = bench.run("--resume", name)
    assert ended.code == REFUSED
    assert "records.jsonl:2: Expected `int`, got `str` - at `$.seed`" in ended.printed
    assert file.read_bytes() == damaged
