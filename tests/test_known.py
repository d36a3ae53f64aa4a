"""Which cases need no training, as another run has them."""

from dataclasses import replace
from typing import Any

import pytest

from bench import planning
from bench.experiment import Case
from bench.known import known
from bench.tiers import TIERS
from harness.record import Record
from lenet.recipe import Recipe
from tests.records import DATASET, make_record

SETTINGS: dict[str, Any] = {
    "engine": "fast",
    "train_images": 60_000,
    "dataset": "mnist",
    "dataset_asked": False,
    "dataset_file": None,
    "stand_in_files": {},
}


@pytest.fixture(scope="module")
def case() -> Case:
    return planning.all_experiments()["depth"].cases(TIERS["paper"], seeds=1)[0]


def result(case: Case, *, seed: int = 0, **trained: Any) -> Record:
    """What training the case leaves, or what another recipe in its place would."""
    recipe = replace(case.variant.recipe, **{"dataset": "mnist"} | trained)
    made = make_record(experiment=case.experiment, variant=case.variant.name, seed=seed)
    return replace(
        made,
        tier="paper",
        engine="fast",
        recipe=recipe.to_dict(),
        recipe_id=recipe.identity,
        dataset=replace(DATASET, train_size=60_000, validation_size=0),
    )


def test_a_result_of_the_same_recipe_makes_a_case_known(case: Case) -> None:
    others = result(case, seed=1), result(case, epochs=3)
    assert known([case], [*others, result(case)], SETTINGS) == {planning.key(case)}


def test_size_and_classes_are_the_datasets_own(case: Case) -> None:
    mine = SETTINGS | {"dataset": "mine", "dataset_asked": True}
    there = result(case, dataset="mine", input_shape=(3, 20, 20), classes=7)
    assert known([case], [there], mine) == {planning.key(case)}


def test_a_stand_in_is_not_what_it_stands_in_for(case: Case) -> None:
    standing = SETTINGS | {"stand_in_files": {"mnist": ("other", "other.npz")}}
    assert known([case], [result(case)], standing) == set()
    assert known([case], [result(case, dataset="other")], standing) == {planning.key(case)}


def test_images_of_another_dataset_need_not_fit_the_layers(case: Case) -> None:
    deep = planning.all_experiments()["cifar_deep"].cases(TIERS["paper"], seeds=1)
    unfit = result(case, input_shape=(1, 28, 28))
    assert known(deep, [unfit], SETTINGS) == set()
    here = result(deep[0], dataset="cifar10", input_shape=(3, 32, 32))
    assert known(deep, [unfit, here], SETTINGS) == {planning.key(deep[0])}


def test_a_small_dataset_has_more_epochs_whatever_the_session_trains_on(case: Case) -> None:
    short = replace(case, tier=TIERS["short"])
    epochs = short.tier.apply(case.variant.recipe, train_images=320).epochs
    assert epochs > 3
    made = replace(result(case, epochs=epochs), tier="short")
    there = replace(made, dataset=replace(DATASET, train_size=300, validation_size=20))
    assert known([short], [there], SETTINGS) == {planning.key(case)}


def test_a_tier_that_changes_the_recipe_is_taken_into_account(case: Case) -> None:
    short = replace(case, tier=TIERS["short"])
    epochs = short.tier.apply(Recipe(), train_images=60_000).epochs
    there = replace(result(case, epochs=epochs), tier="short")
    assert known([short], [there], SETTINGS) == {planning.key(case)}
    assert known([short], [replace(result(case), tier="short")], SETTINGS) == set()


@pytest.mark.parametrize(
    "changed",
    [{"tier": "short"}, {"engine": "torch"}, {"outcome": "error"}, {"variant": "other"}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_result_leaves_a_case_to_be_trained(case: Case, changed: dict[str, Any]) -> None:
    assert known([case], [replace(result(case), **changed)], SETTINGS) == set()


@pytest.mark.parametrize(
    "trained",
    [{"epochs": 1}, {"dataset": "digits"}, {"learning_rate": 0.5}],
    ids=lambda trained: next(iter(trained)),
)
def test_another_recipe_leaves_a_case_to_be_trained(case: Case, trained: dict[str, Any]) -> None:
    assert known([case], [result(case, **trained)], SETTINGS) == set()


def test_another_experiment_may_have_trained_the_recipe_in_the_tier_paper(case: Case) -> None:
    second = replace(case, seed=1)
    own, elsewhere = result(case, seed=1), replace(result(case, seed=1), variant="other")
    assert known([second], [elsewhere], SETTINGS) == {planning.key(second)}
    first = replace(elsewhere, seed=0)  # of which the report has to know the cell's recipe
    assert known([case], [first], SETTINGS) == set()
    probed = replace(second, probes=True)  # which the other training has not measured
    assert known([probed], [elsewhere], SETTINGS) == set()
    assert known([probed], [own], SETTINGS) == {planning.key(probed)}
    short = replace(second, tier=TIERS["short"])
    epochs = short.tier.apply(Recipe(), train_images=60_000).epochs
    made = replace(result(case, seed=1, epochs=epochs), tier="short")
    assert known([short], [replace(made, variant="other")], SETTINGS) == set()
    assert known([short], [made], SETTINGS) == {planning.key(short)}
