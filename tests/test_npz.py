"""A user's own .npz file: what goes in, and what is refused in which words."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenet.datasets import DataError
from lenet.npz import read_npz

RANDOM = np.random.default_rng(0)
GREY: dict[str, Any] = {
    "x_train": RANDOM.integers(0, 256, (12, 7, 5), dtype=np.uint8),
    "y_train": np.arange(12) % 3,
    "x_test": RANDOM.integers(0, 256, (6, 7, 5), dtype=np.uint8),
    "y_test": np.arange(6) % 3,
}


def save(folder: Path, **changes: Any) -> Path:
    """A good file with some arrays replaced, or left out where the change is None."""
    path = folder / "own.npz"
    arrays: Mapping[str, Any] = {**GREY, **changes}
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    return path


def images(*shape: int) -> dict[str, Any]:
    """Training and test images of one shape, N being 12 and 6."""
    pixels = RANDOM.integers(0, 256, (12, *shape), dtype=np.uint8)
    return {"x_train": pixels, "x_test": pixels[:6]}


def test_grey_images_get_a_channel(tmp_path: Path) -> None:
    arrays = read_npz(save(tmp_path))
    assert arrays.x_train.shape == (12, 1, 7, 5)
    np.testing.assert_array_equal(arrays.x_train[:, 0], GREY["x_train"])
    assert arrays.y_train.dtype == np.int64
    assert arrays.classes == 3


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_become_channels_first(tmp_path: Path, channels: int) -> None:
    change = images(7, 5, channels)
    arrays = read_npz(save(tmp_path, **change))
    assert arrays.x_train.shape == (12, channels, 7, 5)
    assert arrays.x_train[4, channels - 1, 6, 2] == change["x_train"][4, 6, 2, channels - 1]


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_first_stay(tmp_path: Path, channels: int) -> None:
    change = images(channels, 7, 5)
    arrays = read_npz(save(tmp_path, **change))
    np.testing.assert_array_equal(arrays.x_test, change["x_test"])


def test_labels_in_a_column_and_other_keys_are_taken(tmp_path: Path) -> None:
    labels = (np.arange(12) % 3).astype(np.uint8)[:, None]
    arrays = read_npz(save(tmp_path, y_train=labels, names=np.array(["a", "b"], dtype=object)))
    assert arrays.y_train.tolist() == labels[:, 0].tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_test": None}, "missing: y_test .found: x_train, y_train, x_test.*numpy.savez"),
        ({"x_train": GREY["x_train"] / 255}, "x_train must be uint8.*float64.*astype"),
        ({"x_test": GREY["x_test"].astype(np.int32)}, "x_test must be uint8.*int32"),
        ({"x_train": GREY["x_train"].astype(object)}, "x_train must hold numbers.*Python objects"),
        ({"x_train": GREY["x_train"][0]}, r"x_train must be \[N, H, W\].*\(7, 5\)"),
        (images(7, 5, 4), r"\(12, 7, 5, 4\), which is none of them"),
        (images(3, 5, 3), "two ways"),
        (images(1, 5, 1), "two ways"),
        ({"x_train": GREY["x_train"][:0], "y_train": GREY["y_train"][:0]}, "x_train is empty"),
        ({"x_test": GREY["x_test"][:, :6]}, "one size.*7, 5.*6, 5"),
        ({"y_train": GREY["y_train"][:11]}, "12 images while y_train has 11 labels"),
        ({"y_test": GREY["y_test"][:5]}, "6 images while y_test has 5 labels"),
        ({"y_train": GREY["y_train"].astype(float)}, "y_train must hold whole numbers.*float64"),
        ({"y_train": np.eye(3, dtype=int)[GREY["y_train"]]}, r"\(12, 3\).*argmax"),
        ({"y_train": GREY["y_train"] - 1}, "y_train must count classes from 0, and holds -1"),
        ({"y_train": GREY["y_train"] + 1}, "from 1 to 3; class 0 has no image"),
        ({"y_train": GREY["y_train"] * 2}, "from 0 to 4; class 1 has no image"),
        ({"y_train": GREY["y_train"] * 0}, "two classes or more.*class 1 has no image"),
        ({"y_test": GREY["y_test"] + 1}, "y_test holds class 3, and y_train only 0 to 2"),
    ],
)
def test_bad_array_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=r"own\.npz: .*" + message):
        read_npz(save(tmp_path, **changes))


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.target,)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trapped = np.array([Trap(sprung)] * 12, dtype=object)
    with pytest.raises(DataError, match="Python objects"):
        read_npz(save(tmp_path, y_train=trapped))
    path = tmp_path / "bare.npz"
    path.write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(DataError, match="bare"):
        read_npz(path)
    assert not sprung.exists()
    pickle.loads(pickle.dumps(Trap(sprung)))
    assert sprung.exists(), "the trap must be one that works"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    path = save(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"own\.npz.*cut short"):
        read_npz(path)


def test_altered_pixel_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path)
    content = bytearray(path.read_bytes())
    place = content.index(GREY["x_test"].tobytes()) + 100
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"own\.npz: x_test cannot be read.*altered"):
        read_npz(path)


def test_single_array_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "single.npz"
    with path.open("wb") as file:
        np.save(file, GREY["x_train"])
    with pytest.raises(DataError, match=r"single\.npz.*of another format"):
        read_npz(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.npz: no such file"):
        read_npz(tmp_path / "gone.npz")
