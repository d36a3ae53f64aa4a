"""Recipes and data that the tests of the training core share."""

from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from hypothesis import HealthCheck, reject, settings
from hypothesis import strategies as st
from torch import Tensor

from bench import planning
from lenet.checks import RecipeError
from lenet.data import Split, load, prepare
from lenet.recipe import Activation, Head, HeadSequence, Recipe
from lenet.settings import (
    OPTIMIZER_SETTINGS,
    Conv,
    Init,
    InitKind,
    Optimizer,
    Pool,
    Schedule,
    ScheduleKind,
)

CPU = torch.device("cpu")

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Of hypothesis: a busy machine is no failure."""

SMALL = Recipe(
    dataset="digits",
    convs=(Conv(maps=4),),
    pools=(Pool(),),
    linears=(16,),
    optimizer=Optimizer(momentum=0.9),
    learning_rate=0.05,
    batch_size=100,
    epochs=2,
)
"""A network of a few thousand weights, and an epoch of 13 steps on digits, the last one smaller."""


def assert_close(found: Tensor, expected: Tensor, *, rtol: float = 1e-5) -> None:
    """Fail where values differ; by numpy, for torch's own takes seconds to load."""
    np.testing.assert_allclose(found.detach(), expected.detach(), rtol=rtol, atol=1e-6)


def digits(recipe: Recipe) -> Split:
    """The digits as this recipe wants them."""
    return _digits(
        scaling=recipe.input_scaling,
        padding=recipe.input_padding,
        train_size=recipe.train_size,
        validation_size=recipe.validation_size,
    )


@cache
def _digits(**settings: Any) -> Split:
    images = load("digits", root=Path("nowhere"))  # they come with scikit-learn
    return prepare(images, device=CPU, **settings)


def noise(recipe: Recipe, *, train: int = 40, test: int = 30) -> Split:
    """Random images in [0, 1); the first pixel of a training image is its row, over 1,000."""
    generator = torch.Generator().manual_seed(0)

    def images(count: int) -> Tensor:
        return torch.rand((count, *recipe.padded_shape), generator=generator)

    def labels(count: int) -> Tensor:
        return torch.arange(count) % recipe.classes

    held_out = recipe.validation_size
    split = Split(
        name="noise" if recipe.dataset == "auto" else recipe.dataset,
        x_train=images(train),
        y_train=labels(train),
        x_validation=images(held_out),
        y_validation=labels(held_out),
        x_test=images(test),
        y_test=labels(test),
        classes=recipe.classes,
        digest="sha256:0",
    )
    split.x_train[:, 0, 0, 0] = torch.arange(train) / 1_000
    return split


@cache
def bench_recipes() -> tuple[Recipe, ...]:
    """Every recipe of the bench's experiments, each once."""
    variants = (
        variant
        for each in planning.all_experiments().values()
        for variant in (*each.variants, *each.paper_variants)
    )
    return tuple(dict.fromkeys(variant.recipe for variant in variants))


def names(kind: Any) -> st.SearchStrategy[Any]:
    """One of a `Literal`'s names."""
    return st.sampled_from(get_args(kind))


@st.composite
def inits(draw: st.DrawFn) -> Init:
    """An initialiser of any kind."""
    kind = draw(names(InitKind))
    if kind != "normal":
        return Init(kind=kind)
    return Init(kind=kind, mean=draw(st.floats(-1, 1)), std=draw(st.floats(0, 1)))


CONVS = st.builds(
    Conv,
    maps=st.integers(1, 5),
    kernel=st.integers(1, 5),
    padding=st.integers(0, 2),
    bias=st.booleans(),
    bias_init=st.none() | inits(),
)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """A pooling of any kind."""
    kernel = draw(st.integers(1, 3))
    return Pool(
        kind=draw(st.sampled_from(("max", "average"))),
        kernel=kernel,
        stride=draw(st.integers(1, 3)),
        padding=draw(st.integers(0, kernel // 2)),
    )


@st.composite
def optimizers(draw: st.DrawFn) -> Optimizer:
    """An optimizer of any kind, with some of the numbers that it reads."""
    kind = draw(st.sampled_from(sorted(OPTIMIZER_SETTINGS)))
    numbers = sorted(OPTIMIZER_SETTINGS[kind] & {"momentum", "beta1", "beta2", "decay", "epsilon"})
    chosen = draw(st.sets(st.sampled_from(numbers)))
    shares = st.floats(0.001, 0.999)
    return Optimizer(kind=kind, **{name: draw(shares) for name in sorted(chosen)})  # type: ignore[arg-type]


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A schedule of any kind."""
    kind = draw(names(ScheduleKind))
    warmup = draw(st.floats(0.01, 0.99)) if kind == "one-cycle" else draw(st.floats(0, 0.99))
    return Schedule(
        kind=kind,
        warmup=warmup,
        final=0.0 if kind == "constant" else draw(st.floats(0.1, 1)),
        drop_epochs=draw(st.integers(1, 5)) if kind == "step" else 0,
    )


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """A recipe of any network, optimizer and schedule that can be built."""
    convs = tuple(draw(st.lists(CONVS, min_size=1, max_size=3)))
    linears = tuple(draw(st.lists(st.integers(1, 9), max_size=2)))
    head: Head = draw(names(Head))
    head_layer = 1 if head == "linear" else draw(st.integers(1, len(linears) + 1))
    sequences: st.SearchStrategy[HeadSequence] = names(HeadSequence)
    if head_layer > 1:
        sequences = st.sampled_from(("single", "batch"))
    hidden = [name for name in get_args(Activation) if name != "softmax"]
    layers = len(convs) + len(linears)
    one = st.sampled_from(hidden)
    try:
        return Recipe(
            input_shape=(
                draw(st.integers(1, 3)),
                draw(st.integers(8, 20)),
                draw(st.integers(8, 20)),
            ),
            classes=draw(st.integers(2, 9)),
            input_padding=draw(st.integers(0, 2)),
            convs=convs,
            pools=tuple(draw(st.none() | pools()) for _ in convs),
            activation=draw(one | st.tuples(*[one] * layers)),
            output_activation=draw(one),
            linears=linears,
            head=head,
            head_layer=head_layer,
            head_sequence="maps" if head == "linear" else draw(sequences),
            weight_init=draw(inits()),
            bias_init=draw(inits()),
            optimizer=draw(optimizers()),
            schedule=draw(schedules()),
            learning_rate=draw(st.integers(1, 3) | st.floats(1e-5, 1)),
            train_size=draw(st.none() | st.integers(1, 99)),
            shuffle=draw(st.booleans()),
        )
    except RecipeError:
        reject()
