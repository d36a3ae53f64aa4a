"""The parts of a recipe that have fields of their own: layers, optimizer, schedule, penalty."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from lenet.checks import RecipeError, check_range, check_types, check_unused, check_whole

InitKind = Literal[
    "pytorch", "zeros", "normal", "glorot-uniform", "glorot-normal", "he-uniform", "he-normal"
]
PoolKind = Literal["max", "average"]
OptimizerKind = Literal["sgd", "adagrad", "rmsprop", "adam", "adadelta", "adamw", "nadam", "adamax"]
EpsilonPlacement = Literal["pytorch", "keras"]
ScheduleKind = Literal["constant", "one-cycle", "cosine", "linear", "step"]


@dataclass(frozen=True, kw_only=True)
class Init:
    """How a weight or bias tensor starts."""

    kind: InitKind = "pytorch"
    """`pytorch` is its layers' default: uniform within 1 / sqrt(fan-in), biases as well."""
    mean: float = 0.0
    """Mean of `normal`."""
    std: float = 0.05
    """Standard deviation of `normal` (0.05 is Keras' RandomNormal)."""

    def __post_init__(self) -> None:
        check_types(self, owner="init.")
        check_range("init.mean", self.mean)
        check_range("init.std", self.std, least=0)
        if self.kind != "normal":
            given = {"init.mean": self.mean, "init.std": self.std}
            check_unused(f"init {self.kind!r}", given, {"init.mean": 0.0, "init.std": 0.05})


@dataclass(frozen=True, kw_only=True)
class Conv:
    """A convolution of stride 1."""

    maps: int
    """Feature maps it makes."""
    kernel: int = 5
    """Side of its square kernel, pixels."""
    padding: int = 0
    """Pixels of zero added on each side."""
    bias: bool = True
    """Whether each map has a bias."""
    bias_init: Init | None = None
    """Initialiser of its bias; `None` follows the recipe's `bias_init`."""

    def __post_init__(self) -> None:
        check_types(self, owner="conv.")
        check_whole("conv.maps", self.maps, least=1)
        check_whole("conv.kernel", self.kernel, least=1)
        check_whole("conv.padding", self.padding, least=0)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pooling layer; its output side is floor((side + 2 padding - kernel) / stride) + 1."""

    kind: PoolKind = "max"
    """Maximum or mean over the window."""
    kernel: int = 2
    """Side of its square window, pixels."""
    stride: int = 2
    """Pixels between windows."""
    padding: int = 0
    """Pixels added on each side, at most half the kernel: minus infinity for max, 0 for average."""

    def __post_init__(self) -> None:
        check_types(self, owner="pool.")
        check_whole("pool.kernel", self.kernel, least=1)
        check_whole("pool.stride", self.stride, least=1)
        check_whole("pool.padding", self.padding, least=0)
        if self.padding > self.kernel // 2:
            raise RecipeError(
                f"pool.padding: expected at most half the kernel ({self.kernel} // 2 = "
                f"{self.kernel // 2}), as PyTorch's pooling demands; got {self.padding}"
            )


OPTIMIZER_SETTINGS: dict[str, frozenset[str]] = {
    "sgd": frozenset({"momentum", "dampening", "nesterov"}),
    "adagrad": frozenset({"epsilon", "epsilon_placement", "initial_accumulator"}),
    "rmsprop": frozenset({"decay", "momentum", "epsilon", "epsilon_placement", "centered"}),
    "adam": frozenset({"beta1", "beta2", "epsilon", "epsilon_placement", "amsgrad"}),
    "adadelta": frozenset({"decay", "epsilon"}),
    "adamw": frozenset({"beta1", "beta2", "epsilon", "amsgrad"}),
    "nadam": frozenset({"beta1", "beta2", "epsilon", "momentum_decay"}),
    "adamax": frozenset({"beta1", "beta2", "epsilon"}),
}
"""Optimizer -> the settings that it reads; every optimizer reads `kind` and `weight_decay`."""


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """An optimizer and all its settings but the learning rate; `None` is PyTorch's default."""

    kind: OptimizerKind = "sgd"
    """Which one."""
    momentum: float = 0.0
    """Momentum of SGD and RMSprop."""
    dampening: float = 0.0
    """Dampening of SGD's momentum."""
    nesterov: bool = False
    """Nesterov's form of SGD's momentum."""
    beta1: float = 0.9
    """Decay of the first moment (Adam and kin)."""
    beta2: float = 0.999
    """Decay of the second moment (Adam and kin)."""
    decay: float | None = None
    """Decay of the squared-gradient average: rho of AdaDelta, alpha of RMSprop (Keras: rho)."""
    epsilon: float | None = None
    """The term against division by zero. Keras has 1e-7 throughout; PyTorch's differ."""
    epsilon_placement: EpsilonPlacement = "pytorch"
    """`keras`: under the root for AdaGrad and RMSprop, beside the uncorrected root for Adam."""
    initial_accumulator: float = 0.0
    """Start of AdaGrad's sum of squares (Keras: 0.1)."""
    centered: bool = False
    """RMSprop divided by the estimated standard deviation instead of the raw moment."""
    amsgrad: bool = False
    """The AMSGrad variant of Adam and AdamW."""
    momentum_decay: float = 0.004
    """How fast NAdam's momentum warms up (Keras: 1; PyTorch: 0.004)."""
    weight_decay: float = 0.0
    """PyTorch's `weight_decay` (decoupled for AdamW); Keras' L2 is `Penalty`."""

    def __post_init__(self) -> None:
        check_types(self, owner="optimizer.")
        for field in ("momentum", "beta1", "beta2"):
            check_range(f"optimizer.{field}", getattr(self, field), least=0, below=1)
        for field in ("dampening", "momentum_decay", "initial_accumulator", "weight_decay"):
            check_range(f"optimizer.{field}", getattr(self, field), least=0)
        if self.decay is not None:
            check_range("optimizer.decay", self.decay, least=0, below=1)
        if self.epsilon is not None:
            check_range("optimizer.epsilon", self.epsilon, above=0)
        check_unused(f"optimizer {self.kind!r}", self._unread(), self._defaults())
        if self.dampening and not self.momentum:
            raise RecipeError(
                "optimizer.dampening: expected 0 without momentum, of which it is a part; "
                f"got {self.dampening!r}"
            )
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise RecipeError(
                "optimizer.nesterov: expected momentum above 0 and dampening 0; got momentum "
                f"{self.momentum!r}, dampening {self.dampening!r}"
            )

    def _unread(self) -> dict[str, Any]:
        read = OPTIMIZER_SETTINGS[self.kind] | {"kind", "weight_decay"}
        names = (field.name for field in dataclasses.fields(self))
        return {f"optimizer.{name}": getattr(self, name) for name in names if name not in read}

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {f"optimizer.{field.name}": field.default for field in dataclasses.fields(cls)}


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How the learning rate moves, step by step; the recipe's rate is its peak."""

    kind: ScheduleKind = "constant"
    """`one-cycle` rises and falls by cosine; `cosine`, `linear` fall to `final`; `step` drops."""
    warmup: float = 0.0
    """Share of all steps over which the rate rises, linearly (`one-cycle`: by a cosine)."""
    final: float = 0.0
    """Rate at the end as a share of the peak (`step`: the factor of each drop)."""
    drop_epochs: int = 0
    """Epochs between the drops of `step`."""

    def __post_init__(self) -> None:
        check_types(self, owner="schedule.")
        check_range("schedule.warmup", self.warmup, least=0, below=1)
        check_range("schedule.final", self.final, least=0, most=1)
        check_whole("schedule.drop_epochs", self.drop_epochs, least=0)
        if (self.kind == "step") != (self.drop_epochs > 0):
            raise RecipeError(
                "schedule.drop_epochs: expected at least 1 for schedule 'step', 0 for any other; "
                f"got {self.drop_epochs} for {self.kind!r}"
            )
        if self.kind == "one-cycle" and not self.warmup:
            raise RecipeError(
                "schedule.warmup: expected a share above 0 for 'one-cycle', which rises before it "
                "falls (0.3 is usual); got 0"
            )
        if self.kind == "step" and not self.final:
            raise RecipeError(
                "schedule.final: expected a factor above 0 for 'step', where 0 ends all learning "
                "at the first drop (0.1 is usual); got 0"
            )
        if self.kind == "constant":
            check_unused(
                "schedule 'constant'", {"schedule.final": self.final}, {"schedule.final": 0.0}
            )


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """Terms added to the loss in Keras' sense: factor times the sum of squares, no half.

    The gradient of a kernel is thus 2 * factor * weight, twice that of PyTorch's `weight_decay`.
    """

    kernel_l2: float = 0.0
    """On kernels."""
    bias_l2: float = 0.0
    """On biases."""
    activity_l2: float = 0.0
    """On layer outputs after the activation, summed over units and divided by the batch size."""
    layers: Literal["conv", "linear", "all"] = "conv"
    """Which layers are penalised."""

    def __post_init__(self) -> None:
        check_types(self, owner="penalty.")
        for field in ("kernel_l2", "bias_l2", "activity_l2"):
            check_range(f"penalty.{field}", getattr(self, field), least=0)


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Changes of the training images, drawn anew for each image in each epoch; none by default."""

    shift: int = 0
    """Most pixels that an image is moved up or down, and left or right; its edge is repeated."""
    rotate: float = 0.0
    """Most degrees that it is turned, either way."""
    zoom: float = 0.0
    """Most by which it grows or shrinks, as a share of its size."""
    flip: bool = False
    """Every other image is mirrored left to right."""

    def __post_init__(self) -> None:
        check_types(self, owner="augmentation.")
        check_whole("augmentation.shift", self.shift, least=0)
        check_range("augmentation.rotate", self.rotate, least=0, most=180)
        check_range("augmentation.zoom", self.zoom, least=0, below=1)
