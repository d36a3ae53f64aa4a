"""The conftest of a project that knows nothing of the harness."""

# mypy: ignore-errors
# Copied into a folder of its own, where `clocks` is found; written as a stranger would.

import clocks
import pytest


def pytest_benchmark_generate_machine_info() -> dict[str, object]:
    return {"node": "a stranger's machine", "cpu": {}}  # the real one takes a second to find out


@pytest.fixture(autouse=True)
def reset_clock() -> None:
    clocks.reset()
