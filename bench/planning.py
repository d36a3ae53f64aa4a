"""Which cases a session runs, in what order, and how long that will take here.

Seeds are the outer loop and long cases go out first within a seed, so that every stop leaves a
complete comparison with fewer seeds, and no core idles at the end.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.cost import case_cost, fitting
from bench.experiment import EXPERIMENTS, Case, Experiment
from bench.tiers import TIERS

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
    for name in asked:
        if name not in (names := sorted(set(known))):
            raise PlanError(f"--experiment: expected one of {', '.join(names)}; got {name!r}")


def is_wanted(experiment: Experiment, asked: Sequence[str]) -> bool:
    """Whether a session runs an experiment, given what `--experiment` names."""
    return experiment.name in asked if asked else not experiment.on_request


def costs(cases: Iterable[Case], settings: Mapping[str, Any]) -> dict[Key, float]:
    """Case -> estimated cost in yardsticks."""
    images = {"train_images": settings["train_images"], "test_images": settings["test_images"]}
    return {key(case): case_cost(case, **images) for case in cases}


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
    """Every experiment of this folder, without collecting its tests."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"bench.{path.stem}")
    return EXPERIMENTS


def estimate_s(
    experiments: Iterable[Experiment], *, settings_of: Mapping[str, Any], yardstick_s: float
) -> dict[str, float]:
    """Tier -> seconds of one seed of these experiments, on one worker.

    `settings_of`: tier -> the sizes of the dataset that it would train on.
    """
    found = list(experiments)
    return {
        name: yardstick_s
        * sum(
            sum(costs(experiment.cases(tier, seeds=1), settings_of[name]).values())
            for experiment in found
        )
        for name, tier in TIERS.items()
    }
