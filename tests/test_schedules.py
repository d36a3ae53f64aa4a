"""Schedules: where each starts, peaks and ends, and that it never leaves its range."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet.schedules import rate_factor
from lenet.settings import Schedule
from tests.samples import UNHURRIED, schedules


def factors(schedule: Schedule, *, steps: int = 100, steps_per_epoch: int = 10) -> list[float]:
    return [
        rate_factor(schedule, step=step, steps=steps, steps_per_epoch=steps_per_epoch)
        for step in range(steps)
    ]


def rises(values: list[float]) -> bool:
    return all(a < b for a, b in itertools.pairwise(values))


def falls(values: list[float]) -> bool:
    return all(a > b for a, b in itertools.pairwise(values))


def test_constant_is_the_rate_itself() -> None:
    assert factors(Schedule()) == [1.0] * 100


def test_warm_up_is_linear_and_ends_at_the_rate() -> None:
    found = factors(Schedule(warmup=0.1))
    assert found[:11] == pytest.approx([(step + 1) / 11 for step in range(11)])
    assert found[10:] == [1.0] * 90


def test_one_cycle_rises_from_a_twentyfifth_to_the_peak_and_falls() -> None:
    found = factors(Schedule(kind="one-cycle", warmup=0.3, final=0.01))
    assert found[0] == pytest.approx(1 / 25)
    assert found[15] == pytest.approx((1 / 25 + 1) / 2)
    assert found[30] == 1.0
    assert found[-1] == pytest.approx(0.01)
    assert rises(found[:31])
    assert falls(found[30:])


@pytest.mark.parametrize("kind", ["cosine", "linear"])
def test_falling_schedules_go_from_the_peak_to_their_end(kind: str) -> None:
    found = factors(Schedule(kind=kind, final=0.2), steps=101)  # type: ignore[arg-type]
    assert (found[0], found[-1]) == pytest.approx((1.0, 0.2))
    assert found[50] == pytest.approx(0.6)
    assert falls(found)
    quarter = {"cosine": 0.2 + 0.8 * (1 + 0.5**0.5) / 2, "linear": 0.8}
    assert found[25] == pytest.approx(quarter[kind])
    assert factors(Schedule(kind=kind))[-1] == pytest.approx(0)  # type: ignore[arg-type]


def test_step_drops_by_its_factor_every_so_many_epochs() -> None:
    found = factors(Schedule(kind="step", final=0.5, drop_epochs=3))
    assert found == [1.0] * 30 + [0.5] * 30 + [0.25] * 30 + [0.125] * 10


@pytest.mark.parametrize("kind", ["cosine", "linear"])
def test_warm_up_comes_before_the_fall(kind: str) -> None:
    found = factors(Schedule(kind=kind, warmup=0.2, final=0.1))  # type: ignore[arg-type]
    assert rises(found[:21])
    assert found[20] == 1.0
    assert falls(found[20:])
    assert found[-1] == pytest.approx(0.1)


def test_steps_beyond_the_last_stay_at_the_end() -> None:
    for kind in ("cosine", "linear", "one-cycle"):
        schedule = Schedule(kind=kind, warmup=0.2, final=0.1)
        assert rate_factor(schedule, step=150, steps=100, steps_per_epoch=10) == pytest.approx(0.1)


@given(schedule=schedules(), steps=st.integers(1, 300), per_epoch=st.integers(1, 50))
@settings(UNHURRIED, max_examples=100)
def test_factor_is_above_zero_and_at_most_the_peak(
    schedule: Schedule, steps: int, per_epoch: int
) -> None:
    found = factors(schedule, steps=steps, steps_per_epoch=per_epoch)
    assert all(0 < factor <= 1 for factor in found)
    if schedule.kind not in ("constant", "step") and schedule.warmup * steps < steps - 2:
        assert found[-1] == pytest.approx(schedule.final)
