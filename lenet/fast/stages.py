"""The stages of a network, each a forward and a backward pass over the samples of one thread.

Shapes: N samples, B = ceil(N / L) lane blocks of L samples. Maps are [B, C, H, W, L], everything
behind them is a matrix [units, B * L], samples side by side.
"""

from functools import cache
from typing import Any, NamedTuple, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor

from lenet.activations import ACTIVATIONS
from lenet.fast import kernels
from lenet.fast.kernels import Geometry
from lenet.fast.micro import BYTE
from lenet.fast.passes import BY_OUTPUT, CODES
from lenet.fast.simd import LANES
from lenet.settings import Conv, Pool
from lenet.shapes import Stage as Sizes

NO_POOL = Pool(kind="average", kernel=1, stride=1)
"""The mean of single pixels."""

Saved = tuple[Tensor, ...]
"""What a forward pass leaves for the backward pass."""


class Backward(NamedTuple):
    """What a backward pass gives."""

    by_input: Tensor | None
    """Gradient by the stage's input; `None` where it is not wanted."""
    by_tensors: tuple[Tensor, ...]
    """Gradients by its weight and its bias."""


class Stage(Protocol):
    """One step of a network, with as many tensors (weight, bias) as `tensors` says."""

    tensors: int

    def forward(self, x: Tensor, *tensors: Tensor) -> tuple[Tensor, Saved]:
        """The output, and what `backward` will need."""

    def backward(self, gradient: Tensor, saved: Saved, *tensors: Tensor, wanted: bool) -> Backward:
        """Gradients, given that by the output, which may be written over."""


class Convolution:
    """Convolution, activation and pooling: [B, C, H, W, L] to [B, maps, H', W', L]."""

    tensors = 2

    def __init__(self, sizes: Sizes, conv: Conv, pool: Pool | None, activation: str) -> None:
        self.geometry = geometry(sizes, conv, pool, activation)

    def forward(self, x: Tensor, *tensors: Tensor) -> tuple[Tensor, Saved]:
        """See `Stage`; weight [maps, C, k, k], bias [maps]."""
        weight, bias = tensors
        g, blocks = self.geometry, x.shape[0]
        out = x.new_empty(blocks, g.maps, g.pooled_rows, g.pooled_columns, LANES)
        code = torch.uint8 if g.window <= BYTE else torch.int16
        codes = torch.empty(out.shape if g.takes_largest else 0, dtype=code)
        keeps = (blocks, g.maps, g.rows, g.columns, LANES)
        kept = x.new_empty(keeps if g.activates_first else 0)
        kernels.forward(
            flat(x), weight.numpy(), flat(bias), g, flat(out), flat(codes), flat(kept), blocks
        )
        return out, (x, out, codes, kept)

    def backward(self, gradient: Tensor, saved: Saved, *tensors: Tensor, wanted: bool) -> Backward:
        """See `Stage`."""
        x, out, codes, kept = saved
        weight, bias = tensors
        dx = torch.empty_like(x) if wanted else x.new_empty(0)
        dweight, dbias = torch.empty_like(weight), torch.empty_like(bias)
        kernels.backward(
            flat(gradient), flat(x), weight.numpy(), self.geometry, flat(out), flat(codes),
            flat(kept), flat(dx), flat(dweight), flat(dbias), x.shape[0],
        )  # fmt: skip
        return Backward(dx if wanted else None, (dweight, dbias))


class Flatten:
    """Maps [B, C, H, W, L] to features [C * H * W, B * L]."""

    tensors = 0

    def forward(self, x: Tensor, *tensors: Tensor) -> tuple[Tensor, Saved]:
        """See `Stage`."""
        blocks = x.shape[0]
        out = x.new_empty(x.numel() // (blocks * LANES), blocks * LANES)
        kernels.swap(flat(x), blocks, flat(out))
        return out, (x,)

    def backward(self, gradient: Tensor, saved: Saved, *tensors: Tensor, wanted: bool) -> Backward:
        """See `Stage`."""
        out = torch.empty_like(saved[0])
        kernels.swap(flat(gradient), gradient.shape[0], flat(out))
        return Backward(out, ())


class Dense:
    """A linear layer and its activation: [inputs, n] to [units, n], as a matrix product."""

    tensors = 2

    def __init__(self, activation: str) -> None:
        self.code = CODES[activation]
        self.keeps_sums = activation not in BY_OUTPUT

    def forward(self, x: Tensor, *tensors: Tensor) -> tuple[Tensor, Saved]:
        """See `Stage`; weight [units, inputs], bias [units]."""
        weight, bias = tensors
        out = torch.mm(weight, x)
        sums = torch.empty_like(out) if self.keeps_sums else out.new_empty(0, 0)
        kernels.finish(out.numpy(), bias.numpy(), self.code, sums.numpy())
        return out, (x, sums if self.keeps_sums else out)

    def backward(self, gradient: Tensor, saved: Saved, *tensors: Tensor, wanted: bool) -> Backward:
        """See `Stage`."""
        x, kept = saved
        weight, bias = tensors
        dbias = torch.empty_like(bias)
        kernels.unfinish(gradient.numpy(), kept.numpy(), self.code, dbias.numpy())
        dx = torch.mm(weight.t(), gradient) if wanted else None
        return Backward(dx, (torch.mm(gradient, x.t()), dbias))


@cache
def geometry(sizes: Sizes, conv: Conv, pool: Pool | None, activation: str) -> Geometry:
    """The sizes of a convolution stage, as the kernels want them."""
    window = pool or NO_POOL
    takes_largest = window.kind == "max"
    after = activation == "identity" or (takes_largest and ACTIVATIONS[activation].monotone)
    return Geometry(
        inputs=sizes.inputs[0],
        height=sizes.inputs[1],
        width=sizes.inputs[2],
        padding=conv.padding,
        kernel=conv.kernel,
        maps=conv.maps,
        rows=sizes.convolved[1],
        columns=sizes.convolved[2],
        takes_largest=int(takes_largest),
        window=window.kernel,
        stride=window.stride,
        margin=window.padding,
        pooled_rows=sizes.pooled[1],
        pooled_columns=sizes.pooled[2],
        activation=CODES[activation],
        activates_first=int(not after),
        keeps_output=int(activation in BY_OUTPUT),
        rectifies=int(takes_largest and activation == "relu"),
    )


def flat(tensor: Tensor) -> NDArray[Any]:
    """The values of a contiguous tensor, as they lie in memory."""
    return tensor.numpy().reshape(-1)
