"""Figures by what they draw: the right numbers, one look for one thing, nothing hidden."""

import io
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from harness.axes import accuracy_limits, plain, spread
from harness.compare import Comparison, compare
from harness.compare_runs import compare_runs
from harness.curves import SHOWN_POINTS, by_epoch, pareto_front
from harness.palette import STYLES, Palette, assign_styles
from harness.plot import bars_figure, figures
from harness.plot_runs import change_figures
from harness.plotters import plot_accuracy, plot_epochs
from harness.record import Record
from tests.records import bench_records, make_record

BENCH = bench_records(seeds=3, epochs=3)


def comparison_of(records: Iterable[Record]) -> tuple[Comparison, Palette]:
    (comparison,) = compare(records)
    return comparison, assign_styles([comparison])


@cache
def drawn(experiment: str) -> dict[str, Figure]:
    """All figures of one of the bench's experiments."""
    return draw(*bench(experiment))


def bench(experiment: str) -> tuple[Comparison, Palette]:
    return comparison_of(record for record in BENCH if record.experiment == experiment)


def draw(comparison: Comparison, palette: Palette) -> dict[str, Figure]:
    """All figures of an experiment, each rendered, which is where matplotlib warns or fails."""
    made = figures(comparison, palette)
    for figure in made.values():
        figure.savefig(io.BytesIO(), dpi=40)
    return made


def texts(figure: Figure) -> str:
    return "\n".join(found.get_text() for found in figure.findobj(Text) if isinstance(found, Text))


def line_colours(ax: Axes) -> set[str]:
    return {to_hex(line.get_color()).upper() for line in ax.get_lines()}


@pytest.mark.parametrize(
    ("experiment", "names"),
    [
        ("optimizer", ["accuracy", "bars", "accuracy-by-epoch", "accuracy-by-time"]),
        ("activation", ["accuracy", "grid", "accuracy-by-epoch", "accuracy-by-time"]),
        (
            "depth",
            [
                "accuracy",
                "bars",
                "accuracy-by-epoch",
                "accuracy-by-time",
                "time-by-depth",
                "time-by-parameters",
            ],
        ),
    ],
)
def test_each_experiment_gets_the_figures_that_suit_it(experiment: str, names: list[str]) -> None:
    assert list(drawn(experiment)) == names


def test_a_line_is_the_mean_over_seeds_and_its_band_the_range() -> None:
    records = [
        make_record(seed=0, accuracies=(0.5, 0.7)),
        make_record(seed=1, accuracies=(0.6, 0.9)),
    ]
    comparison, palette = comparison_of(records)
    ax = Figure().subplots()
    style = palette["optimizer", "adam"]
    assert plot_epochs(ax, comparison.cells, lambda cell: style) is ax
    (line,) = ax.get_lines()
    assert np.array_equal(line.get_xdata(), [1, 2])
    assert np.asarray(line.get_ydata()) == pytest.approx(np.array([0.55, 0.8]))
    (band,) = (found for found in ax.collections if isinstance(found, PolyCollection))
    heights = np.asarray(band.get_paths()[0].vertices)[:, 1]
    assert (heights.min(), heights.max()) == (0.5, 0.9)


def test_every_seed_is_a_point_and_the_interval_an_arrow_where_it_leaves_the_frame() -> None:
    records = [make_record(seed=seed, accuracies=(0.5 + seed / 10,)) for seed in range(3)]
    comparison, _ = comparison_of(records)
    ax = Figure().subplots()
    ax.set_xlim(0.49, 0.71)
    plot_accuracy(ax, comparison.cells, lambda cell: STYLES[0], row_of=lambda cell: 0)
    points = [line for line in ax.get_lines() if line.get_marker() == "o"]
    assert [np.asarray(line.get_xdata()) for line in points] == [pytest.approx([0.5, 0.6, 0.7])]
    assert {line.get_marker() for line in ax.get_lines()} >= {"<", ">"}
    assert ax.get_xlim() == (0.49, 0.71)


def test_of_thousands_of_seeds_some_are_points_and_the_figure_says_so() -> None:
    records = [
        make_record(variant=name, seed=seed, accuracies=(0.3, 0.5 + seed / 2000), epoch_s=level)
        for name, level in (("1", 1.0), ("2", 2.0))
        for seed in range(600)
    ]
    records = [replace(record, factors={"depth": int(record.variant)}) for record in records]
    made = draw(*comparison_of(records))
    names = [
        "accuracy",
        "bars",
        "accuracy-by-epoch",
        "accuracy-by-time",
        "time-by-depth",
    ]
    assert list(made) == names
    for name, figure in made.items():
        lines = [line for ax in figure.axes for line in ax.get_lines()]
        assert max(len(np.asarray(line.get_xdata())) for line in lines) <= SHOWN_POINTS
        if name != "accuracy-by-epoch":
            assert "200 of up to 600 seeds, evenly by rank" in texts(figure)
    dots = [line for line in made["accuracy"].axes[0].get_lines() if line.get_marker() == "o"]
    shown = np.concatenate([np.asarray(line.get_xdata()) for line in dots])
    assert (shown.min(), shown.max()) == (0.5, 0.5 + 599 / 2000)


def test_bars_reach_from_zero_to_the_mean_with_every_seed_on_them() -> None:
    comparison, palette = bench("optimizer")
    (ax,) = bars_figure(comparison, palette).axes
    bars = [found for found in ax.patches if isinstance(found, Rectangle)]
    means = sorted((cell.accuracy.mean for cell in comparison.cells if cell.accuracy), reverse=True)
    assert [bar.get_y() for bar in bars] == [0] * len(means)
    assert [bar.get_height() for bar in bars] == pytest.approx(means)
    assert sum(len(np.asarray(line.get_ydata())) for line in ax.get_lines()) == sum(
        len(cell.records) for cell in comparison.cells
    )
    assert ax.get_ylim()[0] == 0


def test_a_grid_has_one_panel_a_learning_rate_and_one_axis_for_all() -> None:
    axes = drawn("activation")["accuracy-by-epoch"].axes
    titles = [ax.get_title(loc="left") for ax in axes]
    assert titles == [f"learning rate {rate}" for rate in ("0.0001", "0.001", "0.01", "0.1")]
    assert len({ax.get_ylim() for ax in axes}) == 1
    assert all(len(ax.get_lines()) == 8 for ax in axes)


def test_one_variant_has_one_colour_in_all_figures() -> None:
    _, palette = bench("activation")
    tanh = palette["activation", "tanh"].colour.upper()
    for name in ("accuracy", "accuracy-by-epoch", "accuracy-by-time"):
        assert all(tanh in line_colours(ax) for ax in drawn("activation")[name].axes)


def test_names_keep_their_style_across_experiments_and_differ_within_one() -> None:
    others = [replace(record, experiment="other") for record in BENCH if record.seed == 0]
    chosen = [record for record in others if record.nodeid.startswith("bench/test_optimizer")]
    palette = assign_styles(compare([*BENCH, *chosen]))
    assert palette["other", "adam"] == palette["optimizer", "adam"]
    for experiment in ("optimizer", "activation", "maxpool"):
        styles = [style for (name, _), style in palette.items() if name == experiment]
        assert len(set(styles)) == len(styles)
    assert palette["optimizer", "sgd"].colour == "#000000"


def test_forty_variants_can_still_be_told_apart() -> None:
    palette = assign_styles(compare([make_record(variant=f"v{n}") for n in range(36)]))
    assert len({(style.colour, style.marker) for style in palette.values()}) == 36


@pytest.mark.parametrize("epochs", [1, 20])
def test_one_variant_one_seed_and_no_baseline_is_drawn(epochs: int) -> None:
    accuracies = tuple(0.5 + epoch / 50 for epoch in range(epochs))
    made = draw(*comparison_of([make_record(accuracies=accuracies)]))
    assert len(made) == 4
    assert f"after {epochs} epoch" in texts(made["accuracy"])


def test_an_epoch_without_a_number_is_a_gap_and_not_a_zero() -> None:
    (cell,) = comparison_of([make_record(accuracies=(0.5, None, 0.7))])[0].cells
    assert by_epoch(cell) == [(1, 0.5), (3, 0.7)]
    draw(*comparison_of([make_record(accuracies=(0.5, None, 0.7))]))


@pytest.mark.parametrize(
    "record",
    [
        make_record(accuracies=(None, None)),
        make_record(accuracies=(), outcome="error"),
    ],
    ids=["diverged", "raised"],
)
def test_an_experiment_without_any_accuracy_has_no_figure(record: Record) -> None:
    assert draw(*comparison_of([record])) == {}


def test_a_variant_without_result_keeps_its_row() -> None:
    raised = make_record(variant="nadam", accuracies=(), outcome="error")
    figure = draw(*comparison_of([make_record(), raised]))["accuracy"]
    assert "no result" in texts(figure)
    assert "nadam" in texts(figure)


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_the_ends_of_the_scale_can_be_drawn(accuracy: float) -> None:
    records = [make_record(variant=name, accuracies=(accuracy,)) for name in ("sgd", "adam")]
    draw(*comparison_of([*records, make_record(variant="nadam", accuracies=(0.95,))]))


def test_hostile_names_are_text() -> None:
    name = "$\\frac{$ <b> \n \u0001 形 😀 " + "x" * 500
    records = [make_record(variant=name, factors={name: 1}), make_record(variant="sgd")]
    made = draw(*comparison_of([*records, make_record(variant="b", factors={name: 2})]))
    assert len(made) == 5
    assert len(plain(name)) < 40


def test_time_is_drawn_from_zero_against_a_number() -> None:
    figure = drawn("depth")["time-by-depth"]
    (ax,) = figure.axes
    assert ax.get_ylim()[0] == 0
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "3", "4"]


def test_the_front_holds_what_nothing_beats_in_both_time_and_accuracy() -> None:
    records = [
        make_record(variant="fast", epoch_s=1.0, accuracies=(0.6, 0.7)),
        make_record(variant="slow", epoch_s=4.0, accuracies=(0.9,)),
        make_record(variant="worse", epoch_s=5.0, accuracies=(0.8,)),
    ]
    front = pareto_front(comparison_of(records)[0].cells)
    found = [(cell.variant, seconds) for (seconds, _), cell in front]
    assert found == [("fast", 1.0), ("fast", 2.0), ("slow", 4.0)]


@pytest.mark.parametrize(
    ("values", "scale"),
    [((0.1, 0.98), "logit"), ((0.96, 0.98), "linear"), ((0.1, 0.3), "linear"), ((0.9,), "linear")],
)
def test_the_axis_holds_all_values_and_bends_only_where_it_must(
    values: tuple[float, ...], scale: str
) -> None:
    low, high, found = accuracy_limits(values)
    assert found == scale
    assert 0 <= low < min(values)
    assert max(values) < high <= 1
    assert found == "logit" or high - low >= 0.02 - 1e-12


@given(st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=20), st.floats(0.001, 0.05))
def test_labels_never_stand_on_each_other_and_keep_their_order(
    heights: list[float], gap: float
) -> None:
    placed = spread(heights, gap=gap)
    ordered = sorted(placed)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(ordered))
    assert min(placed) >= -1e-9
    assert max(placed) <= 1 + 1e-9
    by_height = sorted(range(len(heights)), key=lambda index: heights[index])
    assert [placed[index] for index in by_height] == pytest.approx(ordered)


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([0.8, 0.2, 0.5], gap=0.1) == pytest.approx([0.8, 0.2, 0.5])


def test_change_of_a_run_shows_direction_and_draws_the_unsure_in_grey() -> None:
    before = [make_record(variant=name, seed=seed) for name in "ab" for seed in range(4)]
    gains = {"a": (0.010, 0.011, 0.012, 0.010), "b": (0.01, -0.01, 0.02, -0.02)}
    after = [
        replace(record, test_accuracy=0.97 + gains[record.variant][record.seed])
        for record in before
    ]
    before = [replace(record, test_accuracy=0.97) for record in before]
    figure = change_figures(compare_runs(before, after, names=("old", "new")))["optimizer"]
    figure.savefig(io.BytesIO())
    markers = [line.get_marker() for line in figure.axes[0].get_lines()]
    assert markers.count(">") == 1
    assert markers.count("o") == 1
    assert "rose in 1 and fell in 0 of 2" in texts(figure)
