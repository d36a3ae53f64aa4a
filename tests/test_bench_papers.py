"""The recipes of the four papers: what their texts say, and what they must differ in."""

from dataclasses import replace

import pytest

from bench import planning, recipes_paper1, recipes_paper2, recipes_paper3, recipes_paper4
from bench import recipes_tuning as tuning
from bench.claims import CLAIMS
from bench.experiment import Experiment, Variant
from bench.recipes import PAPER_1
from harness.papers import UNTUNED
from lenet.model import LeNet
from lenet.recipe import Recipe
from lenet.settings import Optimizer


@pytest.fixture(scope="module")
def experiments() -> dict[str, Experiment]:
    return planning.all_experiments()


def variants(experiment: Experiment) -> dict[str, Variant]:
    return {variant.name: variant for variant in experiment.paper_variants}


def parameters(recipe: Recipe) -> int:
    return LeNet(recipe).parameter_count


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("k2-s2-p0", 44_426),
        ("k2-s2-p1", 61_706),
        ("k2-s1-p0", 635_786),
        ("k3-s1-p0", 505_226),
        ("k3-s3-p1", 21_386),
        ("k4-s3-p1", 15_626),
        ("k3-s2-p0", 30_986),
        ("k2-s3-p0", 15_626),
        ("k3-s2-p1", 44_426),
        ("k2-s2-p0-wide", 61_817),
    ],
)
def test_pools_have_the_parameters_that_follow_from_their_sizes(name: str, expected: int) -> None:
    assert parameters(recipes_paper1.pools()[name, "plain"]) == expected


def test_paper_1_has_both_readings_of_its_logits() -> None:
    for found in (recipes_paper1.pools(), recipes_paper1.depths()):
        outputs = {levels[-1]: recipe.output_activation for levels, recipe in found.items()}
        assert (outputs["relu"], outputs["plain"]) == ("relu", "identity")
    assert recipes_paper1.pools()["k2-s2-p0", "relu"] == PAPER_1
    assert recipes_paper1.depths()[2, "relu"] == PAPER_1
    tanh = recipes_paper1.activations()["tanh", "throughout", 0.01]
    assert (tanh.activation, tanh.output_activation) == ("tanh", "tanh")
    assert recipes_paper1.activations()["relu", "throughout", 0.01] == PAPER_1


def test_larger_initial_weights_are_the_one_change_that_takes_vanishing_gradients_away() -> None:
    found = recipes_paper1.depths()
    for depth, reading in ((2, "relu"), (2, "plain"), (4, "plain")):
        given, larger = found[depth, reading].to_dict(), found[depth, f"{reading}-he"].to_dict()
        assert {name for name in given if given[name] != larger[name]} == {"weight_init"}


def test_poolings_and_depths_at_the_base_codes_rate_differ_in_the_rate_alone() -> None:
    for found in (recipes_paper1.pools(), recipes_paper1.depths()):
        faster = [first for first, reading in found if reading == "relu-lr0.1"]
        assert faster
        for first in faster:
            given = found[first, "relu"].to_dict() | {"learning_rate": 0.1}
            assert found[first, "relu-lr0.1"].to_dict() == given


def test_repository_trains_in_file_order_at_a_tenth() -> None:
    found = recipes_paper1.REPOSITORY
    assert (found.shuffle, found.learning_rate, found.epochs) == (False, 0.1, 100)
    assert found.output_activation == "relu"


@pytest.mark.parametrize(
    ("name", "rate", "settings"),
    [
        ("sgd", 0.01, {}),
        ("adagrad", 0.001, {"initial_accumulator": 0.1, "epsilon": 1e-7}),
        ("rmsprop", 0.001, {"decay": 0.9, "epsilon": 1e-7}),
        ("adam", 0.001, {"epsilon": 1e-7}),
        ("adadelta", 0.001, {"decay": 0.95, "epsilon": 1e-7}),
    ],
)
def test_paper_2_at_the_defaults_of_keras(
    name: str, rate: float, settings: dict[str, float]
) -> None:
    recipe = recipes_paper2.optimizers()[name, "keras"]
    assert recipe.learning_rate == rate
    assert {key: getattr(recipe.optimizer, key) for key in settings} == settings
    assert recipe.weight_init.kind == "glorot-uniform"
    assert recipe.bias_init.kind == "zeros"
    assert (recipe.epochs, recipe.batch_size, recipe.padded_shape) == (50, 32, (1, 32, 32))
    assert parameters(recipe) == 61_706


@pytest.mark.parametrize(
    ("name", "rate"), [("sgd", 0.001), ("adagrad", 0.01), ("rmsprop", 0.01), ("adadelta", 1.0)]
)
def test_paper_2_at_the_defaults_of_pytorch(name: str, rate: float) -> None:
    recipe = recipes_paper2.optimizers()[name, "torch"]
    assert recipe.learning_rate == rate
    assert recipe.optimizer == Optimizer(kind=name)  # type: ignore[arg-type]


def test_training_sizes_get_as_many_steps() -> None:
    steps = {
        levels: recipe.epochs * (recipe.train_size or 0)
        for levels, recipe in recipes_paper2.sizes().items()
    }
    assert set(steps.values()) == {600_000}


def test_paper_3_has_the_parameters_that_follow_from_its_words() -> None:
    """Without the 84-unit layer and biases of the convolutions, then with both."""
    assert parameters(recipes_paper3.PLAIN) == 52_180
    assert parameters(recipes_paper3.ADJUSTED) == 61_984 + 22


def test_paper_3_has_twelve_base_cells_in_each_reading() -> None:
    assert len(recipes_paper3.adjusted()) == 12
    same = [levels for levels in recipes_paper3.plain() if levels[2] == "same"]
    assert len(same) == 12
    for activation, _, _, rate in same:
        recipe = recipes_paper3.plain()[activation, "ce", "same", rate]
        assert recipe.output_activation == recipe.activation == activation
        assert recipe.loss == "keras-cross-entropy"


def test_one_removed_is_one_change_from_the_final_setting() -> None:
    found = recipes_paper3.one_removed()
    fields = {
        name: {
            field
            for field, value in recipe.to_dict().items()
            if value != found["none"].to_dict()[field]
        }
        for name, recipe in found.items()
        if not name.startswith(("relu", "output", "sigmoid"))  # with a loss or rate of their own
    }
    assert fields.pop("none") == set()
    assert all(len(changed) == 1 for changed in fields.values())


def test_sigmoid_throughout_is_an_adjusted_sigmoid_network_with_another_output() -> None:
    given = recipes_paper3.adjusted()["sigmoid", "ce", "softmax", 0.01].to_dict()
    found = recipes_paper3.one_removed()["sigmoid-throughout"].to_dict()
    changed = {field for field, value in found.items() if value != given[field]}
    assert changed == {"output_activation", "loss"}


def test_five_layers_have_all_else_of_section_1() -> None:
    given = recipes_paper3.one_removed()["relu-3x3"].to_dict()
    found = recipes_paper3.deep()["halving", 0.001].to_dict()
    assert {field for field, value in found.items() if value != given[field]} == {"convs", "pools"}


def test_five_convolutions_keep_their_sizes() -> None:
    halved = recipes_paper3.deep()["halving", 0.001]
    assert [stage.convolved[1] for stage in halved.stages] == [32, 16, 8, 4, 2]
    kept = recipes_paper3.keeping()[0.001]
    assert {stage.pooled[1] for stage in kept.stages} == {32}


def test_paper_4_reaches_its_final_setting() -> None:
    final = recipes_paper4.grid()["m0.9", 0.02]
    assert (final.optimizer.momentum, final.learning_rate, final.epochs) == (0.9, 0.02, 20)
    start = recipes_paper4.starts()["assumed"]
    assert (start.optimizer.momentum, start.learning_rate, start.epochs) == (0.0, 0.01, 8)
    assert recipes_paper4.seeds()["weights"].order_seed == 0
    assert recipes_paper4.seeds()["order"].weight_seed == 0
    assert recipes_paper4.seeds()["final-both"] == final
    held = replace(final, weight_seed=1, output_activation="relu", batch_size=256)
    assert recipes_paper4.seeds()["final-rectified-order-weights1"] == held
    assert recipes_paper4.starts()["batch-512"] == replace(start, batch_size=512)


def test_fair_tuning_gives_each_contender_as_much() -> None:
    for found in (tuning.optimizers(), tuning.activations()):
        names = [name for name, place in found if place != UNTUNED]
        assert {names.count(name) for name in names} == {6}
        assert {name for name, place in found if place == UNTUNED} == set(names)
        assert {recipe.validation_size for recipe in found.values()} == {10_000}
        assert len({recipe.epochs for recipe in found.values()}) == 1


def test_claims_of_papers_are_run_in_the_paper_tier(experiments: dict[str, Experiment]) -> None:
    unasked = {name for name, each in experiments.items() if each.is_unasked("paper")}
    assert {"optimizer", "cifar_first", "path", "tuned_optimizer"} < unasked
    assert "adam-keras" in variants(experiments["optimizer"])


def test_a_claim_that_was_stated_anew_says_what_was_known_and_counts_it_out() -> None:
    """Either without the other would hide that runs suggested what they judge."""
    for claim in CLAIMS.claims:
        known = any(statement.known for statement in claim.statements)
        assert bool(claim.revised) == known, claim.id
    (gradients,) = [claim for claim in CLAIMS.claims if claim.id == "D1-C13"]
    assert {each.known for each in gradients.statements if each.shows == "seen"} == {6}
