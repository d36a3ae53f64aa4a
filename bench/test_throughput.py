"""How fast is an epoch, beside the usual loop and beside what the cores can do?

One round is one epoch of the base network over all training images. `dataloader` is the loop that
most tutorials have; `torch` and `fast` are `lenet.train.Trainer` with either engine; `matmul` is
the same number of floating-point operations as plain matrix products, the peak that no training can
pass. All in one run, so that their ratios hold on any machine; the closing table tells them.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench import recipes
from bench.experiment import Case, Variant
from bench.tiers import TIERS
from harness.environment import cores
from harness.recorder import recorder

ROUNDS = 3


@pytest.fixture
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """Compute threads: one, or all cores."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.skip("throughput needs the machine for itself: run it without -n")
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1 if request.param == "1core" else cores())
    yield torch.get_num_threads()
    torch.set_num_threads(before)


@pytest.mark.benchmark(group="throughput")
@pytest.mark.parametrize("threads", ["1core", "all"], indirect=True)
@pytest.mark.parametrize("program", ["dataloader", "torch", "fast", "matmul"])
def test_throughput(
    program: str, threads: int, benchmark: BenchmarkFixture, request: pytest.FixtureRequest
) -> None:
    """How fast is an epoch, beside the usual loop and beside what the cores can do?"""
    from bench import throughput
    from bench.training import prepared

    found = recorder(request.config)
    assert found is not None
    variant = Variant(name="base", recipe=recipes.BASE, factors={}, baseline="base")
    case = Case(experiment="throughput", question="", variant=variant, tier=TIERS["short"], seed=0)
    recipe, split = prepared(case, {**found.settings, "device": "cpu"})
    epoch: Callable[[], None] = throughput.PROGRAMS[program](recipe, split)
    pedantic: Any = benchmark.pedantic  # it has no types
    pedantic(epoch, rounds=ROUNDS, warmup_rounds=1)
    images, flops = throughput.work(recipe, split)
    benchmark.extra_info.update(threads=threads, images=images, flops=flops)
    if benchmark.stats is not None:
        benchmark.extra_info["gflop_per_s"] = flops / benchmark.stats.stats.min / 1e9
