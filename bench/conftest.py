"""The bench as pytest sees it: its options, its cases, and the fixture that a test takes: `trial`.

Nothing here imports torch: workers are told their threads before they load it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench import earlier, options, planning, session
from bench.experiment import Case, Experiment, experiment_of
from bench.known import known
from bench.remarks import THERE, Remarks
from bench.thresholds import known_thresholds
from bench.trial import Trial, facts_of
from harness.claim import Claims
from harness.plugin import worker_count
from harness.raised import CaseFacts
from harness.recorder import recorder
from harness.thresholds import ThresholdsError
from lenet.datasets import DataError


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the group "bench"."""
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse unknown experiments, and speak to the terminal."""
    if not hasattr(config, "workerinput"):  # a worker cannot refuse in one line
        options.check(config)
        config.pluginmanager.register(Remarks(config), "bench-remarks")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Run rounds of sessions instead of one, where that is asked for."""
    if not config.getoption("until_decided") or config.getoption("collectonly"):
        return None
    from bench.rounds import run_rounds  # brings what a gate calculates with

    return run_rounds(config)


def pytest_harness_settings(config: pytest.Config) -> dict[str, Any]:
    """Settle dataset, thresholds, device and budget once, for all workers."""
    option = config.getoption
    try:
        known_thresholds(option("thresholds"))
        settings = session.settle(
            tier_name=option("tier"),
            dataset=option("dataset"),
            root=option("data_root"),
            device=option("device"),
            engine=option("engine"),
            seeds=options.seeds(config),
            thresholds=option("thresholds"),
            stand_ins=option("stand_in"),
        )
    except (DataError, ThresholdsError, session.DeviceError) as error:
        raise pytest.UsageError(str(error)) from None
    return {
        **settings,
        "workers": worker_count(config),
        "gated": options.asked(config),
        "budget_yardsticks": options.budget_yardsticks(config),
    }


def pytest_harness_costs(config: pytest.Config, nodeids: Sequence[str]) -> Mapping[str, float]:
    """The estimated cost of each case, for the time left."""
    cases = options.cases(config)
    cost = planning.costs(cases.values(), options.settings(config))
    names = {nodeid: nodeid.rpartition("::")[2] for nodeid in nodeids}
    return {
        nodeid: cost[planning.key(cases[name])] for nodeid, name in names.items() if name in cases
    }


def pytest_harness_claims(config: pytest.Config) -> Claims | None:
    """The claims of the four studies, for a run in their own protocol."""
    if options.tier(config).name != "paper":
        return None
    from bench.claims import CLAIMS  # many recipes

    return CLAIMS


def pytest_harness_case(config: pytest.Config, nodeid: str) -> CaseFacts | None:
    """What the record of a case says that raised before its training left one."""
    case = options.cases(config).get(nodeid.rpartition("::")[2])
    return None if case is None else facts_of(case, options.settings(config))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a variant and seed."""
    found = experiment_of(metafunc.function)
    if found is not None:
        config = metafunc.config
        cases = found.cases(options.tier(config), seeds=options.seeds(config))
        metafunc.parametrize("trial", cases, indirect=True, ids=[case.id for case in cases])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the experiments that are asked for, within the budget, in the order to run."""
    kept = [*_without_case(config, items), *_planned(config, items)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _without_case(config: pytest.Config, items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Tests that are no case; they have no estimate, hence no place in a time budget unasked."""
    asked = options.asked(config)
    budget = config.getoption("time_budget")
    others = [item for item in items if _case(item) is None]
    return [item for item in others if _name(item) in asked or not (asked or budget)]


def _planned(config: pytest.Config, items: Sequence[pytest.Item]) -> list[pytest.Item]:
    by_key = _wanted(config, items)
    cases = [case for case, _ in by_key.values()]
    settings = options.settings(config)
    done = known(cases, earlier.left_out(config), settings)
    left = [case for case in cases if planning.key(case) not in done]
    cost = planning.costs(left, settings)
    ordered = planning.in_order(left, cost)
    chosen = planning.within_budget(ordered, cost, budget=settings["budget_yardsticks"])
    return [by_key[planning.key(case)][1] for case in chosen]


def _wanted(
    config: pytest.Config, items: Sequence[pytest.Item]
) -> dict[planning.Key, tuple[Case, pytest.Item]]:
    """The cases of the experiments and cells that are asked for, each with its test."""
    wanted: dict[planning.Key, tuple[Case, pytest.Item]] = {}
    there: dict[str, Experiment] = {}
    cells, asked = options.chosen_cells(config), options.asked(config)
    repeated = earlier.repeated(config)
    for item in items:
        case, found = _case(item), experiment_of(getattr(item, "function", None))
        if case is None or found is None:
            continue
        there[found.name] = found
        if cells is not None and (case.experiment, case.variant.name) not in cells:
            continue
        if repeated is not None and planning.key(case) not in repeated:
            continue
        if planning.is_wanted(found, asked, tier=case.tier.name):
            wanted[planning.key(case)] = case, item
    config.stash[THERE] = list(there.values())
    return wanted


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


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", item.name).removeprefix("test_")
