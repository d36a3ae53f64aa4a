"""Which cases a session runs, in what order, and how long that will take here.

Seeds are the outer loop and long cases go out first within a seed, so that every stop leaves a
complete comparison with fewer seeds, and no core idles at the end.
"""

import importlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.cost import case_cost, fitting
from bench.experiment import EXPERIMENTS, Case, Experiment
from bench.tiers import TIERS, Tier

MAX_SEEDS = 30
"""Seeds that a time budget may reach where `--seeds` does not say."""

Key = tuple[str, str, int]
"""(experiment, variant, seed) of a case."""


class PlanError(ValueError):
    """A plan that cannot be made; the message says what was expected."""


def key(case: Case) -> Key:
    """What a case is known by, across processes."""
    return case.experiment, case.variant.name, case.seed


def check_names(asked: Iterable[str], known: Iterable[str]) -> None:
    """Refuse an experiment that does not exist."""
    names = sorted(set(known))
    for name in asked:
        if name not in names:
            raise PlanError(f"--experiment: expected one of {', '.join(names)}; got {name!r}")


def is_wanted(experiment: Experiment, asked: Sequence[str], *, tier: str) -> bool:
    """Whether a session in this tier runs an experiment, given what `--experiment` names."""
    return experiment.name in asked if asked else experiment.is_unasked(tier)


def costs(cases: Iterable[Case], settings: Mapping[str, Any]) -> dict[Key, float]:
    """Case -> estimated cost in yardsticks."""
    known = {name: settings[name] for name in ("train_images", "test_images", "engine")}
    return {key(case): case_cost(case, **known) for case in cases}


def in_order(cases: Iterable[Case], cost: Mapping[Key, float]) -> list[Case]:
    """Cases by seed, then the longest first."""
    return sorted(cases, key=lambda case: (case.seed, -cost[key(case)], key(case)))


def within_budget(
    cases: Sequence[Case], cost: Mapping[Key, float], *, budget: float | None
) -> list[Case]:
    """The cases that fit a budget in yardsticks; all of them where there is none."""
    if budget is None:
        return list(cases)
    return fitting(cases, [cost[key(case)] for case in cases], budget=budget)


def all_experiments() -> dict[str, Experiment]:
    """Every experiment of this folder, without collecting its tests.

    Raises:
        PlanError: a test module cannot be imported.
    """
    _test_modules()
    return EXPERIMENTS


def known_names() -> set[str]:
    """What `--experiment` may name: every test function of this folder, without its `test_`.

    Raises:
        PlanError: a test module cannot be imported.
    """
    names = {name for module in _test_modules() for name in vars(module)}
    return {name.removeprefix("test_") for name in names if name.startswith("test_")}


def cases_by_name(tier: Tier, *, seeds: int) -> dict[str, Case]:
    """Test name, as node ids end with it, -> case, for every experiment of this folder."""
    experiments = all_experiments().values()
    cases = (case for each in experiments for case in each.cases(tier, seeds=seeds))
    return {f"test_{case.experiment}[{case.id}]": case for case in cases}


def budget_sentence(chosen: Sequence[Case], *, budget_s: float, work_s: float) -> str:
    """What a time budget leaves to run, which is estimated to take `work_s`."""
    budget = f"time budget {duration(budget_s)}"
    if not chosen:
        return f"{budget}: no case fits; give it more"
    first, last = min(case.seed for case in chosen), max(case.seed for case in chosen)
    seeds = f"seeds {first} to {last}" if last > first else f"seed {last}"
    cases = "1 case" if len(chosen) == 1 else f"{len(chosen)} cases"
    return f"{budget}: {cases}, {seeds}{_in_part(chosen)}, about {duration(work_s)}"


def _in_part(chosen: Sequence[Case]) -> str:
    """Which experiments are not whole: of a first seed that does not fit, or by the user's `-k`."""
    whole = {
        case.experiment: len(EXPERIMENTS[case.experiment].cases(case.tier, seeds=1))
        for case in chosen
    }
    first = min(case.seed for case in chosen)
    there = Counter(case.experiment for case in chosen if case.seed == first)
    parts = [
        f"{name} {there[name]} of {whole[name]}" for name in whole if there[name] < whole[name]
    ]
    return f" in part ({', '.join(sorted(parts))})" if parts else ""


def estimate_s(
    experiments: Iterable[Experiment],
    asked: Sequence[str],
    *,
    settings_of: Mapping[str, Any],
    yardstick_s: float,
) -> dict[str, float]:
    """Tier -> seconds on one worker of one seed of those of these experiments that it would run.

    `settings_of`: tier -> the sizes of the dataset that it would train on, and the engine.
    """
    found = list(experiments)
    return {
        name: yardstick_s
        * sum(
            sum(costs(experiment.cases(tier, seeds=1), settings_of[name]).values())
            for experiment in found
            if is_wanted(experiment, asked, tier=name)
        )
        for name, tier in TIERS.items()
    }


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, rounded as an estimate is."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _test_modules() -> list[ModuleType]:
    modules = []
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        try:
            modules.append(importlib.import_module(f"bench.{path.stem}"))
        except Exception as error:
            raise PlanError(f"{path}: cannot be imported: {error}") from error
    return modules
