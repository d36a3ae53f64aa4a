"""The studies' pictures by what they draw: none alike that is not, and all of it legible."""

import io

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from harness.claim import Paper, Reported
from harness.estimate import estimate
from harness.metrics import METRICS
from harness.plot_papers import (
    OURS,
    THEIRS,
    class_names,
    features_figure,
    losses_figure,
    numbers_figure,
    standings_sentence,
)
from harness.record import StepLoss
from harness.repeated import Repeated
from tests.teaching_samples import pictures, texts, title

PAPER = Paper(id="D2", title="t", source="s", data="d", experiments=(), assumptions=())


def repeated(
    *runs: float,
    value: float,
    span: tuple[float, float] | None = None,
    id: str = "D2-N01",
    text: str = "test accuracy",
    reading: str = "",
) -> Repeated:
    """A reported accuracy beside the accuracies of these runs; `span`: of 95% of further ones."""
    low, high = span or (None, None)
    return Repeated(
        reported=Reported(id=id, place="6", text=text, value=value),
        metric=METRICS["test_accuracy"],
        estimate=estimate(runs),
        low=low,
        high=high,
        reading=reading,
    )


ALIKE = repeated(0.84, 0.85, 0.86, value=0.85, span=(0.8, 0.9))
NOT_EXCLUDED = repeated(0.84, 0.85, 0.86, value=0.88, span=(0.8, 0.9), id="D2-N02")
EXCLUDED = repeated(0.84, 0.85, 0.86, value=0.95, span=(0.8, 0.9), id="D2-N03")
UNTOLD = repeated(0.84, value=0.85, id="D2-N04")


def drawn(*rows: Repeated) -> Axes:
    figure = numbers_figure(PAPER, rows)
    assert figure is not None
    figure.savefig(io.BytesIO(), dpi=40)
    (ax,) = figure.axes
    return ax


def figure_of(ax: Axes) -> Figure:
    assert isinstance(ax.figure, Figure)
    return ax.figure


def marks(ax: Axes, colour: str, marker: str) -> list[Line2D]:
    """From the lowest row to the highest."""
    found = [x for x in ax.get_lines() if (x.get_color(), x.get_marker()) == (colour, marker)]
    return sorted(found, key=lambda line: float(np.asarray(line.get_ydata())[0]))


def test_the_title_counts_apart_what_our_runs_say_of_each_number() -> None:
    figure = numbers_figure(PAPER, [ALIKE, NOT_EXCLUDED, EXCLUDED, UNTOLD])
    assert figure is not None
    assert title(figure) == (
        "D2, reported accuracies: 1 like our runs, 1 not excluded, 1 excluded, 1 with one seed"
    )


def test_a_number_counts_once_by_its_nearest_reading() -> None:
    other = repeated(0.84, value=0.85, reading="sgd/batch-128")
    assert standings_sentence([ALIKE, other]) == "1 like our runs"
    far = repeated(0.1, 0.2, value=0.85, span=(0.0, 0.3), reading="sgd/batch-128")
    assert standings_sentence([repeated(0.84, value=0.85), far]) == "1 excluded"


def test_an_interval_that_excludes_nothing_makes_nothing_alike() -> None:
    wide = repeated(0.1, 0.9, value=0.5, span=(-3.0, 4.0))
    assert standings_sentence([wide]) == "1 not excluded"


def test_seeds_too_few_for_an_interval_are_told() -> None:
    two = repeated(0.84, 0.86, value=0.85)
    assert standings_sentence([two]) == "1 with two seeds"
    assert standings_sentence([two, UNTOLD]) == "2 with one or two seeds"


def test_low_and_high_accuracies_can_both_be_read() -> None:
    near = repeated(0.988, 0.99, value=0.98, span=(0.98, 0.995), id="D2-N04")
    ax = drawn(repeated(0.17, value=0.85), near)
    assert ax.get_xscale() == "logit"
    into_axes = ax.transData + ax.transAxes.inverted()
    places = [
        into_axes.transform((np.asarray(line.get_xdata())[0], 0))[0]
        for colour, marker in ((OURS, "o"), (THEIRS, "D"))
        for line in marks(ax, colour, marker)[:1]
    ]
    assert abs(places[0] - places[1]) > 0.05
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert {"50", "90", "99"} <= set(ticks)


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_no_accuracy_leaves_the_axes(mean: float) -> None:
    ax = drawn(repeated(mean, value=1.0), repeated(0.5, 0.6, value=0.99, span=(-0.5, 1.5)))
    for line in marks(ax, OURS, "o") + marks(ax, THEIRS, "D"):
        assert ax.get_xlim()[0] <= np.asarray(line.get_xdata())[0] <= ax.get_xlim()[1]
    assert len(marks(ax, OURS, "<")) == len(marks(ax, OURS, ">")) == 1


def test_a_dot_without_an_interval_is_hollow_and_each_row_tells_its_seeds() -> None:
    ax = drawn(ALIKE, UNTOLD)
    hollow, full = marks(ax, OURS, "o")
    assert (hollow.get_markerfacecolor(), full.get_markerfacecolor()) == ("white", OURS)
    assert {"1 seed", "3 seeds"} <= set(texts(figure_of(ax)))


def test_an_interval_narrower_than_its_dot_shows_above_and_below_it() -> None:
    ax = drawn(repeated(0.1135, 0.1135, value=0.54, span=(0.1134, 0.1136)))
    (ends,) = ax.collections
    heights = [np.asarray(path.vertices)[:, 1] for path in ends.get_paths()]
    assert len(heights) == 2
    points = ax.transData.transform([(0.5, float(np.asarray(heights).max())), (0.5, 0.0)])
    high = (points[0, 1] - points[1, 1]) * 72 / figure_of(ax).dpi
    assert high > marks(ax, OURS, "o")[0].get_markersize() / 2 + 2


def test_rows_that_differ_at_their_ends_can_be_told_apart() -> None:
    start = "sigmoid, rate 0.1, before adjustments: accuracy with "
    losses = ("cross-entropy", "squared error")
    ax = drawn(*(repeated(0.5, value=0.4, id="D3-N01", text=start + loss) for loss in losses))
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert [name.replace("\n", " ") for name in names] == [
        f"D3-N01 {start}{loss}" for loss in reversed(losses)
    ]
    cells = ", ".join(f"cifar_first/sigmoid-ce-softmax-lr{rate}" for rate in (0.1, 0.01, 0.001))
    (name,) = drawn(repeated(0.5, value=0.4, reading=cells)).get_yticklabels()
    assert name.get_text().startswith("D2-N01 cifar_first/sigmoid-ce-softmax-lr0.1, …\n")
    assert name.get_text().endswith("\ncifar_first/sigmoid-ce-softmax-lr0.001")


def step_losses(last: int, *, lowest: float) -> list[StepLoss]:
    steps = tuple(range(1, last, last // 100))
    losses = tuple(float(loss) for loss in np.geomspace(2.3, lowest, len(steps)))
    return [StepLoss(step=steps, loss=losses), StepLoss(step=steps, loss=(None,) * len(steps))]


@pytest.mark.parametrize(("last", "lowest"), [(1_800, 0.6), (18_000, 1e-6), (200, 0.02)])
def test_axes_of_losses_are_named_and_have_a_few_round_ticks(last: int, lowest: float) -> None:
    figure = losses_figure(PAPER, {"start/a": step_losses(last, lowest=lowest)} | {"b/c": []})
    figure.savefig(io.BytesIO(), dpi=40)
    ax = figure.axes[0]
    assert [(each.get_xlabel(), each.get_ylabel()) for each in figure.axes] == [
        ("step", "training loss")
    ] * 2
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert 2 <= sum(low <= tick <= high for tick in ax.get_yticks()) <= 9
    shown = [tick for tick in ax.get_xticklabels() if left <= tick.get_position()[0] <= right]
    assert 3 <= len(shown) <= 6
    assert max(len(tick.get_text()) for tick in shown) <= 4


def test_rows_of_maps_are_called_by_their_classes_where_these_are_known() -> None:
    maps = np.random.default_rng(0).random((10, 4, 5, 5))
    assert {"airplane", "truck"} <= set(texts(features_figure("t", maps, dataset="cifar10-40k")))
    assert {"class 0", "class 9"} <= set(texts(features_figure("t", maps, dataset="my-images")))
    assert "class 9" in texts(features_figure("t", maps))
    assert class_names("cifar10", 2) == ("class 0", "class 1")
    assert class_names("cifar100", 10)[0] == "class 0"


def test_an_image_stands_ahead_of_its_maps_where_it_is_known() -> None:
    maps = np.random.default_rng(0).random((2, 3, 10, 10))
    pixels = np.random.default_rng(1).integers(0, 250, (2, 3, 32, 32), dtype=np.uint8)
    figure = features_figure("t", maps, pixels=pixels)
    strips = pictures(figure)
    assert len(strips) == 2
    first = strips[1][:160:5, :160:5]
    np.testing.assert_array_equal(first, pixels[1].transpose(1, 2, 0))
    assert any("ahead of them the image" in text for text in texts(figure))
