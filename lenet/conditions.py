"""Accuracy under changed test images, or in other test batches: what a final network withstands."""

import re
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from lenet.seeding import generator
from lenet.train import Trainer

Change = Callable[[Tensor, float, torch.Generator], Tensor]
"""(images [M, C, H, W], amount, draws) -> changed images of the same shape."""

_NAME = re.compile(r"(?P<kind>[a-z]+)-(?P<amount>\d+(?:\.\d+)?)")


def shifted(images: Tensor, amount: float, draws: torch.Generator) -> Tensor:
    """Each image moved by so many pixels to one of four sides, its edge repeated behind it."""
    pixels, (_, _, height, width) = int(amount), images.shape
    framed = functional.pad(images, (pixels,) * 4, mode="replicate")
    corners = ((0, pixels), (2 * pixels, pixels), (pixels, 0), (pixels, 2 * pixels))
    sides = torch.randint(len(corners), (len(images),), generator=draws).to(images.device)
    out = torch.empty_like(images)
    for side, (top, left) in enumerate(corners):
        chosen = sides == side
        out[chosen] = framed[chosen, :, top : top + height, left : left + width]
    return out


def rotated(images: Tensor, amount: float, draws: torch.Generator) -> Tensor:
    """Each image turned by so many degrees, one way or the other, bilinear."""
    signs = torch.randint(2, (len(images),), generator=draws).to(images) * 2 - 1
    angle = signs * torch.deg2rad(torch.tensor(amount))
    zero = torch.zeros_like(angle)
    turn = torch.stack(
        [angle.cos(), -angle.sin(), zero, angle.sin(), angle.cos(), zero], dim=1
    ).view(-1, 2, 3)
    grid = functional.affine_grid(turn, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def noisy(images: Tensor, amount: float, draws: torch.Generator) -> Tensor:
    """Normal noise on each pixel, its deviation a share of the range of pixel values."""
    noise = torch.randn(images.shape, generator=draws).to(images)
    return images + amount * (images.max() - images.min()) * noise


CHANGES: dict[str, Change] = {"shift": shifted, "rotate": rotated, "noise": noisy}
"""Kind of condition -> change; `batch` beside them changes how many images are judged at once."""


def check(name: str) -> None:
    """Refuse a name that is no condition.

    Raises:
        ValueError: with what was expected.
    """
    parts = _NAME.fullmatch(name)
    if parts is None or parts["kind"] not in (*CHANGES, "batch"):
        raise ValueError(
            "condition: expected shift-PIXELS, rotate-DEGREES, noise-SHARE or batch-IMAGES; "
            f"got {name!r}"
        )


def judge_under(trainer: Trainer, names: Sequence[str]) -> dict[str, float]:
    """Condition -> accuracy of the network as it stands.

    `shift-2` moves each test image by 2 pixels, `rotate-15` turns it by 15 degrees, `noise-0.1`
    adds noise of a tenth of the range; `batch-1` judges one image at a time, in file order, which
    matters only to a head that reads the batch as a sequence. All runs see the same changes.
    """
    found = {}
    for name in names:
        check(name)
        kind, amount = name.split("-")
        images, labels = trainer.split.x_test, trainer.split.y_test
        if kind == "batch":
            found[name] = trainer.judge(images, labels, batch=int(amount)).accuracy
            continue
        changed = CHANGES[kind](images, float(amount), generator(0, f"condition {name}"))
        found[name] = trainer.judge(changed, labels).accuracy
    return found
