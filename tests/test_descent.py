"""The fast engine's own way back: the same gradients as autograd's, and the same training."""

from dataclasses import replace

import pytest
import torch

from lenet.descent import AutogradDescent, Descent, FastDescent, descent
from lenet.fast import Direct, lent
from lenet.model import LeNet, build_model
from lenet.optimizers import build_optimizer
from lenet.recipe import Recipe
from lenet.settings import Conv, Optimizer, Penalty
from tests.fast_engine import threads
from tests.samples import SMALL, assert_close, noise

IMAGES = 40
RECIPES = {
    "plain": SMALL,
    "no conv bias": replace(
        SMALL, convs=(Conv(maps=4, bias=False),), penalty=Penalty(kernel_l2=1e-2, bias_l2=1e-2)
    ),
    "penalty": replace(SMALL, penalty=Penalty(kernel_l2=1e-2, bias_l2=1e-2, layers="all")),
    "softmax": replace(SMALL, loss="mse", output_activation="softmax"),
    "no hidden layer": replace(
        SMALL, linears=(), convs=(Conv(maps=4), Conv(maps=3)), pools=(None,) * 2
    ),
}
each_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


def models(recipe: Recipe) -> tuple[LeNet, LeNet]:
    first, second = (build_model(recipe, 1, "fast") for _ in range(2))
    return first, second


def losses(recipe: Recipe, way: Descent, steps: int = 4) -> list[float]:
    """Of steps on ever the same images."""
    split, index = noise(recipe), torch.arange(IMAGES)
    optimizer = build_optimizer(recipe, way.weights)
    found: list[float] = []
    for _ in range(steps):
        found.append(float(way(split.x_train, index, split.y_train)[0]))
        optimizer.step()
    return found


@each_recipe
@pytest.mark.parametrize("count", [1, 2])
def test_gradients_are_autograds_to_the_last_bit(recipe: Recipe, count: int) -> None:
    split, index = noise(recipe), torch.arange(IMAGES)
    fast, slow = models(recipe)
    with threads(count), lent():
        ways = FastDescent(fast), AutogradDescent(slow)
        found, wanted = (way(split.x_train, index, split.y_train) for way in ways)
    assert all(map(torch.equal, found, wanted))
    for (name, one), other in zip(fast.named_parameters(), slow.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert one.grad.abs().sum() > 0, name
        assert torch.equal(one.grad, other.grad), name


@each_recipe
@pytest.mark.parametrize("kind", ["sgd", "adam", "rmsprop", "adadelta", "adagrad"])
def test_an_optimizer_of_the_vector_moves_every_parameter(recipe: Recipe, kind: str) -> None:
    recipe = replace(recipe, optimizer=Optimizer(kind=kind), learning_rate=0.01)  # type: ignore[arg-type]
    fast, slow = models(recipe)
    found, wanted = losses(recipe, FastDescent(fast)), losses(recipe, AutogradDescent(slow))
    assert len(set(found)) == len(found)
    assert found == pytest.approx(wanted, rel=1e-5)
    for one, other in zip(fast.parameters(), slow.parameters(), strict=True):
        assert_close(one, other, rtol=1e-3)


def test_the_engine_and_the_head_decide_the_way() -> None:
    assert isinstance(descent(build_model(SMALL, 0, "fast")), FastDescent)
    assert isinstance(descent(build_model(SMALL, 0, "torch")), AutogradDescent)
    recurrent = replace(SMALL, head="lstm")
    assert isinstance(descent(build_model(recurrent, 0, "fast")), AutogradDescent)
    with pytest.raises(ValueError, match="expected a linear head, got 'lstm'"):
        Direct(build_model(recurrent, 0, "fast").fast)
