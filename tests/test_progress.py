"""The live line: its estimate, and what a real terminal shows while a session runs and after it."""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path

import pytest

from harness.progress import Progress, clock, ended
from harness.record import Record
from tests.foreign import PATIENCE_S, SPEED, Bench, clean_environment, heed_interrupts
from tests.records import make_record

COLUMNS = 100


class Terminal:
    """A pytest session on a pseudo-terminal."""

    def __init__(self, bench: Bench, *arguments: str, **environment: str) -> None:
        heed_interrupts()
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-p", "harness.plugin", *SPEED, *arguments],
            cwd=bench.folder,
            env=clean_environment() | {"TERM": "xterm"} | environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""

    def read_until(self, shown: Callable[[str], object]) -> None:
        """Read until what was written so far fulfils a condition, or the session ends."""
        end_s = time.monotonic() + PATIENCE_S
        while not shown(self.raw):
            if time.monotonic() > end_s:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the terminal never showed it: {self.raw}")
            try:
                self.raw += os.read(self.master, 65536).decode()
            except OSError:  # Linux's way to say that nobody holds the other end any more
                return

    def end(self) -> str:
        """All that was written, once the session has ended."""
        self.read_until(lambda raw: False)
        self.process.wait(timeout=PATIENCE_S)
        os.close(self.master)
        return self.raw


def screen(raw: str) -> list[str]:
    """The lines that are left on the terminal."""
    lines = []
    for row in re.sub(r"\x1b\[[0-9;]*m", "", raw).split("\n"):
        cells: list[str] = []
        for part in row.split("\r"):
            cells[: len(part)] = part
        lines.append("".join(cells).rstrip())
    return lines


def frames(raw: str) -> list[str]:
    """The live lines, in the order in which they were drawn."""
    return [part.strip() for part in re.split(r"[\r\n]", raw) if " elapsed" in part]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_terminal_shows_the_line_and_is_clean_afterwards(tmp_path: Path, workers: str) -> None:
    bench = Bench(tmp_path, "seeds")
    raw = Terminal(bench, "-n", workers).end()
    drawn = frames(raw)
    assert re.fullmatch(r"0/6  0:\d\d elapsed", drawn[0])
    assert re.fullmatch(
        r"6/6  2 failed  0:\d\d elapsed  0:00 left  test_case\[\d\] \d\d\.00%", drawn[-1]
    )
    assert all(len(line) < COLUMNS for line in drawn)

    assert "\x1b[32m." not in raw  # pytest's dots and letters
    assert "\x1b[31mF\x1b" not in raw

    left = screen(raw)
    assert not any("elapsed" in line or re.match(r"\d/6", line) for line in left)
    assert not any(re.match(r"test_seeds\.py( |$)", line) for line in left)
    assert any("FAILURES" in line for line in left)
    assert any(line.startswith("FAILED test_seeds.py::test_case[1]") for line in left)
    assert any(line.startswith("4 passed, 2 failed, 0 unjudged") for line in left)
    assert (tmp_path / "asked.txt").read_text().count("test_seeds.py::test_case[") == 6


def test_line_moves_during_a_case_and_survives_an_interrupt(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "seeds")
    terminal = Terminal(bench, BENCH_HOLD="test_case[3]")
    terminal.read_until(lambda raw: re.search(r"3/6  2 failed  0:(?!00)\d\d elapsed", raw))
    os.killpg(terminal.process.pid, signal.SIGINT)
    left = screen(terminal.end())
    assert not any("elapsed" in line for line in left)
    assert any("KeyboardInterrupt" in line for line in left)
    assert any(line.startswith("resume  pytest") for line in left)


def test_crashed_worker_counts_as_failed(tmp_path: Path) -> None:
    raw = Terminal(Bench(tmp_path, "seeds"), "-n", "2", BENCH_KILL="test_case[2]").end()
    assert frames(raw)[-1].startswith("6/6  3 failed")
    left = screen(raw)
    assert not any("elapsed" in line or line.startswith("collecting:") for line in left)
    assert any("node down" in line for line in left)


def test_other_verbosities_keep_pytests_own_output(tmp_path: Path) -> None:
    raw = Terminal(Bench(tmp_path, "seeds"), "-v").end()
    assert not frames(raw)
    assert "test_seeds.py::test_case[5] \x1b[32mPASSED" in raw


def test_pipe_gets_pytests_own_output_and_no_control_characters(tmp_path: Path) -> None:
    printed = Bench(tmp_path, "seeds").run("-n", "2").printed
    assert re.search(r"^[.F]{6} +\[100%\]$", printed, flags=re.MULTILINE)
    assert "elapsed" not in printed
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", printed)


def test_time_left_is_weighted_by_cost() -> None:
    progress = Progress({"short": 1, "long": 9, "replayed": 0}, workers=1, now_s=0)
    assert progress.left_s(now_s=0) is None
    progress.begin("replayed", now_s=0)
    progress.end("replayed", now_s=1)
    assert progress.left_s(now_s=1) is None
    progress.begin("short", now_s=1)
    progress.end("short", now_s=3)
    assert progress.left_s(now_s=3) == 18
    progress.begin("long", now_s=3)
    assert progress.left_s(now_s=8) == 13
    assert progress.left_s(now_s=300) == 0
    progress.end("long", now_s=301)
    assert progress.left_s(now_s=301) == 0


def test_time_left_is_shared_by_workers_but_never_less_than_the_longest_case() -> None:
    progress = Progress({"first": 1, "a": 2, "b": 2, "c": 2}, workers=2, now_s=0)
    progress.begin("first", now_s=0)
    progress.end("first", now_s=10)
    assert progress.left_s(now_s=10) == 30
    assert Progress({"first": 1, "long": 8}, workers=4, now_s=0).left_s(now_s=0) is None
    progress = Progress({"first": 1, "long": 8}, workers=4, now_s=0)
    progress.begin("first", now_s=0)
    progress.end("first", now_s=10)
    assert progress.left_s(now_s=10) == 80


def test_line_is_cut_to_the_width() -> None:
    progress = Progress({"a": 1}, workers=1, now_s=0)
    progress.last = "test_optimizer[adam-seed0] 97.80%"
    whole = "0/1  1:05 elapsed  test_optimizer[adam-seed0] 97.80%"
    assert progress.line(now_s=65, width=100) == whole
    assert progress.line(now_s=65, width=20) == whole[:19] + "…"


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (make_record(accuracies=(0.5,)), "50.00%"),
        (make_record(accuracies=(None,)), "diverged"),
        (make_record(accuracies=(0.5,), outcome="error"), "error"),
    ],
)
def test_case_that_ended_is_shown_with_what_came_of_it(record: Record, shown: str) -> None:
    assert ended(record) == f"test_optimizer[adam-seed0] {shown}"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (36_061, "10:01:01")]
)
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
