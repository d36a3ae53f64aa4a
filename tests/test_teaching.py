"""Pictures for teaching by what they draw, and which cases they are of."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.artifacts import Wrong, artifacts_path
from harness.compare import Comparison, compare
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
from harness.mosaic import Block, coloured, mosaic_figure, photos
from harness.plot_teaching import (
    confusion_figure,
    feature_maps_figure,
    kernels_by_epoch_figure,
    moments,
    wrong_figure,
)
from harness.plot_teaching_epochs import dead_units_figure, gradient_norms_figure
from harness.record import Record
from harness.teaching import Illustration, shown_cases, teaching_figures
from tests.records import make_record

Array = np.ndarray[Any, Any]


def texts(figure: Figure) -> list[str]:
    return [found.get_text() for found in figure.findobj(Text) if isinstance(found, Text)]


def title(figure: Figure) -> str:
    return figure.texts[-2].get_text()


def drawn(figure: Figure) -> Figure:
    """The figure, rendered, which is where matplotlib warns or fails."""
    figure.savefig(io.BytesIO(), dpi=40)
    return figure


def pictures(figure: Figure) -> list[Array]:
    return [np.asarray(image.get_array()) for ax in figure.axes for image in ax.images]


def comparison_of(accuracies: dict[str, Sequence[float | None]], **others: Any) -> Comparison:
    """Variants with a final accuracy a seed; the baseline is `sgd`."""
    (comparison,) = compare(records_of(accuracies, **others))
    return comparison


def records_of(accuracies: dict[str, Sequence[float | None]], **others: Any) -> list[Record]:
    return [
        make_record(variant=variant, seed=seed, accuracies=(0.5, value), **others)
        for variant, values in accuracies.items()
        for seed, value in enumerate(values)
    ]


def health(seed: int, *, dead: Sequence[float], norms: Sequence[float | None]) -> Record:
    """A record whose layer conv1 has these values, epoch by epoch; output has 0 and 1."""
    record = make_record(seed=seed, accuracies=(0.9,) * len(dead))
    epochs = tuple(
        replace(
            epoch,
            dead_units={"conv1": share, "output": 0.0},
            gradient_norm={"conv1": norm, "output": 1.0},
        )
        for epoch, share, norm in zip(record.epochs, dead, norms, strict=True)
    )
    return replace(record, epochs=epochs)


def artifact_arrays() -> dict[str, Array]:
    """What a training leaves, made up: two convolutions, ten classes."""
    random = np.random.default_rng(0)
    return {
        "kernels/conv1": random.normal(size=(3, 4, 1, 5, 5)).astype(np.float16),
        "kernels/conv2": random.normal(size=(3, 20, 4, 5, 5)).astype(np.float16),
        "features/conv1": random.random((10, 4, 24, 24)).astype(np.float16),
        "features/conv2": random.random((10, 20, 8, 8)).astype(np.float16),
        "features/pixels": random.integers(0, 256, (10, 1, 28, 28), dtype=np.uint8),
        "confusion": np.diag(np.full(10, 90, dtype=np.int32)) + 1,
        "wrong/images": random.integers(0, 256, (11, 1, 28, 28), dtype=np.uint8),
        "wrong/label": np.arange(11, dtype=np.int32) % 10,
        "wrong/prediction": (np.arange(11, dtype=np.int32) + 1) % 10,
        "wrong/confidence": np.linspace(0.99, 0.4, 11, dtype=np.float32),
    }


# Which cases


def test_baseline_best_and_worst_are_shown_in_this_order() -> None:
    shown = shown_cases(
        comparison_of({"adam": [0.98, 0.97], "sgd": [0.9, 0.95], "nadam": [0.1], "rms": [0.93]})
    )
    assert [(case.cell.variant, case.roles) for case in shown] == [
        ("sgd", ("baseline",)),
        ("adam", ("best",)),
        ("nadam", ("worst",)),
    ]


@pytest.mark.parametrize(
    ("accuracies", "expected"),
    [
        ({"sgd": [0.98], "adam": [0.9]}, [("sgd", "baseline, best"), ("adam", "worst")]),
        ({"sgd": [0.8], "adam": [0.9]}, [("sgd", "baseline, worst"), ("adam", "best")]),
        ({"sgd": [0.8]}, [("sgd", "baseline")]),
        ({"adam": [0.8]}, [("adam", "first")]),
        ({"sgd": [None], "adam": [0.8], "nadam": [0.7]}, [("adam", "best"), ("nadam", "worst")]),
        ({"adam": [0.8], "sgd": [0.8], "nadam": [0.8]}, [("sgd", "baseline")]),
        ({"sgd": [None]}, []),
    ],
)
def test_a_variant_that_is_two_of_these_is_shown_once(
    accuracies: dict[str, Sequence[float | None]], expected: list[tuple[str, str]]
) -> None:
    shown = shown_cases(comparison_of(accuracies))
    assert [(case.cell.variant, ", ".join(case.roles)) for case in shown] == expected


@pytest.mark.parametrize(
    ("values", "seed"),
    [([0.9, 0.7, 0.8], 2), ([0.9, 0.6, 0.7, 0.8], 2), ([0.9, None, 0.8, 0.7], 2), ([0.5, 0.5], 0)],
)
def test_the_median_seed_stands_for_a_variant(values: list[float | None], seed: int) -> None:
    (case,) = shown_cases(comparison_of({"sgd": values}))
    assert case.median.seed == seed


# Findings


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


# Pictures of one training


def mistakes(count: int) -> Wrong:
    return Wrong(
        images=np.full((count, 1, 6, 6), 200, np.uint8),
        label=np.arange(count),
        prediction=np.arange(count) + 1,
        confidence=np.linspace(0.9, 0.5, count, dtype=np.float32),
    )


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
    kernels[0, 0, 0, 0, 0], kernels[3, 0, 0, 0, 0], kernels[3, 0, 1] = 0.1, -0.4, 9.0
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
        "conv1: the first 16 of 20 kernels, by the first of 3 input maps; full colour: ±0.4"
        in texts(figure)
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


# Layers over epochs


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


# All together


def teach(folder: Path, records: Sequence[Record], notices: list[str]) -> dict[str, Illustration]:
    known = {(record.nodeid, record.run): record for record in records}
    (comparison,) = compare(records)
    return teaching_figures(
        comparison,
        lambda run, file: artifacts_path(folder / run, file),
        read_record=lambda nodeid, run: known[nodeid, run],
        notice=notices.append,
    )


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    """Three variants of two seeds; the artifacts of all are one file."""
    (tmp_path / "synthetic").mkdir()
    arrays: Any = artifact_arrays()
    np.savez_compressed(tmp_path / "synthetic" / "one.npz", **arrays)
    accuracies: dict[str, Sequence[float | None]] = {"sgd": [0.9], "adam": [0.98], "nadam": [0.1]}
    return records_of(accuracies, artifacts="one.npz")


def test_all_pictures_of_all_cases_come_with_words(tmp_path: Path, records: list[Record]) -> None:
    notices: list[str] = []
    made = teach(tmp_path, records, notices)
    assert notices == []
    kinds, roles = ("kernels", "maps", "confusion", "mistakes"), ("baseline", "best", "worst")
    assert list(made) == [
        *("dead-units", "gradient-norms"),
        *(f"{kind}-{role}" for kind in kinds for role in roles),
    ]
    for illustration in made.values():
        drawn(illustration.figure)
    assert made["confusion-best"].title == "Confusion matrix of adam (best), seed 0"
    assert made["confusion-best"].alternative == (
        "Confusion matrix of adam (best), seed 0, 98.00% of test images right: "
        "class 0 is taken for 1 most often, 1 of 100 images."
    )


def test_what_older_artifacts_lack_is_told_once(tmp_path: Path, records: list[Record]) -> None:
    arrays: Any = {"confusion": artifact_arrays()["confusion"]}
    np.savez_compressed(tmp_path / "synthetic" / "one.npz", **arrays)
    notices: list[str] = []
    made = teach(tmp_path, records[:2], notices)
    assert [name for name in made if name not in ("dead-units", "gradient-norms")] == [
        *("confusion-baseline", "confusion-best")
    ]
    (said,) = notices
    assert said.startswith(
        "experiment optimizer: no artifacts to draw kernels, maps, mistakes of sgd, adam. "
    )


def test_a_case_without_a_mistake_is_no_gap(tmp_path: Path, records: list[Record]) -> None:
    arrays: Any = artifact_arrays()
    arrays |= {name: array[:0] for name, array in arrays.items() if name.startswith("wrong/")}
    np.savez_compressed(tmp_path / "synthetic" / "one.npz", **arrays)
    notices: list[str] = []
    assert not [name for name in teach(tmp_path, records, notices) if "mistakes" in name]
    assert notices == []


def test_records_without_artifacts_still_show_their_layers(
    tmp_path: Path, records: list[Record]
) -> None:
    notices: list[str] = []
    bare = [replace(record, artifacts=None) for record in records]
    assert list(teach(tmp_path, bare, notices)) == ["dead-units", "gradient-norms"]
    assert len(notices) == 1


def test_a_damaged_file_costs_its_own_pictures_alone(tmp_path: Path, records: list[Record]) -> None:
    (tmp_path / "synthetic" / "two.npz").write_bytes(b"PK nothing")
    notices: list[str] = []
    mixed = [replace(records[0], artifacts="two.npz"), *records[1:]]
    made = teach(tmp_path, mixed, notices)
    assert "kernels-baseline" not in made
    assert "kernels-best" in made
    assert ["artifacts cannot be read" in said for said in notices] == [True]


def test_hostile_names_are_text(tmp_path: Path, records: list[Record]) -> None:
    named = [replace(record, variant="$\\frac{<script>", baseline="x") for record in records[:1]]
    for illustration in teach(tmp_path, named, []).values():
        drawn(illustration.figure)
