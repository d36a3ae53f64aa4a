"""Foreign benchmarks of every kind, on clocks whose readings are known."""

# mypy: ignore-errors
# Copied into a folder of its own, where `clocks` is found; written as a stranger would.

import enum
import math
from collections.abc import Iterator
from pathlib import Path

import clocks
import pytest
from pytest_benchmark.fixture import BenchmarkFixture


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize("size", [3, 1, 2])
@pytest.mark.benchmark(group="pedantic", timer=clocks.growing)
def test_pedantic(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.pedantic(sum, args=(range(size),), rounds=size + 2)
    benchmark.extra_info["size"] = size


@pytest.mark.benchmark(timer=clocks.steady, calibration_precision=1)
def test_calibrated(benchmark: BenchmarkFixture) -> None:
    assert benchmark(sum, range(10)) == 45


@pytest.mark.benchmark(timer=clocks.growing)
def test_iterations(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(sum, args=((),), rounds=2, iterations=3)


@pytest.mark.parametrize("value", [(1, 2), Colour.RED, Path("a")], ids=["tuple", "enum", "path"])
@pytest.mark.benchmark(timer=clocks.growing)
def test_odd_parameter(benchmark: BenchmarkFixture, value: object) -> None:
    benchmark.pedantic(repr, args=(value,), rounds=1)


@pytest.fixture
def noted_at_teardown(benchmark: BenchmarkFixture) -> Iterator[None]:
    yield
    benchmark.extra_info["noted"] = "at teardown"


@pytest.mark.benchmark(timer=clocks.growing)
@pytest.mark.usefixtures("noted_at_teardown")
def test_odd_extra_info(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(int, rounds=1)
    benchmark.extra_info.update(
        nan=math.nan, deep=[{"infinite": -math.inf}], values={1}, key={1: True}, bytes=b"raw"
    )


@pytest.mark.benchmark(timer=clocks.growing)
def test_fails_after_timing(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(int, rounds=2)
    pytest.fail("planted")


@pytest.mark.benchmark(timer=clocks.growing)
def test_raises_in_round_two(benchmark: BenchmarkFixture) -> None:
    values = iter([1])
    benchmark.pedantic(next, args=(values,), rounds=3)


@pytest.fixture
def measured_in_setup(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(int, rounds=4)


@pytest.mark.benchmark(timer=clocks.growing)
@pytest.mark.usefixtures("measured_in_setup")
def test_measured_in_setup() -> None:
    pass


def test_without_benchmark() -> None:
    pass
