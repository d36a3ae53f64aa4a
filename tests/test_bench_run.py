"""Real, small sessions of the bench: what they train, record, judge, say and resume."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from harness.record import SCHEMA_FILE, decode
from harness.store import RECORDS, read_manifest, read_records, write_records
from tests.bench_runs import (
    PATIENCE_S,
    Session,
    command,
    environment,
    once,
    run_bench,
    write_images,
)
from tests.foreign import ROOT

FAILED = 1

CASES = "throughput or (depth and (1-seed or 2-seed)) or k2-s1-p0-seed0 or k3-s3-p1-seed0"
ARGUMENTS = (
    *("--experiment", "depth", "--experiment", "maxpool", "--experiment", "throughput"),
    *("--tier", "smoke", "--seeds", "2", "-rs"),
)
OUTCOMES = {
    "test_maxpool[k2-s1-p0-seed0]": "passed",
    "test_depth[2-seed0]": "failed",
    "test_depth[1-seed0]": "failed",
    "test_maxpool[k3-s3-p1-seed0]": "unjudged",
    "test_depth[2-seed1]": "failed",
    "test_depth[1-seed1]": "failed",
}
"""Case -> outcome under `THRESHOLDS`, in the order in which they run."""

THRESHOLDS = {
    "test_depth[1]": {"lower": 1.0},
    "test_depth[2]": {"upper": 0.001},
    "test_maxpool[k2-s1-p0]": {"lower": 0.01, "upper": 1.0},
}

TIMED = {
    "peak_memory_bytes",
    "run",
    "epoch_s",
    "total_s",
    "timing",
    "finished_at",
    "commit",
    "dirty",
}
"""Fields in which two trainings of one case may differ; and these of an epoch:"""
EPOCH_TIMED = {"train_s", "evaluate_s"}


def write_thresholds(folder: Path) -> Path:
    fixed = {"dataset": "digits", "tier": "smoke", "engine": "fast", "margin": 0.01}
    entries = [
        {"case": case, **bounds, **fixed, "seeds": [0], "measured": [0.5]}
        for case, bounds in THRESHOLDS.items()
    ]
    file = folder / "mine.json"
    file.write_text(json.dumps({"how": "By hand.", "entries": entries}))
    return file


def whole(folder: Path, workers: str) -> Session:
    folder.mkdir()
    given = ("--thresholds", str(write_thresholds(folder)), "-n", workers)
    return run_bench(folder, *ARGUMENTS, *given, "-k", CASES)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp()


@pytest.fixture(scope="module")
def serial(base: Path) -> Session:
    return once(base, "serial", lambda folder: whole(folder, "0"))


@pytest.fixture(scope="module")
def parallel(base: Path) -> Session:
    return once(base, "parallel", lambda folder: whole(folder, "2"))


@pytest.fixture(scope="module", params=["serial", "parallel"])
def either(request: pytest.FixtureRequest) -> Session:
    session: Session = request.getfixturevalue(request.param)
    return session


def untimed(line: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in line.items() if name not in TIMED}
    kept["epochs"] = [
        {name: value for name, value in epoch.items() if name not in EPOCH_TIMED}
        for epoch in line["epochs"]
    ]
    return kept


def outcomes(session: Session) -> dict[str, str]:
    return {case: line["outcome"] for case, line in session.lines().items()}


def summary(session: Session) -> list[str]:
    """The lines of the section on the run."""
    _, _, last = session.printed.rpartition(f" run {session.run.name} ")
    return last.splitlines()[1:-1]


def test_each_case_is_judged_by_its_threshold(either: Session) -> None:
    assert either.code == FAILED
    assert outcomes(either) == OUTCOMES
    lines = either.lines()
    low, high = lines["test_depth[1-seed0]"], lines["test_depth[2-seed0]"]
    assert low["threshold"] == {"lower": 1.0, "upper": None}
    assert high["threshold"] == {"lower": None, "upper": 0.001}
    for line, bound in ((low, "at least 1.0000"), (high, "at most 0.0010")):
        assert line["reason"].startswith(f"assert {line['test_accuracy']!r} in <{bound}: ")
    for case in ("test_maxpool[k2-s1-p0-seed0]", "test_maxpool[k3-s3-p1-seed0]"):
        assert lines[case]["reason"] is None
    assert lines["test_maxpool[k3-s3-p1-seed0]"]["threshold"] is None


def test_summary_counts_the_outcomes(either: Session) -> None:
    counts, folder, report = summary(either)
    assert counts == "1 passed, 4 failed, 1 unjudged, 0 error, 0 planned without record"
    assert folder == f"folder  {either.run}"
    assert report.startswith("report  python -m harness.report ")


def test_header_says_what_is_trained_and_judged_by(either: Session) -> None:
    header, _, _ = either.printed.partition("[100%]")
    assert "bench: tier smoke (" in header
    assert "dataset: digits: the handwritten digits inside scikit-learn" in header
    assert f"thresholds: {either.folder / 'mine.json'}" in header
    manifest = read_manifest(either.run)
    assert manifest is not None
    assert manifest.settings["thresholds"] == str(either.folder / "mine.json")


def test_seeds_are_the_outer_loop_and_long_cases_go_first(either: Session) -> None:
    manifest = read_manifest(either.run)
    assert manifest is not None
    assert [nodeid.rpartition("::")[2] for nodeid in manifest.planned] == list(OUTCOMES)


def test_records_are_valid_by_the_published_schema(either: Session) -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    for line in either.lines().values():
        jsonschema.validate(line, schema)
        assert decode(json.dumps(line)).case == line["case"]


def test_record_says_what_was_trained_and_how(serial: Session) -> None:
    line = serial.lines()["test_depth[2-seed1]"]
    assert line["run"] == serial.run.name
    assert line["nodeid"] == "bench/test_depth.py::test_depth[2-seed1]"
    assert (line["experiment"], line["variant"], line["baseline"]) == ("depth", "2", "2")
    assert line["factors"] == {"depth": 2}
    assert line["question"] == "How many convolutional layers pay?"
    assert (line["seed"], line["tier"], line["engine"]) == (1, "smoke", "fast")
    assert (line["recipe"]["dataset"], line["recipe"]["epochs"]) == ("digits", 2)
    assert line["parameters"] == 44_426
    assert line["dataset"]["name"] == "digits"
    assert (line["dataset"]["train_size"], line["dataset"]["test_size"]) == (1_257, 540)
    predictions = serial.artifacts("test_depth[2-seed1]")["predictions"]
    assert line["lost_classes"] == 10 - len(set(predictions.tolist()))
    assert {"patterned_kernels", "edge_correlation/conv2", "sparse_gradients/output"} < set(
        line["measures"]
    )
    assert len(line["epochs"]) == 2
    assert line["test_accuracy"] == line["epochs"][-1]["test_accuracy"]
    assert line["step_loss"]["step"] == list(range(1, 11))  # five batches of 256 an epoch


def test_timing_says_what_else_went_on(serial: Session, parallel: Session) -> None:
    for session, workers in ((serial, 1), (parallel, 2)):
        for line in session.lines().values():
            timing = line["timing"]
            assert (timing["workers"], timing["threads"]) == (workers, 1)
            assert 0 < timing["yardstick_s"] < timing["wall_s"]
            assert line["total_s"] < timing["wall_s"]
    assert not any(line["timing"]["exclusive"] for line in parallel.lines().values())


def test_parallel_session_trains_the_same_to_the_bit(serial: Session, parallel: Session) -> None:
    lines, others = serial.lines(), parallel.lines()
    assert set(lines) == set(others)
    for case, line in lines.items():
        assert untimed(line) == untimed(others[case]), case
        arrays, other_arrays = serial.artifacts(case), parallel.artifacts(case)
        assert set(arrays) == set(other_arrays)
        assert all(np.array_equal(array, other_arrays[name]) for name, array in arrays.items())


def test_seeds_differ(serial: Session) -> None:
    lines = serial.lines()
    first, second = (lines[f"test_depth[2-seed{seed}]"]["step_loss"]["loss"] for seed in (0, 1))
    assert first != second


def test_benchmark_rounds_are_the_epochs(either: Session) -> None:
    lines = either.lines()
    entries = {
        name: entry
        for name, entry in either.benchmarks().items()
        if not name.startswith("test_throughput")
    }
    assert set(entries) == set(lines)
    for case, entry in entries.items():
        assert entry["group"] == lines[case]["experiment"]
        assert entry["extra_info"]["record"] == lines[case]
        seconds = [epoch["train_s"] for epoch in lines[case]["epochs"]]
        assert entry["stats"]["data"] == seconds
        assert entry["stats"]["rounds"] == len(seconds) == 2
        assert entry["stats"]["median"] == pytest.approx(lines[case]["epoch_s"])


def test_artifacts_hold_what_pictures_need(serial: Session) -> None:
    case = "test_depth[2-seed0]"
    line, arrays = serial.lines()[case], serial.artifacts(case)
    assert line["artifacts"] == "artifacts/depth-2-seed0.npz"
    assert line["artifacts_dropped"] == []
    assert arrays["kernels/conv1"].shape == (3, 6, 1, 5, 5)  # at the start, after each epoch
    assert arrays["kernels/conv2"].shape == (3, 16, 6, 5, 5)
    assert arrays["features/conv1"].shape[:2] == (10, 6)
    assert arrays["features/images"].shape == (10,)
    weights = [array for name, array in arrays.items() if name.startswith("weights/")]
    assert sum(array.size for array in weights) == line["parameters"]
    assert arrays["predictions"].shape == arrays["confidence"].shape == (540,)
    confusion = arrays["confusion"]
    assert confusion.sum() == 540
    assert confusion.trace() / 540 == pytest.approx(line["test_accuracy"])


def test_artifacts_over_the_limit_are_left_out_and_it_is_said(either: Session) -> None:
    case = "test_maxpool[k2-s1-p0-seed0]"
    dropped = either.lines()[case]["artifacts_dropped"]
    assert len(dropped) == 1
    assert dropped[0] not in either.artifacts(case)
    assert "confusion" in either.artifacts(case)
    said = f"1 case has more than 1 MiB of artifacts; left out: {dropped[0]} (by case: artifacts_"
    assert said in either.printed


def test_throughput_runs_serially_and_is_no_case(serial: Session) -> None:
    entries = {name: entry for name, entry in serial.benchmarks().items() if "throughput" in name}
    assert sorted(entries) == [
        f"test_throughput[{program}-{threads}]"
        for program in ("dataloader", "fast", "matmul", "torch")
        for threads in ("1core", "all")
    ]
    for name, entry in entries.items():
        assert entry["stats"]["rounds"] == 3
        assert entry["extra_info"]["images"] == 1_257
        assert entry["extra_info"]["gflop_per_s"] > 0
        assert (entry["extra_info"]["threads"] == 1) or "all" in name


def test_throughput_is_skipped_beside_other_workers(parallel: Session) -> None:
    assert "throughput needs the machine for itself: run it without -n" in parallel.printed
    assert not any("throughput" in name for name in parallel.benchmarks())


def test_resume_replays_and_trains_nothing(serial: Session, tmp_path: Path) -> None:
    run = tmp_path / "runs" / serial.run.name
    shutil.copytree(serial.run, run)  # keeps the times of the files
    again = run_bench(
        tmp_path, *ARGUMENTS, "-k", f"not throughput and ({CASES})", "--resume", run.name
    )
    assert again.code == FAILED  # as before, though these thresholds are not given again
    assert (run / "records.jsonl").read_bytes() == (serial.run / "records.jsonl").read_bytes()
    assert outcomes(again) == OUTCOMES
    assert {file.name: file.stat().st_mtime_ns for file in (run / "artifacts").iterdir()} == {
        file.name: file.stat().st_mtime_ns for file in (serial.run / "artifacts").iterdir()
    }
    before, after = serial.benchmarks(), again.benchmarks()
    assert set(after) == set(before)
    for name, entry in after.items():
        assert entry["stats"]["data"] == before[name]["stats"]["data"]
        assert entry["extra_info"] == before[name]["extra_info"]
    assert "(resumed: 6 cases are finished)" in again.printed
    assert summary(again)[0].startswith(
        "1 passed, 4 failed, 1 unjudged, 0 error, 6 of these replayed, 0 planned"
    )
    assert "1 case has more than 1 MiB of artifacts" in again.printed


def test_what_another_run_has_is_left_out(serial: Session, tmp_path: Path) -> None:
    half = tmp_path / "half.jsonl"
    half.write_bytes((serial.run / RECORDS).read_bytes() + b'{"run": "')
    given = (*ARGUMENTS[:4], "--tier", "smoke", "--seeds", "3", "--leave-out", str(half))
    ended = run_bench(tmp_path, *given, "-n", "2", "-k", "depth and 1-seed or k3-s3-p1-seed0")
    assert ended.code == 0, ended.printed
    assert list(ended.lines()) == ["test_depth[1-seed2]"]
    assert f"left out: what {half} has, {len(OUTCOMES)} records" in ended.printed
    assert re.search(r"left out: .*half\.jsonl:\d+: half-written last line", ended.printed)
    told = run_bench(tmp_path / "listed", *given, "--collect-only", "-q", "-k", "depth")
    assert re.search(r"estimated time of the 8 cases here with -n \d+: \d", told.printed)


def test_what_another_run_has_is_repeated(serial: Session, tmp_path: Path) -> None:
    """The same cells and seeds, and not one more; what is no more in the bench is told."""
    run = tmp_path / "earlier.jsonl"
    records = {record.case: record for record in read_records(serial.run / RECORDS)}
    first = records["test_depth[1-seed0]"]
    gone = replace(first, nodeid="test_depth[9-seed0]", variant="9")
    later = replace(first, nodeid="test_depth[2-seed3]", variant="2", seed=3)
    write_records(run, [first, gone, later])
    given = (*ARGUMENTS[:4], "--tier", "smoke", "--repeat", str(run))
    ended = run_bench(tmp_path, *given, "-n", "2")
    assert ended.code == 0, ended.printed
    assert sorted(ended.lines()) == ["test_depth[1-seed0]", "test_depth[2-seed3]"]
    assert ended.lines()["test_depth[1-seed0]"]["test_accuracy"] == first.test_accuracy
    assert f"repeated: what {run} has, 3 records" in ended.printed
    assert "cannot be repeated, as the bench has no such cell: depth/9\n" in ended.printed
    some = run_bench(tmp_path / "some", *given, "--seeds", "1", "-n", "0", "--collect-only")
    assert "test_depth[1-seed0]" in some.printed
    assert "test_depth[2-seed3]" not in some.printed
    assert "no such cell: depth/9\n" in some.printed  # and not 2, which `--seeds` narrows away
    assert "estimated time of the 1 case here" in some.printed


def test_killed_session_is_resumed(tmp_path: Path) -> None:
    """On a user's grey images, which are smaller than those of MNIST."""
    images = write_images(tmp_path / "grey.npz", shape=(24, 24), train=1_000, test=100)
    given = ("--experiment", "depth", "--tier", "smoke", "--dataset", f"grey={images}")
    killed = kill_after_first_record(tmp_path, *given)
    assert not (killed / "benchmark.json").exists()
    before = (killed / "records.jsonl").read_bytes()
    finished = {record.case: killed / str(record.artifacts) for record in read_records(killed)}
    times = {file: file.stat().st_mtime_ns for file in finished.values()}
    assert 1 <= len(finished) < 4

    resumed = run_bench(tmp_path, *given, "-n", "0", "--resume", killed.name)
    assert resumed.code == 0
    cases = {f"test_depth[{depth}-seed0]" for depth in (1, 2, 3, 4)}
    assert set(resumed.lines()) == set(resumed.benchmarks()) == cases
    assert (killed / "records.jsonl").read_bytes().startswith(before)
    assert {file: file.stat().st_mtime_ns for file in finished.values()} == times
    assert f"{len(finished)} of these replayed, 0 planned" in summary(resumed)[0]
    for line in resumed.lines().values():
        assert line["recipe"]["dataset"] == line["dataset"]["name"] == "grey"
        assert line["recipe"]["input_shape"] == [1, 24, 24]
        assert (line["recipe"]["classes"], line["dataset"]["classes"]) == (4, 4)


def kill_after_first_record(folder: Path, *arguments: str) -> Path:
    """The run of a session that was killed in its second case."""
    with (folder / "killed.txt").open("w") as printed:
        process = subprocess.Popen(
            command(folder, *arguments, "-n", "0"),
            cwd=ROOT,
            env=environment(),
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end_s = time.monotonic() + PATIENCE_S
    while not any(file.stat().st_size for file in folder.glob("runs/*/records.jsonl")):
        assert process.poll() is None, (folder / "killed.txt").read_text()
        assert time.monotonic() < end_s
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    [run] = (folder / "runs").iterdir()
    return run
