"""Pictures for teaching by what they draw: the right pixels, numbers and words."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from harness.mosaic import Block, coloured, mosaic_figure, photos
from harness.plot_teaching import (
    confusion_figure,
    feature_maps_figure,
    kernels_by_epoch_figure,
    moments,
    wrong_figure,
)
from harness.plot_teaching_epochs import dead_units_figure, gradient_norms_figure
from tests.records import make_record
from tests.teaching_samples import Array, drawn, health, mistakes, pictures, texts, title


def test_signed_colours_are_white_at_zero_and_full_at_the_limit() -> None:
    found = coloured(np.array([[0.0, 2.0, -2.0, np.nan, 1.0]]), "signed")[0]
    assert found[0].min() > 240
    assert found[1, 0] > 2 * found[1, 2]  # red
    assert found[2, 2] > 2 * found[2, 0]  # blue
    assert found[3].tolist() == [0xD9] * 3
    assert found[4, 2] > found[1, 2]
    stronger = coloured(np.array([[1.0]]), "signed", limit=1.0)[0]
    assert stronger[0].tolist() == found[1].tolist()


def test_nothing_but_zeros_is_white_and_nothing_finite_is_grey() -> None:
    assert coloured(np.zeros((2, 2)), "signed").min() > 240
    assert set(coloured(np.full((2, 2), np.nan), "intensity").flat) == {0xD9}


def test_photos_keep_colours_and_show_other_images_in_grey() -> None:
    pixels = np.arange(2 * 3 * 2 * 2, dtype=np.uint8).reshape(2, 3, 2, 2)
    assert photos(pixels)[1, 0, 1].tolist() == pixels[1, :, 0, 1].tolist()
    assert photos(pixels[:, :1])[1, 0, 1].tolist() == [pixels[1, 0, 0, 1]] * 3


def test_each_image_of_a_mosaic_stands_on_its_own_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 250, (3, 20, 20, 3), dtype=np.uint8)
    figure = mosaic_figure([Block(heading="some", rows=(images,))], title="t", subtitle="s")
    (strip,) = pictures(drawn(figure))
    assert strip.shape == (22, 66, 3)
    for place, image in enumerate(images):
        np.testing.assert_array_equal(strip[:20, 22 * place : 22 * place + 20], image)
    assert figure.axes[0].images[0].get_interpolation() == "none"


def test_kernels_are_drawn_from_start_to_end_on_one_scale_a_layer() -> None:
    assert [moments(count) for count in (2, 4, 21)] == [[0, 1], [0, 1, 2, 3], [0, 5, 10, 15, 20]]
    kernels = np.zeros((4, 20, 3, 5, 5), np.float32)
    kernels[:, :, 0] = 9.0  # large, and never touched
    kernels[0, 0, 1, 0, 0], kernels[3, 0, 1, 0, 0], kernels[3, 1, 2, 0, 0] = 0.1, -0.4, 0.3
    figure = drawn(kernels_by_epoch_figure({"conv1": kernels}, name="adam (best)"))
    found = pictures(figure)
    assert len(found) == 4
    assert found[0].shape[1] == 16 * (4 * 5 + 2)
    np.testing.assert_array_equal(
        found[3][0, 0], coloured(np.array([[-0.4]]), "signed", limit=0.4)[0, 0]
    )
    np.testing.assert_array_equal(
        found[0][0, 0], coloured(np.array([[0.1]]), "signed", limit=0.4)[0, 0]
    )
    assert {"start", "epoch 1", "epoch 2", "epoch 3"} <= set(texts(figure))
    assert (
        "conv1: the first 16 of 20 kernels, of input map 2 of 3, which changed most; "
        "full colour: ±0.4" in texts(figure)
    )
    assert title(figure).startswith("adam (best): kernels changed by ")


def test_maps_stand_under_their_image() -> None:
    features = {
        "conv1": np.random.default_rng(0).random((10, 3, 24, 24)).astype(np.float32),
        "conv2": np.zeros((10, 40, 8, 8), np.float32),
    }
    pixels = np.full((10, 1, 28, 28), 77, np.uint8)
    figure = drawn(feature_maps_figure(features, pixels, name="adam"))
    image, *maps = pictures(figure)
    assert image.shape == (30, 300, 3)
    assert (image[:28, :28] == 77).all()
    assert [each.shape[1] for each in maps] == [260] * 3 + [180] * 6
    np.testing.assert_array_equal(
        maps[1][:24, 26:50], coloured(features["conv1"], "intensity")[1, 1]
    )
    assert "conv2: the first 6 of 40 maps of 8 x 8" in texts(figure)
    assert title(figure) == "adam: 0 of 40 maps of conv2 change with the image"
    assert len(pictures(drawn(feature_maps_figure(features, None, name="adam")))) == 9


def test_many_layers_share_the_room_for_maps() -> None:
    features = {f"conv{place}": np.ones((12, 16, 4, 4), np.float32) for place in range(1, 6)}
    found = pictures(drawn(feature_maps_figure(features, None, name="deep")))
    assert len(found) == 5 * 2
    assert found[0].shape[1] == 10 * 18  # ten of the twelve images


def test_confusion_counts_rows_by_true_class_and_colours_mistakes_alone() -> None:
    confusion = np.array([[1_950, 2, 0], [1, 30, 9], [3, 3, 44]])
    figure = drawn(confusion_figure(confusion, name="adam"))
    (ax,) = figure.axes
    found = {
        (round(text.get_position()[1]), round(text.get_position()[0])): text.get_text()
        for text in ax.texts
    }
    counts = {place: f"{count:,}" for place, count in np.ndenumerate(confusion) if count}
    assert found == counts
    (shown,) = ax.images
    colours = np.ma.masked_array(shown.get_array())
    assert np.diag(np.ma.getmaskarray(colours)).all()
    assert colours[1, 2] == 9 / 40 == shown.get_clim()[1]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true class", "predicted class")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # class 0 on top


@pytest.mark.parametrize("confusion", [np.diag([5, 5]), np.zeros((2, 2), int), np.eye(100, k=1)])
def test_a_matrix_without_mistakes_or_with_many_classes_can_be_drawn(confusion: Array) -> None:
    figure = drawn(confusion_figure(confusion.astype(np.int64), name="adam"))
    counted = 0 if len(confusion) > 15 else int((confusion > 0).sum())
    assert len(figure.axes[0].texts) == counted


def test_mistakes_have_label_prediction_and_confidence_under_them() -> None:
    figure = drawn(wrong_figure(mistakes(15), name="adam"))
    captions = [text for text in texts(figure) if " as " in text and "\n" in text]
    assert [captions[0], captions[-1]] == ["0 as 1\n90.0%", "14 as 15\n50.0%"]
    assert len(captions) == 15
    assert [each.shape[1] for each in pictures(figure)] == [12 * 20, 3 * 20]
    assert title(figure) == "adam: most confident mistake: 0 taken for 1 at 90.0%"


def test_a_line_is_the_mean_over_seeds_with_every_seed_thin_beside_it() -> None:
    records = [health(0, dead=[0.0, 0.5], norms=[1, 1]), health(1, dead=[0.2, 0.3], norms=[1, 1])]
    figure = drawn(dead_units_figure({"relu": records}, {"relu": "best: 97% right"}))
    (ax,) = figure.axes
    lines = {line.get_linewidth(): np.asarray(line.get_ydata()) for line in ax.get_lines()[:3]}
    thick = max(lines)
    np.testing.assert_allclose(lines[thick], [0.1, 0.4])
    thin = [np.asarray(line.get_ydata()) for line in ax.get_lines()[:2]]
    np.testing.assert_array_equal(thin, [[0.0, 0.5], [0.2, 0.3]])
    assert ax.get_ylim()[0] <= 0
    assert "relu\nbest: 97% right" in texts(figure)


def test_panels_share_axis_and_layers_keep_their_look() -> None:
    records = [health(0, dead=[0.0, 0.5], norms=[1, 2])]
    figure = drawn(dead_units_figure({"relu": records, "tanh": records, "elu": records}, {}))
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    looks = [{to_rgb(line.get_color()) for line in ax.get_lines()} for ax in figure.axes]
    assert looks[0] == looks[1] == looks[2]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["conv1", "output"]


def test_gradients_are_on_a_log_axis_that_holds_all_but_zero_and_what_is_not_finite() -> None:
    records = [
        health(0, dead=[0, 0, 0], norms=[1e-6, 0.0, None]),
        health(1, dead=[0, 0, 0], norms=[1e-4, 30.0, None]),
    ]
    figure = drawn(gradient_norms_figure({"relu": records}, {}))
    (ax,) = figure.axes
    assert ax.get_yscale() == "log"
    low, high = ax.get_ylim()
    assert low < 1e-6 < 30 < high
    mean = max(ax.get_lines()[:3], key=lambda line: line.get_linewidth())
    np.testing.assert_allclose(np.asarray(mean.get_ydata()), [1e-5, 30.0, np.nan])


@pytest.mark.parametrize("norm", [0.0, None])
def test_gradients_that_vanished_altogether_can_be_drawn(norm: float | None) -> None:
    record = make_record(accuracies=(0.1,))
    epoch = replace(record.epochs[0], gradient_norm={"conv1": norm}, dead_units={"conv1": 1.0})
    broken = replace(record, epochs=(epoch,))
    drawn(gradient_norms_figure({"relu": [broken]}, {}))
    assert title(drawn(dead_units_figure({"relu": [broken]}, {}))) == (
        "relu: 100% of conv1's units are dead at the end"
    )
