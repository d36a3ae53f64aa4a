"""Whole networks on the fast engine against the same layers on PyTorch, and against themselves."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn

from bench.recipes import BASE
from lenet.fast import Batch, Network
from lenet.fast.simd import LANES
from lenet.flops import training_flops
from lenet.model import build_model
from lenet.recipe import Head, HeadSequence, Recipe
from lenet.settings import Conv, Pool
from tests.fast_engine import (
    REPEATABLE,
    assert_within,
    grid,
    networks,
    threads,
)
from tests.samples import recipes

ROOT = Path(__file__).resolve().parents[1]
COUNTS = (1, 7, 8, 256)
DIFFERENT = 37
"""Images that differ, in a larger batch again and again: no multiple of a lane block, and few
enough that no two pixels of a window differ by less than the roundings before them. Where PyTorch
in float64 takes another one for the largest, another gradient is as right."""
WEIGHT_STEP = 2.0**-6
"""Weights are multiples of it, so that the first sums have no rounding and ties are ties."""
TOLERANCES = {
    ("logits", torch.float64): 2e-6,
    ("logits", torch.float32): 2e-6,
    ("gradient", torch.float64): 1e-5,
    ("gradient", torch.float32): 5e-5,
}
"""Through up to 7 layers, each of which adds some roundings; PyTorch's float32 adds its own, which
in sums over a whole batch are several times those of this engine."""

USUAL_TERMS = 5_184
"""Terms of the longest sums for which these tolerances were set: features of pooling at stride 1.
The roundings of longer ones (five layers that keep their size have 32,768) add up like a random
walk, by the root of their number."""
LARGE_FLOPS = 50_000_000
"""Of a sample: a network beyond it gets a lane block and one more image. More would take minutes,
and among so many windows some pixels do differ by less than the roundings before them."""

BASE_OUTPUTS: tuple[Any, ...] = ("identity", "relu", "tanh", "sigmoid", "gelu", "softmax")
OTHERS = {
    **{
        f"{name} on logits": replace(BASE, output_activation=name, loss="mse")
        for name in BASE_OUTPUTS
    },
    "no bias": replace(BASE, convs=(Conv(maps=6, bias=False), Conv(maps=16, bias=False))),
    "one bias": replace(BASE, convs=(Conv(maps=6, bias=False), Conv(maps=16))),
    "no hidden layer": replace(BASE, linears=()),
    "no pooling": replace(BASE, pools=(None, Pool(kind="average")), input_shape=(1, 14, 14)),
    "colour": replace(BASE, input_shape=(3, 32, 32)),
    "rectangles": replace(BASE, input_shape=(2, 17, 24), classes=7),
    "an activation a layer": replace(BASE, activation=("tanh", "gelu", "elu", "sigmoid")),
}
HEADS: tuple[Head, ...] = ("rnn", "lstm")
SEQUENCES: tuple[HeadSequence, ...] = ("maps", "single", "batch")


def layers(recipe: Recipe) -> nn.Module:
    """The network of a recipe with its weights on a grid."""
    model = build_model(recipe, 0).to(memory_format=torch.contiguous_format)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((parameter / WEIGHT_STEP).round() * WEIGHT_STEP)
    return model


def batch(recipe: Recipe, count: int) -> Batch:
    different = min(count, DIFFERENT)
    images = grid(different, *recipe.padded_shape, seed=0, name="images")
    return Batch(images=images, index=torch.arange(count) % different)


def answers(model: nn.Module, logits: Tensor) -> dict[str, Tensor]:
    """Logits, and all gradients for an arbitrary gradient by the logits."""
    model.zero_grad()
    gradient = grid(*logits.shape, seed=0, name="gradient").to(logits.dtype)
    torch.autograd.backward(logits, gradient)
    found = {"logits": logits.detach()}
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        found[name] = parameter.grad.clone()
    return found


def fast(recipe: Recipe, given: Batch) -> dict[str, Tensor]:
    model = layers(recipe)
    modules: Any = model.layers
    return answers(model, Network(recipe, dict(modules.items()))(given))


def torchs(recipe: Recipe, given: Batch, dtype: torch.dtype) -> dict[str, Tensor]:
    model = layers(recipe).to(dtype)
    return answers(model, model(given.images[given.index].to(dtype)))


def check(recipe: Recipe, count: int) -> None:
    """Fail where the engines disagree on a batch."""
    given = batch(recipe, count)
    found = fast(recipe, given)
    for dtype in (torch.float64, torch.float32):
        expected = torchs(recipe, given, dtype)
        assert found.keys() == expected.keys()
        for name, values in expected.items():
            tolerance = TOLERANCES["logits" if name == "logits" else "gradient", dtype]
            tolerance *= max(1.0, (recipe.features / USUAL_TERMS) ** 0.5)
            assert_within(found[name], values, tolerance, name=f"{name}, {dtype}")


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("recipe", networks().values(), ids=networks().keys())
def test_networks_of_the_bench(recipe: Recipe, count: int) -> None:
    is_large = training_flops(recipe) > LARGE_FLOPS
    check(recipe, min(count, LANES + 1) if is_large else count)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", OTHERS)
def test_other_networks(name: str, count: int) -> None:
    check(OTHERS[name], count)


@pytest.mark.parametrize("count", [7, 256])
@pytest.mark.parametrize("output", ["identity", "softmax", "relu"])
@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("head", HEADS)
def test_recurrent_heads(head: Head, sequence: HeadSequence, output: Any, count: int) -> None:
    recipe = replace(BASE, head=head, head_sequence=sequence, output_activation=output, loss="mse")
    check(recipe, count)
    check(replace(recipe, linears=(30,)), count)


@pytest.mark.parametrize("output", ["identity", "softmax", "tanh"])
@pytest.mark.parametrize("layer", [2, 3])
@pytest.mark.parametrize("head", HEADS)
def test_recurrent_heads_behind_linear_layers(head: Head, layer: int, output: Any) -> None:
    recipe = replace(BASE, head=head, head_sequence="batch", head_layer=layer, loss="mse")
    check(replace(recipe, output_activation=output), 40)


@settings(REPEATABLE, max_examples=60)
@given(recipe=recipes())
def test_network_of_any_recipe(recipe: Recipe) -> None:
    check(recipe, LANES + 3)


@pytest.mark.parametrize("available", [1, 2])
@pytest.mark.parametrize("recipe", [BASE, replace(BASE, head="lstm", activation="gelu")])
def test_same_bits_each_time(recipe: Recipe, available: int) -> None:
    given = batch(recipe, 250)
    with threads(available):
        first = fast(recipe, given)
        for _ in range(3):
            again = fast(recipe, given)
            for name, values in first.items():
                assert torch.equal(again[name], values), name


@pytest.mark.parametrize("recipe", [BASE, replace(BASE, activation="tanh")])
def test_threads_share_a_batch(recipe: Recipe) -> None:
    """Outputs are the same to the last bit, gradients are sums of parts."""
    given = batch(recipe, 250)
    found: list[dict[str, Tensor]] = []
    for available in (1, 2, 3):
        with threads(available):
            found.append(fast(recipe, given))
    for other in found[1:]:
        assert torch.equal(other["logits"], found[0]["logits"])
        for name, values in found[0].items():
            assert_within(other[name], values, TOLERANCES["gradient", torch.float64], name=name)


def digest() -> str:
    """Of all bits of an answer on two threads."""
    with threads(2):
        found = fast(BASE, batch(BASE, 100))
    return hashlib.sha256(
        b"".join(values.numpy().tobytes() for values in found.values())
    ).hexdigest()


def test_same_bits_in_another_process() -> None:
    program = f"from {__name__} import digest; print(digest())"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest()


def test_images_of_a_batch_are_taken_by_their_numbers() -> None:
    images = grid(50, 1, 28, 28, seed=1, name="images")
    index = torch.tensor([49, 3, 3, 0, 17, 21, 40, 2, 8, 1, 5])
    picked = fast(BASE, Batch(images=images, index=index))
    plain = fast(BASE, Batch(images=images[index], index=torch.arange(len(index))))
    for name, values in plain.items():
        assert torch.equal(picked[name], values), name


def test_wrong_gradient_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks above can fail: one number of one gradient is off by a ten-thousandth."""
    right = fast

    def wrong(recipe: Recipe, given: Batch) -> dict[str, Tensor]:
        found = right(recipe, given)
        slopes = found["layers.conv2.weight"]
        slopes[3, 2, 1, 0] += 1e-4 * slopes.abs().max()
        return found

    monkeypatch.setitem(globals(), "fast", wrong)
    with pytest.raises(AssertionError, match=r"^layers.conv2.weight, torch.float64: 0.0001 off"):
        check(BASE, 8)


def test_weights_in_another_memory_format_are_refused() -> None:
    model = build_model(BASE, 0, "fast").to(memory_format=torch.channels_last)
    with pytest.raises(
        ValueError, match=r"weight: expected a contiguous tensor, .* call model\.to"
    ):
        Network(BASE, dict(model.layers.items()))
