"""The bridge between pytest-benchmark and xdist, in real pytest runs on a stranger's folder."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from harness import bridge

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "bridge_cases"
TICK_S = 2.0**-10
BRIDGE = ("-p", "harness.plugin")
SPEED = ("-p", "no:hypothesispytest", "-p", "no:cacheprovider")  # a second a run, for nothing here

Run = subprocess.CompletedProcess[str]


def stranger(folder: Path, case: str) -> Path:
    """A folder with one foreign test file and what that needs; nothing of this project."""
    folder.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "clocks.py").write_text((CASES / "clocks.py").read_text())
    (folder / "conftest.py").write_text((CASES / "conftest_of_a_stranger.py").read_text())
    (folder / f"test_{case}.py").write_text((CASES / f"{case}.py").read_text())
    return folder


def run_pytest(folder: Path, *arguments: str, **environment: str) -> Run:
    # A pytest around this one leaves variables that would make the new one take itself for a
    # worker, or give it options of its own. Without byte code each run compiles all plugins.
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", *SPEED, *arguments],
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def read_json(path: Path) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    content: dict[str, Any] = json.loads(path.read_text(), parse_constant=refuse)
    return content


def names(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["name"] for entry in entries]


# Every flag at once, so that one run shows that all are fed from the same result.
EVERYTHING = (
    *("--benchmark-json", "out.json"),
    *("--benchmark-storage", "saved", "--benchmark-autosave", "--benchmark-save-data"),
    *("--benchmark-histogram", "plots/run", "--benchmark-group-by", "group,param"),
    *("--benchmark-max-time", "0.01", "--benchmark-columns", "rounds,iterations"),
)


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one serial run, with what it printed."""
    folder = stranger(tmp_path_factory.mktemp("serial"), "many")
    done = run_pytest(folder, *BRIDGE, "-n", "0", *EVERYTHING)
    assert done.returncode == 1, done.stdout + done.stderr
    (folder / "printed.txt").write_text(done.stdout)
    return folder


def tables(printed: str) -> list[str]:
    """The lines of pytest-benchmark's tables."""
    lines = printed.splitlines()
    start = next(number for number, line in enumerate(lines) if "- benchmark" in line)
    return lines[start : lines.index("Legend:")]


def test_serial_run_holds_what_the_file_says(serial: Path) -> None:
    entries = {entry["name"]: entry for entry in read_json(serial / "out.json")["benchmarks"]}
    assert list(entries) == [
        "test_pedantic[3]",
        "test_pedantic[1]",
        "test_pedantic[2]",
        "test_calibrated",
        "test_iterations",
        "test_odd_parameter[tuple]",
        "test_odd_parameter[enum]",
        "test_odd_parameter[path]",
        "test_odd_extra_info",
        "test_fails_after_timing",
        "test_measured_in_setup",
    ]
    assert entries["test_pedantic[1]"]["stats"]["data"] == [TICK_S, 3 * TICK_S, 5 * TICK_S]
    assert entries["test_pedantic[1]"]["extra_info"] == {"size": 1}
    assert entries["test_calibrated"]["stats"]["rounds"] == 11
    assert entries["test_iterations"]["stats"]["iterations"] == 3
    odd = entries["test_odd_extra_info"]["extra_info"]
    assert (odd["nan"], odd["deep"], odd["noted"]) == (None, [{"infinite": None}], "at teardown")


@pytest.mark.parametrize("workers", ["2", "4"])
def test_workers_give_the_serial_result(serial: Path, tmp_path: Path, workers: str) -> None:
    folder = stranger(tmp_path, "many")
    done = run_pytest(folder, *BRIDGE, "-n", workers, *EVERYTHING)
    assert done.returncode == 1
    assert "2 failed, 11 passed" in done.stdout

    expected = read_json(serial / "out.json")
    assert read_json(folder / "out.json")["benchmarks"] == expected["benchmarks"]
    [saved] = folder.glob("saved/*/*.json")
    assert read_json(saved)["benchmarks"] == expected["benchmarks"]
    assert {path.name for path in folder.glob("plots/*")} == {
        path.name for path in serial.glob("plots/*")
    }
    assert any(folder.glob("plots/*pedantic*"))
    expected_tables = tables((serial / "printed.txt").read_text())
    assert any(line.startswith("test_pedantic[3]") for line in expected_tables)
    assert tables(done.stdout) == expected_tables


def test_serial_run_is_untouched(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "few")
    for name, arguments in {
        "bare": (),
        "bridged": BRIDGE,
        "no_xdist": (*BRIDGE, "-p", "no:xdist"),
    }.items():
        done = run_pytest(folder, *arguments, "--benchmark-json", f"{name}.json")
        assert done.returncode == 0, done.stdout
    bare = read_json(folder / "bare.json")["benchmarks"]
    assert names(bare) == ["test_timed[1]", "test_timed[2]"]
    assert read_json(folder / "bridged.json")["benchmarks"] == bare
    assert read_json(folder / "no_xdist.json")["benchmarks"] == bare


@pytest.mark.parametrize("workers", ["1", "2", "4"])
def test_killed_worker_loses_only_its_case(tmp_path: Path, workers: str) -> None:
    folder = stranger(tmp_path, "crash")
    limits = ("--benchmark-max-time", "0.01", "--benchmark-min-rounds", "7")
    done = run_pytest(folder, *BRIDGE, "-n", workers, *limits, "--benchmark-json", "out.json")
    assert done.returncode == 1
    assert "crashed while running 'test_crash.py::test_case[3]'" in done.stdout
    entries = read_json(folder / "out.json")["benchmarks"]
    assert names(entries) == [f"test_case[{case}]" for case in (0, 1, 2, 4, 5)]
    for entry in entries:
        assert len(entry["stats"]["data"]) == entry["stats"]["rounds"] >= 7
        assert min(entry["stats"]["data"]) > 0


@pytest.mark.parametrize("workers", ["0", "2"])
def test_benchmark_without_a_round_breaks_nothing(tmp_path: Path, workers: str) -> None:
    folder = stranger(tmp_path, "no_rounds")
    done = run_pytest(folder, *BRIDGE, "-n", workers, "--benchmark-json", "out.json")
    assert "1 failed, 1 passed, 1 skipped" in done.stdout
    assert names(read_json(folder / "out.json")["benchmarks"]) == ["test_good"]


def test_plugin_named_by_a_root_conftest(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "few")
    with (folder / "conftest.py").open("a") as conftest:
        conftest.write('\npytest_plugins = ["harness.plugin"]\n')
    flags = ("--benchmark-only", "--benchmark-json", "out.json")
    done = run_pytest(folder, "-n", "2", *flags, "-W", "default")
    assert done.returncode == 0, done.stdout
    assert "disabled" not in done.stderr  # where pytest-benchmark's warning of a worker goes
    assert names(read_json(folder / "out.json")["benchmarks"]) == ["test_timed[1]", "test_timed[2]"]


def test_benchmark_only(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "few")
    flags = ("--benchmark-only", "--benchmark-skip", "--benchmark-json", "out.json")
    done = run_pytest(folder, *BRIDGE, "-n", "2", *flags)
    assert "2 passed, 1 skipped" in done.stdout
    assert names(read_json(folder / "out.json")["benchmarks"]) == ["test_timed[1]", "test_timed[2]"]

    refused = run_pytest(folder, *BRIDGE, "-n", "2", "--benchmark-only", "--benchmark-disable")
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Can't have both --benchmark-only and --benchmark-disable" in refused.stderr


def test_benchmark_disable_enable_and_skip(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "few")
    common = (*BRIDGE, "-n", "2", "-rP", "--benchmark-json", "out.json")
    disabled = run_pytest(folder, *common, "--benchmark-disable")
    assert "3 passed" in disabled.stdout
    assert "size 2 ran 1 times" in disabled.stdout
    skipped = run_pytest(folder, *common, "--benchmark-skip", "-W", "default")
    assert "1 passed, 2 skipped" in skipped.stdout
    assert not (folder / "out.json").exists()

    enabled = run_pytest(folder, *common, "--benchmark-disable", "--benchmark-enable")
    assert "size 2 ran 3 times" in enabled.stdout
    assert len(read_json(folder / "out.json")["benchmarks"]) == 2


def test_compare_fail_decides_the_exit_code(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "few")
    storage = ("--benchmark-storage", "saved")
    run_pytest(folder, *BRIDGE, *storage, "--benchmark-save", "base")
    compare = (*BRIDGE, "-n", "2", *storage, "--benchmark-compare")
    compare_fail = (*compare, "--benchmark-compare-fail", "mean:50%")

    same = run_pytest(folder, *compare_fail)
    assert same.returncode == 0
    assert same.stderr.count("Comparing against benchmarks from") == 1
    assert "test_timed[1] (NOW)" in same.stdout
    assert "test_timed[1] (0001_base)" in same.stdout

    slower = run_pytest(folder, *compare_fail, BRIDGE_SLOWDOWN="5")
    assert slower.returncode == 1
    assert "Performance has regressed" in slower.stderr
    assert run_pytest(folder, *compare, BRIDGE_SLOWDOWN="5").returncode == 0


def test_profile_reaches_the_result(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "few")
    flags = ("--benchmark-cprofile", "cumtime", "--benchmark-json", "out.json")
    done = run_pytest(folder, *BRIDGE, "-n", "2", *flags)
    assert "cProfile (time in s)" in done.stdout
    for entry in read_json(folder / "out.json")["benchmarks"]:
        assert "append" in str(entry["cprofile"])


@pytest.mark.parametrize(
    ("removal", "missing"),
    [
        ("stats, 'Metadata'", "has no attribute 'Metadata'"),
        ("stats.Metadata, 'as_dict'", "Metadata.as_dict"),
        ("fixture.BenchmarkFixture, '_make_stats'", "BenchmarkFixture._make_stats"),
        ("session.BenchmarkSession, 'only'", "BenchmarkSession.only"),
        ("session.BenchmarkSession, 'xdist_warning'", "BenchmarkSession.xdist_warning"),
    ],
)
def test_future_version_is_refused_by_name(tmp_path: Path, removal: str, missing: str) -> None:
    folder = stranger(tmp_path, "few")
    (folder / "future.py").write_text(FUTURE.format(removal=removal))
    done = run_pytest(folder, "-p", "future", *BRIDGE, "-n", "2")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in done.stderr.splitlines() if line.startswith("ERROR: harness.bridge")]
    assert missing in line
    assert f"pytest-benchmark {version('pytest-benchmark')} lacks" in line
    assert f"versions {bridge.SUPPORTED}" in line
    assert "passed" not in done.stdout


FUTURE = """
from pytest_benchmark import fixture, session, stats

def remove(owner, name):
    if hasattr(owner, name):
        return delattr(owner, name)
    make = owner.__init__
    def make_without(self, *arguments, **options):
        make(self, *arguments, **options)
        delattr(self, name)
    owner.__init__ = make_without

def pytest_configure():
    remove({removal})
"""


def test_without_pytest_benchmark_the_bridge_is_inactive(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "test_plain.py").write_text("def test_plain(): pass\n")
    for workers in ("0", "2"):
        done = run_pytest(folder, "-p", "no:benchmark", *BRIDGE, "-n", workers)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workers", ["0", "2"])
def test_replay_gives_the_measured_entry(tmp_path: Path, workers: str) -> None:
    folder = stranger(tmp_path, "replayed")
    done = run_pytest(folder, *BRIDGE, "-n", workers, "--benchmark-json", "out.json")
    assert done.returncode == 0, done.stdout
    entries = {entry["name"]: entry for entry in read_json(folder / "out.json")["benchmarks"]}
    measured, replayed = entries["test_measured"], entries["test_replayed"]
    assert replayed["stats"]["data"] == [TICK_S, 3 * TICK_S, 5 * TICK_S]
    for key in measured.keys() - {"name", "fullname"}:
        assert replayed[key] == measured[key], key


def test_replay_records_nothing_when_disabled(tmp_path: Path) -> None:
    folder = stranger(tmp_path, "replayed")
    flags = ("--benchmark-disable", "--benchmark-json", "out.json")
    done = run_pytest(folder, *BRIDGE, *flags)
    assert done.returncode == 0, done.stdout  # and no warning that the fixture was not used
    assert not (folder / "out.json").exists()
