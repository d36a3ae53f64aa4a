"""What a case will take, estimated from its recipe alone, in units of the yardstick.

Good enough to send long cases out first, to fill a time budget and to tell how long a tier takes;
not a measurement. The constants were fitted to measured epochs on one core (AVX2).
"""

from collections.abc import Sequence

from bench.experiment import Case
from lenet.flops import conv_multiply_adds, linear_multiply_adds, recurrent_multiply_adds
from lenet.recipe import Recipe

PER_CONV_MULTIPLY_ADD = 2.0e-8
PER_MAP_VALUE = 1.8e-6
PER_LINEAR_MULTIPLY_ADD = 1.5e-8
PER_RECURRENT_MULTIPLY_ADD = 2.0e-8
"""Yardsticks a training sample, for each piece of work that it is."""

EVALUATION_SHARE = 0.35
"""An evaluated image as a share of a trained one."""

START_UP_YARDSTICKS = 60.0
"""Setting a case up, in yardsticks."""


def sample_cost(recipe: Recipe) -> float:
    """Yardsticks of training on one image."""
    values = sum(stage.convolved[0] * stage.convolved[1] ** 2 for stage in recipe.stages)
    return (
        PER_CONV_MULTIPLY_ADD * sum(conv_multiply_adds(recipe))
        + PER_MAP_VALUE * values
        + PER_LINEAR_MULTIPLY_ADD * linear_multiply_adds(recipe)
        + PER_RECURRENT_MULTIPLY_ADD * sum(recurrent_multiply_adds(recipe))
    )


def case_cost(case: Case, *, train_images: int, test_images: int) -> float:
    """Yardsticks of a whole case, evaluation and set-up included."""
    recipe = case.tier.apply(case.variant.recipe, train_images=train_images)
    images = min(recipe.train_size or train_images, train_images)
    work = images + EVALUATION_SHARE * test_images
    return recipe.epochs * work * sample_cost(recipe) + START_UP_YARDSTICKS


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
