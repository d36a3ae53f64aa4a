"""Experiments: variants from levels, their names and baselines, and what is refused."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bench import experiment as module
from bench.experiment import Experiment, experiment, experiment_of
from bench.tiers import TIERS
from lenet.recipe import Recipe

FAST = Recipe(learning_rate=0.1)
SLOW = Recipe(learning_rate=0.01)
GRID = {
    ("relu", 0.1): FAST,
    ("relu", 0.01): SLOW,
    ("leaky-relu", 0.1): FAST,
    ("leaky-relu", 0.01): SLOW,
}


@pytest.fixture(autouse=True)
def _no_other_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXPERIMENTS", {})


def made(
    variants: Mapping[Any, Recipe],
    *,
    factors: tuple[str, ...] = ("recipe",),
    baseline: Any,
    test: Callable[..., None] | None = None,
    **others: Any,
) -> Experiment:
    """The experiment that the decorator puts on a test."""

    def test_mine(trial: Any) -> None:
        """Which one?

        More is said here.
        """

    decorated: Any = experiment(variants, factors=factors, baseline=baseline, **others)(
        test or test_mine
    )
    found = experiment_of(decorated)
    assert found is not None
    return found


def test_test_function_gives_name_group_and_question() -> None:
    def test_depth(trial: Any) -> None:
        """How many layers pay?

        More is said here.
        """

    decorated: Any = experiment({1: FAST, 2: SLOW}, factors=("depth",), baseline=1)(test_depth)
    [mark] = decorated.pytestmark
    assert (mark.name, mark.kwargs) == ("benchmark", {"group": "depth"})
    assert decorated is test_depth
    found = experiment_of(decorated)
    assert found is not None
    assert (found.name, found.question) == ("depth", "How many layers pay?")
    assert module.EXPERIMENTS["depth"] is found
    assert experiment_of(test_test_function_gives_name_group_and_question) is None


def test_levels_give_names_factors_and_baselines() -> None:
    variants = made(GRID, factors=("activation", "learning_rate"), baseline="relu").variants
    assert [(each.name, each.baseline) for each in variants] == [
        ("relu-lr0.1", "relu-lr0.1"),
        ("relu-lr0.01", "relu-lr0.01"),
        ("leaky-relu-lr0.1", "relu-lr0.1"),
        ("leaky-relu-lr0.01", "relu-lr0.01"),
    ]
    assert variants[3].factors == {"activation": "leaky-relu", "learning_rate": 0.01}
    assert variants[3].recipe is SLOW


def test_single_level_is_its_own_name() -> None:
    variants = made({1: FAST, 2: SLOW}, factors=("depth",), baseline=2).variants
    assert [(each.name, each.baseline, each.factors) for each in variants] == [
        ("1", "2", {"depth": 1}),
        ("2", "2", {"depth": 2}),
    ]


def test_cases_are_seed_by_seed_and_read_well() -> None:
    found = made({"adam": FAST, "sgd": SLOW}, baseline="sgd")
    cases = found.cases(TIERS["smoke"], seeds=2)
    assert [case.id for case in cases] == ["adam-seed0", "sgd-seed0", "adam-seed1", "sgd-seed1"]
    assert {(case.experiment, case.question, case.tier.name) for case in cases} == {
        ("mine", "Which one?", "smoke")
    }


def test_paper_tier_has_its_own_variants() -> None:
    def recipes_of(found: Experiment, tier: str) -> list[Recipe]:
        return [case.variant.recipe for case in found.cases(TIERS[tier], seeds=1)]

    found = made({"a": FAST}, baseline="a", paper={"a": SLOW})
    assert [recipes_of(found, tier) for tier in ("smoke", "short", "paper")] == [
        [FAST],
        [FAST],
        [SLOW],
    ]
    module.EXPERIMENTS.clear()
    assert recipes_of(made({"a": FAST}, baseline="a"), "paper") == [FAST]


@pytest.mark.parametrize(
    ("variants", "factors", "baseline", "message"),
    [
        ({"a": FAST}, ("recipe",), "b", "'a' would be compared with 'b'; expected that among .*a"),
        ({}, ("recipe",), "b", "variants: expected one recipe or more"),
        (
            {("relu", 0.1): FAST, ("tanh", 0.01): SLOW},
            ("activation", "learning_rate"),
            "relu",
            "'tanh-lr0.01' would be compared with 'relu-lr0.01'",
        ),
        ({"a": FAST}, ("activation", "rate"), "a", r"one level for each of .*; got \('a',\)"),
        (
            {0.1: FAST, 0.1000000001: SLOW},
            ("learning_rate",),
            0.1,
            "a name for each; 'lr0.1' has several",
        ),
        ({"3/2": FAST}, ("pool",), "3/2", "expected names of letters, .* got '3/2'"),
    ],
    ids=["baseline", "empty", "baseline-at-a-rate", "factors", "same-name", "unfit-name"],
)
def test_variants_that_make_no_experiment_are_refused(
    variants: Mapping[Any, Recipe], factors: tuple[str, ...], baseline: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        made(variants, factors=factors, baseline=baseline)


def test_variants_of_the_paper_tier_are_checked_too() -> None:
    with pytest.raises(ValueError, match="'b' would be compared with 'a'"):
        made({"a": FAST}, baseline="a", paper={"b": SLOW})


def test_test_without_trial_is_refused() -> None:
    def test_alone() -> None: ...

    with pytest.raises(ValueError, match="test_alone: expected a parameter `trial`"):
        made({"a": FAST}, baseline="a", test=test_alone)


def test_second_experiment_of_a_name_is_refused() -> None:
    found = made({"a": FAST}, baseline="a")
    assert made({"a": FAST}, baseline="a") == found  # the same module, imported once more
    with pytest.raises(ValueError, match="test_mine: another test has this name"):
        made({"a": SLOW}, baseline="a")
