"""What pictures for teaching say: findings as sentences with the right numbers."""

import numpy as np

from harness.diagnosis import (
    confidence,
    confusion_finding,
    dead_finding,
    features_finding,
    gradient_finding,
    kernels_finding,
    layer_series,
    mean_over_seeds,
    telling_maps,
    wrong_finding,
)
from tests.teaching_samples import health, mistakes


def test_kernels_are_said_to_have_moved_by_the_share_of_their_size() -> None:
    start = np.ones((1, 2, 1, 2, 2), np.float32)
    moved = np.concatenate([start, start * 5, start * 1.5])
    assert kernels_finding({"conv1": moved, "conv2": start}) == (
        "kernels changed by 50% (conv1), 0% (conv2) of their size"
    )
    moved[1, 0, 0, 0, 0] = np.inf
    assert kernels_finding({"conv2": start, "conv1": moved}) == (
        "kernels of conv1 are no finite numbers after epoch 1"
    )


def test_of_many_layers_the_extremes_are_named() -> None:
    start = np.ones((1, 2, 1, 2, 2), np.float32)
    kernels = {f"conv{n}": np.concatenate([start, start * (1 + n / 10)]) for n in (2, 1, 4, 3)}
    assert kernels_finding(kernels) == "kernels changed by 10% (conv1) to 40% (conv4) of their size"


def test_maps_that_are_the_same_on_every_image_tell_nothing() -> None:
    maps = np.zeros((3, 4, 2, 2), np.float32)
    maps[:, 0, 0, 0] = [0.0, 1.0, 2.0]
    maps[:, 1] = 7.0
    maps[:, 2, 1, 1] = [0.0, 0.0, 0.01]
    assert telling_maps(maps) == 1
    assert telling_maps(maps * 0) == 0
    assert features_finding({"conv1": maps[:, :1], "conv2": maps}) == (
        "1 of 4 maps of conv2 change with the image"
    )
    assert features_finding({"conv1": maps[:, :1]}) == (
        "every map of every layer changes with the image"
    )


def test_the_most_frequent_confusion_is_named() -> None:
    confusion = np.array([[50, 2, 0], [1, 30, 9], [3, 3, 44]])
    assert confusion_finding(confusion) == ("class 1 is taken for 2 most often, 9 of 40 images")
    assert confusion_finding(np.diag([3, 4])) == "every test image is classified rightly"
    assert confusion_finding(np.array([[0, 5], [0, 7]])) == "every test image is taken for class 1"


def test_what_is_not_certain_is_not_called_so() -> None:
    assert [confidence(value) for value in (0.123, 0.9994, 0.9996, 1.0)] == [
        *("12.3%", "99.9%", ">99.9%", ">99.9%")
    ]
    wrong = mistakes(2)
    assert wrong_finding(wrong) == "most confident mistake: 0 taken for 1 at 90.0%"
    assert wrong_finding(mistakes(0)) == "no test image is classified wrongly"


def test_series_have_a_row_a_seed_and_gaps_where_numbers_are_missing() -> None:
    records = [
        health(0, dead=[0.0, 0.5], norms=[1.0, None]),
        health(1, dead=[0.25], norms=[4.0]),
    ]
    dead = layer_series(records, "dead_units")["conv1"]
    np.testing.assert_array_equal(dead, [[0.0, 0.5], [0.25, np.nan]])
    np.testing.assert_array_equal(mean_over_seeds(dead), [0.125, 0.5])
    norms = layer_series(records, "gradient_norm")["conv1"]
    np.testing.assert_allclose(mean_over_seeds(norms, geometric=True), [2.0, np.nan])
    assert layer_series([], "dead_units") == {}


def test_the_layer_with_most_dead_units_is_named() -> None:
    well, ill = health(0, dead=[0.0, 0.0], norms=[1, 1]), health(1, dead=[0.1, 0.42], norms=[1, 1])
    assert dead_finding({"tanh": [well], "relu": [ill, well]}) == (
        "relu: 21% of conv1's units are dead at the end"
    )
    back = health(0, dead=[0.5, 0.0], norms=[1, 1])
    assert dead_finding({"relu": [back]}) == "Units that were dead are alive at the end"
    assert dead_finding({"relu": [well]}) == "No unit is ever dead"


def test_the_share_of_the_gradient_that_reaches_the_first_layer_is_told() -> None:
    variants = {
        "relu": [health(0, dead=[0, 0], norms=[9.0, 0.36])],
        "sigmoid": [health(0, dead=[0, 0], norms=[9.0, 0.0042])],
        "tanh": [health(seed, dead=[0], norms=[norm]) for seed, norm in enumerate((0.01, 1.0))],
        "none": [health(0, dead=[0, 0], norms=[9.0, None])],
    }
    assert gradient_finding(variants) == (
        "conv1's gradient at the end: 0.0042 of output's in sigmoid, 0.36 in relu"
    )
    assert gradient_finding({"tanh": variants["tanh"]}) == (
        "conv1's gradient at the end: 0.1 of output's in tanh"
    )
    assert gradient_finding({"none": variants["none"]}) == (
        "conv1's gradient is zero or not finite at the end"
    )
