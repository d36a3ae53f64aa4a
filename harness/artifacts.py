"""A training's artifacts as its pictures need them: read from a `.npz`, checked, nothing unpickled.

Letters: E epochs, M maps, C input maps or colours, k kernel side, N images, H and W pixels,
K classes.
"""

import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from harness.store import Notice

Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.uint8]
T = TypeVar("T")

MOST_BYTES = 2**25
"""Uncompressed bytes that a file may hold; a training writes a few percent of that."""

MAPS = "features/conv"
"""What the names of feature maps begin with."""

_UNREADABLE = (
    *(ValueError, OSError, EOFError, RuntimeError, MemoryError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What zipfile and numpy raise on a damaged file."""


class ArtifactError(ValueError):
    """Arrays that cannot be drawn; the message says which, what was expected and what came."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Wrong:
    """Wrongly classified test images, the most confident mistake first."""

    images: Pixels
    """[N, C, H, W], 0 to 255."""
    label: Counts
    """[N], true class."""
    prediction: Counts
    """[N], the class that the network took them for."""
    confidence: Floats
    """[N], the softmax share of that class."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Artifacts:
    """What one training left for pictures. A part that its file lacks is `None` or empty."""

    kernels: dict[str, Floats] = field(default_factory=dict)
    """Convolution -> its kernels [E + 1, M, C, k, k], at the start and after each epoch."""
    features: dict[str, Floats] = field(default_factory=dict)
    """Convolution -> its maps [N, M, H, W] of the kept images."""
    pixels: Pixels | None = None
    """[N, C, H, W], 0 to 255: the kept images."""
    confusion: Counts | None = None
    """[K, K], test images by true class (rows) and predicted class."""
    wrong: Wrong | None = None
    """The most confident mistakes; there may be none among them."""


def artifacts_path(folder: Path, relative: str) -> Path | None:
    """The file that a record of the run in `folder` names; `None` if it is not there.

    A record may come from anywhere, so a name that leads out of the folder counts as not there.
    """
    path = folder / relative
    inside = path.resolve().is_relative_to(folder.resolve())
    return path if inside and path.is_file() else None


def read_artifacts(path: Path, *, notice: Notice) -> Artifacts | None:
    """The artifacts in the file at `path`; `None` if nothing of it can be read.

    All that is wrong with the file is told in one notice. Parts that are whole are kept.
    """
    try:
        arrays = read_arrays(path)
    except ArtifactError as error:
        notice(f"{error}; their figures are left out")
        return None
    troubles: list[str] = []
    found = Artifacts(
        kernels=_part(_kernels, arrays, troubles) or {},
        features=_part(_features, arrays, troubles) or {},
        pixels=_part(_feature_pixels, arrays, troubles),
        confusion=_part(_confusion, arrays, troubles),
        wrong=_part(_wrong, arrays, troubles),
    )
    if troubles:
        notice(f"{path}: {'; '.join(troubles)}; the figures of these arrays are left out")
    return found


Arrays = Mapping[str, npt.NDArray[Any]]


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays that pictures need, as they are in the file; the weights stay unread.

    Raises:
        ArtifactError: the file is damaged, or far larger than what a training leaves.
    """
    try:
        return _arrays(path)
    except (ArtifactError, *_UNREADABLE) as error:
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        raise ArtifactError(f"{path}: artifacts cannot be read ({said})") from None


def _arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_BYTES:
        raise ArtifactError(f"expected at most {MOST_BYTES} bytes when unpacked, got {size}")
    with np.load(path, allow_pickle=False) as arrays:
        wanted = [name for name in arrays.files if not name.startswith("weights/")]
        return {name: arrays[name] for name in wanted}


def _part(read: Callable[[Arrays], T], arrays: Arrays, troubles: list[str]) -> T | None:
    """One part, or `None` with what is wrong with it added to `troubles`."""
    try:
        return read(arrays)
    except ArtifactError as error:
        troubles.append(str(error))
        return None


def _kernels(arrays: Arrays) -> dict[str, Floats]:
    return {
        name.removeprefix("kernels/"): _floats(arrays, name, axes=5)
        for name in sorted(arrays)
        if name.startswith("kernels/")
    }


def _features(arrays: Arrays) -> dict[str, Floats]:
    names = [name for name in sorted(arrays) if name.startswith(MAPS)]
    found = {name.removeprefix("features/"): _floats(arrays, name, axes=4) for name in names}
    if len({len(maps) for maps in found.values()}) > 1:
        raise ArtifactError("features: expected the same number of images in each layer")
    return found


def _feature_pixels(arrays: Arrays) -> Pixels | None:
    if "features/pixels" not in arrays:
        return None
    pixels = _pixels(arrays, "features/pixels")
    maps = [array.shape[:1] for name, array in arrays.items() if name.startswith(MAPS)]
    if any(shape != pixels.shape[:1] for shape in maps):
        raise ArtifactError(
            f"features/pixels: expected one image for each that has maps, got {len(pixels)}"
        )
    return pixels


def _confusion(arrays: Arrays) -> Counts | None:
    if "confusion" not in arrays:
        return None
    counts = _counts(arrays, "confusion", axes=2)
    if counts.shape[0] != counts.shape[1] or counts.min() < 0:
        raise ArtifactError(f"confusion: expected counts [K, K], got {_described(counts)}")
    return counts


def _wrong(arrays: Arrays) -> Wrong | None:
    if not any(name.startswith("wrong/") for name in arrays):
        return None
    found = Wrong(
        images=_pixels(arrays, "wrong/images"),
        label=_counts(arrays, "wrong/label", axes=1),
        prediction=_counts(arrays, "wrong/prediction", axes=1),
        confidence=_floats(arrays, "wrong/confidence", axes=1),
    )
    lengths = [len(part) for part in vars(found).values()]
    if len(set(lengths)) > 1:
        raise ArtifactError(f"wrong/: expected arrays of one length, got {lengths}")
    return found


def _floats(arrays: Arrays, name: str, *, axes: int) -> Floats:
    return _checked(arrays, name, axes=axes, kinds="f").astype(np.float32)


def _counts(arrays: Arrays, name: str, *, axes: int) -> Counts:
    return _checked(arrays, name, axes=axes, kinds="iu").astype(np.int64)


def _pixels(arrays: Arrays, name: str) -> Pixels:
    pixels = _checked(arrays, name, axes=4, kinds="u")
    if pixels.dtype != np.uint8:
        raise ArtifactError(f"{name}: expected uint8, got {_described(pixels)}")
    return pixels


def _checked(arrays: Arrays, name: str, *, axes: int, kinds: str) -> npt.NDArray[Any]:
    """The array of this name, if it has so many axes and none but the first is empty."""
    if name not in arrays:
        raise ArtifactError(f"{name}: expected it beside its like, got none")
    array = arrays[name]
    if array.ndim != axes or array.dtype.kind not in kinds or 0 in array.shape[1:]:
        kind = "floats" if kinds == "f" else "whole numbers"
        raise ArtifactError(f"{name}: expected {kind} with {axes} axes, got {_described(array)}")
    return array


def _described(array: npt.NDArray[Any]) -> str:
    return f"{array.dtype} {list(array.shape)}"
