"""An experiment: a question, its named variants, and the decorator that makes it a pytest test."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
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
    own_tier: str | None
    """The one tier in which it runs unasked; `None` for all."""
    conditions: tuple[str, ...]
    """Changes of the test images under which each final network is judged too."""
    probes: bool
    """Whether linear probes tell what each layer has made of the images."""

    def is_unasked(self, tier: str) -> bool:
        """Whether a session in this tier runs it without being asked."""
        return not self.on_request and self.own_tier in (None, tier)

    def cases(self, tier: Tier, *, seeds: int) -> "list[Case]":
        """Every variant of a tier, seed by seed."""
        variants = self.paper_variants if tier.name == "paper" else self.variants
        return [
            Case(
                experiment=self.name,
                question=self.question,
                variant=variant,
                tier=tier,
                seed=seed,
                conditions=self.conditions,
                probes=self.probes,
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
    conditions: tuple[str, ...] = ()
    """See `Experiment`."""
    probes: bool = False
    """See `Experiment`."""

    @property
    def id(self) -> str:
        """What pytest puts in brackets: `adam-seed0`."""
        return f"{self.variant.name}-seed{self.seed}"


EXPERIMENTS: dict[str, Experiment] = {}
"""Name -> experiment, of every test module that was imported."""

_ATTRIBUTE = "bench_experiment"
"""Of a test function: not a marker, which would have to be declared wherever one imports a test."""

_NAME = re.compile(r"[A-Za-z0-9_.+-]+")
"""Names that are fit for case ids and file names."""


def experiment(
    variants: Mapping[Any, Recipe],
    *,
    factors: tuple[str, ...],
    baseline: Any,
    paper: Mapping[Any, Recipe] | None = None,
    paper_factors: tuple[str, ...] | None = None,
    on_request: bool = False,
    own_tier: str | None = None,
    conditions: tuple[str, ...] = (),
    probes: bool = False,
) -> Callable[[Test], Test]:
    """Make a test function an experiment named after it: `test_optimizer` -> `optimizer`.

    Args:
        variants: levels -> recipe. Levels are one value, or a tuple of one value a factor.
        factors: what the levels are levels of, such as `("activation", "learning_rate")`.
        baseline: the first factor's level that the others are compared with, further levels equal.
        paper: the variants of the paper tier, where they differ.
        paper_factors: what their levels are levels of, where that differs.
        on_request: leave it out unless `--experiment` names it.
        own_tier: leave it out of all other tiers unless `--experiment` names it.
        conditions: of `lenet.conditions`, such as `shift-2`: each final network is judged on test
            images so changed too.
        probes: fit `lenet.linear_probe` to each final network, and to how it began.

    The test's docstring is the question. The test takes the fixture `trial` and asserts that what
    `trial.run()` returns lies in `trial.threshold`.

    Raises:
        ValueError: no variant, levels that do not fit the factors, two variants or experiments of
            one name, a name unfit for a file, a variant without its baseline, or a test without
            `trial`.
    """

    def decorate(test: Test) -> Test:
        if "trial" not in inspect.signature(test).parameters:
            raise ValueError(
                f"{test.__name__}: expected a parameter `trial`, which is the case to run; add it"
            )
        name = test.__name__.removeprefix("test_")
        made = Experiment(
            name=name,
            question=(test.__doc__ or name).strip().splitlines()[0],
            variants=_variants(variants, factors=factors, baseline=baseline),
            paper_variants=_variants(
                paper or variants, factors=paper_factors or factors, baseline=baseline
            ),
            on_request=on_request,
            own_tier=own_tier,
            conditions=conditions,
            probes=probes,
        )
        if EXPERIMENTS.setdefault(name, made) != made:
            raise ValueError(f"{test.__name__}: another test has this name; rename one of them")
        setattr(test, _ATTRIBUTE, made)
        marked: Test = pytest.mark.benchmark(group=name)(test)
        return marked

    return decorate


def experiment_of(test: object) -> Experiment | None:
    """The experiment that a test function was made; `None` for any other."""
    found: Experiment | None = getattr(test, _ATTRIBUTE, None)
    return found


def _variants(
    recipes: Mapping[Any, Recipe], *, factors: tuple[str, ...], baseline: Any
) -> tuple[Variant, ...]:
    if not recipes:
        raise ValueError("variants: expected one recipe or more, got none")
    levels = {key: key if isinstance(key, tuple) else (key,) for key in recipes}
    _check_levels(levels.values(), factors=factors)
    variants = tuple(
        Variant(
            name=_name(levels[key], factors=factors),
            recipe=recipe,
            factors=dict(zip(factors, levels[key], strict=True)),
            baseline=_name((baseline, *levels[key][1:]), factors=factors),
        )
        for key, recipe in recipes.items()
    )
    _check_variants(variants)
    return variants


def _check_levels(levels: Iterable[tuple[Level, ...]], *, factors: tuple[str, ...]) -> None:
    for entry in levels:
        if len(entry) != len(factors):
            raise ValueError(f"factors: expected one level for each of {factors}; got {entry}")


def _check_variants(variants: tuple[Variant, ...]) -> None:
    names = [variant.name for variant in variants]
    for variant in variants:
        if names.count(variant.name) > 1:
            raise ValueError(f"variants: expected a name for each; {variant.name!r} has several")
        if not _NAME.fullmatch(variant.name):
            raise ValueError(
                "variants: expected names of letters, digits and _ . + -, which case ids and "
                f"files carry; got {variant.name!r}"
            )
        if variant.baseline not in names:
            raise ValueError(
                f"baseline: {variant.name!r} would be compared with {variant.baseline!r}; expected "
                f"that among the variants ({', '.join(names)})"
            )


def _name(levels: tuple[Level, ...], *, factors: tuple[str, ...]) -> str:
    parts = zip(factors, levels, strict=True)
    return "-".join(
        f"lr{level:g}" if factor == "learning_rate" else str(level) for factor, level in parts
    )
