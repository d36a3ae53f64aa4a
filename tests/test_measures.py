"""What a trained network looks like, in numbers, on made-up networks whose answer is known."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from lenet.measures import edge_correlation, measure, near_zero_share, patterned_share
from lenet.settings import Conv
from lenet.train import Trainer
from tests.samples import SMALL, digits

TWO = replace(SMALL, convs=(Conv(maps=4), Conv(maps=3)), pools=(SMALL.pools[0], None))


def random_kernels(k: int) -> Tensor:
    return torch.randn(4_000, k, k, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("k", [2, 3, 5])
def test_few_random_kernels_have_a_pattern(k: int) -> None:
    assert patterned_share(random_kernels(k)) == pytest.approx(0.05, abs=0.015)


def test_a_slope_and_a_bar_have_a_pattern_and_a_chessboard_has_none() -> None:
    across = torch.arange(5.0).expand(5, 5)
    bar = (torch.arange(5) == 2).float().expand(5, 5)
    board = (torch.arange(25) % 2).float().view(5, 5)
    flat = torch.ones(5, 5)
    found = [patterned_share(kernel[None]) for kernel in (across, bar.T, board, flat)]
    assert found == [1.0, 1.0, 0.0, 0.0]


def test_a_kernel_of_one_weight_has_no_neighbours() -> None:
    assert math.isnan(patterned_share(torch.ones(3, 1, 1)))


def test_the_map_that_draws_edges_is_found_whatever_its_sign() -> None:
    square = torch.zeros(2, 1, 12, 12)
    square[:, :, 3:8, 4:9] = 1.0
    inside = torch.zeros(2, 1, 12, 12)
    inside[:, :, 4:7, 5:8] = 1.0
    noise = torch.rand(2, 1, 12, 12, generator=torch.Generator().manual_seed(0))
    edges = square - inside
    alone = edge_correlation(square, noise)
    assert alone < 0.3
    assert edge_correlation(square, torch.cat([noise, edges], 1)) > 0.6
    assert edge_correlation(square, torch.cat([noise, -edges], 1)) > 0.6


def test_the_frame_of_an_image_is_no_edge_and_a_flat_map_follows_none() -> None:
    bright = torch.ones(1, 3, 8, 8)
    assert edge_correlation(bright, torch.rand(1, 2, 8, 8)) == 0.0
    assert edge_correlation(torch.rand(1, 3, 8, 8), torch.ones(1, 2, 4, 4)) == 0.0


def test_entries_near_zero_are_counted_against_the_size_of_their_layer() -> None:
    gradient = torch.tensor([[1.0, -1.0], [0.0, 1e-3]])
    for scale in (1.0, 1e-6):
        assert near_zero_share(scale * gradient) == 0.5
    assert near_zero_share(torch.zeros(3)) == 1.0
    assert math.isnan(near_zero_share(torch.tensor([1.0, math.nan])))


def test_a_network_is_measured_layer_by_layer() -> None:
    trainer = Trainer(TWO, digits(TWO), 0)
    trainer.run_epoch()
    found = measure(trainer)
    layers = {"conv1", "conv2", "linear1", "output"}
    assert {name for name in found if name.startswith("sparse")} == {
        f"sparse_gradients/{layer}" for layer in layers & set(trainer.model.layers)
    }
    first, second = found["patterned_kernels/conv1"], found["patterned_kernels/conv2"]
    assert found["patterned_kernels"] == pytest.approx((4 * first + 12 * second) / 16)
    assert 0 <= found["edge_correlation/conv2"] <= 1


def test_what_is_not_finite_is_left_out() -> None:
    trainer = Trainer(TWO, digits(TWO), 0)
    trainer.run_epoch()
    with torch.no_grad():
        for parameter in trainer.parameters:
            parameter.fill_(math.nan)
            parameter.grad = torch.full_like(parameter, math.nan)
    assert not [name for name in measure(trainer) if name.startswith(("edge", "sparse"))]
