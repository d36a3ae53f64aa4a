"""The side of a run that the terminal sees: the controller's, or the only process's.

It asks the tests for the run's settings, makes or opens the run, appends each record as its report
arrives, and says at the start and at the end what there is and how to go on.
"""

import json
import shlex
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import pytest

from harness import environment
from harness.benchmark_file import BenchmarkFile
from harness.claim import write_claims
from harness.raised import error_record
from harness.record import Outcome, Record
from harness.recorder import RunInput, arrived
from harness.store import (
    BENCHMARK,
    RUNS,
    Run,
    StoreError,
    create_run,
    find_run,
    open_run,
    read_records,
)

NOT_RUNNING = (
    "collectonly",
    "setuponly",
    "setupplan",
    "showfixtures",
    "show_fixtures_per_test",
    "cacheshow",
)
"""Options under which pytest starts a session and runs no test."""

LISTED = 10
"""Cases that a line names before it only counts."""


def start_run(config: pytest.Config) -> "RunSession | None":
    """The run that this session records; `None` where nothing runs or no test asks for one.

    Raises:
        pytest.UsageError: a setting or option under which no run can be recorded or resumed.
    """
    if any(config.getoption(name, None) for name in NOT_RUNNING):
        return None
    answer = config.hook.pytest_harness_settings(config=config)
    if answer is None:
        _refuse_without_run(config)
        return None
    _refuse_profile(config)
    return RunSession(config, settings=_as_json(answer))


class RunSession:
    """A pytest plugin for the process that writes the run."""

    def __init__(self, config: pytest.Config, *, settings: dict[str, Any]) -> None:
        self.config = config
        self.settings = settings
        self.notices: list[str] = []
        """What was repaired as the run was opened."""
        self.resumed = config.getoption("resume") is not None
        self.outcomes: dict[str, Outcome] = {}
        """Node id -> outcome of each record that the run holds."""
        self.replayed: set[str] = set()
        self.recordless: set[str] = set()
        """Cases that ended well and keep no record."""
        self.started = False
        try:
            self.run = self._resume() if self.resumed else self._create()
        except StoreError as error:
            raise pytest.UsageError(str(error)) from None
        claims = config.hook.pytest_harness_claims(config=config)
        if claims is not None:
            write_claims(claims, self.run.folder)
        file = self.run.folder / BENCHMARK
        self.benchmark_json = BenchmarkFile(config, file, notice=self.notices.append)

    @property
    def input(self) -> RunInput:
        """What workers are told."""
        return RunInput(
            run=self.run.name,
            folder=str(self.run.folder.absolute()),
            settings=self.settings,
            resumed=self.resumed,
        )

    @property
    def finished(self) -> set[str]:
        """Cases that need no second run."""
        return {nodeid for nodeid, outcome in self.outcomes.items() if outcome != "error"}

    def _create(self) -> Run:
        commit, dirty = environment.commit(self.config.rootpath)
        return create_run(
            _runs(self.config),
            command=("pytest", *self.config.invocation_params.args),
            settings=self.settings,
            machine=environment.machine(),
            versions=environment.versions(),
            commit=commit,
            dirty=dirty,
        )

    def _resume(self) -> Run:
        folder = find_run(self.config.getoption("resume"), runs=_runs(self.config))
        run = open_run(folder, notice=self.notices.append)
        try:
            check_same(recorded=run.manifest.settings, given=self.settings, run=run.name)
            self.outcomes = _outcomes(folder)
        except (StoreError, pytest.UsageError):
            run.close()
            raise
        return run

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist, before it starts, what run it is part of."""
        node.workerinput["harness"] = asdict(self.input)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the planned cases of a serial session."""
        self._plan([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note the planned cases, which every worker reports alike."""
        self._plan(ids)

    def _plan(self, nodeids: Sequence[str]) -> None:
        planned = dict.fromkeys([*self.run.manifest.planned, *nodeids])
        if tuple(planned) != self.run.manifest.planned:
            self.run.plan(planned)

    def pytest_runtest_logstart(self) -> None:
        """Note that a case started: from now on the folder is kept."""
        self.started = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the record that came with the report, before anything else can go wrong."""
        arrival = arrived(report)
        if arrival is None:
            self._end_without_record(report)
        elif arrival.stored:
            self.replayed.add(report.nodeid)
        else:
            self._add(arrival.record)

    def _end_without_record(self, report: pytest.TestReport) -> None:
        """Add a record that says why, if a case raised before it kept one."""
        if report.skipped or (report.when == "call" and report.passed):
            self.recordless.add(report.nodeid)
        elif report.failed and report.when != "teardown" and report.nodeid not in self.finished:
            hook = self.config.hook.pytest_harness_case
            facts = hook(config=self.config, nodeid=report.nodeid)
            if facts is not None:
                self._add(error_record(facts, report, self.run.manifest))

    def _add(self, record: Record) -> None:
        self.run.append(record)
        self.outcomes[record.nodeid] = record.outcome

    def pytest_keyboard_interrupt(self) -> None:
        """Count anew, as Ctrl-C may have come between a record and its count; say how to go on."""
        self.outcomes = _outcomes(self.run.folder)
        reporter: Any = self.config.pluginmanager.getplugin("terminalreporter")
        if reporter and not self._is_void:
            name = self._name_under(_runs(self.config))
            reporter.write_line("")  # dots may stand there
            reporter.write_line(f"stopping: records are kept; --resume {name} goes on from them")
            reporter.flush()  # now: xdist takes seconds to stop its workers

    def pytest_report_header(self) -> list[str]:
        """Say where the run is, what was chosen for it, and what was repaired."""
        state = f" (resumed: {len(self.finished)} cases are finished)" if self.resumed else ""
        return [
            f"run: {_shown(self.run.folder)}{state}",
            *self.settings.get("headline", ()),
            *self.notices,
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Let pytest-benchmark write the run's `benchmark.json`, and close the plan."""
        self.benchmark_json.before_saving()
        yield
        self.benchmark_json.after_saving()
        self.close_plan()

    def close_plan(self) -> None:
        """Take from the plan the tests that ended well and leave no record."""
        without = self.recordless - {*self.outcomes}
        self.run.plan(each for each in self.run.manifest.planned if each not in without)

    @pytest.hookimpl(wrapper=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, None, None]:
        """Close the session with what the run holds and the commands that go on from here."""
        try:
            yield
        finally:  # pytest-benchmark raises where --benchmark-compare-fail finds a regression
            terminalreporter.write_sep("=", f"run {self.run.name}")
            for line in self.summary():
                terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """Let go of the run; one that holds nothing leaves no folder."""
        if self._is_void:
            self.run.discard()
        self.run.close()

    @property
    def _is_void(self) -> bool:
        """Nothing to report and nothing to resume: no case started, or all were skipped, say."""
        holds = self.resumed or self.outcomes or self.benchmark_json.file.exists()
        return not (holds or (self.started and self._missing()))

    def summary(self) -> list[str]:
        """The lines of the closing section."""
        if self._is_void:
            return ["no case left a record: the run's folder is removed"]
        raised = [each for each, outcome in self.outcomes.items() if outcome == "error"]
        lines = [*self.notices, self._counts()]
        if raised:
            lines.append(f"errors  {_listed(raised)}")
        lines.append(f"folder  {_shown(self.run.folder)}")
        if self.outcomes:
            lines.append(f"report  {self._report_command()}")
        if self._missing() or raised:
            lines.append(f"resume  {self._resume_command()}")
        return lines

    def _counts(self) -> str:
        by_outcome = Counter(self.outcomes.values())
        parts = [f"{by_outcome[outcome]} {outcome}" for outcome in get_args(Outcome)]
        if self.resumed:
            parts.append(f"{len(self.replayed)} of these replayed")
        return ", ".join([*parts, f"{len(self._missing())} planned without record"])

    def _missing(self) -> set[str]:
        return {*self.run.manifest.planned} - {*self.outcomes} - self.recordless

    def _report_command(self) -> str:
        return shlex.join(["python", "-m", "harness.report", self._name_under(RUNS)])

    def _resume_command(self) -> str:
        given = _without_resume(self.config.invocation_params.args)
        return shlex.join(["pytest", *given, "--resume", self._name_under(_runs(self.config))])

    def _name_under(self, runs: Path) -> str:
        """What `find_run` finds this run by, if it looks under `runs`."""
        folder = self.run.folder
        return folder.name if folder.parent.absolute() == runs.absolute() else _shown(folder)


def check_same(*, recorded: Mapping[str, Any], given: Mapping[str, Any], run: str) -> None:
    """Refuse to resume under other settings than those that both sides list as `fixed`.

    Raises:
        pytest.UsageError: names the setting, what the run recorded, and what was given.
    """
    for key in dict.fromkeys([*recorded.get("fixed", ()), *given.get("fixed", ())]):
        if recorded.get(key) != given.get(key):
            raise pytest.UsageError(
                f"--resume {run}: the run was recorded with {key} {recorded.get(key)!r}, this "
                f"session has {given.get(key)!r}: give the same, or leave --resume out for a "
                "new run"
            )


def _as_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they will be read back, tuples as lists, so that comparing them is fair."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(settings), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(
            f"pytest_harness_settings: expected settings that are JSON: {error}"
        ) from None
    return plain


def _outcomes(folder: Path) -> dict[str, Outcome]:
    return {record.nodeid: record.outcome for record in read_records(folder)}


def _runs(config: pytest.Config) -> Path:
    runs: Path = config.invocation_params.dir / config.getoption("runs")
    return runs


def _refuse_without_run(config: pytest.Config) -> None:
    for option in ("resume", "gate"):
        if config.getoption(option) is not None:
            raise pytest.UsageError(
                f"--{option} {config.getoption(option)}: these tests record no run: name the "
                "folder of the tests that do"
            )


def _refuse_profile(config: pytest.Config) -> None:
    if config.getoption("benchmark_cprofile", None):
        raise pytest.UsageError(
            "--benchmark-cprofile runs every benchmark once more than it was asked to, which "
            "would train an extra epoch: leave it out where a run is recorded"
        )


def _listed(nodeids: Sequence[str]) -> str:
    """The cases of these node ids, as far as a line has room for them."""
    names = ", ".join(nodeid.rpartition("::")[2] for nodeid in nodeids[:LISTED])
    more = len(nodeids) - LISTED
    return f"{names} and {more} more" if more > 0 else names


def _shown(folder: Path) -> str:
    """The folder as one would type it here."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def _without_resume(arguments: Iterable[str]) -> list[str]:
    kept = list(arguments)
    with suppress(ValueError):
        position = kept.index("--resume")
        del kept[position : position + 2]
    return [argument for argument in kept if not argument.startswith("--resume=")]
