"""Pairs of one measured and one replayed benchmark, and what replay() refuses."""

# mypy: ignore-errors
# Copied into a folder of its own, where `clocks` is found; written as a stranger would.

import clocks
import pytest
from pytest_benchmark.fixture import BenchmarkFixture, FixtureAlreadyUsed

from harness.bridge import replay

ROUNDS_S = [clocks.TICK_S * ticks for ticks in (1, 3, 5)]  # as the growing clock would give them


@pytest.mark.benchmark(timer=clocks.growing)
def test_measured(benchmark: BenchmarkFixture) -> None:
    benchmark.extra_info["note"] = "kept"
    benchmark.pedantic(int, rounds=3)


@pytest.mark.benchmark(timer=clocks.growing)
def test_replayed(benchmark: BenchmarkFixture) -> None:
    benchmark.extra_info["note"] = "kept"
    replay(benchmark, ROUNDS_S)
    assert (benchmark.stats is None) == benchmark.disabled


def test_replayed_after_use(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(int)
    with pytest.raises(FixtureAlreadyUsed, match="only be used once"):
        replay(benchmark, ROUNDS_S)


def test_used_after_replay(benchmark: BenchmarkFixture) -> None:
    replay(benchmark, ROUNDS_S)
    with pytest.raises(FixtureAlreadyUsed, match="only be used once"):
        benchmark.pedantic(int)


@pytest.mark.parametrize(
    ("rounds_s", "message"),
    [
        ([], "got none"),
        ([1.0, -1.0], "got -1.0 in round 1"),
        ([float("nan")], "got nan in round 0"),
        ([float("inf")], "got inf in round 0"),
        ([None], "got None in round 0"),
    ],
)
def test_refused(benchmark: BenchmarkFixture, rounds_s: list[float], message: str) -> None:
    if benchmark.disabled:  # nothing is recorded, so nothing is refused
        replay(benchmark, rounds_s)
        return
    with pytest.raises(ValueError, match=message):
        replay(benchmark, rounds_s)
    benchmark.pedantic(int)
