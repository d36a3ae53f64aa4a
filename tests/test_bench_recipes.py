"""The bench's recipes against the list of what is to be compared, and the figures of the papers."""

from typing import Any

import pytest

from bench import planning, recipes
from bench.experiment import Experiment
from bench.tiers import TIERS
from lenet.recipe import Recipe
from lenet.settings import Optimizer, Schedule

RATES = (0.1, 0.01, 0.001, 0.0001)


@pytest.fixture(scope="module")
def experiments() -> dict[str, Experiment]:
    return planning.all_experiments()


def by_levels(experiment: Experiment, *, paper: bool) -> dict[Any, Recipe]:
    """Levels -> recipe, of a tier."""
    variants = experiment.paper_variants if paper else experiment.variants
    levels = [tuple(variant.factors.values()) for variant in variants]
    return {
        each if len(each) > 1 else each[0]: variant.recipe
        for each, variant in zip(levels, variants, strict=True)
    }


def varied(recipes_: dict[Any, Recipe]) -> set[str]:
    """Fields of a recipe in which these differ."""
    fields = [recipe.to_dict() for recipe in recipes_.values()]
    return {name for name in fields[0] if any(each[name] != fields[0][name] for each in fields)}


def test_experiments_are_those_of_the_list(experiments: dict[str, Experiment]) -> None:
    counts = {name: len(each.variants) for name, each in experiments.items()}
    unasked = {
        name: count for name, count in counts.items() if experiments[name].is_unasked("short")
    }
    assert unasked == {
        "activation": 32,
        "depth": 4,
        "maxpool": 7,
        "optimizer": 9,
        "recurrent": 9,
    }
    assert sum(unasked.values()) == 61
    on_request = {name for name, each in experiments.items() if each.on_request}
    assert on_request == {
        "best_cifar",
        "best_mnist",
        "cifar_keeping",
        "plants",
        "search_cifar",
        "search_mnist",
        "speedrun",
        "tuned",
    }


def test_every_experiment_asks_a_question(experiments: dict[str, Experiment]) -> None:
    for each in experiments.values():
        assert each.question.endswith("?")


def test_every_recipe_survives_its_json(experiments: dict[str, Experiment]) -> None:
    for each in experiments.values():
        for recipe in (variant.recipe for variant in (*each.variants, *each.paper_variants)):
            assert Recipe.from_dict(recipe.to_dict()) == recipe


def test_bases_are_those_of_paper_1() -> None:
    fields = ("learning_rate", "output_activation", "batch_size", "epochs", "optimizer")
    assert [
        [getattr(each, name) for name in fields] for each in (recipes.BASE, recipes.PAPER_1)
    ] == [
        [0.1, "identity", 256, 20, Optimizer()],
        [0.01, "relu", 256, 20, Optimizer()],
    ]


@pytest.mark.parametrize(
    ("name", "kind", "rate", "others"),
    [
        ("sgd", "sgd", 0.01, {}),
        ("momentum", "sgd", 0.01, {"momentum": 0.9}),
        ("adagrad", "adagrad", 0.01, {}),
        ("rmsprop", "rmsprop", 0.01, {}),
        ("adam", "adam", 0.001, {}),
        ("adadelta", "adadelta", 1.0, {}),
        ("adadelta-keras-rate", "adadelta", 0.001, {}),
        ("adamw", "adamw", 0.001, {"weight_decay": 0.01}),
        ("nadam", "nadam", 0.002, {}),
    ],
)
def test_optimizers_at_their_default_rates(
    experiments: dict[str, Experiment], name: str, kind: Any, rate: float, others: dict[str, float]
) -> None:
    recipe = by_levels(experiments["optimizer"], paper=False)[name]
    assert recipe.optimizer == Optimizer(kind=kind, **others)  # type: ignore[arg-type]
    assert recipe.learning_rate == rate
    assert (recipe.padded_shape, recipe.pools[0].kind) == ((1, 32, 32), "average")  # type: ignore[union-attr]


def test_activations_at_four_rates(experiments: dict[str, Experiment]) -> None:
    found = by_levels(experiments["activation"], paper=False)
    names = ("relu", "tanh", "sigmoid", "gelu", "silu", "leaky-relu", "elu")
    for rate in RATES:
        for name in names:
            recipe = found[name, rate]
            assert (recipe.activation, recipe.learning_rate) == (name, rate)
            assert recipe.output_activation == "identity"
        stuck = found["relu-on-logits", rate]
        assert (stuck.activation, stuck.learning_rate) == ("relu", rate)
        assert stuck.output_activation == "relu"
    assert len(found) == (len(names) + 1) * len(RATES)
    assert varied(found) == {"activation", "output_activation", "learning_rate"}


@pytest.mark.parametrize(
    ("name", "sizes", "map_side"),
    [
        ("k2-s2-p0", (2, 2, 0), 4),
        ("k2-s2-p1", (2, 2, 1), 5),
        ("k2-s1-p0", (2, 1, 0), 18),
        ("k3-s1-p0", (3, 1, 0), 16),
        ("k3-s3-p1", (3, 3, 1), 2),
        ("k3-s2-p0", (3, 2, 0), 3),
        ("k3-s2-p1", (3, 2, 1), 4),
    ],
)
def test_pools_have_the_windows_that_their_names_say(
    experiments: dict[str, Experiment], name: str, sizes: tuple[int, int, int], map_side: int
) -> None:
    found = by_levels(experiments["maxpool"], paper=False)
    pools = found[name].pools
    assert [(each.kind, each.kernel, each.stride, each.padding) for each in pools if each] == [
        ("max", *sizes)
    ] * 2
    assert found[name].stages[-1].pooled == (16, map_side, map_side)
    assert varied(found) == {"pools"}


def test_depths_end_in_the_linear_part_of_the_original(experiments: dict[str, Experiment]) -> None:
    found = by_levels(experiments["depth"], paper=False)
    assert {depth: len(recipe.convs) for depth, recipe in found.items()} == {
        depth: depth for depth in (1, 2, 3, 4)
    }
    assert found[2] == recipes.BASE
    assert {depth: recipe.stages[-1].pooled for depth, recipe in found.items()} == {
        1: (6, 12, 12),
        2: (16, 4, 4),
        3: (16, 4, 4),
        4: (16, 4, 4),
    }
    assert varied(found) == {"convs", "pools"}


def test_heads_at_three_rates(experiments: dict[str, Experiment]) -> None:
    found = by_levels(experiments["recurrent"], paper=False)
    assert {levels: (each.head, each.learning_rate) for levels, each in found.items()} == {
        (head, rate): (head, rate) for head in ("linear", "rnn", "lstm") for rate in RATES[:3]
    }
    assert varied(found) == {"head", "learning_rate"}
    assert found["linear", 0.01].output_activation == "identity"


def test_tuned_recipe_is_momentum_and_a_one_cycle_rate(experiments: dict[str, Experiment]) -> None:
    found = by_levels(experiments["tuned"], paper=True)
    assert found["plain"] == recipes.BASE
    assert varied(found) == {"optimizer", "schedule"}
    assert found["tuned"].optimizer == Optimizer(momentum=0.9)
    assert found["tuned"].schedule == Schedule(kind="one-cycle", warmup=0.3)
    assert (found["tuned"].epochs, found["tuned"].output_activation) == (20, "identity")


def test_case_ids_are_told_apart_across_tiers(experiments: dict[str, Experiment]) -> None:
    for tier in TIERS.values():
        cases = planning.cases_by_name(tier, seeds=2)
        assert len(cases) == sum(len(each.cases(tier, seeds=2)) for each in experiments.values())
    short = planning.cases_by_name(TIERS["short"], seeds=2)
    assert "test_activation[relu-on-logits-lr0.0001-seed1]" in short
    assert "test_maxpool[k2-s2-p0-seed0]" in short
