"""A bench in small: it asks for a run and keeps records made by hand, and trains nothing.

BENCH_HOLD=NAME     the case of that name waits until a file `go` is there
BENCH_KILL=NAME     the case of that name kills its process, unless a file `go` is there
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness import bridge, environment
from harness.raised import CaseFacts
from harness.record import Threshold
from harness.recorder import recorder
from tests.records import make_record


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tier", default="smoke")
    parser.addoption("--no-settings", action="store_true")


def pytest_harness_settings(config: pytest.Config) -> dict[str, Any] | None:
    if config.getoption("--no-settings"):
        return None
    return {
        "tier": config.getoption("--tier"),
        "sizes": (1, 2),
        "fixed": ("tier", "sizes"),
        "headline": ["dataset: digits, as mnist is not on disk"],
    }


def pytest_harness_costs(config: pytest.Config, nodeids: Sequence[str]) -> dict[str, float]:
    (config.rootpath / "asked.txt").write_text("\n".join(nodeids))
    return {nodeids[0]: 2.0}


def pytest_harness_case(nodeid: str) -> CaseFacts:
    return CaseFacts(
        experiment="small",
        question="Does it work?",
        variant=nodeid.rpartition("_")[2],
        baseline="passes",
        factors={"case": nodeid.rpartition("_")[2]},
        seed=7,
        recipe={"dataset": "digits"},
        recipe_id="{}",
        tier="smoke",
        engine="torch",
        device="auto",
        workers=3,
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    terminalreporter.write_line(f"chunk {config.option.maxschedchunk}")


@pytest.fixture
def train(request: pytest.FixtureRequest, benchmark: Any) -> Callable[..., float]:
    """Take the record of a case from the run, or make it up; return its test accuracy."""
    kept = recorder(request.config)
    folder = request.config.rootpath
    nodeid, name = request.node.nodeid, request.node.name

    def train(accuracy: float, *, lower: float | None = None) -> float:
        assert kept is not None
        record = kept.finished(nodeid)
        if record is None:
            with (folder / "trained.txt").open("a") as trained:
                trained.write(f"{name}\n")
            interfere(name, folder)
            benchmark.pedantic(time.sleep, args=(0.001,), rounds=2)
            record = make_record(
                run=kept.run,
                nodeid=nodeid,
                case=name,
                test_accuracy=accuracy,
                threshold=None if lower is None else Threshold(lower=lower),
                versions={"threads": str(environment.threads())},
            )
        else:
            bridge.replay(benchmark, [epoch.train_s for epoch in record.epochs])
        kept.keep(request.node, record)
        assert record.test_accuracy is not None
        return record.test_accuracy

    return train


def interfere(name: str, folder: Path) -> None:
    go = folder / "go"
    if os.environ.get("BENCH_KILL") == name and not go.exists():
        os.kill(os.getpid(), signal.SIGKILL)
    while os.environ.get("BENCH_HOLD") == name and not go.exists():
        time.sleep(0.02)
