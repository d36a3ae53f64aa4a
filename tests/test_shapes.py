"""Sizes by arithmetic against the sizes that PyTorch's layers give."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lenet.checks import RecipeError
from lenet.pooling import build_pool
from lenet.reference import BASE_NETWORK, LENET_5
from lenet.settings import Conv, Pool
from lenet.shapes import trace
from tests.samples import CONVS, UNHURRIED, pools

SIDES = st.integers(1, 12)


def sizes_by_torch(side: tuple[int, int], conv: Conv, pool: Pool | None) -> list[tuple[int, ...]]:
    with torch.device("meta"):
        convolution = nn.Conv2d(1, conv.maps, conv.kernel, padding=conv.padding)
        convolved = convolution(torch.empty(1, 1, *side))
        return [tuple(convolved.shape[1:]), tuple(build_pool(pool)(convolved).shape[1:])]


@given(side=st.tuples(SIDES, SIDES), conv=CONVS, pool=st.none() | pools())
@settings(UNHURRIED, max_examples=60)
def test_sizes_are_those_of_the_layers(
    side: tuple[int, int], conv: Conv, pool: Pool | None
) -> None:
    try:
        (stage,) = trace((1, *side), [conv], [pool])
    except RecipeError:
        with pytest.raises(RuntimeError):
            sizes_by_torch(side, conv, pool)
    else:
        assert [stage.convolved, stage.pooled] == sizes_by_torch(side, conv, pool)


def test_stages_of_the_reference_networks() -> None:
    assert [stage.convolved for stage in BASE_NETWORK.stages] == [(6, 24, 24), (16, 8, 8)]
    assert [stage.pooled for stage in BASE_NETWORK.stages] == [(6, 12, 12), (16, 4, 4)]
    assert [stage.inputs for stage in LENET_5.stages] == [(1, 32, 32), (6, 14, 14)]
    assert LENET_5.stages[-1].pooled == (16, 5, 5)


def test_multiply_adds_are_outputs_times_kernel() -> None:
    first, second = replace(BASE_NETWORK, input_shape=(3, 28, 28)).stages
    assert first.multiply_adds(5) == 6 * 24 * 24 * 3 * 25
    assert second.multiply_adds(5) == 16 * 8 * 8 * 6 * 25
