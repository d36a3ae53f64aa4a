"""The images on which a trained network is looked at: the first test image of each class."""

import torch
from torch import Tensor

from lenet.train import Trainer


@torch.no_grad()
def example_maps(trainer: Trainer) -> tuple[list[int], dict[str, Tensor]]:
    """Which test images these are, and what each convolution makes of them.

    Maps [classes, maps, H, W], after the activation and before pooling, by layer.
    """
    labels = trainer.split.y_test
    present = torch.bincount(labels).nonzero().flatten().tolist()
    first = [int((labels == label).nonzero()[0]) for label in present]
    outputs: dict[str, Tensor] = {}
    trainer.model(trainer.split.x_test[first], outputs)
    return first, {name: output for name, output in outputs.items() if name.startswith("conv")}
