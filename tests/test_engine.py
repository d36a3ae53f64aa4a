"""The engines: that a trainer takes either, and which layers the fast one leaves to PyTorch."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lenet import engine as engines
from lenet.engine import Engine, describe, torch_layers
from lenet.history import History
from lenet.recipe import Recipe
from lenet.settings import Penalty, Pool
from lenet.train import train
from tests.samples import SMALL as SAMPLE
from tests.samples import noise

SMALL = replace(SAMPLE, epochs=2, learning_rate=0.05)


def trained(recipe: Recipe, engine: Engine) -> History:
    return train(recipe, noise(recipe), 3, engine=engine)


@pytest.mark.parametrize(
    "recipe",
    [
        SMALL,
        replace(SMALL, head="lstm", activation="tanh"),
        replace(SMALL, penalty=Penalty(activity_l2=1e-3, kernel_l2=1e-3)),
        replace(SMALL, loss="mse", output_activation="sigmoid", activation="gelu"),
    ],
    ids=["base", "lstm", "penalty", "mse"],
)
def test_both_engines_train_alike(recipe: Recipe) -> None:
    """Rounding differs, and grows from step to step: few steps, and a bound of 1e-4."""
    fast, slow = (trained(recipe, engine).step_losses for engine in ("fast", "torch"))
    assert fast == pytest.approx(slow, rel=1e-4)
    assert len(set(fast)) == len(fast)


def test_the_fast_engine_repeats_itself_to_the_last_bit() -> None:
    first, second = (trained(SMALL, "fast") for _ in range(2))
    assert first.step_losses == second.step_losses
    assert [epoch.test_loss for epoch in first.epochs] == [
        epoch.test_loss for epoch in second.epochs
    ]


def test_layers_left_to_pytorch_are_named() -> None:
    assert torch_layers(SMALL, "fast") == ()
    assert torch_layers(replace(SMALL, head="rnn"), "fast") == ("rnn1",)
    last = replace(SMALL, head="lstm", head_sequence="batch", head_layer=len(SMALL.linears) + 1)
    assert torch_layers(last, "fast") == ("output",)
    assert torch_layers(replace(last, head="rnn"), "fast") == ()
    assert torch_layers(replace(SMALL, penalty=Penalty(activity_l2=0.1)), "fast") == ("all",)
    assert torch_layers(replace(SMALL, head="rnn"), "torch") == ()
    assert torch_layers(
        replace(SMALL, input_shape=(1, 300, 300), pools=(Pool(kernel=256),)), "fast"
    ) == ("all",)


def test_the_fast_engine_is_refused_off_the_cpu() -> None:
    split = noise(SMALL)
    elsewhere = replace(split, x_train=split.x_train.to(torch.device("meta")))
    with pytest.raises(ValueError, match="'fast' computes on the CPU, the data are on meta"):
        train(SMALL, elsewhere, 0, engine="fast")


def test_the_first_use_says_that_it_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "__file__", str(tmp_path / "engine.py"))
    assert describe("torch") == "torch"
    assert describe("fast").startswith("fast (compiles its kernels first")
    cache = tmp_path / "fast" / "__pycache__"
    cache.mkdir(parents=True)
    (cache / "kernels.backward-1.py311.1.nbc").touch()
    assert describe("fast") == "fast"
