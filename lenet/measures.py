"""What a trained network looks like, in numbers: its kernels, its maps and its gradients.

Stand-ins for words that pictures are described with: a kernel with a pattern, a map that follows
edges, a sparse gradient.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from lenet.examples import example_maps
from lenet.train import Trainer

RANDOM_PLANES = 10_000
"""Random kernels that tell how far neighbouring weights go together by chance."""
BY_CHANCE = 0.05
"""Share of random kernels that are called patterned."""
NEAR_ZERO = 0.01
"""A gradient is near zero below this share of its layer's root mean square."""
SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
"""Sobel's filter for upright edges; lying down it is its transpose."""


def measure(trainer: Trainer) -> dict[str, float]:
    """Name -> value of a network that took a step at least; what is not finite is left out.

    - `patterned_kernels/CONV`, `patterned_kernels`: see `patterned_share`; of all layers together
    - `edge_correlation/CONV`: see `edge_correlation`; after the activation and before pooling
    - `sparse_gradients/LAYER`: see `near_zero_share`; of the weights at the last step
    """
    found = {
        **_of_kernels(trainer),
        **_of_maps(trainer),
        **_of_gradients(trainer),
    }
    return {name: value for name, value in found.items() if math.isfinite(value)}


def patterned_share(kernels: Tensor) -> float:
    """Share of kernels whose neighbouring weights go together more than those of 95 random in 100.

    Kernels [n, k, k]; NaN where k is 1. By Moran's I (Moran, 1950) with the four nearest cells as
    neighbours: 1 for a smooth kernel, near 0 for noise, negative for a chessboard.
    """
    if kernels.shape[-1] < 2:
        return math.nan
    return float((_moran(kernels.float()) > _chance_level(kernels.shape[-1])).float().mean())


def edge_correlation(images: Tensor, maps: Tensor) -> float:
    """How closely the map that follows edges most does so: the largest of all maps, 0 to 1.

    Images [N, C, H, W], maps [N, M, h, w]. For each map the correlation over pixels with the size
    of Sobel's gradient of the grey image, which is brought to h x w by averaging; its mean over the
    images, without sign, as an edge may be dark in a map or bright.
    """
    grey = images.mean(1, keepdim=True)
    upright = torch.tensor(SOBEL, device=images.device, dtype=images.dtype)
    filters = torch.stack([upright, upright.T]).unsqueeze(1)
    framed = functional.pad(grey, (1, 1, 1, 1), mode="replicate")
    size = functional.conv2d(framed, filters).norm(dim=1, keepdim=True)
    edges = functional.adaptive_avg_pool2d(size, (maps.shape[2], maps.shape[3]))
    return float(_correlations(maps.flatten(2), edges.flatten(2)).mean(0).abs().max())


def near_zero_share(gradient: Tensor) -> float:
    """Share of a gradient's entries below a hundredth of its root mean square; 1 if all are 0."""
    bound = NEAR_ZERO * gradient.square().mean().sqrt()
    return float((gradient.abs() <= bound).float().mean()) if bound.isfinite() else math.nan


def _of_kernels(trainer: Trainer) -> dict[str, float]:
    planes = {
        name: layer.weight.detach().flatten(0, 1)
        for name, layer in trainer.model.layers.items()
        if isinstance(layer, nn.Conv2d)
    }
    shares = {name: patterned_share(kernels) for name, kernels in planes.items()}
    count = sum(len(kernels) for kernels in planes.values())
    mean = sum(shares[name] * len(kernels) for name, kernels in planes.items()) / count
    by_layer = {f"patterned_kernels/{name}": share for name, share in shares.items()}
    return {**by_layer, "patterned_kernels": mean}


def _of_maps(trainer: Trainer) -> dict[str, float]:
    index, outputs = example_maps(trainer)
    images = trainer.split.x_test[index]
    return {
        f"edge_correlation/{name}": edge_correlation(images, maps) for name, maps in outputs.items()
    }


def _of_gradients(trainer: Trainer) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, layer in trainer.model.layers.items():
        slopes = [weight.grad for weight in layer.parameters() if weight.grad is not None]
        weights = [slope.flatten() for slope in slopes if slope.dim() > 1]
        if weights:
            found[f"sparse_gradients/{name}"] = near_zero_share(torch.cat(weights))
    return found


@lru_cache
def _chance_level(k: int) -> float:
    """Moran's I that 5 random kernels in 100 pass."""
    draws = torch.randn(RANDOM_PLANES, k, k, generator=torch.Generator().manual_seed(0))
    return float(_moran(draws).quantile(1 - BY_CHANCE))


def _moran(kernels: Tensor) -> Tensor:
    """Moran's I [n] of kernels [n, k, k]; 0 for a flat one."""
    off = kernels - kernels.mean((1, 2), keepdim=True)
    beside = (off[:, :, 1:] * off[:, :, :-1]).sum((1, 2))
    below = (off[:, 1:] * off[:, :-1]).sum((1, 2))
    k = kernels.shape[-1]
    pairs, cells = 2 * k * (k - 1), k * k
    spread = off.square().sum((1, 2))
    return torch.where(spread > 0, (beside + below) / pairs * cells / spread, 0.0)


def _correlations(maps: Tensor, edges: Tensor) -> Tensor:
    """Correlation [N, M] over pixels of maps [N, M, P] with edges [N, 1, P]; 0 for a flat map."""
    first, second = (each - each.mean(2, keepdim=True) for each in (maps, edges))
    scale = first.norm(dim=2) * second.norm(dim=2)
    return torch.where(scale == 0, 0.0, (first * second).sum(2) / scale)
