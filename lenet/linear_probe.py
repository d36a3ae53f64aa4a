"""What a linear classifier makes of each layer's output: how far its features have come.

Alain and Bengio 2016: as features get more abstract, a linear classifier on them gets better.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from lenet.data import Split
from lenet.model import LeNet
from lenet.train import Trainer

TRAIN_IMAGES, TEST_IMAGES = 500, 1_000
"""Images, from the front, that a probe is fitted to and judged by."""
RIDGE = 0.01
"""Strength of the penalty on a probe's weights, beside the mean squared length of a sample."""


def linear_probes(trainer: Trainer) -> dict[str, float]:
    """`linear_probe/LAYER` of a trained network and `untrained_probe/LAYER` of how it began.

    What is not finite is left out.
    """
    first = Trainer(trainer.recipe, trainer.split, trainer.seed).model
    models = {"linear_probe": trainer.model, "untrained_probe": first}
    return {
        f"{name}/{layer}": accuracy
        for name, model in models.items()
        for layer, accuracy in probe_accuracies(model, trainer.split).items()
        if math.isfinite(accuracy)
    }


@torch.no_grad()
def probe_accuracies(model: LeNet, split: Split) -> dict[str, float]:
    """Layer -> test accuracy of a probe on its output; `input` for the pixels.

    Convolutions are looked at after the activation and before pooling, the layer of the logits not
    at all. NaN where an output is not finite.
    """
    images = torch.cat([split.x_train[:TRAIN_IMAGES], split.x_test[:TEST_IMAGES]])
    outputs: dict[str, Tensor] = {}
    model(images, outputs)
    outputs.pop("output")
    labels = split.y_train[:TRAIN_IMAGES]
    found: dict[str, float] = {}
    for name, values in {"input": images, **outputs}.items():
        features = values.flatten(1)
        answers = ridge_answers(features[: len(labels)], labels, features[len(labels) :])
        right = (answers == split.y_test[:TEST_IMAGES]).double().mean()
        found[name] = float(right) if bool(values.isfinite().all()) else math.nan
    return found


def ridge_answers(features: Tensor, labels: Tensor, others: Tensor) -> Tensor:
    """Classes [M] of other samples [M, F], by ridge regression of one-hot labels [N] on features.

    Features [N, F]; solved in the N samples, as there may be far more features than samples.
    """
    middle = features.mean(0)
    centred, targets = features - middle, functional.one_hot(labels).to(features.dtype)
    products = centred @ centred.T
    scale = float(products.diagonal().mean())
    ridge = torch.eye(len(labels), device=features.device) * (RIDGE * scale if scale > 0 else 1.0)
    factor = torch.linalg.cholesky_ex(products + ridge).L
    weights = torch.cholesky_solve(targets - targets.mean(0), factor)
    return ((others - middle) @ centred.T @ weights + targets.mean(0)).argmax(1)
