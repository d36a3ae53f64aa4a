"""The sizes a recipe's maps take, and the work they cost, by arithmetic alone.

Free of torch, so that a recipe can be refused, and its cost estimated, before anything is loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lenet.checks import RecipeError
from lenet.settings import Conv, Pool

Shape = tuple[int, int, int]
"""(C, H, W)."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One convolution and the pooling behind it."""

    inputs: Shape
    """(C, H, W) that goes in."""
    convolved: Shape
    """(C, H, W) after the convolution."""
    pooled: Shape
    """(C, H, W) after the pooling."""

    def multiply_adds(self, kernel: int) -> int:
        """Multiply-adds of the convolution, forward, one sample."""
        maps, height, width = self.convolved
        return maps * height * width * self.inputs[0] * kernel * kernel


def trace(inputs: Shape, convs: Sequence[Conv], pools: Sequence[Pool | None]) -> tuple[Stage, ...]:
    """The stages of a network that is given images of shape `inputs` (C, H, W).

    Raises:
        RecipeError: a layer does not fit the map before it, with the sizes and what would do.
    """
    stages: list[Stage] = []
    for index, (conv, pool) in enumerate(zip(convs, pools, strict=True)):
        before = stages[-1].pooled if stages else inputs
        convolved = _convolved(before, conv, where=f"convs[{index}]", path=_path(inputs, stages))
        pooled = _pooled(convolved, pool, where=f"pools[{index}]", path=_path(inputs, stages))
        stages.append(Stage(inputs=before, convolved=convolved, pooled=pooled))
    return tuple(stages)


def _convolved(before: Shape, conv: Conv, *, where: str, path: str) -> Shape:
    height, width = (side + 2 * conv.padding - conv.kernel + 1 for side in before[1:])
    if min(height, width) < 1:
        raise RecipeError(
            f"{where}: expected a map of at least {conv.kernel - 2 * conv.padding} pixels a side "
            f"for kernel {conv.kernel} with padding {conv.padding}; got {before[1]}x{before[2]} "
            f"({path}). A smaller kernel, more padding, a smaller pool stride before it or fewer "
            "layers would do"
        )
    return conv.maps, height, width


def _pooled(before: Shape, pool: Pool | None, *, where: str, path: str) -> Shape:
    if pool is None:
        return before
    height, width = (
        (side + 2 * pool.padding - pool.kernel) // pool.stride + 1 for side in before[1:]
    )
    if min(height, width) < 1:
        raise RecipeError(
            f"{where}: expected a map of at least {pool.kernel - 2 * pool.padding} pixels a side "
            f"for kernel {pool.kernel} with padding {pool.padding}; got {before[1]}x{before[2]} "
            f"({path}). A smaller pool kernel, padding or fewer layers would do"
        )
    return before[0], height, width


def _path(inputs: Shape, stages: Sequence[Stage]) -> str:
    shapes = [inputs]
    for stage in stages:
        shapes += [stage.convolved, stage.pooled]
    return "sizes so far: " + " -> ".join(f"{height}x{width}" for _, height, width in shapes)
