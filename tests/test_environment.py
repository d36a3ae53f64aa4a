"""What is said of machine, code and cores, and who used the processor."""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import environment
from harness.environment import CpuClock

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")


def test_machine_is_described_without_naming_it() -> None:
    machine = environment.machine()
    assert set(machine) == {
        *("processor", "physical_cores", "logical_cores", "memory_gib", "os", "python")
    }
    assert all(machine.values())
    text = repr(machine)
    assert platform.node() not in text
    assert str(Path.home()) not in text


def test_versions_of_what_is_installed() -> None:
    assert environment.versions(["pytest", "no-such-package"]) == {"pytest": pytest.__version__}
    assert "pytest-xdist" in environment.versions()


def test_harness_imports_nothing_heavy() -> None:
    code = (
        "import sys; import harness.plugin; from harness import environment; "
        "environment.versions(); environment.machine(); "
        "print({'torch', 'torchvision', 'numpy', 'lenet', 'bench'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_commit_and_dirty_flag(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            [*GIT, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert environment.commit(tmp_path) == (None, None)
    git("init")
    assert environment.commit(tmp_path) == (None, None)
    (tmp_path / "code.py").write_text("")
    git("add", ".")
    git("commit", "-m", "first")
    assert environment.commit(tmp_path) == (git("rev-parse", "HEAD"), False)
    (tmp_path / "code.py").write_text("changed")
    assert environment.commit(tmp_path) == (git("rev-parse", "HEAD"), True)


def test_no_git_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert environment.commit(tmp_path) == (None, None)


def test_cores_respect_the_quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr("psutil.cpu_count", lambda logical: 6)
    assert environment.cores(tmp_path) == 6
    (tmp_path / "cpu.max").write_text("250000 100000\n")
    assert environment.cores(tmp_path) == 2
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert environment.cores(tmp_path) == 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert environment.cores(tmp_path) == 6
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    assert environment.cores(tmp_path) == 1


def test_quota_of_the_older_cgroup_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr("psutil.cpu_count", lambda logical: None)
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("300000\n")
    assert environment.cores(tmp_path) == 3
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1\n")
    assert environment.cores(tmp_path) == 8


@pytest.mark.parametrize(
    ("exported", "workers", "threads", "variables"),
    [
        ({}, 2, 4, {"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "4"}),
        ({}, 3, 2, {"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2"}),
        ({}, 99, 1, {"OMP_NUM_THREADS": "1"}),
        ({"OMP_NUM_THREADS": "5"}, 2, 5, {"OMP_NUM_THREADS": "5", "MKL_NUM_THREADS": "5"}),
        ({"OMP_NUM_THREADS": "3,2"}, 2, 3, {"OMP_NUM_THREADS": "3,2", "MKL_NUM_THREADS": "3"}),
        ({"OMP_NUM_THREADS": "many"}, 2, 8, {"OMP_NUM_THREADS": "many"}),
        ({"MKL_NUM_THREADS": "7"}, 2, 4, {"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "7"}),
    ],
)
def test_cores_are_shared_and_the_users_choice_stays(
    monkeypatch: pytest.MonkeyPatch,
    exported: dict[str, str],
    workers: int,
    threads: int,
    variables: dict[str, str],
) -> None:
    monkeypatch.setattr(environment, "cores", lambda: 8)
    monkeypatch.setattr(os, "environ", dict(exported))
    assert environment.share_cores(workers) == environment.threads() == threads
    assert {name: os.environ[name] for name in variables} == variables


def test_clock_counts_own_threads_and_calls_children_neither_own_nor_foreign() -> None:
    burn = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    with CpuClock() as clock:
        end_s = time.process_time() + 0.2
        while time.process_time() < end_s:
            pass
        subprocess.run([sys.executable, "-c", burn], check=True)
    assert 0.2 <= clock.cpu_s < 0.5 <= clock.wall_s
    if clock.foreign_cpu_s is not None:
        assert clock.foreign_cpu_s >= 0


@pytest.mark.parametrize(
    ("busy_s", "own_s", "foreign_s"),
    [(12.0, 10.0, 2.0), (9.9, 10.0, 0.0), (0.0, 10.0, None), (0.0, 0.0, 0.0)],
)
def test_foreign_time_is_what_remains(busy_s: float, own_s: float, foreign_s: float | None) -> None:
    assert environment.foreign_cpu_s(busy_s=busy_s, own_s=own_s) == foreign_s


@pytest.mark.parametrize(
    ("workers", "busy_s", "exclusive"),
    [(1, 10.4, True), (1, 10.6, False), (2, 10.4, False), (1, 0.0, False)],
)
def test_exclusive_needs_one_worker_and_an_idle_machine(
    monkeypatch: pytest.MonkeyPatch, workers: int, busy_s: float, exclusive: bool
) -> None:
    readings = iter([(0.0, 0.0, 0.0, 0.0), (10.0, 9.0, 1.0, busy_s)])
    monkeypatch.setattr(environment, "_reading", lambda: next(readings))
    with CpuClock(workers=workers) as clock:
        pass
    assert (clock.wall_s, clock.cpu_s, clock.exclusive) == (10.0, 9.0, exclusive)


def test_processors_of_one_name_are_told_apart() -> None:
    core = "processor\t: {}\ncpu family\t: 25\nmodel\t\t: {}\nmodel name\t: AMD EPYC\n\n"
    older, newer = (core.format(0, model) + core.format(1, model) for model in (1, 17))
    assert environment.model_name(older) == "AMD EPYC (family 25, model 1)"
    assert environment.model_name(newer) == "AMD EPYC (family 25, model 17)"
    assert environment.model_name("model name : ARM\n") == "ARM"
    assert environment.model_name("") == platform.machine()
