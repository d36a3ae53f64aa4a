"""The stages of a network: what each is, and the room that it wants.

Shapes: N samples, B = ceil(N / L) lane blocks of L samples; [B, features, L] throughout, where the
features of maps are [C, H, W].
"""

import math
from functools import cache
from typing import NamedTuple, Protocol

from lenet.activations import ACTIVATIONS
from lenet.fast.dense import WIDTH
from lenet.fast.geometry import CONVOLUTION, DENSE, Geometry, Layer
from lenet.fast.micro import PIXELS
from lenet.fast.passes import BY_OUTPUT, CODES
from lenet.fast.simd import LANES
from lenet.fast.windows import BYTE
from lenet.settings import Conv, Pool
from lenet.shapes import Stage as Sizes

NO_POOL = Pool(kind="average", kernel=1, stride=1)
"""The mean of single pixels."""


class Room(NamedTuple):
    """Floats that a stage wants; `geometry.Places` tells what for."""

    kept: int = 0
    """For each lane block."""
    code_bytes: int = 0
    """Bytes for each output."""
    kernels: int = 0
    frame: int = 0
    room: int = 0
    sums: int = 0


class Stage(Protocol):
    """One step of a network, with a weight and a bias."""

    @property
    def kind(self) -> int:
        """`CONVOLUTION` or `DENSE`."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """`Geometry` or `Layer`."""

    @property
    def weight(self) -> tuple[int, ...]:
        """Shape of the weight, that of the bias first."""

    @property
    def features(self) -> tuple[int, int]:
        """Numbers of a sample that come in and go out."""

    def room(self, blocks: int) -> Room:
        """What it wants for so many lane blocks."""


class Convolution:
    """Convolution, activation and pooling: [B, C, H, W, L] to [B, maps, H', W', L]."""

    kind = CONVOLUTION

    def __init__(self, sizes: Sizes, conv: Conv, pool: Pool | None, activation: str) -> None:
        self.sizes = g = geometry(sizes, conv, pool, activation)
        self.weight = g.maps, g.inputs, g.kernel, g.kernel
        self.features = math.prod(sizes.inputs), math.prod(sizes.pooled)

    def room(self, blocks: int) -> Room:
        """See `Stage`."""
        g = self.sizes
        sides = (g.height + 2 * g.padding) * (g.width + 2 * g.padding)
        taps = math.prod(self.weight)
        return Room(
            kept=g.maps * g.rows * g.columns * LANES if g.activates_first else 0,
            code_bytes=g.takes_largest * (1 if g.window <= BYTE else 2),
            kernels=taps + max(g.maps, g.inputs),
            frame=g.inputs * sides * LANES if g.padding else 0,
            room=g.maps * g.rows * (g.columns + 2 * (max(PIXELS) - 1)) * LANES,
            sums=taps * LANES,
        )


class Dense:
    """A linear layer and its activation: [B, inputs, L] to [B, units, L]."""

    kind = DENSE

    def __init__(self, inputs: int, units: int, activation: str) -> None:
        keeps_sums = int(activation not in BY_OUTPUT)
        self.sizes = Layer(inputs, units, CODES[activation], keeps_sums)
        self.weight = units, inputs
        self.features = inputs, units

    def room(self, blocks: int) -> Room:
        """See `Stage`."""
        return Room(
            kept=self.sizes.units * LANES * self.sizes.keeps_sums,
            room=(self.sizes.units + blocks * LANES) * WIDTH,
            sums=self.sizes.units * LANES,
        )


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
