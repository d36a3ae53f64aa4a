"""The health of a network, read from a fixed set of training images outside the timed part."""

import torch
from torch import Tensor

from lenet.activations import dead_share, saturated_share
from lenet.losses import LOSSES
from lenet.model import LeNet

PROBE_IMAGES = 1_000
"""Training images, the first in file order, on which gradients and units are looked at."""


def probe(
    model: LeNet, images: Tensor, labels: Tensor
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Gradient norm, share of dead units and share of saturated outputs, each by layer.

    Shapes: images [N, C, H, W], labels [N]. Leaves the parameters' gradients as they were found.
    """
    outputs: dict[str, Tensor] = {}
    with torch.no_grad():
        model(images, outputs)
    loss = LOSSES[model.recipe.loss](model(images), labels)
    gradients = iter(torch.autograd.grad(loss, list(model.parameters())))
    norms = {
        name: float(torch.stack([next(gradients).norm() for _ in layer.parameters()]).norm())
        for name, layer in model.layers.items()
    }
    recipe = model.recipe
    kinds = dict(zip(outputs, (*recipe.activations, recipe.output_activation), strict=True))
    dead = {name: dead_share(output, kinds[name]) for name, output in outputs.items()}
    saturated = {name: saturated_share(output, kinds[name]) for name, output in outputs.items()}
    return norms, dead, saturated
