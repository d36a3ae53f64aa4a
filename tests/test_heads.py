"""Recurrent heads: what they read as their sequence, and what an output depends on."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from lenet.heads import RecurrentHead, build_layers
from lenet.model import build_model
from lenet.recipe import Head, HeadSequence
from lenet.reference import BASE_NETWORK
from tests.samples import assert_close

HEADS: list[Head] = ["rnn", "lstm"]


def images(count: int) -> Tensor:
    return torch.rand((count, 1, 28, 28), generator=torch.Generator().manual_seed(0))


def head(kind: Head, sequence: HeadSequence, layer: int = 1) -> RecurrentHead:
    recipe = replace(BASE_NETWORK, head=kind, head_sequence=sequence, head_layer=layer)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        built = list(build_layers(recipe).values())[layer - 1]
    assert isinstance(built, RecurrentHead)
    return built


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("sequence", ["maps", "single"])
def test_sample_is_read_by_itself(kind: Head, sequence: HeadSequence) -> None:
    model = build_model(replace(BASE_NETWORK, head=kind, head_sequence=sequence), 0)
    assert_close(model(images(5))[2:3], model(images(5)[2:3]))


@pytest.mark.parametrize("kind", HEADS)
def test_batch_as_sequence_makes_an_output_depend_on_the_samples_before_it(kind: Head) -> None:
    model = build_model(replace(BASE_NETWORK, head=kind, head_sequence="batch"), 0)
    together = model(images(5))
    assert_close(together[:2], model(images(5)[:2]))
    assert float((together[2:3] - model(images(5)[2:3])).abs().max().detach()) > 1e-4


@pytest.mark.parametrize("sequence", ["maps", "single", "batch"])
@pytest.mark.parametrize("kind", HEADS)
def test_width_of_the_first_linear_layer_comes_out(kind: Head, sequence: HeadSequence) -> None:
    assert head(kind, sequence)(torch.rand(7, 16, 4, 4)).shape == (7, 120)


@pytest.mark.parametrize("sequence", ["single", "batch"])
@pytest.mark.parametrize(("layer", "before", "width"), [(2, 120, 84), (3, 84, 10)])
def test_another_linear_layer_is_replaced(
    sequence: HeadSequence, layer: int, before: int, width: int
) -> None:
    built = head("rnn", sequence, layer)
    assert built.recurrent.input_size == before
    assert built(torch.rand(7, before)).shape == (7, width)


def test_maps_are_the_steps_and_the_last_state_goes_on() -> None:
    maps = torch.rand(3, 16, 4, 4)
    built = head("rnn", "maps")
    assert built.recurrent.input_size == 16
    state = torch.zeros(3, 120)
    cell = dict(built.recurrent.named_parameters())
    for step in range(16):
        values = maps[:, step].flatten(1)
        inputs = values @ cell["weight_ih_l0"].T + cell["bias_ih_l0"]
        state = torch.tanh(inputs + state @ cell["weight_hh_l0"].T + cell["bias_hh_l0"])
    assert_close(built(maps), state, rtol=1e-4)


def test_single_step_reads_all_values_and_nothing_recurs() -> None:
    maps = torch.rand(3, 16, 4, 4)
    built = head("rnn", "single")
    cell = dict(built.recurrent.named_parameters())
    bias = cell["bias_ih_l0"] + cell["bias_hh_l0"]
    assert_close(built(maps), torch.tanh(maps.flatten(1) @ cell["weight_ih_l0"].T + bias))


def test_batch_reading_is_what_a_two_dimensional_input_gives() -> None:
    maps = torch.rand(3, 16, 4, 4)
    built = head("lstm", "batch")
    assert isinstance(built.recurrent, nn.LSTM)
    assert_close(built(maps), built.recurrent(maps.flatten(1))[0])


def test_linear_head_is_flatten_and_linear() -> None:
    flatten, linear = build_layers(BASE_NETWORK)["linear1"].children()
    assert isinstance(flatten, nn.Flatten)
    assert isinstance(linear, nn.Linear)
    assert (linear.in_features, linear.out_features) == (256, 120)
