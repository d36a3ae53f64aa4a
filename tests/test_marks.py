"""What differs from its baseline beyond chance, and how often nothing is marked by mistake."""

import numpy as np
import pytest

from harness.compare import Comparison, compare
from harness.marks import LEVEL, marks
from harness.record import Record
from tests.records import make_record


def runs(variant: str, accuracies: list[float]) -> list[Record]:
    return [
        make_record(variant=variant, seed=seed, accuracies=(0.5, accuracy))
        for seed, accuracy in enumerate(accuracies)
    ]


def comparison(**variants: list[float]) -> Comparison:
    (found,) = compare(record for name, own in variants.items() for record in runs(name, own))
    return found


SGD = [0.900, 0.910, 0.905, 0.915, 0.908, 0.902]


def test_what_is_shown_and_matters_is_a_filled_triangle() -> None:
    found = marks(
        comparison(
            sgd=SGD,
            better=[value + 0.05 + 0.001 * seed for seed, value in enumerate(SGD)],
            worse=[value - 0.05 - 0.001 * seed for seed, value in enumerate(SGD)],
            hardly=[value + 0.001 + 1e-5 * seed for seed, value in enumerate(SGD)],
            same=list(SGD),
            noisy=[0.95, 0.86, 0.93, 0.88, 0.94, 0.87],
        )
    )
    assert {name: mark.sign for name, mark in found.items()} == {
        "better": "▲",
        "worse": "▼",
        "hardly": "△",
        "same": "",
        "noisy": "",
    }
    assert found["same"].p == 1.0


def test_too_few_seeds_are_given_no_mark() -> None:
    found = marks(comparison(sgd=SGD[:4], better=[value + 0.05 for value in SGD[:4]]))
    assert found["better"].p is None
    assert found["better"].sign == ""


def test_a_variant_without_a_shared_seed_has_no_mark() -> None:
    assert marks(comparison(adam=SGD)) == {}


@pytest.mark.parametrize("seeds", [6, 12])
def test_experiments_without_any_difference_seldom_show_one(seeds: int) -> None:
    draw = np.random.default_rng(seeds)
    false = 0
    for _ in range(200):
        names = ("sgd", *(f"v{number}" for number in range(8)))
        made = {name: list(draw.normal(0.9, 0.01, seeds)) for name in names}
        false += any(mark.direction != "open" for mark in marks(comparison(**made)).values())
    assert false / 200 <= LEVEL + 0.03


def test_without_the_correction_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.marks.holm", list)
    draw = np.random.default_rng(1)
    false = 0
    for _ in range(60):
        names = ("sgd", *(f"v{number}" for number in range(8)))
        made = {name: list(draw.normal(0.9, 0.01, 12)) for name in names}
        false += any(mark.direction != "open" for mark in marks(comparison(**made)).values())
    assert false / 60 > LEVEL + 0.08
