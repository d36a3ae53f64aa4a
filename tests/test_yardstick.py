"""The reference step: always the same work, and nothing of the process is changed by it."""

import pytest
import torch

from bench import yardstick


def test_step_is_what_it_always_was() -> None:
    """A ratio to the yardstick means something only while these figures stand."""
    network, images, labels = yardstick._step_parts()
    assert sum(weight.numel() for weight in network.parameters()) == 5_142
    assert (tuple(images.shape), tuple(labels.shape)) == ((64, 1, 28, 28), (64,))
    loss = torch.nn.functional.cross_entropy(network(images), labels)
    assert float(loss.detach()) == pytest.approx(2.30679, abs=1e-4)
    assert yardstick.REPEATS == 3


def test_measuring_changes_no_weight_and_no_random_state() -> None:
    network, _, _ = yardstick._step_parts()
    before = [weight.detach().clone() for weight in network.parameters()]
    state = torch.get_rng_state()
    yardstick._step_parts.cache_clear()
    assert yardstick.measure() > 0
    again, _, _ = yardstick._step_parts()
    assert torch.equal(torch.get_rng_state(), state)
    assert all(map(torch.equal, before, again.parameters()))
