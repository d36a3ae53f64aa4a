"""Benchmarks on the real clock; one kills the process that it runs in."""

# mypy: ignore-errors
# Copied into a folder of its own; written as a stranger would.

import os
import signal

import pytest
from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("case", range(6))
def test_case(benchmark: BenchmarkFixture, case: int) -> None:
    benchmark(sum, range(10))
    if case == 3:
        os.kill(os.getpid(), signal.SIGKILL)
