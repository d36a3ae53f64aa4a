"""The digits inside scikit-learn, in MNIST's format."""

import gzip
import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
import torch

from lenet import digits
from lenet.datasets import DATASETS, DataError
from lenet.digits import enlarge, read_digits
from lenet.splits import fixed_order, stratified_order


def test_sizes_are_the_published_ones() -> None:
    arrays, known = read_digits(), DATASETS["digits"]
    assert arrays.x_train.shape == (known.train_size, *known.input_shape)
    assert arrays.x_test.shape == (known.test_size, *known.input_shape)
    assert arrays.x_train.dtype == arrays.x_test.dtype == np.uint8
    assert arrays.x_train.max() == 255


def test_split_has_the_classes_in_proportion() -> None:
    arrays = read_digits()
    train, test = np.bincount(arrays.y_train), np.bincount(arrays.y_test)
    assert np.abs(test / (train + test) - 540 / 1797).max() < 0.005
    assert np.bincount(arrays.y_train[:100]).min() >= 9


def test_enlarging_is_bilinear_in_a_black_frame() -> None:
    images = np.random.default_rng(0).integers(0, 17, (5, 8, 8))
    enlarged = enlarge(images)
    frame = enlarged.copy()
    frame[:, :, 4:24, 4:24] = 0
    assert not frame.any()
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(images[:, None] * 255 / 16), size=(20, 20), mode="bilinear"
    )
    assert np.abs(enlarged[:, :, 4:24, 4:24] - expected.numpy()).max() <= 0.5 + 1e-9


def test_file_read_in_place_is_what_scikit_learn_loads() -> None:
    np.testing.assert_array_equal(digits._table(), digits._load_table())


def test_missing_scikit_learn_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"scikit-learn, which is not installed\. Install it"):
        read_digits()


@pytest.mark.parametrize(
    "content",
    [b"not gzip", gzip.compress(b"1,2,3\n"), gzip.compress(b"1,2\n" * 99)[:-9]],
    ids=["no-gzip", "other-columns", "cut-short"],  # gzip writes the time: workers would differ
)
def test_damaged_file_is_named(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "datasets" / "data" / "digits.csv.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    spec = ModuleSpec("sklearn", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(DataError, match=r"digits\.csv\.gz.*Reinstall"):
        read_digits()


def test_orders_are_permutations_that_depend_on_the_name() -> None:
    labels = np.repeat(np.arange(3), 10)
    for order in (fixed_order("a", 30), stratified_order("a", labels)):
        assert sorted(order) == list(range(30))
    assert fixed_order("a", 30).tolist() == fixed_order("a", 30).tolist()
    assert fixed_order("a", 30).tolist() != fixed_order("b", 30).tolist()
    # Held for ever: another order here is another validation set in every record.
    assert fixed_order("validation set", 60_000)[:4].tolist() == [24983, 52855, 55355, 17431]


def test_every_prefix_of_a_stratified_order_is_in_proportion() -> None:
    labels = np.repeat([0, 1], [30, 60])
    ordered = labels[stratified_order("a", labels)]
    for end in range(3, 91, 3):
        assert abs((ordered[:end] == 0).sum() - end / 3) <= 1
