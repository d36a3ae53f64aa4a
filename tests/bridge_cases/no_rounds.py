"""Benchmarks that end before their first round, and one that does not."""

# mypy: ignore-errors
# Copied into a folder of its own, where `clocks` is found; written as a stranger would.

import clocks
import pytest
from pytest_benchmark.fixture import BenchmarkFixture


def test_target_raises(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(int, args=("no number",))


def test_target_skips(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(pytest.skip, args=("planted",))


@pytest.mark.benchmark(timer=clocks.growing)
def test_good(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(int, rounds=2)
