"""Settles which dataset a session trains on, and downloads it where that works.

Imports no torch. `resolve` is called once, by the process that starts all others; these call
`lenet.data.load`, which never downloads.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lenet import fetch
from lenet.datasets import AUTO, DATASETS, ROOT_VARIABLE, DataError, Dataset
from lenet.readers import read

AUTO_DOWNLOAD_S = 20.0
"""Seconds in which `auto` must have MNIST."""

NAMED_DOWNLOAD_S = 1800.0
"""Seconds in which a dataset asked for by its name must be there."""

UNPACK_S = 120.0
"""Seconds that unpacking may take at least; importing torchvision can take ten of them."""


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """The dataset that a session trains on."""

    name: str
    """Its name, never `auto`."""
    why: str
    """How it came to be this one, a sentence for the session's header."""


class DownloadError(Exception):
    """A download that did not work; the message is the reason alone."""


def resolve(
    name: str,
    *,
    root: Path,
    files: Mapping[str, Path],
    download_seconds: float = AUTO_DOWNLOAD_S,
) -> Resolution:
    """The dataset that `name` stands for, on disk and checked when this returns.

    `auto` is `mnist` where it is under `root` or can be had within `download_seconds`, else
    `digits`. A built-in name is downloaded if it is missing, with progress on standard error.
    CIFAR-10's hashes are left to `load`. Raises DataError on an unknown name, on data asked for
    by name that cannot be had, and on a damaged file, for `auto` too.
    """
    if name == AUTO:
        return _resolve_auto(root, seconds=download_seconds)
    how = ""
    if name in files:
        how = f"read from {files[name]}"
    elif name in DATASETS:
        how = _have_named(DATASETS[name], root)
    _check(name, root=root, files=files)
    return Resolution(name=name, why=f"{name}: {how}.")


def _resolve_auto(root: Path, *, seconds: float) -> Resolution:
    try:
        how = _have(DATASETS["mnist"], root, seconds=seconds)
    except DownloadError as reason:
        _check("digits", root=root, files={})
        return Resolution(
            name="digits",
            why=f"digits, NOT mnist: {DATASETS['digits'].title}; MNIST is not under {root} and "
            f"could not be downloaded ({reason}). With MNIST on disk, name the folder that holds "
            f"{DATASETS['mnist'].folder} by --data-root FOLDER or {ROOT_VARIABLE}=FOLDER.",
        )
    _check("mnist", root=root, files={})
    return Resolution(name="mnist", why=f"mnist: {how}.")


def _have_named(dataset: Dataset, root: Path) -> str:
    try:
        return _have(dataset, root, seconds=NAMED_DOWNLOAD_S)
    except DownloadError as error:
        raise DataError(
            f"{dataset.name} is not on disk ({dataset.absence(root)}) and could not be "
            f"downloaded ({error}). {dataset.how_to_get(root)}"
        ) from error


def _have(dataset: Dataset, root: Path, *, seconds: float) -> str:
    """See that the files are under `root`; says how they came there."""
    if not dataset.files:
        return dataset.title
    if not dataset.missing(root):
        return f"found in {root / dataset.folder}"
    packed = bool(dataset.packed(root))
    download(dataset, root, seconds=max(seconds, UNPACK_S) if packed else seconds)
    return f"{'unpacked' if packed else 'downloaded'} into {root / dataset.folder}"


def _check(name: str, *, root: Path, files: Mapping[str, Path]) -> None:
    # Reading CIFAR-10 means importing torchvision, which takes longer than all other checks.
    if name != "cifar10":
        read(name, root=root, files=files)


def download(dataset: Dataset, root: Path, *, seconds: float) -> None:
    """Put the files under `root`: fetched in a folder beside theirs, checked, then moved.

    A download that fails, stalls or is interrupted leaves no file behind. Packed files that lie
    there already are unpacked, and not downloaded again. Raises DownloadError with the reason.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{dataset.name}-", dir=root) as folder:
            work = Path(folder)
            _copy_packed(dataset, source=root, target=work)
            _fetch(dataset, work, seconds=seconds)
            _check(dataset.name, root=work, files={})
            _move(dataset, source=work, target=root)
    except OSError as error:
        raise DownloadError(f"no download under {root}: {error}") from error
    except DataError as error:
        raise DownloadError(f"what came is not {dataset.name}: {error}") from error


def _copy_packed(dataset: Dataset, *, source: Path, target: Path) -> None:
    # Copies, not links: torchvision overwrites a packed file whose hash is wrong.
    for path in dataset.packed(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _fetch(dataset: Dataset, work: Path, *, seconds: float) -> None:
    # Packed files need no server, so none is asked whether it answers.
    url = "" if dataset.packed(work) else dataset.url
    try:
        done = subprocess.run(
            [*_fetch_command(), str(dataset.torchvision_class), str(work), url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=seconds,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DownloadError(f"not done within {seconds:g} s") from error
    if done.returncode:
        reason = done.stdout.strip() or f"the download ended with exit code {done.returncode}"
        raise DownloadError(reason)


def _fetch_command() -> list[str]:
    # -P keeps this package's own folder, where the script lies, out of the import path.
    return [sys.executable, "-P", fetch.__file__]


def _move(dataset: Dataset, *, source: Path, target: Path) -> None:
    """Move the dataset's folder as one; file by file where there is such a folder already."""
    for path in dataset.packed(source):
        path.unlink()
    new, place = source / dataset.folder, target / dataset.folder
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        new.rename(place)
    except OSError:
        for path in dataset.missing(target):
            (new / path.name).replace(path)
