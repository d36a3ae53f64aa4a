"""A dataset as tensors: what is loaded, and what a training sees of it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lenet.data import DataError, Images, Split, load, prepare
from lenet.recipe import Scaling

CPU = torch.device("cpu")


def images(*, train: int = 50, test: int = 20, channels: int = 1) -> Images:
    """Images of 4x6 random pixels, of which the first pixel is the row's number."""
    generator = torch.Generator().manual_seed(0)

    def pixels(count: int) -> Tensor:
        drawn = torch.randint(0, 256, (count, channels, 4, 6), generator=generator)
        drawn[:, 0, 0, 0] = torch.arange(count)
        return drawn.to(torch.uint8)

    return Images(
        name="own",
        x_train=pixels(train),
        y_train=torch.arange(train) % 10,
        x_test=pixels(test),
        y_test=torch.arange(test) % 10,
        classes=10,
        digest="sha256:0",
    )


def prepared(
    source: Images,
    *,
    scaling: Scaling = "raw",
    padding: int = 0,
    train_size: int | None = None,
    validation_size: int = 0,
    device: torch.device = CPU,
) -> Split:
    return prepare(
        source,
        scaling=scaling,
        padding=padding,
        train_size=train_size,
        validation_size=validation_size,
        device=device,
    )


def rows(x: Tensor) -> list[int]:
    """The row numbers that `images` wrote into the first pixels."""
    return [int(number) for number in x[:, 0, 0, 0]]


def own_file(folder: Path, **changes: np.ndarray) -> Path:
    pixels = np.arange(6 * 5 * 4, dtype=np.uint8).reshape(6, 5, 4)
    labels = np.array([0, 1, 0, 1, 0, 1])
    arrays: dict[str, Any] = {
        "x_train": pixels,
        "y_train": labels,
        "x_test": pixels,
        "y_test": labels,
    }
    path = folder / "own.npz"
    np.savez(path, **arrays | changes)
    return path


def test_load_gives_tensors_of_the_stated_types(tmp_path: Path) -> None:
    loaded = load("own", root=tmp_path, files={"own": own_file(tmp_path)})
    assert (loaded.name, loaded.classes, loaded.input_shape) == ("own", 2, (1, 5, 4))
    assert loaded.x_train.dtype == loaded.x_test.dtype == torch.uint8
    assert loaded.y_train.dtype == loaded.y_test.dtype == torch.int64


def test_load_downloads_nothing_and_refuses_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="mnist is not on disk"):
        load("mnist", root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_digits_have_a_fixed_digest(tmp_path: Path) -> None:
    """Every pixel, label and place in the split, on every machine."""
    assert load("digits", root=tmp_path).digest == (
        "sha256:2016075cb9b376a3059d60cc8542af62b26463f5f7656ff83f4bc41b431e4dcf"
    )


@pytest.mark.skipif(not os.environ.get("LENET_DATA"), reason="LENET_DATA names no folder")
def test_real_mnist_has_a_fixed_digest() -> None:
    root = Path(os.environ["LENET_DATA"])
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip(f"no MNIST under LENET_DATA={root}")
    mnist = load("mnist", root=root)
    assert mnist.digest == (
        "sha256:856aee0b39b53686da7fb1802de0ac8d3ced819dd5008d01330e5b44eb452741"
    )
    assert mnist.x_train.shape == (60_000, 1, 28, 28)
    assert mnist.y_train[:6].tolist() == [5, 0, 4, 1, 9, 2]


def test_digest_sees_order_labels_and_shape_but_not_layout(tmp_path: Path) -> None:
    def digest(**changes: np.ndarray) -> str:
        return load("own", root=tmp_path, files={"own": own_file(tmp_path, **changes)}).digest

    pixels = np.arange(6 * 5 * 4, dtype=np.uint8).reshape(6, 5, 4)
    labels = np.array([0, 1, 0, 1, 0, 1])
    others = [
        digest(x_train=pixels[::-1]),
        digest(y_test=labels[::-1]),
        digest(x_train=pixels.reshape(6, 4, 5), x_test=pixels.reshape(6, 4, 5)),
    ]
    assert len({digest(), *others}) == 4
    same = [
        digest(x_train=np.asfortranarray(pixels)),
        digest(x_train=pixels[..., None]),
        digest(y_train=labels.astype(">i2")[:, None]),
    ]
    assert {digest()} == set(same)


def test_whole_training_set_in_file_order() -> None:
    source = images()
    split = prepared(source)
    assert rows(split.x_train) == list(range(50))
    assert split.x_validation.shape == (0, 1, 4, 6)
    assert split.y_validation.shape == (0,)
    torch.testing.assert_close(split.x_test, source.x_test.float())
    assert (split.name, split.classes, split.digest) == ("own", 10, "sha256:0")


def test_validation_part_is_held_out_of_the_training_set() -> None:
    source = images()
    split = prepared(source, validation_size=20)
    held_out, kept = rows(split.x_validation), rows(split.x_train)
    assert len(held_out) == 20
    assert sorted(held_out + kept) == list(range(50))
    assert kept == sorted(kept)
    assert held_out != list(range(20))
    torch.testing.assert_close(split.y_train, source.y_train[kept])
    torch.testing.assert_close(split.y_validation, source.y_train[held_out])
    torch.testing.assert_close(split.x_test, source.x_test.float())


def test_validation_part_is_the_same_whatever_else_changes() -> None:
    source = images()
    first = rows(prepared(source, validation_size=20).x_validation)
    torch.manual_seed(7)
    assert rows(prepared(source, validation_size=20, train_size=5).x_validation) == first
    assert set(rows(prepared(source, validation_size=10).x_validation)) < set(first)


def test_train_size_takes_the_first_that_remain() -> None:
    source = images()
    assert rows(prepared(source, train_size=7).x_train) == list(range(7))
    kept = rows(prepared(source, validation_size=20).x_train)
    assert rows(prepared(source, validation_size=20, train_size=7).x_train) == kept[:7]


@pytest.mark.parametrize(
    ("train_size", "validation_size", "message"),
    [
        (51, 0, "train_size 51 and validation_size 0 .* 50 training images .* leaves 50"),
        (31, 20, "train_size 31 .* leaves 30"),
        (None, 50, "train_size at least 1 and validation_size 50 .* leaves 0"),
        (0, 0, "train_size 0"),
        (None, -1, "validation_size -1"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(
    train_size: int | None, validation_size: int, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        prepared(images(), train_size=train_size, validation_size=validation_size)


def test_unit_scaling_is_exact() -> None:
    source = images()
    split = prepared(source, scaling="unit")
    assert torch.equal(split.x_train, source.x_train.float() / 255)
    assert torch.equal(split.x_test, source.x_test.float() / 255)


def test_standardising_uses_the_training_images_alone() -> None:
    source = images(channels=3)
    split = prepared(source, scaling="standardised", validation_size=20, train_size=10)
    plain = prepared(source, validation_size=20, train_size=10)
    used = plain.x_train.double()
    deviation, mean = torch.std_mean(used, dim=(0, 2, 3), correction=0, keepdim=True)
    for part in ("x_train", "x_validation", "x_test"):
        expected = ((getattr(plain, part).double() - mean) / deviation).float()
        torch.testing.assert_close(getattr(split, part), expected)
    torch.testing.assert_close(split.x_train.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(split.x_train.std((0, 2, 3), correction=0), torch.ones(3))


@pytest.mark.parametrize("scaling", ["raw", "unit", "standardised"])
def test_padding_is_black_and_changes_no_other_pixel(scaling: Scaling) -> None:
    source = images()
    source.x_train[3, 0, 1, 1] = 0
    plain, padded = prepared(source, scaling=scaling), prepared(source, scaling=scaling, padding=2)
    assert padded.input_shape == (1, 8, 10)
    assert torch.equal(padded.x_train[:, :, 2:-2, 2:-2], plain.x_train)
    black = plain.x_train[3, 0, 1, 1]
    for x in (padded.x_train, padded.x_test):
        assert (x[:, :, :2] == black).all()
        assert (x[:, :, :, -2:] == black).all()


def test_channel_of_one_value_cannot_be_standardised() -> None:
    source = images(channels=2)
    source.x_train[:, 1] = 9
    with pytest.raises(DataError, match=r"channel 1 has one value.*'unit'"):
        prepared(source, scaling="standardised")


@pytest.mark.parametrize("scaling", ["raw", "unit", "standardised"])
def test_images_stay_as_they_were(scaling: Scaling) -> None:
    source = images()
    before = replace(source, x_train=source.x_train.clone(), x_test=source.x_test.clone())
    prepared(source, scaling=scaling, padding=1).x_train.zero_()
    assert torch.equal(source.x_train, before.x_train)
    assert torch.equal(source.x_test, before.x_test)


def test_every_tensor_is_on_the_device() -> None:
    split = prepared(images(), validation_size=5, padding=2, device=torch.device("meta"))
    tensors = [value for value in vars(split).values() if isinstance(value, Tensor)]
    assert [tensor.device.type for tensor in tensors] == ["meta"] * 6
    assert [tensor.dtype for tensor in tensors] == [torch.float32, torch.int64] * 3
