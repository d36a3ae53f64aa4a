"""Options of the bench, its cases, and the fixture that a test takes: `trial`.

Nothing here imports torch: workers are told their threads before they load it.
"""

import os
from typing import TYPE_CHECKING, Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.experiment import Case, Experiment
from bench.tiers import TIERS
from harness.recorder import recorder
from lenet.datasets import AUTO, DataError, data_root, parse_file_option
from lenet.download import resolve

if TYPE_CHECKING:
    from bench.trial import Trial


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the group "bench"."""
    group = parser.getgroup("bench", "training experiments")
    tiers = "; ".join(f"{tier.name}: {tier.summary}" for tier in TIERS.values())
    group.addoption(
        "--tier",
        choices=tuple(TIERS),
        default="short",
        help=f"How long each training is ({tiers}). Default: %(default)s",
    )
    group.addoption(
        "--seeds",
        type=_positive,
        default=None,
        metavar="N",
        help="Train every case with seeds 0 to N-1. Default: 1",
    )
    group.addoption(
        "--experiment",
        action="append",
        metavar="NAME",
        help="Run this experiment alone; may be given several times",
    )
    group.addoption(
        "--dataset",
        default=AUTO,
        metavar="NAME[=FILE.npz]",
        help="Train every recipe on this dataset: mnist, fashion-mnist, kmnist, cifar10, digits, "
        "or a name of yours with its file (x_train, y_train, x_test, y_test). auto is MNIST "
        "where it can be had, else digits. Default: %(default)s",
    )
    group.addoption(
        "--data-root",
        metavar="DIR",
        help="Folder of the datasets, as torchvision lays them out. Default: the environment "
        "variable LENET_DATA, else a cache folder of yours",
    )
    group.addoption(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="Where to train. auto is a GPU if there is one. Default: %(default)s",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise pytest.UsageError(f"--seeds: expected a whole number of at least 1; got {text!r}")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that `bench.experiment.experiment` sets."""
    config.addinivalue_line("markers", "experiment(experiment): the experiment that a test asks")


def pytest_harness_settings(config: pytest.Config) -> dict[str, Any]:
    """Settle the dataset once, for all workers."""
    option = config.getoption
    tier = TIERS[option("tier")]
    try:
        name, file = parse_file_option(option("dataset"))
        if name == AUTO and tier.dataset:
            name = tier.dataset
        root = data_root(option("data_root"))
        found = resolve(name, root=root, files={name: file} if file else {})
    except DataError as error:
        raise pytest.UsageError(str(error)) from None
    return {
        "tier": tier.name,
        "dataset": found.name,
        "dataset_asked": option("dataset") != AUTO,
        "dataset_file": str(file) if file else None,
        "data_root": str(root),
        "device": option("device"),
        "engine": "torch",
        "seeds": option("seeds") or 1,
        "fixed": ["tier", "dataset", "engine", "device"],
        "headline": [f"bench: tier {tier.name} ({tier.summary})", f"dataset: {found.why}"],
    }


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a variant and seed."""
    marker = metafunc.definition.get_closest_marker("experiment")
    if marker is None or "trial" not in metafunc.fixturenames:
        return
    asked: Experiment = marker.args[0]
    tier = TIERS[metafunc.config.getoption("tier")]
    seeds = metafunc.config.getoption("seeds") or 1
    cases = [
        Case(experiment=asked.name, variant=variant, tier=tier, seed=seed)
        for seed in range(seeds)
        for variant in asked.variants_of(tier)
    ]
    metafunc.parametrize("trial", cases, indirect=True, ids=[case.id for case in cases])


@pytest.fixture
def trial(request: pytest.FixtureRequest, benchmark: BenchmarkFixture) -> "Trial":
    """The case of this test, ready to run."""
    from bench.trial import Trial

    found = recorder(request.config)
    if found is None:
        raise pytest.UsageError("the bench records a run: load harness.plugin (conftest.py does)")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return Trial(
        case=request.param,
        item=request.node,
        benchmark=benchmark,
        recorder=found,
        workers=workers,
    )
