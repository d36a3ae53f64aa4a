"""Training images changed a little, other ones each epoch: moved, turned, zoomed, mirrored."""

import torch
from torch import Tensor
from torch.nn import functional

from lenet.settings import Augmentation

AT_ONCE = 5_000
"""Images turned at once: their grids take more memory than they do."""


def augmented(images: Tensor, settings: Augmentation, draws: torch.Generator) -> Tensor:
    """New images for [N, C, H, W], one each, on the same device; without changes the same ones.

    Draws come from the CPU, so that one seed gives the same changes on any device.
    """
    if settings.rotate or settings.zoom:
        images = _turned(images, settings, draws)
    if settings.shift:
        images = _shifted(images, settings.shift, draws)
    if settings.flip:
        chosen = (torch.rand(len(images), generator=draws) < 0.5).to(images.device)
        images = torch.where(chosen[:, None, None, None], images.flip(3), images)
    return images


def _turned(images: Tensor, settings: Augmentation, draws: torch.Generator) -> Tensor:
    """Each image turned and zoomed about its middle, bilinear; its edge is repeated."""
    angle = torch.deg2rad(settings.rotate * _either_way(len(images), draws))
    size = 1 + settings.zoom * _either_way(len(images), draws)
    cos, sin, zero = angle.cos() / size, angle.sin() / size, torch.zeros_like(angle)
    turn = torch.stack([cos, -sin, zero, sin, cos, zero], dim=1).view(-1, 2, 3).to(images.device)
    parts = zip(torch.split(images, AT_ONCE), torch.split(turn, AT_ONCE), strict=True)
    return torch.cat([_sampled(some, own) for some, own in parts])


def _sampled(images: Tensor, turn: Tensor) -> Tensor:
    grid = functional.affine_grid(turn, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _either_way(count: int, draws: torch.Generator) -> Tensor:
    """[N] from -1 to 1."""
    return 2 * torch.rand(count, generator=draws) - 1


def _shifted(images: Tensor, most: int, draws: torch.Generator) -> Tensor:
    """Each image moved by whole pixels."""
    height, width = images.shape[2:]
    framed = functional.pad(images, (most,) * 4, mode="replicate")
    places = torch.randint(2 * most + 1, (2, len(images)), generator=draws).to(images.device)
    out = torch.empty_like(images)
    for top in range(2 * most + 1):
        for left in range(2 * most + 1):
            chosen = (places[0] == top) & (places[1] == left)
            out[chosen] = framed[chosen, :, top : top + height, left : left + width]
    return out
