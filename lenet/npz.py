"""A user's own dataset: one .npz file, read without unpickling anything.

Keys `x_train`, `y_train`, `x_test`, `y_test`, as in Keras' files; other keys are not read.
"""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lenet.datasets import Arrays, DataError

KEYS = ("x_train", "y_train", "x_test", "y_test")
"""The arrays that the file must hold."""

_UNREADABLE = (
    ValueError,
    OSError,
    EOFError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile and numpy raise on a damaged file, as seen by damaging one in many places."""

_HOW_TO_WRITE = (
    "Write it by numpy.savez(FILE, x_train=..., y_train=..., x_test=..., y_test=...) with uint8 "
    "images [N, H, W] or [N, H, W, 3] and integer labels [N] from 0."
)


def read_npz(path: Path) -> Arrays:
    """The dataset in the file at `path`, images as [N, C, H, W].

    Images are uint8 of any size: [N, H, W], [N, H, W, 1], [N, H, W, 3], [N, 1, H, W] or
    [N, 3, H, W]. Labels are integers [N] or [N, 1] that count from 0 without gaps. Raises
    DataError, naming the file and the array at fault, on anything else.
    """
    found = _open(path)
    x_train, x_test = (_images(found[key], key=key, path=path) for key in ("x_train", "x_test"))
    y_train, y_test = (_labels(found[key], key=key, path=path) for key in ("y_train", "y_test"))
    _check_lengths(found, path=path)
    if x_train.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"{path}: training and test images must have one size, and x_train is "
            f"{found['x_train'].shape} while x_test is {found['x_test'].shape}. "
            "Bring them to one size."
        )
    classes = _classes(y_train, y_test, path=path)
    return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test, classes=classes)


def _open(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The four arrays as they are in the file."""
    if not path.is_file():
        raise DataError(f"{path}: no such file. Check the path in --dataset NAME=FILE.npz.")
    if not zipfile.is_zipfile(path):
        raise DataError(
            f"{path}: expected an .npz (zip) file, and it is cut short or of another format. "
            f"{_HOW_TO_WRITE}"
        )
    try:
        archive = np.load(path, allow_pickle=False)
    except _UNREADABLE as error:
        raise DataError(f"{path}: cannot be read ({error}). {_HOW_TO_WRITE}") from error
    with archive:
        absent = [key for key in KEYS if key not in archive.files]
        if absent:
            raise DataError(
                f"{path}: expected the arrays {', '.join(KEYS)}; missing: {', '.join(absent)} "
                f"(found: {', '.join(archive.files) or 'none'}). {_HOW_TO_WRITE}"
            )
        return {key: _member(archive, key, path=path) for key in KEYS}


def _member(archive: Mapping[str, Any], key: str, *, path: Path) -> npt.NDArray[Any]:
    try:
        array = archive[key]
    except _UNREADABLE as error:
        # Reading an array of Python objects would run a pickle, so numpy was told to refuse it.
        if "allow_pickle" in str(error):
            raise DataError(
                f"{path}: {key} must hold numbers, and holds Python objects. {_HOW_TO_WRITE}"
            ) from error
        raise DataError(
            f"{path}: {key} cannot be read ({error}); the file was altered or cut short. "
            "Copy or write it again."
        ) from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: {key} is not a numpy array. {_HOW_TO_WRITE}")
    return array


def _images(array: npt.NDArray[Any], *, key: str, path: Path) -> npt.NDArray[np.uint8]:
    """Images in any accepted layout as [N, C, H, W]."""
    if array.dtype != np.uint8:
        raise DataError(
            f"{path}: {key} must be uint8, 0 (black) to 255, and is {array.dtype}. Convert it: "
            "x.round().astype('uint8'), times 255 before where its values lie in [0, 1]."
        )
    if array.size == 0:
        raise DataError(f"{path}: {key} is empty, of shape {array.shape}. Put images in it.")
    if array.ndim == 3:
        return np.ascontiguousarray(array[:, None])
    last, first = (array.ndim == 4 and array.shape[axis] in (1, 3) for axis in (3, 1))
    if last == first:
        came = "which can be read in two ways" if last else "which is none of them"
        raise DataError(
            f"{path}: {key} must be [N, H, W], [N, H, W, 1 or 3] or [N, 1 or 3, H, W], and is "
            f"{array.shape}, {came}. Reshape it; grey images go in as [N, H, W]."
        )
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2) if last else array)


def _labels(array: npt.NDArray[Any], *, key: str, path: Path) -> npt.NDArray[np.int64]:
    """Labels [N] or [N, 1] as int64 [N]."""
    if array.dtype.kind not in "iu":
        raise DataError(
            f"{path}: {key} must hold whole numbers, and is {array.dtype}. "
            "Convert it: y.astype('int64'), after giving each class a number from 0."
        )
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise DataError(
            f"{path}: {key} must be [N], one class number an image, and is {array.shape}. "
            "One-hot labels become class numbers by y.argmax(axis=1)."
        )
    labels = array.reshape(-1).astype(np.int64)
    if labels.size and labels.min() < 0:
        raise DataError(
            f"{path}: {key} must count classes from 0, and holds {labels.min()}. Renumber it."
        )
    return labels


def _check_lengths(found: Mapping[str, npt.NDArray[Any]], *, path: Path) -> None:
    for part in ("train", "test"):
        images, labels = len(found[f"x_{part}"]), len(found[f"y_{part}"])
        if images != labels:
            raise DataError(
                f"{path}: expected one label an image, and x_{part} has {images} images while "
                f"y_{part} has {labels} labels. Write both from the same samples."
            )


def _classes(y_train: npt.NDArray[np.int64], y_test: npt.NDArray[np.int64], *, path: Path) -> int:
    """The number of classes, each of which has training images."""
    present = np.unique(y_train)
    count = len(present)
    if present[-1] != count - 1 or count < 2:
        gap = min(set(range(count + 1)) - set(present.tolist()))
        raise DataError(
            f"{path}: y_train must count two classes or more from 0 without gaps, and holds "
            f"{count} from {present[0]} to {present[-1]}; class {gap} has no image. "
            "Renumber the classes: y = numpy.unique(y, return_inverse=True)[1]."
        )
    if y_test.max() >= count:
        raise DataError(
            f"{path}: y_test holds class {y_test.max()}, and y_train only 0 to {count - 1}. "
            "Put training images of every class in x_train, or leave that class out of the test."
        )
    return count
