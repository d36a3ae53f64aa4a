"""Runs as a user meets them: real pytest sessions that end well, crash, are stopped and resumed."""

import json
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness import environment
from harness.plugin import worker_count
from harness.store import read_manifest, read_records
from tests.foreign import Bench, Ended

OUTCOMES = {
    "test_passes": "passed",
    "test_fails": "failed",
    "test_has_no_threshold": "unjudged",
    "test_raises_after_training": "error",
    "test_raises_before_training": "error",
}
MEASURED = [case for case in OUTCOMES if case != "test_raises_before_training"]
"""The cases that pytest-benchmark has an entry of."""
SEEDS = {f"test_case[{seed}]": "failed" if seed < 2 else "passed" for seed in range(6)}
FAILED = 1
INTERRUPTED = 2
REFUSED = 4
NOTHING_COLLECTED = 5


def outcomes(bench: Bench) -> dict[str, str]:
    """Case -> outcome, by the lines of the run's file: a case recorded twice is an error."""
    lines = bench.lines()
    found = {line["case"]: line["outcome"] for line in lines}
    assert len(found) == len(lines), "a case has two lines"
    return found


def benchmark_outcomes(bench: Bench) -> dict[str, str]:
    entries = bench.benchmarks().items()
    return {name: entry["extra_info"]["record"]["outcome"] for name, entry in entries}


def summary(ended: Ended) -> list[str]:
    """The lines of the section on the run."""
    lines = ended.printed.splitlines()
    start = max(
        number for number, line in enumerate(lines) if line.startswith("===") and " run " in line
    )
    return lines[start + 1 : -1]


@pytest.fixture(scope="module", params=["0", "2"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A session with one case for each way to end, serial and distributed."""
    bench = Bench(tmp_path_factory.mktemp("whole"), "outcomes")
    return bench, bench.run("-n", request.param), int(request.param)


def test_each_case_leaves_a_record_with_its_outcome(whole: tuple[Bench, Ended, int]) -> None:
    bench, ended, _ = whole
    assert ended.code == FAILED
    assert outcomes(bench) == OUTCOMES
    reasons = {line["case"]: line["reason"] for line in bench.lines()}
    assert reasons["test_fails"].startswith("accuracy 0.5 is below its threshold assert 0.5")
    assert reasons["test_raises_after_training"] == "RuntimeError: the disk is full"
    assert reasons["test_raises_before_training"] == "RuntimeError: no data"
    assert reasons["test_passes"] is None


def test_case_that_raises_before_training_is_recorded_as_far_as_it_is_known(
    whole: tuple[Bench, Ended, int],
) -> None:
    bench, _, _ = whole
    [record] = [each for each in read_records(bench.runs[0]) if "before" in each.case]
    assert record.nodeid == "test_outcomes.py::test_raises_before_training"
    assert (record.experiment, record.seed, record.recipe) == ("small", 7, {"dataset": "digits"})
    assert (record.test_accuracy, record.dataset, record.parameters) == (None, None, None)
    assert (record.timing.workers, record.timing.yardstick_s) == (3, None)
    manifest = read_manifest(bench.runs[0])
    assert manifest is not None
    assert (record.run, record.machine, record.commit) == (
        manifest.run,
        manifest.machine,
        manifest.commit,
    )


def test_benchmark_json_holds_the_same_records(whole: tuple[Bench, Ended, int]) -> None:
    bench, _, _ = whole
    by_case = {line["case"]: line for line in bench.lines()}
    entries = bench.benchmarks()
    assert set(entries) == set(MEASURED)
    for case, entry in entries.items():
        assert entry["extra_info"]["record"] == by_case[case]
        assert entry["stats"]["rounds"] == 2


def test_description_holds_command_settings_and_plan(whole: tuple[Bench, Ended, int]) -> None:
    bench, _, workers = whole
    manifest = read_manifest(bench.runs[0])
    assert manifest is not None
    assert manifest.run == bench.runs[0].name
    assert manifest.command[-2:] == ("-n", str(workers))
    assert manifest.settings["sizes"] == [1, 2]
    # Neither the skipped case nor the one that keeps no record is expected to leave one.
    assert manifest.planned == tuple(f"test_outcomes.py::{case}" for case in OUTCOMES)


def test_terminal_says_what_there_is_and_how_to_go_on(whole: tuple[Bench, Ended, int]) -> None:
    bench, ended, workers = whole
    name = bench.runs[0].name
    header, _, _ = ended.printed.partition("test_raises")
    assert f"run: runs/{name}" in header
    assert "dataset: digits, as mnist is not on disk" in header
    counts, errors, folder, report, resume = summary(ended)
    assert counts == "1 passed, 1 failed, 1 unjudged, 2 error, 0 planned without record"
    _, _, names = errors.partition("errors  ")
    assert {*names.split(", ")} == {"test_raises_after_training", "test_raises_before_training"}
    assert folder == f"folder  runs/{name}"
    assert report == f"report  python -m harness.report {name}"
    assert resume.endswith(f"-n {workers} --resume {name}")


def test_workers_share_the_cores(whole: tuple[Bench, Ended, int]) -> None:
    bench, _, workers = whole
    expected = max(1, environment.cores() // max(1, workers))
    trained = [line for line in bench.lines() if line["dataset"]]
    assert {line["versions"]["threads"] for line in trained} == {str(expected)}
    [never] = [line for line in bench.lines() if line not in trained]
    assert never["timing"]["threads"] == expected


def test_cases_are_handed_out_one_by_one(whole: tuple[Bench, Ended, int]) -> None:
    _, ended, _ = whole
    assert "chunk 1\n" in ended.printed


def test_threads_and_chunks_that_the_user_chose_stay(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    ended = bench.run("-k", "0 or 1", "--maxschedchunk=5", OMP_NUM_THREADS="7")
    assert "chunk 5\n" in ended.printed
    assert {line["versions"]["threads"] for line in bench.lines()} == {"7"}


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


def test_two_sessions_at_once_never_mix(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    sessions = [bench.start("-n", "0", "--tier", tier) for tier in ("smoke", "short")]
    for session in sessions:
        session.end()
    assert len(bench.runs) == 2
    for run in bench.runs:
        records = read_records(run)
        assert {record.run for record in records} == {run.name}
        assert sorted(record.case for record in records) == sorted(SEEDS)


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


def test_users_own_benchmark_json_is_written_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    bench.run("--benchmark-json", "mine.json")
    assert (tmp_path / "mine.json").read_text() == (bench.runs[0] / "benchmark.json").read_text()
    assert benchmark_outcomes(bench) == SEEDS


def test_regression_found_by_pytest_benchmark_hides_no_summary(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    bench.run("--benchmark-autosave")
    (saved,) = (tmp_path / ".benchmarks").rglob("*.json")
    fields = json.loads(saved.read_text())
    for entry in fields["benchmarks"]:
        entry["stats"]["mean"] = 1e-12  # so that whatever is measured now is slower
    saved.write_text(json.dumps(fields))
    ended = bench.run("--benchmark-compare", "--benchmark-compare-fail=mean:0.000000001")
    assert ended.code == FAILED
    assert "Performance has regressed" in ended.printed
    assert summary(ended)[0].startswith("4 passed, 2 failed")


def test_without_settings_nothing_is_recorded(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "outcomes")
    ended = bench.run("--no-settings", "-k", "keeps_no_record")
    assert ended.code == 0
    assert " run " not in ended.printed
    assert "chunk None\n" in ended.printed
    assert not bench.runs
    ended = bench.run("--no-settings", "--resume", "some-run")
    assert ended.code == REFUSED
    assert "--resume some-run: these tests record no run" in ended.printed


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--collect-only"], 0, "6 tests collected"),
        (["--help"], 0, "--resume"),
        (
            ["-k", "nothing"],
            NOTHING_COLLECTED,
            "no case left a record: the run's folder is removed",
        ),
        (["--benchmark-skip"], 0, "no case left a record: the run's folder is removed"),
        (["--benchmark-cprofile=cumtime"], REFUSED, "would train an extra epoch"),
        (["--resume", "gone"], REFUSED, "gone: expected a run's folder, a run's name under"),
    ],
)
def test_no_folder_is_left_where_nothing_ran(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    bench = Bench(tmp_path, "seeds")
    ended = bench.run(*arguments)
    assert ended.code == code
    assert said in ended.printed
    assert not bench.runs


def test_record_of_another_test_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    (tmp_path / "test_wrong.py").write_text(
        "from harness.recorder import recorder\n"
        "from tests.records import make_record\n"
        "def test_wrong(request):\n"
        "    kept = recorder(request.config)\n"
        "    kept.keep(request.node, make_record(run=kept.run))\n"
    )
    ended = bench.run("test_wrong.py")
    assert ended.code == FAILED
    assert "expected a record of run" in ended.printed
    [line] = bench.lines()
    assert line["reason"].startswith("ValueError: expected a record of run")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_auto_workers_are_the_cores_that_may_be_used(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})  # the session inherits it
    try:
        ended = bench.run("-n", "auto", "-k", "0 or 1")
    finally:
        os.sched_setaffinity(0, allowed)
    assert "created: 1/1 worker" in ended.printed


@pytest.mark.parametrize(
    ("dist", "tx", "count"),
    [
        ("no", [], 1),
        ("no", ["popen", "popen"], 1),
        ("load", ["popen"] * 3, 3),
        ("load", ["2*popen", "popen//python=python3"], 3),
    ],
)
def test_workers_are_counted(dist: str, tx: list[str], count: int) -> None:
    options = {"dist": dist, "tx": tx}
    config = SimpleNamespace(getoption=lambda name, default=None: options.get(name, default))
    assert worker_count(cast("pytest.Config", config)) == count
