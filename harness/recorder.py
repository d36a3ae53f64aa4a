"""The side of a run that tests see: what is finished already, and keeping the record of a test.

fixture:    recorder(config).keep(item, record)
makereport: the kept record -> outcome -> the benchmark's extra_info, report.harness_record
controller: arrived(report) -> records.jsonl
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness.record import Outcome, Record, decode, encode, to_dict
from harness.store import read_records

REPORT_ATTRIBUTE = "harness_record"
REASON_LENGTH = 500
"""Characters of a reason that are kept."""


@dataclass(frozen=True, kw_only=True)
class RunInput:
    """What every process of a session knows of its run; xdist carries it to the workers."""

    run: str
    """Name of the run."""
    folder: str
    """Its folder, as an absolute path."""
    settings: dict[str, Any]
    """What the tests answered to `pytest_harness_settings`."""
    resumed: bool
    """The run was there before this session."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A judged record on a test's report."""

    record: Record
    """The record, its outcome filled in."""
    stored: bool
    """The run holds this very record already: it was replayed."""


def recorder(config: pytest.Config) -> "Recorder | None":
    """The recorder of this session; `None` where no run is recorded."""
    return config.stash.get(_RECORDER, None)


class Recorder:
    """Hands out what is finished and keeps what a test found; a pytest plugin for the latter."""

    run: str
    """Name of the run: `Record.run`."""
    folder: Path
    """The run's folder, for files that a record points to."""
    settings: dict[str, Any]
    """What the tests answered to `pytest_harness_settings`."""

    def __init__(self, given: RunInput) -> None:
        self.run = given.run
        self.folder = Path(given.folder)
        self.settings = given.settings
        self._finished: dict[str, Record] = {}
        if given.resumed:  # the controller has told already of a line that was left out
            found = read_records(self.folder, notice=lambda text: None)
            self._finished = {each.nodeid: each for each in found if not each.raised}

    def finished(self, nodeid: str) -> Record | None:
        """The record of a case that needs no second run; `None` if it has none or it raised."""
        return self._finished.get(nodeid)

    def keep(self, item: pytest.Item, record: Record) -> None:
        """Take the record of the running test; `outcome` and `reason` are filled in when it ends.

        A test may keep again: the last one counts. One that is kept with the outcome `error` stays
        an error however the test ends: it is what there is of a training that has not ended yet.

        Raises:
            ValueError: the record is of another run or another test.
        """
        if (record.run, record.nodeid) != (self.run, item.nodeid):
            raise ValueError(
                f"expected a record of run {self.run!r} and test {item.nodeid!r}, got one of "
                f"{record.run!r} and {record.nodeid!r}: fill them from recorder.run and item.nodeid"
            )
        item.stash[_KEPT] = record

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge the kept record and put it on the report of the test's call."""
        report = yield
        kept = item.stash.get(_KEPT, None)
        if call.when == "call" and kept is not None:
            judged = judge(kept, call.excinfo.value if call.excinfo else None)
            if judged is not None:
                self._attach(item, report, judged)
        return report

    def _attach(self, item: pytest.Item, report: pytest.TestReport, record: Record) -> None:
        before = self.finished(item.nodeid)
        stored = before is not None and before == replace(record, reason=before.reason)
        if before is not None and stored:
            record = before  # a reason may name an object's address, which differs every time
        sent = {"record": encode(record).decode(), "stored": stored}
        setattr(report, REPORT_ATTRIBUTE, sent)
        benchmark = getattr(item, "funcargs", {}).get("benchmark")
        if benchmark is not None:  # its entry shares this dict, and is saved at the very end
            benchmark.extra_info["record"] = to_dict(record)


def install(config: pytest.Config, given: RunInput) -> Recorder:
    """Start recording in this process."""
    made = Recorder(given)
    config.stash[_RECORDER] = made
    # pytest-benchmark warns of it when a case stops before its training; as an error that would
    # end an interrupted session without its summary.
    config.addinivalue_line("filterwarnings", "ignore:Benchmark fixture was not used at all")
    config.pluginmanager.register(made, "harness-recorder")
    return made


def arrived(report: pytest.TestReport) -> Arrival | None:
    """The record that came with a report; `None` for a report without one."""
    sent: Mapping[str, Any] | None = getattr(report, REPORT_ATTRIBUTE, None)
    return Arrival(record=decode(sent["record"]), stored=sent["stored"]) if sent else None


def judge(record: Record, error: BaseException | None) -> Record | None:
    """The record with the outcome of its test, which ended by `error`; `None` if it was skipped."""
    if isinstance(error, pytest.skip.Exception):
        return None
    if record.raised:
        return replace(record, reason=_reason(error))
    if error is None:
        outcome: Outcome = "unjudged" if record.threshold is None else "passed"
        return replace(record, outcome=outcome, reason=None)
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return replace(record, outcome="failed", reason=paragraph(str(error)))
    return replace(record, outcome="error", reason=_reason(error))


def _reason(error: BaseException | None) -> str:
    if error is None:
        return "the training raised, and the test went on"
    return paragraph(f"{type(error).__name__}: {error}")


def paragraph(text: str) -> str:
    """A text as one line of at most `REASON_LENGTH` characters."""
    words = " ".join(text.split())
    return words if len(words) <= REASON_LENGTH else words[: REASON_LENGTH - 1] + "…"


_RECORDER = pytest.StashKey[Recorder]()
_KEPT = pytest.StashKey[Record]()
