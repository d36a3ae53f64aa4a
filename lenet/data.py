"""A dataset as tensors: as it is on disk (`Images`), and as a training sees it (`Split`).

One tensor for each part, made once and held on the device: no per-sample transform and no
DataLoader. Letters: N images, C channels, H and W pixels.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lenet.datasets import (
    DATASETS,
    Arrays,
    DataError,
    Dataset,
    data_root,
    parse_file_option,
)
from lenet.download import Resolution, resolve
from lenet.readers import read
from lenet.recipe import Scaling
from lenet.splits import fixed_order

__all__ = [
    "DATASETS",
    "DataError",
    "Dataset",
    "Images",
    "Resolution",
    "Split",
    "data_root",
    "load",
    "parse_file_option",
    "prepare",
    "resolve",
]

VALIDATION_NAME = "validation set"
"""The name from which the held-out part of the training set is derived."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Images:
    """A dataset as it is on disk."""

    name: str
    """`mnist`, `digits`, ... or the name that the user gave a file."""
    x_train: Tensor
    """Training images, uint8 [N, C, H, W], 0 (black) to 255."""
    y_train: Tensor
    """Training labels, int64 [N], from 0."""
    x_test: Tensor
    """Test images, uint8 [M, C, H, W]."""
    y_test: Tensor
    """Test labels, int64 [M]."""
    classes: int
    """The number of classes."""
    digest: str
    """`sha256:...` over all pixels and labels, their order and shapes."""

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        channels, height, width = self.x_train.shape[1:]
        return channels, height, width


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """What a training sees: images scaled and padded, every tensor on one device."""

    name: str
    """The dataset's name."""
    x_train: Tensor
    """Images to train on, float32 [N, C, H, W]."""
    y_train: Tensor
    """Their labels, int64 [N]."""
    x_validation: Tensor
    """Images held out of the training set, float32 [V, C, H, W]; V may be 0."""
    y_validation: Tensor
    """Their labels, int64 [V]."""
    x_test: Tensor
    """Test images, float32 [M, C, H, W]."""
    y_test: Tensor
    """Their labels, int64 [M]."""
    classes: int
    """The number of classes."""
    digest: str
    """The digest of the images that this was made from."""

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image, padding included."""
        channels, height, width = self.x_train.shape[1:]
        return channels, height, width


def load(name: str, *, root: Path, files: Mapping[str, Path] | None = None) -> Images:
    """The dataset `name` from `root`, or from its file in `files`; downloads nothing.

    Raises DataError on an unknown name and on a file that is missing, truncated or altered.
    """
    arrays = read(name, root=root, files=files or {})
    return Images(
        name=name,
        x_train=torch.from_numpy(arrays.x_train),
        y_train=torch.from_numpy(arrays.y_train),
        x_test=torch.from_numpy(arrays.x_test),
        y_test=torch.from_numpy(arrays.y_test),
        classes=arrays.classes,
        digest=_digest(arrays),
    )


def _digest(arrays: Arrays) -> str:
    total = hashlib.sha256()
    for name in ("x_train", "y_train", "x_test", "y_test"):
        array: np.ndarray = getattr(arrays, name)
        # Little-endian whatever the machine, so that one dataset has one digest.
        canonical = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        total.update(f"{name} {canonical.dtype.str} {canonical.shape}\n".encode())
        total.update(canonical.data)
    return f"sha256:{total.hexdigest()}"


def prepare(
    images: Images,
    *,
    scaling: Scaling,
    padding: int,
    train_size: int | None,
    validation_size: int,
    device: torch.device,
) -> Split:
    """The tensors that a training sees.

    The validation part is `validation_size` training images, chosen by one fixed order for every
    seed and recipe; it never touches the test set. The training images are the first
    `train_size` of the others, in the order of the files; None takes them all. `padding` puts so
    many black pixels on each side. `scaling` is `raw` (0 to 255), `unit` ([0, 1]) or
    `standardised`: by the mean and standard deviation of each channel over the training images
    used, without padding; a padding pixel then has the value of any other black pixel.
    Raises DataError where there are too few images, and where a channel that is to be
    standardised has one value throughout.
    """
    train, validation = _rows(
        len(images.x_train), train_size=train_size, validation_size=validation_size
    )
    x_train, y_train = images.x_train[train], images.y_train[train]
    scale = _Scale.of(scaling, x_train, name=images.name)

    def as_input(pixels: Tensor) -> Tensor:
        return scale.apply(_padded(pixels.to(device), padding))

    return Split(
        name=images.name,
        x_train=as_input(x_train),
        y_train=y_train.to(device),
        x_validation=as_input(images.x_train[validation]),
        y_validation=images.y_train[validation].to(device),
        x_test=as_input(images.x_test),
        y_test=images.y_test.to(device),
        classes=images.classes,
        digest=images.digest,
    )


def _rows(
    count: int, *, train_size: int | None, validation_size: int
) -> tuple[Tensor | slice, Tensor]:
    """The rows to train on and the rows held out, both in ascending order."""
    left = count - validation_size
    size = left if train_size is None else train_size
    if validation_size < 0 or not 1 <= size <= left:
        wanted = "at least 1" if train_size is None else train_size
        raise DataError(
            f"Expected train_size {wanted} and validation_size {validation_size} to fit into the "
            f"{count} training images there are, which leaves {left} to train on. "
            "Make train_size or validation_size smaller."
        )
    if not validation_size:
        # A slice shares the memory of the images; a list of rows would copy them.
        return slice(0, size), torch.empty(0, dtype=torch.int64)
    held_out = torch.zeros(count, dtype=torch.bool)
    held_out[torch.from_numpy(fixed_order(VALIDATION_NAME, count)[:validation_size])] = True
    return (~held_out).nonzero()[:size, 0], held_out.nonzero()[:, 0]


def _padded(pixels: Tensor, padding: int) -> Tensor:
    return torch.nn.functional.pad(pixels, (padding,) * 4) if padding else pixels


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scale:
    """Takes pixels x to (x - shift) / divisor."""

    shift: Tensor
    """float32 [1, C, 1, 1] or [1]."""
    divisor: Tensor
    """float32 [1, C, 1, 1] or [1]."""

    @classmethod
    def of(cls, scaling: Scaling, pixels: Tensor, *, name: str) -> "_Scale":
        if scaling == "standardised":
            return cls.standardising(pixels, name=name)
        divisor = {"raw": 1.0, "unit": 255.0}[scaling]
        return cls(shift=torch.tensor([0.0]), divisor=torch.tensor([divisor]))

    @classmethod
    def standardising(cls, pixels: Tensor, *, name: str) -> "_Scale":
        """Statistics of uint8 pixels [N, C, H, W] by channel, exact: from their histogram."""
        values = torch.arange(256, dtype=torch.float64)
        counts = [torch.bincount(part.flatten(), minlength=256) for part in pixels.unbind(1)]
        share = torch.stack(counts).double() / pixels[:, 0].numel()
        mean = (share * values).sum(1, keepdim=True)
        deviation = (share * (values - mean) ** 2).sum(1, keepdim=True).sqrt()
        constant = (deviation == 0).flatten().nonzero().flatten().tolist()
        if constant:
            raise DataError(
                f"{name}: standardised needs pixels that differ, and channel {constant[0]} has "
                "one value in all training images. Use input_scaling 'unit', or other images."
            )
        by_channel = (1, -1, 1, 1)
        return cls(shift=mean.float().view(by_channel), divisor=deviation.float().view(by_channel))

    def apply(self, pixels: Tensor) -> Tensor:
        """uint8 [N, C, H, W] to float32, on the device of the pixels."""
        # In place after the conversion: one float32 copy of the images, not three.
        images = pixels.float()
        return images.sub_(self.shift.to(images.device)).div_(self.divisor.to(images.device))
