"""The parts of a recipe: what each of them refuses, by name."""

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

from lenet.checks import RecipeError, check_range
from lenet.settings import (
    OPTIMIZER_SETTINGS,
    Conv,
    Init,
    Optimizer,
    OptimizerKind,
    Penalty,
    Pool,
    Schedule,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (Init, {"kind": "he"}, "init.kind: expected one of pytorch, zeros, normal, glorot-uniform"),
        (
            Init,
            {"kind": "normal", "std": -1},
            "init.std: expected a finite number at least 0; got -1",
        ),
        (
            Init,
            {"kind": "normal", "mean": NAN},
            "init.mean: expected a finite number of any size; ",
        ),
        (
            Init,
            {"mean": 0.5},
            "init.mean: init 'pytorch' does not use it; leave it at 0.0, got 0.5",
        ),
        (Init, {"kind": "zeros", "std": 1}, "init.std: init 'zeros' does not use it; leave it at"),
        (Conv, {"maps": 0}, "conv.maps: expected a whole number of at least 1; got 0"),
        (
            Conv,
            {"maps": 6, "kernel": 0},
            "conv.kernel: expected a whole number of at least 1; got 0",
        ),
        (Conv, {"maps": 6, "kernel": (5, 5)}, "conv.kernel: expected int; got (5, 5)"),
        (Conv, {"maps": 6, "padding": -1}, "conv.padding: expected a whole number of at least 0"),
        (Conv, {"maps": 6, "padding": "same"}, "conv.padding: expected int; got 'same'"),
        (Conv, {"maps": 6, "bias": 0}, "conv.bias: expected bool; got 0"),
        (
            Conv,
            {"maps": 6, "bias_init": "zeros"},
            "conv.bias_init: expected Init | None; got 'zeros'",
        ),
        (Pool, {"kind": "median"}, "pool.kind: expected one of max, average; got 'median'"),
        (Pool, {"stride": 0}, "pool.stride: expected a whole number of at least 1; got 0"),
        (Pool, {"kernel": 0}, "pool.kernel: expected a whole number of at least 1; got 0"),
        (Pool, {"padding": -1}, "pool.padding: expected a whole number of at least 0; got -1"),
        (
            Pool,
            {"kernel": 3, "padding": 2},
            "pool.padding: expected at most half the kernel (3 // 2 = 1), as PyTorch's pooling "
            "demands; got 2",
        ),
        (
            Optimizer,
            {"kind": "lion"},
            "optimizer.kind: expected one of sgd, adagrad, rmsprop, adam",
        ),
        (
            Optimizer,
            {"momentum": 1},
            "optimizer.momentum: expected a finite number at least 0 and ",
        ),
        (Optimizer, {"momentum": -0.1}, "and below 1; got -0.1"),
        (Optimizer, {"momentum": NAN}, "and below 1; got nan"),
        (
            Optimizer,
            {"kind": "adam", "beta2": 1},
            "optimizer.beta2: expected a finite number at le",
        ),
        (
            Optimizer,
            {"kind": "rmsprop", "decay": 1.5},
            "optimizer.decay: expected a finite number at",
        ),
        (
            Optimizer,
            {"kind": "adam", "epsilon": 0},
            "optimizer.epsilon: expected a finite number abo",
        ),
        (
            Optimizer,
            {"weight_decay": -1},
            "optimizer.weight_decay: expected a finite number at least",
        ),
        (
            Optimizer,
            {"beta1": 0.5},
            "optimizer.beta1: optimizer 'sgd' does not use it; leave it at ",
        ),
        (
            Optimizer,
            {"nesterov": True},
            "optimizer.nesterov: expected momentum above 0 and dampening",
        ),
        (
            Optimizer,
            {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
            "optimizer.nesterov: expected momentum above 0 and dampening 0; got momentum 0.9, "
            "dampening 0.1",
        ),
        (Optimizer, {"dampening": 0.1}, "optimizer.dampening: expected 0 without momentum"),
        (
            Optimizer,
            {"kind": "nadam", "epsilon_placement": "keras"},
            "optimizer.epsilon_placement: optimizer 'nadam' does not use it; leave it at 'pytorch'",
        ),
        (
            Optimizer,
            {"kind": "nadam", "momentum_decay": -1},
            "optimizer.momentum_decay: expected a",
        ),
        (
            Optimizer,
            {"kind": "adam", "epsilon_placement": "jax"},
            "expected one of pytorch, keras; ",
        ),
        (
            Schedule,
            {"kind": "cyclic"},
            "schedule.kind: expected one of constant, one-cycle, cosine",
        ),
        (
            Schedule,
            {"warmup": 1},
            "schedule.warmup: expected a finite number at least 0 and below 1",
        ),
        (
            Schedule,
            {"kind": "linear", "final": 2},
            "schedule.final: expected a finite number at leas",
        ),
        (Schedule, {"final": 0.1}, "schedule.final: schedule 'constant' does not use it"),
        (
            Schedule,
            {"drop_epochs": 3},
            "expected at least 1 for schedule 'step', 0 for any other; got",
        ),
        (Schedule, {"kind": "step", "final": 0.1}, "schedule.drop_epochs: expected at least 1 for"),
        (Schedule, {"kind": "step", "drop_epochs": 3}, "schedule.final: expected a factor above 0"),
        (
            Schedule,
            {"kind": "one-cycle"},
            "schedule.warmup: expected a share above 0 for 'one-cycle'",
        ),
        (
            Penalty,
            {"kernel_l2": -1},
            "penalty.kernel_l2: expected a finite number at least 0; got -1",
        ),
        (Penalty, {"activity_l2": NAN}, "penalty.activity_l2: expected a finite number at least 0"),
        (
            Penalty,
            {"layers": "convs"},
            "penalty.layers: expected one of conv, linear, all; got 'conv",
        ),
    ],
)
def test_impossible_setting_is_refused_by_name(
    kind: Callable[..., Any], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)):
        kind(**fields)


AWAY_FROM_DEFAULT: dict[str, Any] = {
    "momentum": 0.5,
    "dampening": 0.5,
    "nesterov": True,
    "beta1": 0.5,
    "beta2": 0.5,
    "decay": 0.5,
    "epsilon": 0.5,
    "epsilon_placement": "keras",
    "initial_accumulator": 0.5,
    "centered": True,
    "amsgrad": True,
    "momentum_decay": 0.5,
}


@pytest.mark.parametrize("kind", get_args(OptimizerKind))
def test_optimizer_takes_the_settings_that_it_reads_and_no_other(kind: Any) -> None:
    for field, value in AWAY_FROM_DEFAULT.items():
        needed = {"momentum": 0.9} if field in ("nesterov", "dampening") and kind == "sgd" else {}
        if field in OPTIMIZER_SETTINGS[kind]:
            assert getattr(Optimizer(kind=kind, **{**needed, field: value}), field) == value
        else:
            with pytest.raises(
                RecipeError, match=f"optimizer.{field}: optimizer '{kind}' does not"
            ):
                Optimizer(kind=kind, **{field: value})


def test_range_names_each_of_its_bounds() -> None:
    check_range("share", 0.5, above=0, most=1)
    check_range("share", 1, above=0, most=1)
    with pytest.raises(
        RecipeError, match="share: expected a finite number above 0 and at most 1; "
    ):
        check_range("share", 0, above=0, most=1)
    with pytest.raises(RecipeError, match="of any size; got inf"):
        check_range("share", float("inf"))
