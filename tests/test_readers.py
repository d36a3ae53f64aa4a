"""Files in torchvision's folders: exactly what they should be, or an error that names one."""

import gzip
import hashlib
import pickle
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets import DATASETS, DataError, Dataset
from lenet.readers import read
from tests.idx_files import contents, idx, shrink, write


@pytest.fixture
def kmnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Four good files of a small `kmnist` under `tmp_path`."""
    return write(shrink(monkeypatch, "kmnist"), tmp_path)


def test_good_files_are_read(tmp_path: Path, kmnist: list[Path]) -> None:
    arrays = read("kmnist", root=tmp_path, files={})
    x_train, y_train, x_test, y_test = contents()
    np.testing.assert_array_equal(arrays.x_train[:, 0], x_train)
    np.testing.assert_array_equal(arrays.x_test[:, 0], x_test)
    np.testing.assert_array_equal(arrays.y_train, y_train)
    np.testing.assert_array_equal(arrays.y_test, y_test)
    assert arrays.y_train.dtype == np.int64
    assert arrays.classes == 10


def test_missing_file_is_named_with_what_to_do(tmp_path: Path, kmnist: list[Path]) -> None:
    kmnist[1].unlink()
    with pytest.raises(DataError) as caught:
        read("kmnist", root=tmp_path, files={})
    message = str(caught.value)
    assert f"{tmp_path / 'KMNIST/raw'} lacks train-labels-idx1-ubyte. " in message
    for way_out in ("--data-root", "LENET_DATA", "--dataset digits", "--dataset NAME=FILE.npz"):
        assert way_out in message


@pytest.mark.parametrize("file", range(4))
def test_truncated_file_is_named(tmp_path: Path, kmnist: list[Path], file: int) -> None:
    path = kmnist[file]
    length = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=f"{path.name}: expected {length} bytes.*{length - 1}"):
        read("kmnist", root=tmp_path, files={})


def test_longer_file_is_named(tmp_path: Path, kmnist: list[Path]) -> None:
    with kmnist[2].open("ab") as file:
        file.write(b"\0")
    with pytest.raises(DataError, match=r"t10k-images.*truncated or altered. Delete it"):
        read("kmnist", root=tmp_path, files={})


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>" * 99, idx(contents()[1])])
def test_file_with_another_header_is_named(
    tmp_path: Path, kmnist: list[Path], content: bytes
) -> None:
    kmnist[0].write_bytes(content)
    with pytest.raises(DataError, match=r"train-images.*expected an IDX file of 40 x 28 x 28"):
        read("kmnist", root=tmp_path, files={})


def test_exchanged_files_are_refused(tmp_path: Path, kmnist: list[Path]) -> None:
    train, test = kmnist[1].read_bytes(), kmnist[3].read_bytes()
    kmnist[1].write_bytes(test)
    kmnist[3].write_bytes(train)
    with pytest.raises(DataError, match=r"train-labels.*expected an IDX file of 40 bytes"):
        read("kmnist", root=tmp_path, files={})


def test_packed_file_under_the_unpacked_name_is_named(tmp_path: Path, kmnist: list[Path]) -> None:
    kmnist[0].write_bytes(gzip.compress(kmnist[0].read_bytes()))
    with pytest.raises(DataError, match=r"train-images.*packed by gzip.*gunzip"):
        read("kmnist", root=tmp_path, files={})


def test_label_out_of_range_is_named(tmp_path: Path, kmnist: list[Path]) -> None:
    labels = contents()[3]
    labels[-1] = 10
    kmnist[3].write_bytes(idx(labels))
    with pytest.raises(DataError, match=r"t10k-labels.*labels from 0 to 9, and found 10"):
        read("kmnist", root=tmp_path, files={})


def test_one_altered_pixel_is_refused_where_the_digest_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = shrink(monkeypatch, "mnist")
    paths = write(small, tmp_path)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    monkeypatch.setitem(DATASETS, "mnist", replace(small, files=digests))
    read("mnist", root=tmp_path, files={})
    content = bytearray(paths[0].read_bytes())
    content[5000] ^= 1
    paths[0].write_bytes(content)
    found = hashlib.sha256(content).hexdigest()
    with pytest.raises(DataError) as caught:
        read("mnist", root=tmp_path, files={})
    for part in (str(paths[0]), digests[paths[0].name], found, "Delete it and load it again"):
        assert part in str(caught.value)


def test_mnist_is_known_by_digest() -> None:
    assert all(DATASETS["mnist"].files.values())


def test_folder_in_place_of_a_file_is_missing(tmp_path: Path, kmnist: list[Path]) -> None:
    kmnist[0].unlink()
    kmnist[0].mkdir()
    with pytest.raises(DataError, match=r"lacks train-images"):
        read("kmnist", root=tmp_path, files={})


@pytest.mark.parametrize("name", ["auto", "minst", "leaves"])
def test_unknown_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"'{name}' is not a dataset.*--dataset {name}=FILE.npz"):
        read(name, root=tmp_path, files={})


def test_broken_torchvision_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in DATASETS["cifar10"].paths(tmp_path):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.delitem(sys.modules, "torchvision.datasets", raising=False)
    with pytest.raises(DataError, match=r"torchvision, which cannot be imported .*Install"):
        read("cifar10", root=tmp_path, files={})


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.target,)


@pytest.fixture
def cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Small batches under `tmp_path`, with torchvision's own hashes set to theirs."""
    from torchvision.datasets import CIFAR10

    dataset = DATASETS["cifar10"]
    md5 = {}
    for number, path in enumerate(dataset.paths(tmp_path)):
        images = np.full((2, 3072), number, dtype=np.uint8)
        images[:, :1024] += 100
        batch = {"data": images, "labels": [number, 9], "label_names": ["thing"] * 10}
        # As an old numpy wrote the flags of an element type: numbers, not booleans.
        content = pickle.dumps(batch, protocol=2).replace(b"\x89\x88\x87R", b"K\0K\1\x87R")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        md5[path.name] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    *train, test, meta = md5.items()
    monkeypatch.setattr(CIFAR10, "train_list", [list(item) for item in train])
    monkeypatch.setattr(CIFAR10, "test_list", [list(test)])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": meta[1]})
    return dataset


def test_cifar10_is_read_through_torchvision(tmp_path: Path, cifar10: Dataset) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        arrays = read("cifar10", root=tmp_path, files={})
    assert arrays.x_train.shape == (10, 3, 32, 32)
    assert arrays.x_test.shape == (2, 3, 32, 32)
    assert arrays.x_train[:, :, 31, 31].tolist()[2:4] == [[101, 1, 1], [101, 1, 1]]
    assert arrays.y_train.tolist() == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]
    assert arrays.y_test.tolist() == [5, 9]


def test_altered_cifar10_batch_is_named_and_not_unpickled(tmp_path: Path, cifar10: Dataset) -> None:
    sprung = tmp_path / "sprung"
    batch = tmp_path / "cifar-10-batches-py" / "data_batch_3"
    batch.write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(DataError, match=r"data_batch_3: expected MD5 .*Delete it"):
        read("cifar10", root=tmp_path, files={})
    assert not sprung.exists()
    pickle.loads(batch.read_bytes())
    assert sprung.exists(), "the trap must be one that works"
