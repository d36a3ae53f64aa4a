"""Reads a dataset that is on disk, and nothing that is not exactly what it should be.

The folders are those of torchvision. MNIST and its relatives are read by numpy, as the header
says all and importing torchvision takes seconds at the start of each process; CIFAR-10, which is
pickled, is read by torchvision after its own hash check.
"""

import hashlib
import math
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lenet.datasets import DATASETS, Arrays, DataError, Dataset, unknown_name
from lenet.digits import read_digits
from lenet.npz import read_npz

_UINT8_CODE = 0x08
"""The element type in an IDX header."""


def read(name: str, *, root: Path, files: Mapping[str, Path]) -> Arrays:
    """The dataset `name`: a user's own among `files`, else a built-in one under `root`.

    Raises DataError on an unknown name and on a file that is missing, truncated or altered.
    """
    if name in files:
        return read_npz(files[name])
    if name not in DATASETS:
        known = f" Files were given for: {', '.join(files)}." if files else ""
        raise DataError(f"{unknown_name(name)}{known} Give its file: --dataset {name}=FILE.npz.")
    dataset = DATASETS[name]
    if not dataset.files:
        return read_digits()
    if dataset.missing(root):
        raise DataError(
            f"{name} is not on disk: {dataset.absence(root)}. {dataset.how_to_get(root)}"
        )
    return _read_cifar10(dataset, root) if name == "cifar10" else _read_idx_set(dataset, root)


def _read_idx_set(dataset: Dataset, root: Path) -> Arrays:
    x_train, y_train, x_test, y_test = (
        _read_idx(path, shape=shape, sha256=dataset.files[path.name])
        for path, shape in zip(dataset.paths(root), _idx_shapes(dataset), strict=True)
    )
    for path, labels in zip(dataset.paths(root)[1::2], (y_train, y_test), strict=True):
        if labels.max() >= dataset.classes:
            raise DataError(
                f"{path}: expected labels from 0 to {dataset.classes - 1}, and found "
                f"{labels.max()}: the file is not {dataset.name}'s, or was altered. {_AGAIN}"
            )
    return Arrays(
        x_train=x_train.reshape(-1, *dataset.input_shape),
        y_train=y_train.astype(np.int64),
        x_test=x_test.reshape(-1, *dataset.input_shape),
        y_test=y_test.astype(np.int64),
        classes=dataset.classes,
    )


_AGAIN = "Delete it and load it again."


def _idx_shapes(dataset: Dataset) -> list[tuple[int, ...]]:
    """What the four headers must say: training images and labels, test images and labels."""
    _, height, width = dataset.input_shape
    return [
        shape
        for count in (dataset.train_size, dataset.test_size)
        for shape in ((count, height, width), (count,))
    ]


def _read_idx(path: Path, *, shape: tuple[int, ...], sha256: str | None) -> npt.NDArray[np.uint8]:
    """The bytes of an IDX file as an array of `shape`, once header, length and digest are right.

    The format: two zero bytes, the element type, the number of dimensions, each dimension as a
    big-endian 32-bit number, then the elements (LeCun, Cortes and Burges, "The MNIST database").
    """
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error}). Check its permissions.") from error
    header = struct.pack(f">HBB{len(shape)}I", 0, _UINT8_CODE, len(shape), *shape)
    length = len(header) + math.prod(shape)
    if content[:2].tobytes() == b"\x1f\x8b":
        raise DataError(
            f"{path}: still packed by gzip under the name of the unpacked file. "
            "Add .gz to its name and unpack it: gunzip FILE.gz."
        )
    if content[: len(header)].tobytes() != header:
        raise DataError(
            f"{path}: expected an IDX file of {' x '.join(map(str, shape))} bytes, whose header "
            f"is {header.hex(' ', 4)}, and found {content[: len(header)].tobytes().hex(' ', 4)}. "
            f"{_AGAIN}"
        )
    if content.size != length:
        raise DataError(
            f"{path}: expected {length} bytes, and found {content.size}: truncated or altered. "
            f"{_AGAIN}"
        )
    _check_digest(path, content, sha256=sha256)
    return content[len(header) :].reshape(shape)


def _check_digest(path: Path, content: npt.NDArray[np.uint8], *, sha256: str | None) -> None:
    found = hashlib.sha256(content.data).hexdigest()
    if sha256 is not None and found != sha256:
        raise DataError(
            f"{path}: expected SHA-256 {sha256}, and found {found}: not the original file. {_AGAIN}"
        )


def _read_cifar10(dataset: Dataset, root: Path) -> Arrays:
    train, test = (_torchvision_cifar10(root, train=part) for part in (True, False))
    return Arrays(
        x_train=np.ascontiguousarray(train.data.transpose(0, 3, 1, 2)),
        y_train=np.asarray(train.targets, dtype=np.int64),
        x_test=np.ascontiguousarray(test.data.transpose(0, 3, 1, 2)),
        y_test=np.asarray(test.targets, dtype=np.int64),
        classes=dataset.classes,
    )


def _torchvision_cifar10(root: Path, *, train: bool) -> Any:
    """torchvision's CIFAR10, which checks all its files' hashes before it unpickles any."""
    try:
        from torchvision.datasets import CIFAR10
    except (ImportError, RuntimeError) as error:  # RuntimeError: made for another torch.
        raise DataError(
            f"cifar10 is read through torchvision, which cannot be imported ({error}). Install "
            "the pair that belongs together: python -m pip install --upgrade torch torchvision."
        ) from error
    try:
        with warnings.catch_warnings():
            # The batches were pickled by an old numpy, and a new one says so at each of them.
            warnings.filterwarnings("ignore", message=r"dtype\(\): align should be passed")
            return CIFAR10(root, train=train)
    except (RuntimeError, OSError) as error:
        raise DataError(f"{_altered_batch(root)} {_AGAIN}") from error


def _altered_batch(root: Path) -> str:
    """The file that torchvision refused, which its own error does not name."""
    from torchvision.datasets import CIFAR10
    from torchvision.datasets.utils import calculate_md5

    expected = [*CIFAR10.train_list, *CIFAR10.test_list]
    expected.append((CIFAR10.meta["filename"], CIFAR10.meta["md5"]))
    for file, md5 in expected:
        path = root / CIFAR10.base_folder / file
        found = calculate_md5(path)
        if found != md5:
            return f"{path}: expected MD5 {md5}, and found {found}: truncated or altered."
    return f"{root / CIFAR10.base_folder}: torchvision refuses these files."
