"""One training is a result of every cell that asks for its recipe, and of no other."""

from dataclasses import replace
from typing import Any

import pytest

from harness.equal_recipes import shared
from harness.record import Record
from tests.records import DATASET, make_record

OTHER = replace(DATASET, name="other", digest="sha256:" + "1" * 64)


def run(experiment: str, seed: int, **others: Any) -> Record:
    made = make_record(
        experiment=experiment, variant="a", baseline="a", factors={"of": experiment}, seed=seed
    )
    return replace(made, recipe_id="same", **others)


def lent(*records: Record) -> list[Record]:
    return list(shared(records)[len(records) :])


def test_a_cell_borrows_the_seeds_that_it_lacks() -> None:
    first = [run("depth", seed) for seed in range(3)]
    (one, two) = lent(*first, run("protocol", 0, test_accuracy=0.5))
    assert [one.seed, two.seed] == [1, 2]
    assert {each.experiment for each in (one, two)} == {"protocol"}
    assert one.factors == {"of": "protocol"}
    assert one.test_accuracy == first[1].test_accuracy
    assert one.run == first[1].run


def test_both_lend_and_nothing_is_lent_twice() -> None:
    found = lent(run("a", 0), run("b", 1), run("c", 0), run("c", 1))
    assert sorted((each.experiment, each.seed) for each in found) == [("a", 1), ("b", 0)]


@pytest.mark.parametrize(
    "changed",
    [
        {"recipe_id": "other"},
        {"tier": "smoke"},
        {"engine": "torch"},
        {"device": "cuda"},
        {"dataset": OTHER},
        {"outcome": "error"},
        {"dataset": None},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_was_trained_otherwise_or_not_at_all_is_not_lent(changed: dict[str, Any]) -> None:
    own = run("depth", 0, engine="fast")
    other = replace(run("protocol", 1, engine="fast"), **changed)
    assert lent(own, other) == []
