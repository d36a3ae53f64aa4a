"""The pytest plugin: options, and what is switched on where.

A `conftest.py` in the root folder loads it (`pytest_plugins = ["harness.plugin"]`), or the command
line does (`pytest -p harness.plugin`). Then pytest-benchmark works under xdist (`bridge`), and
compute threads are shared out among the workers. A session whose tests answer the hook
`pytest_harness_settings` records a run as well:

    controller, or the only process:  session.RunSession, progress.LiveLine, and with --gate
                                      gate_session.GateSession
    worker, or the only process:      recorder.Recorder
"""

import argparse
import os
from pathlib import Path

import pytest

from harness import bridge, environment, gate_options, hooks, progress, recorder
from harness.session import start_run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the group "harness"."""
    group = parser.getgroup("harness", "recording runs")
    group.addoption(
        "--runs",
        metavar="DIR",
        type=Path,
        default=Path("runs"),
        help="Folder in which each session that records gets a folder of its own. "
        "Default: %(default)s",
    )
    group.addoption(
        "--resume",
        metavar="RUN",
        help="Go on with a run that was stopped or killed. RUN is its folder, or its name under "
        "--runs. Finished cases are replayed from their records and not run again; those that "
        "raised an error or have no record run. Give it with the options of the first session: a "
        "session that was stopped prints the whole command.",
    )
    gate_options.add_options(group)
    group.addoption("--tell-run", metavar="FILE", type=Path, help=argparse.SUPPRESS)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hooks of `harness.hooks`."""
    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Share out the cores, start the bridge, and in a worker the recorder."""
    bridge.register(config)
    workerinput = getattr(config, "workerinput", None)
    if workerinput is None:
        # Before xdist starts the workers: they inherit it, so that it holds whatever they import.
        environment.share_cores(worker_count(config))
    elif "harness" in workerinput:
        recorder.install(config, recorder.RunInput(**workerinput["harness"]))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the run, before xdist starts its workers."""
    if not hasattr(session.config, "workerinput"):
        _start_run(session.config)


def _start_run(config: pytest.Config) -> None:
    started = start_run(config)
    if started is None:
        return
    config.pluginmanager.register(started, "harness-session")
    if config.getoption("tell_run") is not None:  # a session of several asks where it is
        config.getoption("tell_run").write_text(str(started.run.folder.absolute()))
    if config.getoption("gate") is not None:
        from harness import gate_session  # loads NumPy and SciPy

        config.pluginmanager.register(gate_session.start(config, started), "harness-gate")
    recorder.install(config, started.input)
    if getattr(config.option, "maxschedchunk", 0) is None:
        config.option.maxschedchunk = 1  # larger chunks leave cores idle behind a long case
    if progress.is_wanted(config):
        line = progress.LiveLine(config, finished=started.finished, workers=worker_count(config))
        config.pluginmanager.register(line, "harness-progress")


@pytest.hookimpl(optionalhook=True, tryfirst=True)  # xdist's own answer would end the asking
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """`-n auto`: physical cores that this process may use, by its affinity and cgroup quota.

    xdist counts those of the whole machine. `-n logical` and PYTEST_XDIST_AUTO_NUM_WORKERS stay
    xdist's own.
    """
    if config.option.numprocesses == "logical" or os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    return environment.cores()


def worker_count(config: pytest.Config) -> int:
    """Processes that run tests side by side in this session."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        return int(workerinput["workercount"])
    if config.getoption("dist", "no") == "no":
        return 1
    return max(1, sum(_copies(spec) for spec in config.getoption("tx")))


def _copies(spec: str) -> int:
    """Workers that an argument of xdist's `--tx` stands for: 3 in `3*popen`."""
    number = spec.partition("*")[0]
    return int(number) if number.isdecimal() else 1
