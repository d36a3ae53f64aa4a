"""Initial values of weights and biases, drawn from a generator that is handed in."""

import math

import torch
from torch import Tensor

from lenet.settings import Init


def fill(
    tensor: Tensor, init: Init, *, fan_in: int, fan_out: int, generator: torch.Generator
) -> None:
    """Fill a parameter in place.

    `fan_in` and `fan_out` are those of the layer, for its bias as well. `pytorch` is uniform
    within 1 / sqrt(fan_in), which is what PyTorch's Conv2d, Linear, RNN and LSTM do by default
    (`fan_in` of a recurrent layer is its hidden size). Glorot: Glorot and Bengio 2010; He: He et
    al. 2015.
    """
    with torch.no_grad():
        match init.kind:
            case "zeros":
                tensor.zero_()
            case "normal":
                tensor.normal_(init.mean, init.std, generator=generator)
            case "glorot-normal" | "he-normal":
                std = math.sqrt(_variance(init.kind, fan_in, fan_out))
                tensor.normal_(0.0, std, generator=generator)
            case _:
                bound = math.sqrt(3 * _variance(init.kind, fan_in, fan_out))
                tensor.uniform_(-bound, bound, generator=generator)


def _variance(kind: str, fan_in: int, fan_out: int) -> float:
    if kind == "pytorch":
        return 1 / (3 * fan_in)
    return 2 / (fan_in + fan_out) if kind.startswith("glorot") else 2 / fan_in
