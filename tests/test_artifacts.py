"""The arrays that outlast a training."""

from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from lenet.artifacts import MOST_WRONG, Arrays, collect, within
from lenet.data import load
from lenet.recipe import Recipe, Scaling
from lenet.settings import Conv
from lenet.train import Evaluation, Trainer
from tests.samples import SMALL, digits, noise

TWO = replace(SMALL, convs=(Conv(maps=4), Conv(maps=3)), pools=(SMALL.pools[0], None))


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """A training of two epochs, with two convolutions."""
    return trained(TWO)


@pytest.fixture(scope="module")
def arrays(trainer: Trainer) -> Arrays:
    return collect(trainer)


def trained(recipe: Recipe) -> Trainer:
    trainer = Trainer(recipe, digits(recipe), 0)
    for _ in range(recipe.epochs):
        trainer.run_epoch()
        trainer.evaluate()
    return trainer


def with_judgement(trainer: Trainer, predictions: Tensor, confidence: Tensor) -> Trainer:
    """The trainer with another last evaluation."""
    judged = copy(trainer)
    judged.last_evaluation = Evaluation(
        loss=1.0, accuracy=0.5, predictions=predictions, confidence=confidence
    )
    return judged


def assert_near(found: np.ndarray, expected: Tensor) -> None:
    """Equal up to the rounding of float16."""
    np.testing.assert_allclose(found.astype(np.float32), expected, rtol=2e-3, atol=1e-4)


def test_confusion_counts_true_classes_in_its_rows(trainer: Trainer, arrays: Arrays) -> None:
    confusion, labels = arrays["confusion"], trainer.split.y_test
    assert confusion.shape == (10, 10)
    assert confusion.sum(axis=1).tolist() == torch.bincount(labels).tolist()
    assert np.trace(confusion) / confusion.sum() == trainer.history.test_accuracy
    wrong = int((torch.from_numpy(arrays["predictions"]) != labels).nonzero()[0])
    predicted = int(arrays["predictions"][wrong])
    assert confusion[int(labels[wrong]), predicted] > 0


def test_predictions_are_those_of_the_last_evaluation(trainer: Trainer, arrays: Arrays) -> None:
    logits = trainer.model(trainer.split.x_test).detach()
    assert arrays["predictions"].tolist() == logits.argmax(1).tolist()
    shares = logits.softmax(1).max(1).values
    assert_near(arrays["confidence"], shares)
    assert [arrays[name].dtype.name for name in ("predictions", "confidence")] == [
        "int16",
        "float16",
    ]


def test_confidence_of_a_softmax_output_is_the_output() -> None:
    softmax = replace(
        SMALL, output_activation="softmax", loss="keras-cross-entropy", epochs=1, train_size=300
    )
    trainer = trained(softmax)
    outputs = trainer.model(trainer.split.x_test).detach()
    assert_near(collect(trainer)["confidence"], outputs.max(1).values)


def test_weights_are_the_trained_ones_by_layer(trainer: Trainer, arrays: Arrays) -> None:
    names = {name.removeprefix("weights/") for name in arrays if name.startswith("weights/")}
    named = dict(trainer.model.layers.named_parameters())
    assert names == set(named)
    for name in names:
        np.testing.assert_array_equal(arrays[f"weights/{name}"], named[name].detach())


def test_kernels_are_kept_from_the_start_and_after_each_epoch(
    trainer: Trainer, arrays: Arrays
) -> None:
    kernels = arrays["kernels/conv1"]
    assert kernels.shape == (TWO.epochs + 1, 4, 1, 5, 5)
    assert arrays["kernels/conv2"].shape == (TWO.epochs + 1, 3, 4, 5, 5)
    (start, *_) = Trainer(TWO, digits(TWO), 0).model.parameters()
    np.testing.assert_array_equal(kernels[0], start.detach().half())
    np.testing.assert_array_equal(kernels[-1], arrays["weights/conv1.weight"].astype(np.float16))
    assert not (kernels[0] == kernels[1]).all()
    assert not (kernels[1] == kernels[2]).all()


def test_features_are_of_the_first_test_image_of_each_class(
    trainer: Trainer, arrays: Arrays
) -> None:
    images = arrays["features/images"].tolist()
    labels = trainer.split.y_test.tolist()
    assert [labels[image] for image in images] == list(range(10))
    assert images == [labels.index(label) for label in range(10)]
    # As they are after the activation, before pooling makes them small.
    assert arrays["features/conv1"].shape == (10, 4, 24, 24)
    assert arrays["features/conv2"].shape == (10, 3, 8, 8)
    outputs: dict[str, Tensor] = {}
    trainer.model(trainer.split.x_test[images], outputs)
    assert_near(arrays["features/conv2"], outputs["conv2"].detach())


@pytest.mark.parametrize("scaling", ["raw", "unit", "standardised"])
def test_kept_images_are_the_pixels_of_the_files(scaling: Scaling) -> None:
    recipe = replace(SMALL, input_scaling=scaling, input_padding=2, epochs=1, train_size=100)
    arrays = collect(trained(recipe))
    pixels = np.pad(
        load("digits", root=Path("nowhere")).x_test.numpy(), ((0, 0), (0, 0), (2, 2), (2, 2))
    )
    assert (pixels.min(), pixels.max()) == (0, 255)
    for images, index in (("features/pixels", "features/images"), ("wrong/images", "wrong/index")):
        assert arrays[images].dtype == np.uint8
        np.testing.assert_array_equal(arrays[images], pixels[arrays[index]])


def test_each_channel_is_scaled_by_itself_and_a_constant_one_is_black() -> None:
    recipe = replace(SMALL, dataset="auto", input_shape=(3, 28, 28), epochs=1)
    split = noise(recipe)
    split.x_test[:, 0] = 7.0
    split.x_test[:, 1] = split.x_test[:, 1] * 2 - 1
    trainer = Trainer(recipe, split, 0)
    trainer.run_epoch()
    trainer.evaluate()
    pixels = collect(trainer)["wrong/images"]
    assert pixels.shape[1:] == (3, 28, 28)
    assert pixels[:, 0].max() == 0
    assert pixels[:, 1:].min() < 5
    assert pixels[:, 1:].max() > 250


def test_wrong_images_are_the_most_confident_mistakes(trainer: Trainer, arrays: Arrays) -> None:
    labels = trainer.split.y_test.numpy()
    predictions, confidence = arrays["predictions"], arrays["confidence"].astype(np.float32)
    mistakes = np.flatnonzero(predictions != labels)
    index = arrays["wrong/index"]
    assert len(index) == min(MOST_WRONG, len(mistakes)) > 1
    assert set(index.tolist()) <= set(mistakes.tolist())
    others = np.setdiff1d(mistakes, index)
    assert confidence[others].max(initial=0) <= confidence[index].min()
    np.testing.assert_array_equal(arrays["wrong/label"], labels[index])
    np.testing.assert_array_equal(arrays["wrong/prediction"], predictions[index])
    assert_near(confidence[index], torch.from_numpy(arrays["wrong/confidence"]))
    assert (np.diff(arrays["wrong/confidence"]) <= 0).all()


@pytest.mark.parametrize(("mistakes", "kept"), [(0, 0), (3, 3), (100, MOST_WRONG)])
def test_fewer_mistakes_are_fewer_images(trainer: Trainer, mistakes: int, kept: int) -> None:
    labels = trainer.split.y_test
    predictions = labels.clone()
    predictions[:mistakes] = (labels[:mistakes] + 1) % 10
    judged = with_judgement(trainer, predictions, torch.full((len(labels),), 0.5))
    arrays = collect(judged)
    assert arrays["wrong/index"].tolist() == list(range(kept))
    assert arrays["wrong/images"].shape == (kept, 1, 28, 28)


def test_a_confidence_that_is_no_number_is_no_confident_mistake(trainer: Trainer) -> None:
    labels = trainer.split.y_test
    confidence = torch.full((len(labels),), torch.nan)
    confidence[7] = 0.4
    arrays = collect(with_judgement(trainer, (labels + 1) % 10, confidence))
    assert arrays["wrong/index"].tolist() == [7]


def test_artifacts_before_any_evaluation_are_an_error() -> None:
    trainer = Trainer(SMALL, digits(SMALL), 0)
    with pytest.raises(RuntimeError, match=r"call evaluate\(\) before"):
        collect(trainer)


def test_largest_arrays_are_left_out_first_and_named() -> None:
    arrays: Arrays = {
        name: np.zeros(size, dtype=np.uint8)
        for name, size in (("a", 10), ("large", 100), ("b", 30), ("larger", 200))
    }
    assert within(arrays, limit_bytes=340) == (arrays, ())
    assert [list(within(arrays, limit_bytes=339)[0]), within(arrays, limit_bytes=339)[1]] == [
        ["a", "large", "b"],
        ("larger",),
    ]
    kept, dropped = within(arrays, limit_bytes=139)
    assert (list(kept), dropped) == (["a", "b"], ("larger", "large"))
    assert within(arrays, limit_bytes=0) == ({}, ("larger", "large", "b", "a"))
    assert list(arrays) == ["a", "large", "b", "larger"]


def test_nothing_needs_to_be_unpickled(arrays: Arrays) -> None:
    assert not any(array.dtype.hasobject for array in arrays.values())
