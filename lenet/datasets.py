"""The named datasets: what is known of each, and where its files lie.

Imports neither torch nor torchvision nor scikit-learn, so that names, shapes and paths can be
looked up by a process that trains nothing.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

AUTO = "auto"
"""The name that `lenet.download.resolve` turns into `mnist` or `digits`."""

ROOT_VARIABLE = "LENET_DATA"
"""The environment variable that names the data folder."""

_USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class DataError(Exception):
    """A problem with data that a user can cause or meet.

    The message says what was expected, what came, and what to do next.
    """


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrays:
    """A dataset as numpy arrays, as a reader hands it over."""

    x_train: npt.NDArray[np.uint8]
    """Training images [N, C, H, W]."""
    y_train: npt.NDArray[np.int64]
    """Training labels [N], from 0."""
    x_test: npt.NDArray[np.uint8]
    """Test images [M, C, H, W]."""
    y_test: npt.NDArray[np.int64]
    """Test labels [M], from 0."""
    classes: int
    """The number of classes."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What is known of a dataset before any of its files is opened."""

    name: str
    """The name that recipes and `--dataset` use."""
    title: str
    """What it is, in words."""
    input_shape: tuple[int, int, int]
    """(C, H, W) of one image, without padding."""
    classes: int
    """The number of classes."""
    train_size: int
    """The number of training images."""
    test_size: int
    """The number of test images."""
    torchvision_class: str | None = None
    """The class in `torchvision.datasets` that downloads it; None for data inside a package."""
    folder: str = ""
    """Where its files lie under the data root, as torchvision lays them out."""
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Each file's name, with its SHA-256 where one is known."""
    archive: str = ""
    """The packed form under the data root, as a glob pattern; torchvision unpacks it."""
    url: str = ""
    """Where the packed files are published."""

    def paths(self, root: Path) -> list[Path]:
        """Every file of the dataset under `root`, there or not."""
        return [root / self.folder / file for file in self.files]

    def missing(self, root: Path) -> list[Path]:
        """The files that are not under `root`."""
        return [path for path in self.paths(root) if not path.is_file()]

    def packed(self, root: Path) -> list[Path]:
        """The packed files that are under `root`."""
        return sorted(root.glob(self.archive)) if self.archive else []

    def how_to_get(self, root: Path) -> str:
        """What a user can do when the files are missing, as the end of an error message."""
        packed = root / self.archive
        return (
            f"Put {packed.name} from {self.url} into {packed.parent}, or name another folder that "
            f"holds {self.folder} by --data-root FOLDER or {ROOT_VARIABLE}=FOLDER, or train on "
            "the digits inside scikit-learn by --dataset digits, or on images of your own by "
            "--dataset NAME=FILE.npz."
        )

    def absence(self, root: Path) -> str:
        """Which files are not there, for an error message; a folder may hold some of them."""
        names = ", ".join(path.name for path in self.missing(root))
        return f"{root / self.folder} lacks {names}"


def _mnist_like(
    *,
    name: str,
    title: str,
    torchvision_class: str,
    url: str,
    sha256: tuple[str | None, str | None, str | None, str | None] = (None, None, None, None),
) -> Dataset:
    files = (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
    folder = f"{torchvision_class}/raw"
    return Dataset(
        name=name,
        title=title,
        input_shape=(1, 28, 28),
        classes=10,
        train_size=60_000,
        test_size=10_000,
        torchvision_class=torchvision_class,
        folder=folder,
        files=dict(zip(files, sha256, strict=True)),
        archive=f"{folder}/*-ubyte.gz",
        url=url,
    )


DATASETS: Mapping[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        _mnist_like(
            name="mnist",
            title="MNIST, handwritten digits",
            torchvision_class="MNIST",
            url="https://ossci-datasets.s3.amazonaws.com/mnist/",
            sha256=(
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
        _mnist_like(
            name="fashion-mnist",
            title="Fashion-MNIST, articles of clothing",
            torchvision_class="FashionMNIST",
            url="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        _mnist_like(
            name="kmnist",
            title="Kuzushiji-MNIST, cursive Japanese characters",
            torchvision_class="KMNIST",
            url="http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ),
        Dataset(
            name="cifar10",
            title="CIFAR-10, colour photographs of ten things",
            input_shape=(3, 32, 32),
            classes=10,
            train_size=50_000,
            test_size=10_000,
            torchvision_class="CIFAR10",
            folder="cifar-10-batches-py",
            # torchvision holds each file's hash, and checks it before it unpickles.
            files=dict.fromkeys(
                (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta")
            ),
            archive="cifar-10-python.tar.gz",
            url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        ),
        Dataset(
            name="digits",
            title="the handwritten digits inside scikit-learn, 8x8 brought to 28x28",
            input_shape=(1, 28, 28),
            classes=10,
            train_size=1_257,
            test_size=540,
        ),
    )
}
"""The built-in datasets by name."""


def data_root(option: str | Path | None = None) -> Path:
    """The folder under which the datasets lie, as an absolute path; it need not exist yet.

    `option` (`--data-root`) comes first, then the environment variable `LENET_DATA`, then the
    user's cache folder. Raises DataError where the path is something other than a folder.
    """
    named = option or os.environ.get(ROOT_VARIABLE)
    root = Path(named).expanduser() if named else platformdirs.user_cache_path("lenet", False)
    if root.exists() and not root.is_dir():
        raise DataError(
            f"The data root must be a folder, and {root} is a file. "
            f"Give the folder that holds the datasets by --data-root or {ROOT_VARIABLE}; "
            "a file of your own goes in by --dataset NAME=FILE.npz."
        )
    return root.absolute()


def parse_file_option(text: str) -> tuple[str, Path | None]:
    """The name, and the file if there is one, in `--dataset NAME` or `--dataset NAME=FILE.npz`.

    The path is absolute. Raises DataError on an unknown name without a file, a name already
    taken, a name unfit for reports and file names, and a file that is not there.
    """
    name, equals, file = text.partition("=")
    if not equals:
        return _built_in_name(name), None
    if not _USER_NAME.fullmatch(name):
        raise DataError(
            f"--dataset {text}: NAME must be 1 to 40 letters, digits, '.', '_' or '-' and start "
            f"with a letter or digit, and is {name!r}. Write --dataset my-images=FILE.npz."
        )
    if name.lower() in {AUTO, *DATASETS}:
        raise DataError(
            f"--dataset {text}: {name!r} is the name of a built-in dataset. "
            f"Give your file another name: --dataset my-{name}={file}."
        )
    path = Path(file).expanduser().absolute()
    if not file or not path.is_file():
        raise DataError(
            f"--dataset {text}: expected an .npz file after '=', and there is no file at "
            f"{file or 'an empty path'!r}. Check the path (it is read from the current folder)."
        )
    return name, path


def parse_stand_in(text: str) -> tuple[str, str, Path]:
    """Whose place, the name and the file in `--stand-in DATASET=FILE.npz`.

    The name is the file's, without its ending. Raises DataError where DATASET is no built-in one,
    and as `parse_file_option` does.
    """
    built_in, equals, file = text.partition("=")
    if not equals or built_in not in DATASETS:
        raise DataError(
            f"--stand-in {text}: expected one of {', '.join(DATASETS)} before '=', and your file "
            "behind it. Write --stand-in cifar10=FILE.npz."
        )
    try:
        name, path = parse_file_option(f"{Path(file).stem}={file}")
    except DataError as error:
        raise DataError(
            f"--stand-in {text}: the file's name is the name of its data. {error}"
        ) from None
    assert path is not None, "behind '=' there is a file"
    return built_in, name, path


def _built_in_name(name: str) -> str:
    if name == AUTO or name in DATASETS:
        return name
    if name.endswith(".npz"):
        advice = f"A file needs a name, which the records carry: --dataset my-images={name}."
    else:
        advice = f"For a file of your own write --dataset {name or 'NAME'}=FILE.npz."
    raise DataError(f"{unknown_name(name)} {advice}")


def unknown_name(name: str) -> str:
    """The first half of an error message about a name that is no dataset's."""
    return f"{name!r} is not a dataset; the built-in ones are {', '.join((AUTO, *DATASETS))}."
