"""The checks that hold the gate up, and that each of them falls with the part that it watches.

A gate that has lost its direction, its margin or its correction still prints colours. So each of
these is broken on purpose here, and the checks named must notice.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from harness import judge as judge_module
from harness import pairing
from harness.metrics import Metric
from tests.gate_records import CELLS, colours, held, side

GATES = 100


def check_regression_is_red() -> None:
    result = held(side("a"), side("b", shifts={"adam": -0.01}))
    assert result.code == 1
    assert colours(result) == {**dict.fromkeys(CELLS, "green"), "adam": "red"}


def check_gain_is_green() -> None:
    result = held(side("a"), side("b", shifts={"adam": 0.01}))
    assert result.code == 0
    assert colours(result)["adam"] == "green"


def check_loss_within_the_margin_is_green() -> None:
    result = held(side("a", noise=1e-4), side("b", noise=1e-4, shifts={"adam": -0.001}))
    assert result.code == 0
    assert colours(result)["adam"] == "green"


def check_false_alarms_are_rare() -> None:
    """Twelve cells that did not change, and seeds so far apart that the margin stops nothing."""
    cells = [f"c{number}" for number in range(12)]
    codes = [
        held(
            side(f"a{gate}", cells=cells, noise=0.05, seeds=8),
            side(f"b{gate}", cells=cells, noise=0.05, seeds=8),
        ).code
        for gate in range(GATES)
    ]
    assert codes.count(1) / GATES < 0.1


CHECKS: dict[str, Callable[[], None]] = {
    "regression": check_regression_is_red,
    "gain": check_gain_is_green,
    "margin": check_loss_within_the_margin_is_green,
    "false alarms": check_false_alarms_are_rare,
}
"""Name -> check."""


def inverted(metric: Metric, before: float, after: float) -> float:
    return WORSE(metric, after, before)


def no_margin(metric: Metric) -> float:
    return 0.0


def uncorrected(p_values: Sequence[float]) -> list[float]:
    return list(p_values)


WORSE = pairing.worse
MUTATIONS: dict[str, tuple[object, str, Callable[..., object], set[str]]] = {
    "comparison inverted": (pairing, "worse", inverted, {"regression", "gain"}),
    "margin zeroed": (pairing, "margin_of", no_margin, {"margin"}),
    "correction removed": (judge_module, "holm", uncorrected, {"false alarms"}),
}
"""What is broken -> where, by what, and the checks that must notice."""


def fallen() -> set[str]:
    """The checks that do not hold."""
    found = set()
    for name, check in CHECKS.items():
        try:
            check()
        except AssertionError:
            found.add(name)
    return found


@pytest.mark.parametrize("name", CHECKS)
def test_the_gate_passes_its_checks(name: str) -> None:
    CHECKS[name]()


@pytest.mark.parametrize("broken", MUTATIONS)
def test_a_broken_gate_turns_checks_red(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, instead, expected = MUTATIONS[broken]
    monkeypatch.setattr(module, name, instead)
    assert expected <= fallen()


def test_false_alarms_without_correction_would_be_many() -> None:
    """That the last check can tell: of 12 uncorrected tests at 5%, 46% of gates show one."""
    assert 1 - 0.95**12 > 0.1
    assert np.isclose(1 - 0.95**12, 0.46, atol=0.01)
