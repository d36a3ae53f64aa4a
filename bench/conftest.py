"""Options of the bench, its cases, and the fixture that a test takes: `trial`.

Nothing here imports torch: workers are told their threads before they load it.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench import planning, session
from bench.experiment import Case, Experiment
from bench.thresholds import known_thresholds
from bench.tiers import TIERS
from bench.trial import Trial
from harness.environment import cores
from harness.plugin import worker_count
from harness.recorder import recorder
from harness.thresholds import ThresholdsError
from lenet.datasets import AUTO, DataError


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

    group.addoption(
        "--time-budget",
        type=_seconds,
        metavar="TIME",
        help="Run what fits in about this time (90s, 10m, 1h30m), whole seeds of all cases as far "
        "as they go. Without --seeds, as many seeds as fit. The estimate is rough; "
        "--collect-only shows it",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1; got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        return session.parse_seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that `bench.experiment.experiment` sets."""
    config.addinivalue_line("markers", "experiment(experiment): the experiment that a test asks")


def pytest_harness_settings(config: pytest.Config) -> dict[str, Any]:
    """Settle the dataset and the budget once, for all workers."""
    option = config.getoption
    try:
        known_thresholds()
        settings = session.settle(
            tier_name=option("tier"),
            dataset=option("dataset"),
            root=option("data_root"),
            device=option("device"),
            seeds=_seeds(config),
        )
    except (DataError, ThresholdsError) as error:
        raise pytest.UsageError(str(error)) from None
    return {
        **settings,
        "workers": worker_count(config),
        "budget_yardsticks": _budget(config),
    }


def pytest_harness_costs(config: pytest.Config, nodeids: Sequence[str]) -> Mapping[str, float]:
    """The estimated cost of each case, for the time left."""
    tier = TIERS[config.getoption("tier")]
    found = planning.all_experiments()
    cases = [case for each in found.values() for case in each.cases(tier, seeds=_seeds(config))]
    cost = planning.costs(cases, _settings(config))
    by_name = {f"test_{case.experiment}[{case.id}]": cost[planning.key(case)] for case in cases}
    names = {nodeid: nodeid.rpartition("::")[2] for nodeid in nodeids}
    return {nodeid: by_name[name] for nodeid, name in names.items() if name in by_name}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a variant and seed."""
    asked = _experiment(metafunc.definition)
    if asked is None or "trial" not in metafunc.fixturenames:
        return
    tier = TIERS[metafunc.config.getoption("tier")]
    cases = asked.cases(tier, seeds=_seeds(metafunc.config))
    metafunc.parametrize("trial", cases, indirect=True, ids=[case.id for case in cases])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the experiments that are asked for, within the budget, in the order to run."""
    asked: list[str] = config.getoption("experiment") or []
    try:
        planning.check_names(asked, [_name(item) for item in items])
    except planning.PlanError as error:
        raise pytest.UsageError(str(error)) from None
    others = [item for item in items if _case(item) is None and (_name(item) in asked or not asked)]
    kept = [*others, *_planned(config, items, asked=asked)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _planned(
    config: pytest.Config, items: Sequence[pytest.Item], *, asked: Sequence[str]
) -> list[pytest.Item]:
    by_key: dict[planning.Key, pytest.Item] = {}
    cases: list[Case] = []
    for item in items:
        case, found = _case(item), _experiment(item)
        if case is not None and found is not None and planning.is_wanted(found, asked):
            by_key[planning.key(case)] = item
            cases.append(case)
    settings = _settings(config)
    cost = planning.costs(cases, settings)
    ordered = planning.in_order(cases, cost)
    chosen = planning.within_budget(ordered, cost, budget=settings["budget_yardsticks"])
    return [by_key[planning.key(case)] for case in chosen]


def pytest_report_collectionfinish(
    config: pytest.Config, items: Sequence[pytest.Item]
) -> list[str]:
    """With `--collect-only`, what each tier would take here."""
    experiments = {found.name: found for item in items if (found := _experiment(item))}
    if not config.getoption("collectonly") or not experiments:
        return []
    from bench import yardstick  # loads torch

    seconds = planning.estimate_s(
        experiments.values(),
        settings_of={name: _nominal(config, name) for name in TIERS},
        yardstick_s=yardstick.measure(),
    )
    workers = cores()
    tiers = ", ".join(f"{name} {_duration(total / workers)}" for name, total in seconds.items())
    return [f"estimated time of one seed here with -n {workers}: {tiers}"]


@pytest.fixture
def trial(request: pytest.FixtureRequest, benchmark: BenchmarkFixture) -> Trial:
    """The case of this test, ready to run."""
    found = recorder(request.config)
    if found is None:
        raise pytest.UsageError("the bench records a run: load harness.plugin, as conftest.py does")
    return Trial(
        case=request.param,
        item=request.node,
        benchmark=benchmark,
        recorder=found,
        workers=found.settings["workers"],
    )


def _case(item: pytest.Item) -> Case | None:
    spec = getattr(item, "callspec", None)
    found = spec.params.get("trial") if spec else None
    return found if isinstance(found, Case) else None


def _experiment(node: pytest.Item | pytest.Function) -> Experiment | None:
    marker = node.get_closest_marker("experiment")
    return marker.args[0] if marker else None


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", item.name).removeprefix("test_")


def _seeds(config: pytest.Config) -> int:
    without: int = 1 if config.getoption("time_budget") is None else planning.MAX_SEEDS
    return config.getoption("seeds") or without


def _budget(config: pytest.Config) -> float | None:
    """The time budget in yardsticks of this machine, over all workers."""
    seconds: float | None = config.getoption("time_budget")
    if seconds is None:
        return None
    from bench import yardstick  # loads torch

    return seconds * worker_count(config) / yardstick.measure()


def _settings(config: pytest.Config) -> Mapping[str, Any]:
    found = recorder(config)
    if found is not None:
        return found.settings
    return {**_nominal(config, config.getoption("tier")), "budget_yardsticks": _budget(config)}


def _nominal(config: pytest.Config, tier: str) -> Mapping[str, Any]:
    try:
        return session.nominal_sizes(tier_name=tier, dataset=config.getoption("dataset"))
    except DataError as error:
        raise pytest.UsageError(str(error)) from None


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
