"""A folder of tests outside this project that records runs, and real pytest sessions in it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "session_cases"
SPEED = ("-p", "no:hypothesispytest", "-p", "no:cacheprovider")  # a second a session, saved
PATIENCE_S = 300


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a session came to."""

    code: int
    """Exit code."""
    printed: str
    """All that it printed."""


class Session:
    """A running pytest; of its own process group, to be sent a signal as by a terminal."""

    def __init__(self, command: list[str], *, folder: Path, environment: dict[str, str]) -> None:
        # A file, for a pipe would stay open as long as a worker that outlives the session.
        heed_interrupts()
        self.output = folder / f"printed-{time.monotonic_ns()}.txt"
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self) -> Ended:
        """Wait for its end."""
        try:
            code = self.process.wait(timeout=PATIENCE_S)
        finally:
            self.process.kill()
            self.process.wait()
        return Ended(code=code, printed=self.output.read_text())

    def reach(self, state: Callable[[], bool]) -> None:
        """Wait for a state; a session that does not get there is killed, and the test fails."""
        end_s = time.monotonic() + PATIENCE_S
        while not state():
            if self.process.poll() is not None or time.monotonic() > end_s:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the session never got there: {self.output.read_text()}")
            time.sleep(0.02)


class Bench:
    """A folder that holds the file `test_{cases}.py` and what that needs."""

    def __init__(self, folder: Path, cases: str) -> None:
        self.folder = folder
        (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
        (folder / "conftest.py").write_text((CASES / "conftest_of_a_bench.py").read_text())
        (folder / f"test_{cases}.py").write_text((CASES / f"{cases}.py").read_text())

    def start(self, *arguments: str, **environment: str) -> Session:
        """Start a session."""
        return Session(
            [sys.executable, "-m", "pytest", "-p", "harness.plugin", *SPEED, *arguments],
            folder=self.folder,
            environment=clean_environment() | environment,
        )

    def run(self, *arguments: str, **environment: str) -> Ended:
        """A session to its end."""
        return self.start(*arguments, **environment).end()

    @property
    def runs(self) -> list[Path]:
        """The folders of its runs."""
        return sorted((self.folder / "runs").glob("*"))

    @property
    def trained(self) -> list[str]:
        """Names of the cases that trained, over all sessions."""
        file = self.folder / "trained.txt"
        return file.read_text().split() if file.exists() else []

    def lines(self) -> list[dict[str, Any]]:
        """The lines of its only run's records, as they stand in the file."""
        [file] = (self.folder / "runs").glob("*/records.jsonl")
        return [json.loads(line) for line in file.read_text().splitlines()]

    def benchmarks(self) -> dict[str, Any]:
        """Name -> entry in the `benchmark.json` of its only run."""
        [file] = (self.folder / "runs").glob("*/benchmark.json")
        return {entry["name"]: entry for entry in json.loads(file.read_text())["benchmarks"]}


def heed_interrupts() -> None:
    """Let child processes be interrupted, though a job in the background has that ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def clean_environment() -> dict[str, str]:
    """This process's, without what a pytest around it left: it would be taken for a worker's."""
    stray = ("PYTEST", "NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "COLUMNS")
    inherited = {
        name: value for name, value in os.environ.items() if not any(part in name for part in stray)
    }
    return inherited | {"PYTHONPATH": str(ROOT)}
