"""Generators by (seed, name): reproducible, and independent of each other."""

import itertools

import torch
from torch import Tensor

from lenet.seeding import generator


def draws(seed: int, name: str) -> Tensor:
    return torch.rand(1_000, generator=generator(seed, name))


def test_seed_and_name_make_the_draws() -> None:
    assert torch.equal(draws(0, "order"), draws(0, "order"))
    found = [draws(0, "order"), draws(1, "order"), draws(0, "conv1.weight"), draws(10, "rder")]
    for one, other in itertools.combinations(found, 2):
        assert abs(torch.corrcoef(torch.stack([one, other]))[0, 1]) < 0.15


def test_seed_and_name_do_not_run_into_each_other() -> None:
    assert not torch.equal(draws(1, "1"), draws(11, ""))
    assert not torch.equal(draws(-1, "a"), draws(1, "a"))


def test_one_generator_leaves_another_where_it_was() -> None:
    first, second = generator(0, "a"), generator(0, "b")
    torch.rand(5, generator=second)
    assert torch.equal(torch.rand(1_000, generator=first), draws(0, "a"))
