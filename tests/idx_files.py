"""Tiny stand-ins for MNIST and its relatives, in torchvision's folders."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lenet.datasets import DATASETS, Dataset

TRAIN_SIZE, TEST_SIZE = 40, 20


def shrink(monkeypatch: pytest.MonkeyPatch, name: str) -> Dataset:
    """Have the package expect 40 + 20 images of `name` for this test, of no known digest."""
    known = DATASETS[name]
    small = replace(
        known, train_size=TRAIN_SIZE, test_size=TEST_SIZE, files=dict.fromkeys(known.files)
    )
    monkeypatch.setitem(DATASETS, name, small)
    return small


def idx(array: npt.NDArray[np.uint8]) -> bytes:
    """`array` as the bytes of an IDX file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def contents() -> list[npt.NDArray[np.uint8]]:
    """Training images and labels, test images and labels."""
    random = np.random.default_rng(0)
    return [
        part.astype(np.uint8)
        for count in (TRAIN_SIZE, TEST_SIZE)
        for part in (random.integers(0, 256, (count, 28, 28)), np.arange(count) % 10)
    ]


def write(dataset: Dataset, root: Path) -> list[Path]:
    """Write the four files under `root`."""
    paths = dataset.paths(root)
    for path, array in zip(paths, contents(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(idx(array))
    return paths
