"""What a case will take, estimated from its recipe alone, in units of the yardstick.

Good enough to send long cases out first, to fill a time budget and to tell how long a tier takes;
not a measurement. The constants were fitted to measured epochs on one core (AVX2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.experiment import Case
from lenet.engine import Engine
from lenet.flops import conv_multiply_adds, linear_multiply_adds, recurrent_multiply_adds
from lenet.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What an engine takes for each piece of work, in yardsticks."""

    conv_multiply_add: float
    """Each multiply-add of a convolution."""
    map_value: float
    """Each value that a convolution makes."""
    linear_multiply_add: float
    """Each multiply-add of a linear layer."""
    recurrent_multiply_add: float
    """Each multiply-add of a recurrent layer."""
    evaluation_share: float
    """An evaluated image as a share of a trained one."""


PRICES: Mapping[Engine, Prices] = {
    "torch": Prices(
        conv_multiply_add=2.0e-8,
        map_value=1.8e-6,
        linear_multiply_add=1.5e-8,
        recurrent_multiply_add=2.0e-8,
        evaluation_share=0.35,
    ),
    "fast": Prices(
        conv_multiply_add=1.3e-8,
        map_value=1.9e-7,
        linear_multiply_add=1.5e-8,
        recurrent_multiply_add=1.7e-8,
        evaluation_share=0.75,
    ),
}
"""Engine -> prices."""

START_UP_YARDSTICKS = 60.0
"""Setting a case up, in yardsticks."""


def sample_cost(recipe: Recipe, engine: Engine) -> float:
    """Yardsticks of training on one image."""
    prices = PRICES[engine]
    values = sum(stage.convolved[0] * stage.convolved[1] ** 2 for stage in recipe.stages)
    return (
        prices.conv_multiply_add * sum(conv_multiply_adds(recipe))
        + prices.map_value * values
        + prices.linear_multiply_add * linear_multiply_adds(recipe)
        + prices.recurrent_multiply_add * sum(recurrent_multiply_adds(recipe))
    )


def case_cost(case: Case, *, train_images: int, test_images: int, engine: Engine) -> float:
    """Yardsticks of a whole case, evaluation and set-up included."""
    recipe = case.tier.apply(case.variant.recipe, train_images=train_images)
    images = min(recipe.train_size or train_images, train_images)
    work = images + PRICES[engine].evaluation_share * test_images
    return recipe.epochs * work * sample_cost(recipe, engine) + START_UP_YARDSTICKS


def fitting(cases: Sequence[Case], costs: Sequence[float], *, budget: float) -> list[Case]:
    """The cases that fit a budget: whole seeds, each experiment complete, as many as fit.

    `costs` and `budget` are in one unit. If not even the first seed fits, its cheapest cases do.
    """
    by_seed: dict[int, list[tuple[float, Case]]] = {}
    for case, cost in zip(cases, costs, strict=True):
        by_seed.setdefault(case.seed, []).append((cost, case))
    chosen: list[Case] = []
    left = budget
    for seed in sorted(by_seed):
        total = sum(cost for cost, _ in by_seed[seed])
        if total > left:
            return chosen or _cheapest(by_seed[seed], budget=budget)
        chosen += [case for _, case in by_seed[seed]]
        left -= total
    return chosen


def _cheapest(priced: Sequence[tuple[float, Case]], *, budget: float) -> list[Case]:
    chosen: list[Case] = []
    for cost, case in sorted(priced, key=lambda entry: entry[0]):
        budget -= cost
        if budget < 0:
            break
        chosen.append(case)
    return chosen
