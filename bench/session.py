"""What a session settles once, before its workers start, and how each case reads it."""

import platform
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.thresholds import THRESHOLDS_FILE
from bench.tiers import TIERS
from lenet.datasets import AUTO, DATASETS, data_root, parse_file_option, parse_stand_in
from lenet.download import resolve
from lenet.engine import Engine, describe
from lenet.npz import read_npz
from lenet.recipe import Recipe

ARTIFACT_BYTES = 2**20
"""Artifacts of one case before compression; the largest arrays are left out beyond it."""

FIXED = ("tier", "dataset", "engine", "device", "stand_ins")
"""Settings in which a resumed session must agree with its run."""


class DeviceError(ValueError):
    """A device that is not there."""


def settle(
    *,
    tier_name: str,
    dataset: str,
    root: str | None,
    device: str,
    engine: str,
    seeds: int,
    thresholds: Path,
    stand_ins: Sequence[str] = (),
) -> dict[str, Any]:
    """The settings of a run, as JSON; `dataset`, `device`, `engine` and `stand_ins` as given.

    Raises:
        DataError: the dataset cannot be had.
        DeviceError: the device is not there, or is not the engine's.
    """
    _check_device(device)
    chosen = chosen_engine(engine, device)
    tier = TIERS[tier_name]
    name, file = parse_file_option(dataset)
    if name == AUTO and tier.dataset:
        name = tier.dataset
    folder = data_root(root)
    found = resolve(name, root=folder, files={name: file} if file else {})
    train_images, test_images = _sizes(found.name, file)
    instead = stand_in_files(stand_ins)
    return {
        "tier": tier.name,
        "dataset": found.name,
        "dataset_asked": dataset != AUTO,
        "dataset_file": str(file) if file else None,
        "stand_ins": {old: name for old, (name, _) in instead.items()} or None,
        "stand_in_files": instead,
        "data_root": str(folder),
        "train_images": train_images,
        "test_images": test_images,
        "device": device,
        "engine": chosen,
        "seeds": seeds,
        "thresholds": str(thresholds.absolute()),
        "fixed": list(FIXED),
        "headline": [
            f"bench: tier {tier.name} ({tier.summary})",
            f"dataset: {found.why}",
            *(f"instead of {old}: {name}, {given}" for old, (name, given) in instead.items()),
            f"engine: {describe(chosen)}",
            *([] if thresholds == THRESHOLDS_FILE else [f"thresholds: {thresholds}"]),
        ],
    }


def chosen_engine(option: str, device: str) -> Engine:
    """What trains: `fast` on a CPU, unless PyTorch is asked for.

    Raises:
        DeviceError: `fast` is asked for on a GPU.
    """
    on_gpu = device == "cuda" or (device == "auto" and _has_gpu())
    if option == "fast" and on_gpu:
        raise DeviceError(
            "--engine fast: it computes on the CPU, and the device is a GPU; add --device cpu, or "
            "leave --engine at auto"
        )
    return "torch" if option == "torch" or on_gpu else "fast"


def stand_in_files(given: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Built-in dataset -> name and file of what stands in for it, of `--stand-in` as given.

    Raises:
        DataError: no such dataset, or a file that is no dataset.
    """
    found = {}
    for text in given:
        old, name, file = parse_stand_in(text)
        read_npz(file)  # refuses what is no dataset
        found[old] = name, str(file)
    return found


def data_source(recipe: Recipe, settings: Mapping[str, Any]) -> tuple[str, str | None]:
    """Name and file of what a recipe is trained on in this session; `None` for no own file."""
    asked: str = settings["dataset"]
    if settings["dataset_asked"] or recipe.dataset == AUTO:
        name, file = asked, settings["dataset_file"]
    else:
        name, file = recipe.dataset, None
    return tuple(settings["stand_in_files"].get(name, (name, file)))


def nominal_data(*, tier_name: str, dataset: str) -> dict[str, Any]:
    """What a tier would train on, and its sizes, without having it: MNIST where it is open.

    Raises:
        DataError: an unknown name, or a file that is no dataset.
    """
    name, file = parse_file_option(dataset)
    if file:
        read_npz(file)  # refuses what is no dataset
    if name == AUTO:
        name = TIERS[tier_name].dataset or "mnist"
    train_images, test_images = _sizes(name, file)
    return {
        "dataset": name,
        "dataset_asked": dataset != AUTO,
        "dataset_file": str(file) if file else None,
        "train_images": train_images,
        "test_images": test_images,
    }


def parse_seconds(text: str) -> float:
    """Seconds in `90s`, `10m`, `1h30m` or `2h`; raises ValueError on anything else."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text)
    hours, minutes, seconds = (int(part or 0) for part in parts.groups()) if parts else (0, 0, 0)
    total = 3600.0 * hours + 60.0 * minutes + seconds
    if not total:
        raise ValueError(f"expected a time such as 90s, 10m or 1h30m; got {text!r}")
    return total


def _has_gpu() -> bool:
    """Whether PyTorch can use a GPU; loads it only where a driver shows that there may be one."""
    if platform.system() == "Darwin" or not (
        Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi")
    ):
        return False
    import torch

    return torch.cuda.is_available()


def _check_device(device: str) -> None:
    if device != "cuda":
        return  # without loading torch
    import torch

    if not torch.cuda.is_available():
        raise DeviceError(
            "--device cuda: expected a CUDA device that PyTorch can use, and there is none; "
            "leave --device at auto, or take cpu"
        )


def _sizes(name: str, file: Path | None) -> tuple[int, int]:
    if file is None:
        return DATASETS[name].train_size, DATASETS[name].test_size
    with np.load(file, allow_pickle=False) as arrays:
        return len(arrays["y_train"]), len(arrays["y_test"])
