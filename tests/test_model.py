"""The network of a recipe: its size, its layers, and the values that it starts from."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet.activations import ACTIVATIONS
from lenet.model import LeNet, build_model
from lenet.recipe import Recipe
from lenet.reference import BASE_NETWORK, LENET_5, PUBLISHED_PARAMETERS, architecture
from lenet.seeding import generator
from lenet.settings import Conv, Init, Optimizer, Pool
from tests.samples import SMALL, assert_close, bench_recipes


@contextmanager
def global_randomness_untouched() -> Iterator[None]:
    """Fail if the code inside draws from a global generator, or reseeds one."""

    def states() -> tuple[Any, ...]:
        legacy: Any = np.random.get_state()
        return random.getstate(), legacy[1].tolist(), legacy[2:], torch.get_rng_state().tolist()

    before = states()
    yield
    assert states() == before


def weights(recipe: Recipe, seed: int = 0) -> dict[str, Tensor]:
    return {name: tensor.detach() for name, tensor in build_model(recipe, seed).named_parameters()}


def shared(first: dict[str, Tensor], second: dict[str, Tensor]) -> list[str]:
    """Names that two networks have in the same shape; fails where the values differ."""
    names = [name for name in first if name in second and first[name].shape == second[name].shape]
    for name in names:
        assert torch.equal(first[name], second[name]), name
    return names


def test_reference_networks_have_their_published_counts() -> None:
    assert build_model(BASE_NETWORK, 0).parameter_count == 44_426
    assert build_model(LENET_5, 0).parameter_count == 61_706
    assert sum((6 * 26, 16 * 151, 257 * 120, 121 * 84, 85 * 10)) == 44_426


def test_wrong_count_of_a_reference_network_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED_PARAMETERS, architecture(BASE_NETWORK), 44_427)
    with pytest.raises(AssertionError, match="44426 != 44427"):
        build_model(replace(BASE_NETWORK, learning_rate=0.5), 0)


def test_architecture_is_what_makes_the_network() -> None:
    trained_otherwise = replace(BASE_NETWORK, epochs=1, optimizer=Optimizer(kind="adam"))
    assert architecture(trained_otherwise) == architecture(BASE_NETWORK)
    assert architecture(replace(BASE_NETWORK, linears=(84,))) != architecture(BASE_NETWORK)
    softmax = replace(BASE_NETWORK, output_activation="softmax", loss="mse")
    assert build_model(softmax, 0).parameter_count == 44_426


def test_layers_are_named_in_their_order() -> None:
    def names(recipe: Recipe) -> list[str]:
        return list(LeNet(recipe).layers)

    assert names(BASE_NETWORK) == ["conv1", "conv2", "linear1", "linear2", "output"]
    assert names(replace(BASE_NETWORK, head="rnn")) == [
        "conv1",
        "conv2",
        "rnn1",
        "linear2",
        "output",
    ]
    assert names(replace(BASE_NETWORK, head="lstm", linears=(9,)))[2:] == ["lstm1", "output"]
    batch = replace(BASE_NETWORK, head="rnn", head_sequence="batch")
    assert names(replace(batch, head_layer=2))[2:] == ["linear1", "rnn2", "output"]
    assert names(replace(batch, head_layer=3))[2:] == ["linear1", "linear2", "output"]
    assert names(replace(BASE_NETWORK, linears=())) == ["conv1", "conv2", "output"]


def test_shapes_through_every_network_of_the_bench() -> None:
    networks = {architecture(recipe): recipe for recipe in bench_recipes()}
    for recipe in networks.values():
        outputs: dict[str, Tensor] = {}
        logits = build_model(recipe, 0)(torch.rand(2, *recipe.padded_shape), outputs)
        assert logits.shape == (2, recipe.classes)
        shapes = [tuple(output.shape[1:]) for output in outputs.values()]
        flat = [(width,) for width in (*recipe.linears, recipe.classes)]
        assert shapes == [*(stage.convolved for stage in recipe.stages), *flat]
        assert outputs["output"] is logits


def test_layers_do_what_the_recipe_says() -> None:
    recipe = Recipe(
        input_shape=(2, 9, 9),
        classes=3,
        convs=(Conv(maps=3, kernel=3, padding=1, bias=False), Conv(maps=2, kernel=2)),
        pools=(None, Pool(kind="average", kernel=3, stride=2, padding=1)),
        activation=("tanh", "elu", "sigmoid"),
        output_activation="softmax",
        loss="keras-cross-entropy",
        linears=(4,),
    )
    model = build_model(recipe, 0)
    named = {name: tensor.detach() for name, tensor in model.layers.named_parameters()}
    assert "conv1.bias" not in named
    images = torch.rand(5, 2, 9, 9)
    x = torch.tanh(nn.functional.conv2d(images, named["conv1.weight"], padding=1))
    x = nn.functional.elu(nn.functional.conv2d(x, named["conv2.weight"], named["conv2.bias"]))
    x = nn.functional.avg_pool2d(x, 3, stride=2, padding=1).flatten(1)
    x = torch.sigmoid(x @ named["linear1.1.weight"].T + named["linear1.1.bias"])
    x = (x @ named["output.weight"].T + named["output.bias"]).softmax(1)
    assert_close(model(images), x)


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "leaky-relu"])
def test_looking_at_the_layers_changes_nothing(activation: Any) -> None:
    model = build_model(replace(BASE_NETWORK, activation=activation), 0)
    images = 20 * torch.rand(4, 1, 28, 28)  # far enough out for GELU to fall
    outputs: dict[str, Tensor] = {}
    assert_close(model(images, outputs), model(images))
    # A convolution's output is looked at before its pooling: all of it, not the maxima alone.
    pooled = nn.functional.max_pool2d(outputs["conv1"], 2)
    again = model.layers["conv2"](pooled)
    assert_close(ACTIVATIONS[activation].apply(again), outputs["conv2"])


def test_one_seed_gives_variants_the_same_weights_where_shapes_allow() -> None:
    base = weights(BASE_NETWORK)
    everything = list(base)
    assert shared(base, weights(replace(BASE_NETWORK, activation="tanh", epochs=1))) == everything
    adam = replace(BASE_NETWORK, optimizer=Optimizer(kind="adam"), learning_rate=1.0)
    assert shared(base, weights(adam)) == everything
    deeper = replace(
        BASE_NETWORK,
        convs=(*BASE_NETWORK.convs, Conv(maps=16)),
        pools=(Pool(stride=1), Pool(), Pool(stride=1)),
    )
    assert shared(base, weights(deeper)) == everything  # it ends in maps of the same size
    recurrent = replace(BASE_NETWORK, head="lstm")
    assert shared(base, weights(recurrent)) == [n for n in everything if "linear1" not in n]
    without_bias = replace(BASE_NETWORK, convs=(Conv(maps=6, bias=False), Conv(maps=16)))
    assert len(shared(base, weights(without_bias))) == len(everything) - 1


def test_bias_behind_more_inputs_is_the_same_draw_on_another_scale() -> None:
    wider = replace(BASE_NETWORK, pools=(Pool(stride=1), Pool()))
    biases = [weights(recipe)["layers.linear1.1.bias"] for recipe in (BASE_NETWORK, wider)]
    scale = (wider.features / BASE_NETWORK.features) ** 0.5
    assert_close(biases[0], biases[1] * scale)


def test_seeds_and_tensors_have_draws_of_their_own() -> None:
    same_shapes = replace(
        BASE_NETWORK, linears=(64, 64, 64), weight_init=Init(kind="normal", std=1.0)
    )
    first, second = weights(same_shapes, seed=0), weights(same_shapes, seed=1)
    assert not any(torch.equal(first[name], second[name]) for name in first)
    pair = first["layers.linear2.weight"], first["layers.linear3.weight"]
    assert pair[0].shape == pair[1].shape
    assert abs(torch.corrcoef(torch.stack([tensor.flatten() for tensor in pair]))[0, 1]) < 0.1


def test_weights_are_drawn_in_their_own_order_whatever_the_memory_layout() -> None:
    model = build_model(BASE_NETWORK, 3)
    found = model.layers["conv2"].weight
    assert isinstance(found, Tensor)
    assert found.is_contiguous(memory_format=torch.channels_last)
    bound = 150**-0.5
    drawn = torch.empty(16, 6, 5, 5).uniform_(-bound, bound, generator=generator(3, "conv2.weight"))
    assert torch.equal(found, drawn)


@pytest.mark.parametrize("head", ["linear", "rnn", "lstm"])
def test_building_leaves_global_randomness_untouched(head: Any) -> None:
    with global_randomness_untouched():
        build_model(replace(SMALL, head=head), 0)
    with pytest.raises(AssertionError), global_randomness_untouched():
        torch.rand(1)
