"""The circumstances of a run: machine, package versions, commit, cores, and who used the processor.

Nothing here names the host, the user or a folder.
"""

import contextlib
import os
import platform
import subprocess
import time
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

PACKAGES = (
    "torch",
    "torchvision",
    "numpy",
    "numba",
    "scikit-learn",
    "pytest",
    "pytest-benchmark",
    "pytest-xdist",
)
"""Packages that can change what a run measures, where they are installed."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""Read once, by each library as it is loaded."""

EXCLUSIVE_SHARE = 0.05
"""Foreign CPU time, as a share of one core, from which a time is not exclusive any more."""


@cache
def machine() -> dict[str, str | int | float]:
    """Processor, cores, memory, operating system and Python of this machine."""
    logical = psutil.cpu_count() or 1
    return {
        "processor": _processor(),
        "physical_cores": psutil.cpu_count(logical=False) or logical,
        "logical_cores": logical,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "os": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Package -> version, for those that are installed; none of them is imported."""
    found = {}
    for package in packages:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def commit(root: Path) -> tuple[str | None, bool | None]:
    """The commit that `root` has checked out, and whether the working tree differs from it.

    `(None, None)` outside a git checkout, without git, and before the first commit.
    """
    try:
        sha = _git(root, "rev-parse", "HEAD")
        return sha.strip(), bool(_git(root, "status", "--porcelain").strip())
    except (OSError, subprocess.CalledProcessError):
        return None, None


def cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Cores this process may use: physical ones, within its affinity and its cgroup's quota."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or allowed
    quota = _quota_cores(cgroup)
    return max(1, min(allowed, physical, int(quota) if quota else allowed))


def share_cores(workers: int) -> int:
    """Tell compute libraries how many threads each of `workers` processes may use.

    Sets the variables that the user has not exported, to the user's own OMP_NUM_THREADS if that is
    among those exported. Libraries read them as they are loaded, and child processes inherit them.
    """
    exported = "OMP_NUM_THREADS" in os.environ
    share = threads() if exported else max(1, cores() // workers)
    for variable in THREAD_VARIABLES:
        os.environ.setdefault(variable, str(share))
    return share


def threads() -> int:
    """Compute threads that this process was given, by the user or by `share_cores`."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()  # one a nesting level
    return int(first) if first.isdecimal() and int(first) > 0 else cores()


class CpuClock:
    """Context manager: wall and CPU seconds of this process, and what others took of the machine.

    The attributes are set when the context ends. CPU seconds count all threads of this process;
    its children are neither its own nor foreign.
    """

    wall_s: float
    """Wall seconds."""
    cpu_s: float
    """CPU seconds of this process."""
    foreign_cpu_s: float | None
    """CPU seconds of everything else on the machine; `None` where that cannot be read."""
    exclusive: bool
    """One worker, and foreign CPU time below 5% of one core."""

    def __init__(self, *, workers: int = 1) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        self._start = _reading()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pairs = zip(_reading(), self._start, strict=True)
        self.wall_s, self.cpu_s, children_s, busy_s = (end - start for end, start in pairs)
        self.foreign_cpu_s = foreign_cpu_s(busy_s=busy_s, own_s=self.cpu_s + children_s)
        self.exclusive = (
            self.workers == 1
            and self.foreign_cpu_s is not None
            and self.foreign_cpu_s < EXCLUSIVE_SHARE * self.wall_s
        )


def foreign_cpu_s(*, busy_s: float, own_s: float) -> float | None:
    """CPU seconds of others, from those of the whole machine and the own ones among them.

    `None` where the machine's counters stand still, as some sandboxes have it.
    """
    if busy_s < own_s / 2:
        return None
    return max(0.0, busy_s - own_s)  # the kernel samples one and measures the other


def _reading() -> tuple[float, float, float, float]:
    """Seconds so far: wall, CPU of this process, of its children, of the whole machine."""
    return time.perf_counter(), time.process_time(), _children_s(), _busy_s()


def _children_s() -> float:
    process = psutil.Process()
    own = process.cpu_times()
    total = own.children_user + own.children_system  # of those that have ended
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may end while it is read
            total += sum(child.cpu_times()[:4])
    return total


def _busy_s() -> float:
    times = psutil.cpu_times()._asdict()
    # A guest's time is in `user` already; `steal` is another machine's and as foreign as can be.
    idle = ("idle", "iowait", "guest", "guest_nice")
    busy: list[float] = [seconds for name, seconds in times.items() if name not in idle]
    return sum(busy)


def _quota_cores(cgroup: Path) -> float | None:
    """CPU quota in cores, of cgroup version 2 or 1; `None` where there is none to be read."""
    try:
        if (cgroup / "cpu.max").is_file():
            quota, period = (cgroup / "cpu.max").read_text().split()
        else:
            quota = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text()
            period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text()
        return int(quota) / int(period) if int(quota) > 0 else None
    except (OSError, ValueError):  # `max` stands for no quota
        return None


def _processor() -> str:
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        if platform.system() == "Linux":
            return model_name(Path("/proc/cpuinfo").read_text())
        if platform.system() == "Darwin":
            return _run("sysctl", "-n", "machdep.cpu.brand_string").strip()
    return platform.processor() or platform.machine()


def model_name(cpuinfo: str) -> str:
    """The processor that `/proc/cpuinfo` tells of, with family and model where it gives them: a
    virtual machine may call generations of very different speed by one name."""
    pairs = (line.partition(":") for line in reversed(cpuinfo.splitlines()))
    found = {key.strip(): value.strip() for key, _, value in pairs}
    name = found.get("model name", platform.machine())
    if "cpu family" not in found or "model" not in found:
        return name
    return f"{name} (family {found['cpu family']}, model {found['model']})"


def _git(root: Path, *arguments: str) -> str:
    return _run("git", "-C", str(root), *arguments)


def _run(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout
