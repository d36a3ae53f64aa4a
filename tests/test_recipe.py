"""A recipe: what it refuses, its JSON, and its identity."""

import dataclasses
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from lenet.checks import RecipeError
from lenet.plain import differing
from lenet.recipe import Recipe
from lenet.reference import BASE_NETWORK, LENET_5
from lenet.settings import Conv, Init, Optimizer, Penalty, Pool, Schedule
from tests.samples import UNHURRIED, bench_recipes, recipes

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no classes": ({"classes": 1}, "classes: expected a whole number of at least 2; got 1"),
    "no batch": ({"batch_size": 0}, "batch_size: expected a whole number of at least 1; got 0"),
    "no epochs": ({"epochs": 0}, "epochs: expected a whole number of at least 1; got 0"),
    "half an epoch": ({"epochs": 1.5}, "epochs: expected int; got 1.5"),
    "an epoch that is true": ({"epochs": True}, "epochs: expected int; got True"),
    "no images": ({"train_size": 0}, "train_size: expected a whole number of at least 1; got 0"),
    "all images in words": ({"train_size": "all"}, "train_size: expected int | None; got 'all'"),
    "negative validation": ({"validation_size": -1}, "validation_size: expected a whole number"),
    "negative padding": ({"input_padding": -1}, "input_padding: expected a whole number of at"),
    "shape without channels": (
        {"input_shape": (28, 28)},
        "input_shape: expected tuple[int, int, int]; got (28, 28)",
    ),
    "empty image": ({"input_shape": (1, 0, 28)}, "input_shape[1]: expected a whole number"),
    "layer of no units": ({"linears": (120, 0)}, "linears[1]: expected a whole number of at least"),
    "rate of zero": (
        {"learning_rate": 0},
        "learning_rate: expected a finite number above 0; got 0",
    ),
    "negative rate": ({"learning_rate": -0.1}, "learning_rate: expected a finite number above 0; "),
    "rate that is nan": ({"learning_rate": float("nan")}, "above 0; got nan"),
    "infinite rate": ({"learning_rate": float("inf")}, "above 0; got inf"),
    "rate in words": ({"learning_rate": "0.1"}, "learning_rate: expected float; got '0.1'"),
    "shuffling in words": ({"shuffle": "no"}, "shuffle: expected bool; got 'no'"),
    "dataset that is no name": ({"dataset": 1}, "dataset: expected str; got 1"),
    "unknown scaling": (
        {"input_scaling": "minmax"},
        "input_scaling: expected one of raw, unit, standardised; got 'minmax'",
    ),
    "unknown activation": (
        {"activation": "rellu"},
        "activation: expected one of identity, relu, tanh, sigmoid, gelu, silu, leaky-relu, elu, "
        "softmax; or a tuple of these; got 'rellu'",
    ),
    "unknown activation in a tuple": (
        {"activation": ("relu", "relu", "rellu", "relu")},
        "or a tuple of these; got ('relu', 'relu', 'rellu', 'relu')",
    ),
    "softmax in a hidden layer": (
        {"activation": "softmax"},
        "activation: expected one of identity, relu, tanh, sigmoid, gelu, silu, leaky-relu, elu; "
        "got 'softmax'",
    ),
    "too few activations": (
        {"activation": ("relu", "tanh")},
        "activation: expected one name, or 4 (one a hidden layer, convolutions first); got 2",
    ),
    "unknown output activation": ({"output_activation": "x"}, "output_activation: expected one of"),
    "softmax twice": (
        {"output_activation": "softmax"},
        "output_activation: cross-entropy takes logits and holds the softmax itself; expected "
        "'identity' (or loss 'keras-cross-entropy'), got 'softmax'",
    ),
    "unknown head": ({"head": "gru"}, "head: expected one of linear, rnn, lstm; got 'gru'"),
    "unknown loss": ({"loss": "hinge"}, "loss: expected one of cross-entropy, mse, keras-cross"),
    "unknown sequence": ({"head_sequence": "rows"}, "head_sequence: expected one of maps, single"),
    "sequence of a linear head": (
        {"head_sequence": "batch"},
        "head_sequence: a linear head reads no sequence; leave it at 'maps', got 'batch'",
    ),
    "place of a linear head": (
        {"head_layer": 2},
        "head_layer: a linear head takes the place of no layer; leave it at 1, got 2",
    ),
    "recurrent head behind the logits": (
        {"head": "lstm", "head_layer": 4},
        "head_layer: expected a layer from 1 to 3, as linears and the logits make 3; got 4",
    ),
    "recurrent head in no place": (
        {"head": "lstm", "head_layer": 0},
        "head_layer: expected a whole number of at least 1",
    ),
    "maps behind a linear layer": (
        {"head": "rnn", "head_layer": 2},
        "head_sequence: behind a linear layer there are no maps; expected 'batch' or 'single' with "
        "head_layer 2, got 'maps'",
    ),
    "fewer pools than convolutions": (
        {"pools": (Pool(),)},
        "pools: expected one entry a convolution (None for no pooling), and at least one; got 1 "
        "pools for 2 convolutions",
    ),
    "no layers": ({"convs": (), "pools": ()}, "pools: expected one entry a convolution"),
    "optimizer by name": ({"optimizer": "adam"}, "optimizer: expected Optimizer; got 'adam'"),
    "convolution by number": ({"convs": (6, 16)}, "convs: expected tuple[Conv, ...]; got (6, 16)"),
    "convolutions in a list": (
        {"convs": [Conv(maps=6), Conv(maps=16)]},
        "convs: expected tuple[Conv, ...]; got [Conv(maps=6",
    ),
    "pools in a list": (
        {"pools": [Pool(), None]},
        "pools: expected tuple[Pool | None, ...]; got [",
    ),
    "widths in a list": (
        {"linears": [120, 84]},
        "linears: expected tuple[int, ...]; got [120, 84]",
    ),
    "map shrunk by depth": (
        {"convs": (Conv(maps=6),) * 4, "pools": (Pool(),) * 4},
        "convs[2]: expected a map of at least 5 pixels a side for kernel 5 with padding 0; got 4x4 "
        "(sizes so far: 28x28 -> 24x24 -> 12x12 -> 8x8 -> 4x4). A smaller kernel, more padding, a "
        "smaller pool stride before it or fewer layers would do",
    ),
    "map shrunk by pooling": (
        {"pools": (Pool(kernel=25), Pool())},
        "pools[0]: expected a map of at least 25 pixels a side for kernel 25 with padding 0; got "
        "24x24 (sizes so far: 28x28). A smaller pool kernel, padding or fewer layers would do",
    ),
}


@pytest.mark.parametrize(
    ("fields", "message"),
    [pytest.param(*refused, id=name) for name, refused in REFUSED.items()],
)
def test_impossible_recipe_is_refused_by_name(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)):
        Recipe(**fields)


def test_narrow_image_is_refused_by_its_narrow_side() -> None:
    message = (
        "convs[1]: expected a map of at least 5 pixels a side for kernel 5 with padding 0; got"
    )
    with pytest.raises(
        RecipeError, match=re.escape(f"{message} 12x4 (sizes so far: 28x12 -> 24x8")
    ):
        Recipe(input_shape=(1, 28, 12))
    assert Recipe(input_shape=(1, 28, 16)).features == 16 * 4 * 1


def test_what_a_refusal_asks_for_would_do() -> None:
    convs, pools = (Conv(maps=6),) * 3, (Pool(), Pool(), None)
    with pytest.raises(RecipeError, match=r"convs\[2\].*smaller kernel, more padding"):
        Recipe(convs=convs, pools=pools)
    assert Recipe(convs=(*convs[:2], Conv(maps=6, kernel=4)), pools=pools)
    assert Recipe(convs=(*convs[:2], Conv(maps=6, padding=1)), pools=pools)
    assert Recipe(convs=convs, pools=(Pool(stride=1), Pool(), None))
    assert Recipe(output_activation="softmax", loss="keras-cross-entropy")


def test_recipe_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe().epochs = 3  # type: ignore[misc]


def test_shape_is_padded_on_each_side() -> None:
    assert replace(Recipe(), input_padding=2).padded_shape == (1, 32, 32)
    assert LENET_5.features == 400
    assert BASE_NETWORK.features == 256


def through_json(recipe: Recipe) -> Recipe:
    return Recipe.from_dict(json.loads(json.dumps(recipe.to_dict(), allow_nan=False)))


def test_every_recipe_of_the_bench_goes_through_json() -> None:
    for recipe in bench_recipes():
        assert through_json(recipe) == recipe
        assert through_json(recipe).identity == recipe.identity


@given(recipe=recipes())
@settings(UNHURRIED, max_examples=60)
def test_random_recipe_goes_through_json(recipe: Recipe) -> None:
    back = through_json(recipe)
    assert (back, hash(back), back.identity) == (recipe, hash(recipe), recipe.identity)
    assert Recipe.from_dict(json.loads(recipe.identity)) == recipe


def test_numbers_of_numpy_are_numbers() -> None:
    rates = [replace(Recipe(), learning_rate=rate) for rate in np.logspace(-4, -1, 4)]
    assert [through_json(recipe) for recipe in rates] == rates
    with pytest.raises(RecipeError, match="learning_rate: expected float; got np"):
        Recipe(learning_rate=np.float32(0.1))  # type: ignore[arg-type]


def test_missing_fields_take_their_defaults() -> None:
    recipe = Recipe.from_dict(
        {"epochs": 3, "optimizer": {"kind": "adam"}, "convs": [{"maps": 2}] * 2}
    )
    assert recipe == Recipe(epochs=3, optimizer=Optimizer(kind="adam"), convs=(Conv(maps=2),) * 2)
    assert recipe.to_dict() == replace(recipe).to_dict()
    assert Recipe.from_dict({}).to_dict() == Recipe().to_dict()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"lr": 0.1}, "$: unknown field 'lr'; expected among dataset, input_shape, "),
        (
            {"optimizer": {"lr": 1}},
            "$.optimizer: unknown field 'lr'; expected among kind, momentum",
        ),
        ({"pools": [None, {"size": 2}]}, "$.pools[1]: unknown field 'size'; expected among kind, "),
        (
            {"convs": [{"maps": 6, "bias_init": {"sd": 1}}, {"maps": 6}]},
            "$.convs[0].bias_init: unknown field 'sd'; expected among kind, mean, std",
        ),
        ({"learning_rate": "fast"}, "Expected `float`, got `str` - at `$.learning_rate`"),
        ({"linears": [120, "84"]}, "Expected `int`, got `str` - at `$.linears[1]`"),
        ({"convs": [{"kernel": 5}]}, "missing required field `maps` - at `$.convs[0]`"),
        ({"input_shape": [28, 28]}, "at `$.input_shape`"),
        ([], "Expected `object`, got `array`"),
        (
            {"head": "gru"},
            "Invalid enum value 'gru' - at `$.head`; expected one of linear, rnn, lstm",
        ),
        (
            {"activation": ["relu", "tahn"]},
            "Invalid enum value 'tahn' - at `$.activation[1]`; expected one of identity, relu",
        ),
        (
            {"convs": [{"maps": 6, "bias_init": {"kind": "he"}}, {"maps": 6}]},
            "Invalid enum value 'he' - at `$.convs[0].bias_init.kind`; expected one of pytorch",
        ),
        ({"pools": [{"padding": 2}]}, "pool.padding: expected at most half the kernel"),
        ({"epochs": 0}, "epochs: expected a whole number of at least 1; got 0"),
    ],
)
def test_json_that_is_no_recipe_is_refused_by_its_path(fields: Any, message: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)):
        Recipe.from_dict(fields)


def test_identity_is_canonical_json_of_what_differs() -> None:
    assert Recipe().identity == "{}"
    assert BASE_NETWORK.identity == '{"output_activation":"relu"}'
    pools = '{"kind":"average"},{"kind":"average"}'
    assert LENET_5.identity == f'{{"input_padding":2,"pools":[{pools}]}}'
    recipe = Recipe(
        optimizer=Optimizer(kind="adam", beta1=0.5),
        epochs=3,
        pools=(None, Pool()),
        convs=(Conv(maps=6), Conv(maps=8, bias_init=Init(kind="normal", mean=0.5, std=1))),
    )
    assert recipe.identity == (
        '{"convs":[{"maps":6},{"bias_init":{"kind":"normal","mean":0.5,"std":1.0},"maps":8}],'
        '"epochs":3,"optimizer":{"beta1":0.5,"kind":"adam"},"pools":[null,{}]}'
    )


def test_identities_differ_where_recipes_do() -> None:
    identities = {recipe.identity for recipe in bench_recipes()}
    assert len(identities) == len(bench_recipes()) > 50


def test_whole_number_and_float_are_one_identity() -> None:
    whole = Recipe(
        learning_rate=1, optimizer=Optimizer(momentum=0, weight_decay=1), penalty=Penalty(bias_l2=2)
    )
    real = Recipe(
        learning_rate=1.0,
        optimizer=Optimizer(momentum=0.0, weight_decay=1.0),
        penalty=Penalty(bias_l2=2.0),
    )
    assert whole == real
    assert whole.identity == real.identity
    adadelta = {"kind": "adadelta", "decay": 0}
    assert '"decay":0.0' in Recipe.from_dict({"optimizer": adadelta}).identity


def later(base: type, field: str) -> Any:
    """The settings class as a later version might have it, with one more field."""
    extra: tuple[str, Any, Any] = (field, float | None, dataclasses.field(default=0.5))
    return dataclasses.make_dataclass("Later", [extra], bases=(base,), frozen=True, kw_only=True)


def test_later_field_leaves_old_identities_as_they_were() -> None:
    settings: dict[str, Any] = {"epochs": 3, "optimizer": Optimizer(kind="adam")}
    later_recipe = later(Recipe, "input_noise")
    assert later_recipe(**settings).identity == Recipe(**settings).identity
    assert later_recipe(**settings, input_noise=1).identity != Recipe(**settings).identity
    assert '"input_noise":null' in later_recipe(input_noise=None).identity
    assert differing(later(Optimizer, "lookahead")(kind="adam")) == {"kind": "adam"}
    assert differing(later(Conv, "dilation")(maps=6)) == {"maps": 6}
    assert differing(later(Schedule, "power")()) == {}


def test_defaults_are_held_for_ever() -> None:
    """An identity leaves defaults out: another default would turn old records into lies."""
    held = {
        "dataset": "auto",
        "input_shape": [1, 28, 28],
        "classes": 10,
        "train_size": None,
        "validation_size": 0,
        "input_padding": 0,
        "input_scaling": "unit",
        "activation": "relu",
        "output_activation": "identity",
        "linears": [120, 84],
        "label_noise": 0.0,
        "reshuffle": True,
        "head": "linear",
        "head_layer": 1,
        "head_sequence": "maps",
        "loss": "cross-entropy",
        "learning_rate": 0.1,
        "batch_size": 256,
        "shuffle": True,
        "epochs": 20,
    }
    conv = {"kernel": 5, "padding": 0, "bias": True, "bias_init": None}
    held_parts: dict[str, dict[str, Any]] = {
        "weight_init": {"kind": "pytorch", "mean": 0.0, "std": 0.05},
        "bias_init": {"kind": "pytorch", "mean": 0.0, "std": 0.05},
        "optimizer": {
            "kind": "sgd",
            "momentum": 0.0,
            "dampening": 0.0,
            "nesterov": False,
            "beta1": 0.9,
            "beta2": 0.999,
            "decay": None,
            "epsilon": None,
            "epsilon_placement": "pytorch",
            "initial_accumulator": 0.0,
            "centered": False,
            "amsgrad": False,
            "momentum_decay": 0.004,
            "weight_decay": 0.0,
        },
        "schedule": {"kind": "constant", "warmup": 0.0, "final": 0.0, "drop_epochs": 0},
        "penalty": {"kernel_l2": 0.0, "bias_l2": 0.0, "activity_l2": 0.0, "layers": "conv"},
    }
    fields = Recipe().to_dict()
    assert {name: fields[name] for name in held} == held
    for name, part in held_parts.items():
        assert {key: fields[name][key] for key in part} == part
    for found, maps in zip(fields["convs"], (6, 16), strict=True):
        assert {key: found[key] for key in ("maps", *conv)} == {"maps": maps, **conv}
    for found in fields["pools"]:
        pool = {"kind": "max", "kernel": 2, "stride": 2, "padding": 0}
        assert {key: found[key] for key in pool} == pool
