"""Hooks by which a folder of tests asks the harness to record a run; see `harness/plugin.py`.

A `conftest.py` that pytest loads at its start (one beside the tests that are named on the command
line) implements them as ordinary functions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.claim import Claims
from harness.raised import CaseFacts


@pytest.hookspec(firstresult=True)
def pytest_harness_settings(config: pytest.Config) -> Mapping[str, Any] | None:
    """The settings of the run that this session is to record; `None`: it records none.

    Asked once, as the session starts, in the controller or the only process; not where nothing
    runs (`--collect-only`, `--help`). The settings are JSON and reach every worker and `run.json`.
    Three keys have a meaning here:

    - `fixed`: names of those settings in which a resumed session must agree with the run.
    - `gated`: names of the experiments that `--gate` judges; all where it is empty.
    - `headline`: lines for pytest's header, such as which dataset was taken, and why.
    """


@pytest.hookspec(firstresult=True)
def pytest_harness_claims(config: pytest.Config) -> Claims | None:
    """What papers reported and claimed that this run can be held against; `None`: nothing.

    Asked as `pytest_harness_settings` is; written to `claims.json` in the run's folder, anew when
    the run is resumed.
    """


@pytest.hookspec(firstresult=True)
def pytest_harness_costs(
    config: pytest.Config, nodeids: Sequence[str]
) -> Mapping[str, float] | None:
    """Node id -> cost of a case relative to the others, for the time left; 1 where left out."""


@pytest.hookspec(firstresult=True)
def pytest_harness_case(config: pytest.Config, nodeid: str) -> CaseFacts | None:
    """What is known of a case before it is trained; `None` for a test that is none.

    Asked in the controller or the only process, of a test that failed and kept no record: it
    raised, or its worker crashed. Its record is made from this, with the outcome `error`.
    """
