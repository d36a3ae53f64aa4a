"""What follows from a recipe's sizes by arithmetic alone: for claims that need no training."""

import itertools
import math
from collections.abc import Sequence

from lenet.checks import RecipeError
from lenet.recipe import Recipe
from lenet.settings import Conv, Pool
from lenet.shapes import Shape, trace


def parameters(recipe: Recipe) -> int:
    """Trainable parameters of a network with a linear head."""
    channels = (recipe.padded_shape[0], *(conv.maps for conv in recipe.convs))
    kernels = sum(
        conv.maps * (before * conv.kernel**2 + conv.bias)
        for before, conv in zip(channels, recipe.convs, strict=False)
    )
    widths = itertools.pairwise((recipe.features, *recipe.linears, recipe.classes))
    return kernels + sum((before + 1) * width for before, width in widths)


def receptive_field(recipe: Recipe) -> int:
    """Side of the part of the image that one value of the last pooled map sees, in pixels."""
    return _window(recipe)[0]


def spacing(recipe: Recipe) -> int:
    """Pixels of the image between two neighbouring values of the last pooled map."""
    return _window(recipe)[1]


def shrinks(recipe: Recipe) -> bool:
    """Whether the first pooling makes its map smaller."""
    stage = recipe.stages[0]
    return stage.pooled[1] < stage.convolved[1]


def fits(image: Shape, convs: Sequence[Conv], pools: Sequence[Pool | None]) -> bool:
    """Whether these layers can follow one another on an image (C, H, W)."""
    try:
        trace(image, convs, pools)
    except RecipeError:
        return False
    return True


def values(images: int, shape: Shape) -> int:
    """Numbers in so many images of one shape."""
    return images * math.prod(shape)


def _window(recipe: Recipe) -> tuple[int, int]:
    """Side and spacing of the windows that the last pooled map has on the image."""
    side, step = 1, 1
    for conv, pool in zip(recipe.convs, recipe.pools, strict=True):
        side += (conv.kernel - 1) * step
        if pool is not None:
            side, step = side + (pool.kernel - 1) * step, step * pool.stride
    return side, step
