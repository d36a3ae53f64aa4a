"""A fixed reference step, timed beside each case, so that times of different machines compare.

NEVER CHANGE THIS CODE: a ratio to the yardstick means something only while the yardstick stays what
it was. It is one training step of a small convolutional network on 64 images, in plain PyTorch, and
uses nothing of `lenet`.
"""

import time
from functools import cache

import torch
from torch import Tensor, nn

REPEATS = 3
"""Steps a measurement; the fastest counts."""


@cache
def _step_parts() -> tuple[nn.Module, Tensor, Tensor]:
    draw = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        network = nn.Sequential(
            nn.Conv2d(1, 6, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(256, 10),
        )
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.uniform_(-0.1, 0.1, generator=draw)
    images = torch.rand(64, 1, 28, 28, generator=draw)
    labels = torch.randint(10, (64,), generator=draw)
    return network, images, labels


def measure() -> float:
    """Seconds of one reference step on the CPU: the fastest of three."""
    network, images, labels = _step_parts()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        network.zero_grad()
        torch.autograd.backward(nn.functional.cross_entropy(network(images), labels))
        seconds.append(time.perf_counter() - started)
    return min(seconds)
