"""FLOPs by arithmetic against PyTorch's own counter."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from lenet.flops import training_flops
from lenet.model import LeNet
from lenet.recipe import Head, HeadSequence, Recipe
from lenet.reference import BASE_NETWORK, LENET_5, architecture
from tests.samples import UNHURRIED, bench_recipes, recipes


def counted(recipe: Recipe, *, images: int = 1) -> int:
    """PyTorch's count of one step; on the meta device, for on the CPU it sees no LSTM."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        LeNet(recipe)(torch.empty(images, *recipe.padded_shape)).sum().backward()
    flops: int = counter.get_total_flops()
    return flops


def test_every_network_of_the_bench_costs_what_the_counter_says() -> None:
    networks = {architecture(recipe): recipe for recipe in (*bench_recipes(), LENET_5)}
    assert len(networks) > 15
    for recipe in networks.values():
        assert training_flops(recipe) == counted(recipe), architecture(recipe)


@given(recipe=recipes())
@settings(UNHURRIED, max_examples=40)
def test_random_network_costs_what_the_counter_says(recipe: Recipe) -> None:
    assert training_flops(recipe) == counted(recipe)


@pytest.mark.parametrize("sequence", ["maps", "single", "batch"])
@pytest.mark.parametrize("head", ["rnn", "lstm"])
def test_recurrent_head_costs_what_the_counter_says(head: Head, sequence: HeadSequence) -> None:
    recipe = replace(BASE_NETWORK, head=head, head_sequence=sequence)
    assert training_flops(recipe) == counted(recipe)
    if sequence != "batch":  # there a batch is one sequence, whose first step alone is cheaper
        assert counted(recipe, images=3) == 3 * training_flops(recipe)
    if sequence != "maps":
        last = replace(recipe, head_layer=3)
        assert training_flops(last) == counted(last) < training_flops(recipe)


def test_base_network_costs_what_a_hand_finds() -> None:
    conv1, conv2 = 6 * 24 * 24 * 25, 16 * 8 * 8 * 6 * 25
    linear = 256 * 120 + 120 * 84 + 84 * 10
    # A multiply-add is two operations: forward, to the weights, and (not to the images) backward.
    assert training_flops(BASE_NETWORK) == 2 * (2 * conv1 + 3 * conv2 + 3 * linear) == 1_517_040
