"""The handwritten digits inside scikit-learn, brought to MNIST's format.

1,797 real digits of 8x8 pixels with 17 grey levels (Optical Recognition of Handwritten Digits,
UCI; Alpaydin and Kaynak 1998). Everything can be tried on them with nothing to download.
"""

import gzip
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lenet.datasets import DATASETS, Arrays, DataError
from lenet.splits import stratified_order

SPLIT_NAME = "digits: test set"
"""The name from which the split into training and test images is derived."""


def read_digits() -> Arrays:
    """The digits as uint8 images [N, 1, 28, 28]: 1,257 to train on and 540 to test.

    The split is stratified and fixed; training images stand in that fixed order too, so that
    the first of them hold all classes in proportion. Raises DataError where scikit-learn is
    missing or its digits are not those expected.
    """
    table = _table()
    images, labels = enlarge(table[:, :64].reshape(-1, 8, 8)), table[:, 64]
    order = stratified_order(SPLIT_NAME, labels)
    known = DATASETS["digits"]
    test, train = order[: known.test_size], order[known.test_size :]
    return Arrays(
        x_train=images[train],
        y_train=labels[train],
        x_test=images[test],
        y_test=labels[test],
        classes=known.classes,
    )


def enlarge(images: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """8x8 images [N, 8, 8] of 0 .. 16 as [N, 1, 28, 28] of 0 .. 255.

    Bilinear to 20x20, in the middle of a black 28x28 frame, as MNIST's digits are. The weights
    are whole tenths, so this is integer arithmetic and exact: the same bytes on every machine.
    """
    weights = _bilinear_tenths()
    # Values are now in hundredths of a sixteenth; adding half the divisor rounds to nearest.
    hundredths = weights @ images @ weights.T
    pixels = (hundredths * 255 + 800) // 1600
    return np.pad(pixels, ((0, 0), (4, 4), (4, 4))).astype(np.uint8)[:, None]


def _bilinear_tenths() -> npt.NDArray[np.int64]:
    """Weights [20, 8] of each input pixel in each output pixel, in tenths.

    The centre of output pixel i stands at input pixel (i + 1/2) 8/20 - 1/2, which is 4i - 3
    tenths; beyond the edge the edge pixel goes on.
    """
    rows = np.arange(20)
    left, share = np.divmod(4 * rows - 3, 10)
    weights = np.zeros((20, 8), dtype=np.int64)
    np.add.at(weights, (rows, left.clip(0, 7)), 10 - share)
    np.add.at(weights, (rows, (left + 1).clip(0, 7)), share)
    return weights


def _table() -> npt.NDArray[np.int64]:
    """scikit-learn's table [1797, 65]: 64 pixels and the label in each row."""
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError(
            "The dataset 'digits' is part of scikit-learn, which is not installed. "
            "Install it: python -m pip install scikit-learn."
        )
    # Importing sklearn takes seconds at the start of each process; reading its file takes none.
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    table = _read_table(file) if file.is_file() else _load_table()
    if table.shape != (1797, 65) or table.min() < 0 or table.max() > 16:
        raise DataError(
            f"scikit-learn's digits should be 1797 rows of 65 numbers from 0 to 16, and are "
            f"{table.shape} from {table.min()} to {table.max()} ({file}). Reinstall "
            "scikit-learn: python -m pip install --force-reinstall --no-deps scikit-learn."
        )
    return table


def _read_table(file: Path) -> npt.NDArray[np.int64]:
    try:
        with gzip.open(file, "rt", encoding="ascii") as lines:
            return np.loadtxt(lines, delimiter=",").astype(np.int64)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(
            f"scikit-learn's digits cannot be read from {file} ({error}). Reinstall "
            "scikit-learn: python -m pip install --force-reinstall --no-deps scikit-learn."
        ) from error


def _load_table() -> npt.NDArray[np.int64]:
    """The same table by scikit-learn's own reader, for versions that keep it elsewhere."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return np.column_stack([digits.data, digits.target]).astype(np.int64)
