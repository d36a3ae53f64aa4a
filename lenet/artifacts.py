"""What pictures and later tests need of a finished training, as plain arrays, without torch."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet.examples import example_maps
from lenet.train import Evaluation, Trainer

Arrays = dict[str, npt.NDArray[np.generic]]

MOST_WRONG = 24
"""Wrongly classified test images that are kept."""


def collect(trainer: Trainer) -> Arrays:
    """The arrays of a training that was evaluated at least once.

    - `weights/LAYER.PARAMETER`: float32, as trained
    - `kernels/CONV` [epochs + 1, maps, C, k, k]: float16, at the start and after each epoch
    - `features/CONV` [classes, maps, H, W]: float16, of the first test image of each class, after
      the activation and before pooling
    - `features/images` [classes]: int32, which test images these are
    - `features/pixels` [classes, C, H, W]: uint8, these images
    - `wrong/images` [n, C, H, W]: uint8, the 24 wrongly classified test images of the highest
      confidence, from the highest; n is smaller where fewer are wrong with a finite confidence
    - `wrong/index`, `wrong/label`, `wrong/prediction` [n]: int32, which test images these are,
      their true and their predicted class
    - `wrong/confidence` [n]: float32
    - `confusion` [classes, classes]: int32, true class by predicted class
    - `predictions` [M], `confidence` [M]: int16, float16, of each test image

    Images have the padding that the network sees. Each channel is scaled for the whole test set:
    its lowest value becomes 0, its highest 255. These are the pixels of the files wherever the test
    images span 0 to 255 in each channel, whatever the recipe's scaling.
    """
    if trainer.last_evaluation is None:
        raise RuntimeError("artifacts are of an evaluated training: call evaluate() before")
    evaluation = trainer.last_evaluation
    return {
        **_weights(trainer),
        **_kernels(trainer),
        **_features(trainer),
        **_wrong(trainer, evaluation),
        "confusion": _confusion(trainer, evaluation.predictions),
        "predictions": _array(evaluation.predictions.to(torch.int16)),
        "confidence": _array(evaluation.confidence.half()),
    }


def within(arrays: Arrays, *, limit_bytes: int) -> tuple[Arrays, tuple[str, ...]]:
    """The arrays that fit a limit, and the names of those left out, the largest first."""
    kept = dict(arrays)
    dropped: list[str] = []
    while sum(array.nbytes for array in kept.values()) > limit_bytes:
        largest = max(kept, key=lambda name: kept[name].nbytes)
        dropped.append(largest)
        del kept[largest]
    return kept, tuple(dropped)


def _weights(trainer: Trainer) -> Arrays:
    named = trainer.model.layers.named_parameters()
    return {f"weights/{name}": _array(tensor) for name, tensor in named}


def _kernels(trainer: Trainer) -> Arrays:
    names = trainer.kernels[0]
    return {
        f"kernels/{name}": np.stack([_array(kernels[name]) for kernels in trainer.kernels])
        for name in names
    }


def _features(trainer: Trainer) -> Arrays:
    first, maps = example_maps(trainer)
    return {
        "features/images": np.array(first, dtype=np.int32),
        "features/pixels": _pixels(trainer.split.x_test, first),
        **{f"features/{name}": _array(output.half()) for name, output in maps.items()},
    }


def _wrong(trainer: Trainer, evaluation: Evaluation) -> Arrays:
    labels = trainer.split.y_test
    # Of a network that diverged the confidence is NaN: that is no confidence.
    wrong = (evaluation.predictions != labels) & evaluation.confidence.isfinite()
    ranks = torch.where(wrong, evaluation.confidence, -1).sort(descending=True, stable=True)
    index = ranks.indices[: min(MOST_WRONG, int(wrong.sum()))]
    return {
        "wrong/images": _pixels(trainer.split.x_test, index.tolist()),
        "wrong/index": _array(index.int()),
        "wrong/label": _array(labels[index].int()),
        "wrong/prediction": _array(evaluation.predictions[index].int()),
        "wrong/confidence": _array(evaluation.confidence[index].float()),
    }


def _pixels(images: Tensor, index: list[int]) -> npt.NDArray[np.generic]:
    """Some of the test images as uint8, on the scale of all of them, channel by channel."""
    lowest, highest = images.amin((0, 2, 3)), images.amax((0, 2, 3))
    span = (highest - lowest).where(highest > lowest, 1)
    by_channel = (1, -1, 1, 1)
    shares = (images[index] - lowest.view(by_channel)) / span.view(by_channel)
    return _array((shares * 255).round().to(torch.uint8))


def _confusion(trainer: Trainer, predictions: Tensor) -> npt.NDArray[np.int32]:
    classes = trainer.recipe.classes
    cells = trainer.split.y_test * classes + predictions
    counts = torch.bincount(cells, minlength=classes**2).view(classes, classes)
    return counts.cpu().numpy().astype(np.int32)


def _array(tensor: Tensor) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = tensor.detach().cpu().contiguous().numpy()
    return array
