"""`pytest --gate BASELINE`: a run that judges itself as it ends.

Its exit code is the gate's where the tests had none of their own: 1 for a regression, 2 where it
could not judge. A baseline that is not there stops the session before anything is trained.
"""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from harness import gate_github
from harness.gate_options import parse_metrics
from harness.gate_result import NOT_JUDGED, GateResult
from harness.gate_sides import Question, find_side, gate
from harness.gate_text import text
from harness.session import RunSession
from harness.store import StoreError, read_records

NOT_ENDED = (
    pytest.ExitCode.INTERRUPTED,
    pytest.ExitCode.INTERNAL_ERROR,
    pytest.ExitCode.USAGE_ERROR,
)
"""Ends of a session of which a gate would judge a part."""


def start(config: pytest.Config, started: RunSession) -> "GateSession":
    """The gate of a session that asks for one. Ends it where there is no baseline."""
    name = config.getoption("gate")
    try:
        baseline = find_side(name, runs=config.getoption("runs"), notice=started.notices.append)
        if not read_records(baseline, notice=started.notices.append):
            raise StoreError(f"{baseline}: expected records, found none: name another baseline")
    except StoreError as error:
        pytest.exit(f"--gate {error}", returncode=NOT_JUDGED)
    return GateSession(config, started, baseline)


def question(config: pytest.Config, settings: dict[str, Any]) -> Question:
    """What the options ask of a gate; `settings` are the run's."""
    return Question(
        metrics=parse_metrics(config.getoption("gate_metrics")),
        experiments=tuple(settings.get("gated", ())),
        undecided=config.getoption("undecided"),
    )


class GateSession:
    """A pytest plugin for the process that writes the run."""

    def __init__(self, config: pytest.Config, started: RunSession, baseline: Path) -> None:
        self.config = config
        self.started = started
        self.baseline = baseline
        self.result: GateResult | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Judge the run; every record has arrived."""
        if exitstatus in NOT_ENDED:
            return
        self.started.close_plan()
        self.result = gate(
            self.baseline,
            self.started.run.folder,
            question(self.config, self.started.settings),
            notice=self.started.notices.append,
        )
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = self.result.code

    @pytest.hookimpl(wrapper=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, None, None]:
        """Print the verdicts behind what the run holds."""
        yield
        terminalreporter.write_sep("=", "gate")
        if self.result is None:
            terminalreporter.write_line("not judged: the session did not come to its end")
            return
        names = (self.config.getoption("gate"), self.started.run.name)
        for line in text(self.result, names=names).splitlines():
            terminalreporter.write_line(line)
        for line in gate_github.publish(self.result, names=names, environment=os.environ):
            terminalreporter.write_line(line)
