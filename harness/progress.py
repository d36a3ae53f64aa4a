"""One line on the terminal that says how far a long session is, in place of pytest's dots.

12/210  1 failed  1:23 elapsed  20:10 left  test_optimizer[adam-seed0] 97.80%
"""

import os
import sys
import threading
import time
from collections.abc import Generator, Mapping, Sequence, Set
from typing import Any, TextIO

import pytest

from harness.record import Record
from harness.recorder import arrived

TICK_S = 1.0
"""Seconds between two looks at the clock."""


class Progress:
    """How far a session is, and how long the rest will take. Times come in as arguments.

    The rest is estimated from the cases that ran so far, weighted by their costs; a cost of 0 is a
    case that will be replayed.
    """

    def __init__(self, costs: Mapping[str, float], *, workers: int, now_s: float) -> None:
        self.costs = costs
        self.workers = workers
        self.start_s = now_s
        self.done: set[str] = set()
        self.failed: set[str] = set()
        self.last = ""
        """The case that ended last, with its accuracy."""
        self._running: dict[str, float] = {}  # node id -> when it started
        self._spent_s = 0.0  # on cases that ran to their end
        self._spent_cost = 0.0

    def begin(self, nodeid: str, *, now_s: float) -> None:
        """A case started."""
        self._running[nodeid] = now_s

    def end(self, nodeid: str, *, now_s: float) -> None:
        """A case ended, well or not."""
        begun_s = self._running.pop(nodeid, None)
        cost = self.costs.get(nodeid, 0.0)
        if begun_s is not None and cost > 0 and nodeid not in self.done:
            self._spent_s += now_s - begun_s
            self._spent_cost += cost
        self.done.add(nodeid)

    def left_s(self, *, now_s: float) -> float | None:
        """Seconds that the cases to come will take, side by side; `None` before the first end."""
        if self._spent_cost == 0:
            return None
        rate = self._spent_s / self._spent_cost
        left = {nodeid: cost * rate for nodeid, cost in self.costs.items() if cost > 0}
        for nodeid, begun_s in self._running.items():
            left[nodeid] = max(0.0, left.get(nodeid, 0.0) - (now_s - begun_s))
        rest = [seconds for nodeid, seconds in left.items() if nodeid not in self.done]
        return max(sum(rest) / self.workers, max(rest, default=0.0))

    def line(self, *, now_s: float, width: int) -> str:
        """The line, cut to `width` characters."""
        left_s = self.left_s(now_s=now_s)
        parts = [
            f"{len(self.done)}/{len(self.costs)}",
            f"{len(self.failed)} failed" if self.failed else "",
            f"{clock(now_s - self.start_s)} elapsed",
            "" if left_s is None else f"{clock(left_s)} left",
            self.last,
        ]
        text = "  ".join(part for part in parts if part)
        return text if len(text) <= width else text[: width - 1] + "…"


def ended(record: Record) -> str:
    """A case that ended, and its accuracy if it has one: `test_optimizer[adam-seed0] 97.80%`."""
    if record.raised:
        return f"{record.case} error"
    accuracy = record.test_accuracy
    return f"{record.case} " + ("diverged" if accuracy is None else f"{accuracy:.2%}")


def clock(seconds: float) -> str:
    """`m:ss`, or `h:mm:ss` from an hour on."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def is_wanted(config: pytest.Config) -> bool:
    """A terminal that can be rewritten, and nothing else that writes to it while tests run."""
    return (
        config.pluginmanager.hasplugin("terminalreporter")
        and sys.stdout.isatty()
        and os.environ.get("TERM") != "dumb"
        and config.option.verbose == 0
        and config.getoption("capture") != "no"
        and not config.getoption("usepdb")
    )


class LiveLine:
    """A pytest plugin that draws the line while tests run, and leaves nothing of it behind."""

    def __init__(self, config: pytest.Config, *, finished: Set[str], workers: int) -> None:
        self.config = config
        self.finished = finished
        self.workers = workers
        reporter: Any = config.pluginmanager.getplugin("terminalreporter")
        reporter.showfspath = False  # the names of test files, which would cut the line up
        self.progress: Progress | None = None
        # pytest points stdout elsewhere while a test runs; this goes to the terminal all the same.
        self.terminal: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", errors="replace")
        self._drawing = threading.Lock()
        self._drawn = False
        self._stop = threading.Event()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn the cases of a serial session."""
        self._plan([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Learn the cases from the first worker that has collected them."""
        if self.progress is None:
            self._plan(ids)

    def _plan(self, nodeids: Sequence[str]) -> None:
        hook = self.config.hook.pytest_harness_costs
        given = hook(config=self.config, nodeids=nodeids) or {}
        costs = {each: 0.0 if each in self.finished else given.get(each, 1.0) for each in nodeids}
        self.progress = Progress(costs, workers=self.workers, now_s=time.monotonic())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Look at the clock beside the tests, and wipe the line however they end."""
        thread = threading.Thread(target=self._tick, name="harness-progress", daemon=True)
        thread.start()
        try:
            return (yield)
        finally:
            self._stop.set()
            thread.join()
            self._write("", drawn=False)

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            if self._drawn:  # not between the lines that xdist writes as it starts its workers
                self._draw()

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Any, Any]:
        """Take the letter from each outcome: the line stands in its place."""
        status = yield
        return status if self._stop.is_set() else (status[0], "", "")  # the summary needs all

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Take the time at which a case starts."""
        if self.progress:
            self.progress.begin(nodeid, now_s=time.monotonic())
            self._draw()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count failures, a crashed worker's among them, and keep the last accuracy."""
        if self.progress is None:
            return
        if report.failed:
            self.progress.failed.add(report.nodeid)
        if report.when not in ("setup", "call", "teardown"):  # xdist's own, for a crash
            self.progress.end(report.nodeid, now_s=time.monotonic())
        arrival = arrived(report)
        if arrival:
            self.progress.last = ended(arrival.record)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Count a case."""
        if self.progress:
            self.progress.end(nodeid, now_s=time.monotonic())
            self._draw()

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, error: object) -> None:
        """Make room for what xdist has to say of a worker that crashed."""
        if error:
            self._write("", drawn=False)

    def pytest_unconfigure(self) -> None:
        """Close the terminal's second handle."""
        self.terminal.close()

    def _draw(self) -> None:
        if self.progress and not self._stop.is_set():
            text = self.progress.line(now_s=time.monotonic(), width=self._width())
            self._write(text, drawn=True)

    def _write(self, text: str, *, drawn: bool) -> None:
        """Write over the line and go back to its start, where the next writer begins."""
        with self._drawing:
            self._drawn = drawn
            self.terminal.write(f"\r{text:<{self._width()}}\r")
            self.terminal.flush()

    def _width(self) -> int:
        width: int = os.get_terminal_size(self.terminal.fileno()).columns or 80
        return width - 1  # a character in the last column would start a new line
