"""Activations by name, and the two facts about each that training and measuring need."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, kw_only=True)
class ActivationKind:
    """An elementwise function, its shape in words that code can use."""

    apply: Callable[[Tensor], Tensor]
    """The function itself; any shape in, the same shape out."""
    monotone: bool
    """It never falls, so max pooling may go before it: max(f(x)) = f(max(x)), on fewer values."""
    bounds: tuple[float | None, float | None] = (None, None)
    """Limits that it approaches where its slope vanishes; `None` where it keeps rising."""
    rests_below_zero: bool = False
    """Inputs below zero leave it inactive, so that a unit can be dead."""


ACTIVATIONS: dict[str, ActivationKind] = {
    "identity": ActivationKind(apply=lambda x: x, monotone=True),
    "relu": ActivationKind(apply=functional.relu, monotone=True, rests_below_zero=True),
    "tanh": ActivationKind(apply=torch.tanh, monotone=True, bounds=(-1.0, 1.0)),
    "sigmoid": ActivationKind(apply=torch.sigmoid, monotone=True, bounds=(0.0, 1.0)),
    "gelu": ActivationKind(apply=functional.gelu, monotone=False, rests_below_zero=True),
    "silu": ActivationKind(apply=functional.silu, monotone=False, rests_below_zero=True),
    "leaky-relu": ActivationKind(apply=functional.leaky_relu, monotone=True),
    "elu": ActivationKind(apply=functional.elu, monotone=True, bounds=(-1.0, None)),
    "softmax": ActivationKind(apply=lambda x: torch.softmax(x, dim=-1), monotone=False),
}
"""Name -> activation; the names are those of `lenet.recipe.Activation`."""

SATURATION_MARGIN = 0.01
"""An output this close to a bound, as a share of the bounds' distance (or of 1), is saturated."""


def dead_share(outputs: Tensor, activation: str) -> float:
    """Share of units whose output is at most 0 on every sample; 0 where units cannot die.

    `outputs`: [N, units] or [N, maps, H, W]; a map is one unit.
    """
    if not ACTIVATIONS[activation].rests_below_zero:
        return 0.0
    others = [dim for dim in range(outputs.ndim) if dim != 1]
    return float((outputs.amax(dim=others) <= 0).double().mean())


def saturated_share(outputs: Tensor, activation: str) -> float:
    """Share of output values within 1% of a bound of the activation; 0 where it has none."""
    low, high = ACTIVATIONS[activation].bounds
    margin = SATURATION_MARGIN * (high - low if low is not None and high is not None else 1.0)
    flat = torch.zeros_like(outputs, dtype=torch.bool)
    if low is not None:
        flat |= outputs < low + margin
    if high is not None:
        flat |= outputs > high - margin
    return float(flat.double().mean())
