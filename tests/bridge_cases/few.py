"""Two benchmarks on a known clock and one plain test, none of which fails."""

# mypy: ignore-errors
# Copied into a folder of its own, where `clocks` is found; written as a stranger would.

import clocks
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

runs = []


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.benchmark(timer=clocks.growing)
def test_timed(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.pedantic(runs.append, args=(size,), rounds=3)
    print(f"size {size} ran {runs.count(size)} times")


def test_plain() -> None:
    pass
