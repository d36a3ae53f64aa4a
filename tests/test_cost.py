"""Estimated costs: they grow with the work, and order the bench's recipes as their epochs do."""

from dataclasses import replace
from typing import Any

import pytest

from bench import planning, recipes
from bench.cost import START_UP_YARDSTICKS, case_cost, fitting, sample_cost
from bench.experiment import EXPERIMENTS, Case, Variant
from bench.tiers import TIERS
from lenet.engine import ENGINES, Engine
from lenet.recipe import Recipe
from lenet.settings import Conv, Pool

BASE = recipes.BASE


def make_case(
    recipe: Recipe = BASE, *, name: str = "a", seed: int = 0, tier: str = "paper"
) -> Case:
    variant = Variant(name=name, recipe=recipe, factors={"recipe": name}, baseline=name)
    return Case(experiment="mine", question="?", variant=variant, tier=TIERS[tier], seed=seed)


@pytest.mark.parametrize(
    "more",
    [
        {"convs": (Conv(maps=7), Conv(maps=16))},
        {"convs": (Conv(maps=6), Conv(maps=16, padding=1))},
        {"pools": (Pool(), Pool(stride=1))},
        {"pools": (Pool(stride=1), Pool())},
        {"linears": (121, 84)},
        {"linears": (120, 84, 84)},
        {"input_padding": 2},
        {"input_shape": (3, 32, 32)},
        {"classes": 11},
        {"head": "rnn"},
        {"head": "lstm"},
    ],
    ids=lambda more: next(iter(more)),
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_larger_network_costs_more(more: dict[str, Any], engine: Engine) -> None:
    assert sample_cost(replace(BASE, **more), engine) > sample_cost(BASE, engine)


def test_convolutions_are_cheaper_for_the_fast_engine() -> None:
    assert sample_cost(BASE, "fast") < sample_cost(BASE, "torch") / 2


def test_a_case_costs_more_with_more_images_and_epochs() -> None:
    def cost(recipe: Recipe = BASE, *, train: int = 1_000, test: int = 100) -> float:
        return case_cost(make_case(recipe), train_images=train, test_images=test, engine="fast")

    assert cost(train=2_000) > cost()
    assert cost(test=200) > cost()
    assert cost(replace(BASE, train_size=500)) == cost(train=500) < cost()
    assert cost(replace(BASE, train_size=2_000)) == cost()  # no more than there are
    work = cost() - START_UP_YARDSTICKS
    assert cost(replace(BASE, epochs=40)) - START_UP_YARDSTICKS == pytest.approx(2 * work)


@pytest.mark.parametrize("engine", ENGINES)
def test_bench_is_ordered_as_its_epochs_were_measured(engine: Engine) -> None:
    """Epochs of the base network took longer with depth, with stride 1, and with an LSTM."""
    cases = planning.cases_by_name(TIERS["short"], seeds=1)
    sizes = {"train_images": 60_000, "test_images": 10_000}
    cost = {name: case_cost(case, **sizes, engine=engine) for name, case in cases.items()}

    def of(experiment: str, *variants: str) -> list[float]:
        return [cost[f"test_{experiment}[{variant}-seed0]"] for variant in variants]

    for costs in (
        of("depth", "1", "2", "3", "4"),
        of("maxpool", "k3-s3-p1", "k2-s2-p0", "k2-s2-p1", "k2-s1-p0"),
        of("recurrent", "linear-lr0.1", "rnn-lr0.1", "lstm-lr0.1"),
    ):
        assert costs == sorted(costs)
        assert len(set(costs)) == len(costs)
    unasked = {n for n, case in cases.items() if EXPERIMENTS[case.experiment].is_unasked("short")}
    assert max(unasked, key=lambda name: cost[name]) == "test_depth[4-seed0]"
    assert len(set(of("recurrent", "lstm-lr0.1", "lstm-lr0.001"))) == 1


def test_budget_takes_whole_seeds() -> None:
    cases = [make_case(name=name, seed=seed) for seed in range(3) for name in "ab"]
    costs = [3.0, 1.0] * 3

    def fitted(budget: float) -> list[tuple[str, int]]:
        chosen = fitting(cases, costs, budget=budget)
        return [(case.variant.name, case.seed) for case in chosen]

    first, second = [("a", 0), ("b", 0)], [("a", 1), ("b", 1)]
    assert fitted(4) == fitted(7.9) == first
    assert fitted(8) == [*first, *second]
    assert len(fitted(1e9)) == 6


def test_budget_below_the_first_seed_takes_its_cheapest_cases() -> None:
    cases = [make_case(name=name, seed=seed) for seed in range(2) for name in "abc"]

    def fitted(budget: float) -> list[str]:
        return [case.variant.name for case in fitting(cases, [3.0, 1.0, 2.0] * 2, budget=budget)]

    assert fitted(5.9) == fitted(3) == ["b", "c"]
    assert fitted(2.9) == ["b"]
    assert fitted(0.9) == []
