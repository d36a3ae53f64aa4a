"""What a session settles once, before its workers start, and how each case reads it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.tiers import TIERS
from lenet.datasets import AUTO, DATASETS, data_root, parse_file_option
from lenet.download import resolve
from lenet.recipe import Recipe

ENGINE = "torch"
"""What trains; part of a threshold's key."""

FIXED = ("tier", "dataset", "engine", "device")
"""Settings in which a resumed session must agree with its run."""


def settle(
    *, tier_name: str, dataset: str, root: str | None, device: str, seeds: int
) -> dict[str, Any]:
    """The settings of a run, as JSON; `dataset` is the option as given.

    Raises:
        DataError: the dataset cannot be had.
    """
    tier = TIERS[tier_name]
    name, file = parse_file_option(dataset)
    if name == AUTO and tier.dataset:
        name = tier.dataset
    folder = data_root(root)
    found = resolve(name, root=folder, files={name: file} if file else {})
    train_images, test_images = _sizes(found.name, file)
    return {
        "tier": tier.name,
        "dataset": found.name,
        "dataset_asked": dataset != AUTO,
        "dataset_file": str(file) if file else None,
        "data_root": str(folder),
        "train_images": train_images,
        "test_images": test_images,
        "device": device,
        "engine": ENGINE,
        "seeds": seeds,
        "fixed": list(FIXED),
        "headline": [f"bench: tier {tier.name} ({tier.summary})", f"dataset: {found.why}"],
    }


def dataset_name(recipe: Recipe, settings: Mapping[str, Any]) -> str:
    """The dataset that a recipe is trained on in this session."""
    asked: str = settings["dataset"]
    return asked if settings["dataset_asked"] or recipe.dataset == AUTO else recipe.dataset


def nominal_sizes(*, tier_name: str, dataset: str) -> dict[str, int]:
    """Sizes of the dataset a tier would train on, without having it: MNIST's where it is open."""
    name, file = parse_file_option(dataset)
    if name == AUTO:
        name = TIERS[tier_name].dataset or "mnist"
    train_images, test_images = _sizes(name, file)
    return {"train_images": train_images, "test_images": test_images}


def parse_seconds(text: str) -> float:
    """Seconds in `90s`, `10m`, `1h30m` or `2h`; raises ValueError on anything else."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text)
    if not text or parts is None or not any(parts.groups()):
        raise ValueError(f"expected a time such as 90s, 10m or 1h30m; got {text!r}")
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return 3600.0 * hours + 60.0 * minutes + seconds


def _sizes(name: str, file: Path | None) -> tuple[int, int]:
    if file is None:
        return DATASETS[name].train_size, DATASETS[name].test_size
    with np.load(file, allow_pickle=False) as arrays:
        return len(arrays["y_train"]), len(arrays["y_test"])
