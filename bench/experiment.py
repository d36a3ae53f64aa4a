"""An experiment: a question, its named variants, and the decorator that makes it a pytest test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from bench.tiers import Tier
from lenet.recipe import Recipe

Level = str | int | float
Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One recipe of an experiment."""

    name: str
    """As case ids and tables have it."""
    recipe: Recipe
    """What is trained, before the tier and the dataset are applied."""
    factors: Mapping[str, Level]
    """What was varied: factor -> level."""
    baseline: str
    """The variant that it is compared with."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """The variants of one question."""

    name: str
    """Also the benchmark group, and what `--experiment` takes."""
    question: str
    """What it asks, in one sentence."""
    variants: tuple[Variant, ...]
    """In the short and smoke tiers."""
    paper_variants: tuple[Variant, ...]
    """In the paper tier."""
    on_request: bool
    """Run only where `--experiment` names it."""

    def cases(self, tier: Tier, *, seeds: int) -> "list[Case]":
        """Every variant of a tier, seed by seed."""
        variants = self.paper_variants if tier.name == "paper" else self.variants
        return [
            Case(
                experiment=self.name, question=self.question, variant=variant, tier=tier, seed=seed
            )
            for seed in range(seeds)
            for variant in variants
        ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One training to be run: a variant of an experiment in a tier, with a seed."""

    experiment: str
    """The experiment's name."""
    question: str
    """What it asks."""
    variant: Variant
    """Which of its variants."""
    tier: Tier
    """How long."""
    seed: int
    """Pairing number."""

    @property
    def id(self) -> str:
        """What pytest puts in brackets: `adam-seed0`."""
        return f"{self.variant.name}-seed{self.seed}"


EXPERIMENTS: dict[str, Experiment] = {}
"""Name -> experiment, of every test module that was imported."""


def experiment(
    variants: Mapping[Any, Recipe],
    *,
    factors: tuple[str, ...],
    baseline: Any,
    paper: Mapping[Any, Recipe] | None = None,
    on_request: bool = False,
) -> Callable[[Test], Test]:
    """Make a test function an experiment named after it: `test_optimizer` -> `optimizer`.

    Args:
        variants: levels -> recipe. Levels are one value, or a tuple of one value a factor.
        factors: what the levels are levels of, such as `("activation", "learning_rate")`.
        baseline: the first factor's level that the others are compared with, further levels equal.
        paper: the variants of the paper tier, where they differ.
        on_request: leave it out unless `--experiment` names it.

    The test's docstring is the question. The test takes the fixture `trial` and asserts that what
    `trial.run()` returns lies in `trial.threshold`.
    """

    def decorate(test: Test) -> Test:
        name = test.__name__.removeprefix("test_")
        made = Experiment(
            name=name,
            question=(test.__doc__ or name).strip().splitlines()[0],
            variants=_variants(variants, factors=factors, baseline=baseline),
            paper_variants=_variants(paper or variants, factors=factors, baseline=baseline),
            on_request=on_request,
        )
        EXPERIMENTS[name] = made
        for mark in (pytest.mark.benchmark(group=name), pytest.mark.experiment(made)):
            test = mark(test)
        return test

    return decorate


def _variants(
    recipes: Mapping[Any, Recipe], *, factors: tuple[str, ...], baseline: Any
) -> tuple[Variant, ...]:
    levels = {key: key if isinstance(key, tuple) else (key,) for key in recipes}
    first_levels = {entry[0] for entry in levels.values()}
    if baseline not in first_levels:
        known = ", ".join(map(str, recipes))
        raise ValueError(f"baseline: expected one of the variants ({known}), got {baseline!r}")
    return tuple(
        Variant(
            name=_name(levels[key], factors=factors),
            recipe=recipe,
            factors=dict(zip(factors, levels[key], strict=True)),
            baseline=_name((baseline, *levels[key][1:]), factors=factors),
        )
        for key, recipe in recipes.items()
    )


def _name(levels: tuple[Level, ...], *, factors: tuple[str, ...]) -> str:
    parts = zip(factors, levels, strict=True)
    return "-".join(
        f"lr{level:g}" if factor == "learning_rate" else str(level) for factor, level in parts
    )
