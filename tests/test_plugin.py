"""Runs as a user meets them: real pytest sessions, serial and distributed."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness import environment
from harness.plugin import worker_count
from harness.store import read_manifest, read_records
from tests.foreign import Bench, Ended
from tests.plugin_sessions import (
    FAILED,
    MEASURED,
    NOTHING_COLLECTED,
    OUTCOMES,
    REFUSED,
    SEEDS,
    benchmark_outcomes,
    outcomes,
    summary,
)


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
