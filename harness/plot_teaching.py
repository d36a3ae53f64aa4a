"""What one training learned, in pictures: kernels, feature maps, confusions, mistakes. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.artifacts import Counts, Floats, Wrong
from harness.artifacts import Pixels as Images
from harness.axes import FONT_PT, INK, QUIET, TITLE_IN, Margins, canvas, set_titles
from harness.diagnosis import (
    confidence,
    confusion_finding,
    features_finding,
    kernels_finding,
    wrong_finding,
)
from harness.mosaic import Block, coloured, mosaic_figure, photos

MOST_KERNELS, MOST_MOMENTS = 16, 5
"""Kernels of a layer that are drawn, and moments of a training."""
MOST_IMAGES, MOST_MAP_ROWS = 10, 12
"""Images whose maps are drawn, and rows of maps for all layers together."""
MOST_COUNTED = 15
"""Classes of a confusion matrix that has room for numbers."""
IN_A_ROW = 12
"""Wrongly classified images side by side."""


def kernels_by_epoch_figure(kernels: Mapping[str, Floats], *, name: str) -> Figure:
    """Kernels of each convolution, one row a moment from the start to the end of training.

    `kernels`: layer -> [E + 1, M, C, k, k]; of several input maps the one is drawn whose kernels
    changed most, which the others may not have done: a map that is dark on every image stays.
    """
    return mosaic_figure(
        [_kernel_block(layer, values) for layer, values in kernels.items()],
        title=f"{name}: {kernels_finding(kernels)}",
        subtitle="Columns: kernels; rows: start, epochs between, end. Red: positive weights, blue: "
        "negative; one scale a layer",
    )


def feature_maps_figure(
    features: Mapping[str, Floats], pixels: Images | None, *, name: str
) -> Figure:
    """Test images, and under each what the maps of each convolution make of it.

    `features`: layer -> [N, M, H, W], after the activation; `pixels`: the images [N, C, H, W].
    """
    blocks = [_map_block(layer, maps, most=_map_rows(features)) for layer, maps in features.items()]
    said = "Columns: the first test image of each class; rows: maps"
    if pixels is not None:
        heading = "the first test image of each class"
        blocks.insert(0, Block(heading=heading, rows=(photos(pixels[:MOST_IMAGES]),)))
        said = "Under each image its maps, layer by layer"
    return mosaic_figure(
        blocks,
        title=f"{name}: {features_finding(features)}",
        subtitle=f"{said}, after the activation. Light: high; one scale a layer",
    )


def confusion_figure(confusion: Counts, *, name: str) -> Figure:
    """Test images by true and predicted class; colour stands for mistakes alone."""
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(6.1, 4.0),
        margins=Margins(top=TITLE_IN + 0.05, bottom=0.6, left=0.8),
    )
    plot_confusion(ax, confusion)
    set_titles(
        figure,
        title=f"{name}: {confusion_finding(confusion)}",
        subtitle="Test images by true class (rows) and predicted class (columns); red: share of a "
        "row's images; grey: right",
    )
    return figure


def plot_confusion(ax: Axes, confusion: Counts) -> Axes:
    """The matrix, with counts where there is room; an empty field is no image."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    right = np.eye(len(confusion), dtype=bool)
    mistakes = np.ma.masked_array(shares, mask=right)
    top = max(float(np.where(right, 0.0, shares).max()), 1e-9)
    ax.set_facecolor("#EDEDED")
    ax.imshow(mistakes, cmap="Reds", vmin=0, vmax=top, aspect="auto", interpolation="none")
    if len(confusion) <= MOST_COUNTED:
        for (row, column), count in np.ndenumerate(confusion):
            dark = row != column and shares[row, column] > 0.55 * top
            ink = "white" if dark else QUIET if row == column else INK
            if count:
                ax.text(column, row, f"{count:,}", ha="center", va="center", color=ink,
                        fontsize=FONT_PT - 1)  # fmt: skip
    step = max(1, len(confusion) // 10)
    ticks = list(range(0, len(confusion), step))
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_yticks(ticks, [str(tick) for tick in ticks])
    ax.set_xlabel("predicted class", fontsize=FONT_PT)
    ax.set_ylabel("true class", fontsize=FONT_PT)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    return ax


def wrong_figure(wrong: Wrong, *, name: str) -> Figure:
    """The most confident mistakes, row by row; `wrong` holds one at least."""
    images = photos(wrong.images)
    rows = tuple(images[start : start + IN_A_ROW] for start in range(0, len(images), IN_A_ROW))
    sure = [
        f"{label} as {answer}\n{confidence(float(share))}"
        for label, answer, share in zip(
            wrong.label, wrong.prediction, wrong.confidence, strict=True
        )
    ]
    return mosaic_figure(
        [Block(heading="", rows=rows, captions=tuple(sure))],
        title=f"{name}: {wrong_finding(wrong)}",
        subtitle=f"The {len(images)} wrongly classified test images of the highest confidence. "
        "Under each: true class as predicted class, confidence",
    )


def moments(count: int) -> list[int]:
    """Of the epochs 0 to `count` - 1 the first, the last and some evenly between."""
    return sorted({round(place) for place in np.linspace(0, count - 1, MOST_MOMENTS)})


def _kernel_block(layer: str, values: Floats) -> Block:
    chosen = moments(len(values))
    source = _most_changed(values)
    shown = values[chosen][:, :MOST_KERNELS, source]
    finite = np.abs(shown[np.isfinite(shown)])
    limit = float(finite.max()) if finite.size else 0.0
    maps, inputs = values.shape[1:3]
    said = "" if inputs == 1 else f", of input map {source + 1} of {inputs}, which changed most"
    return Block(
        heading=f"{layer}: {_first(shown.shape[1], maps)} kernels{said}; full colour: ±{limit:.2g}",
        rows=tuple(coloured(row, "signed", limit=limit) for row in shown),
        labels=tuple("start" if epoch == 0 else f"epoch {epoch}" for epoch in chosen),
    )


def _most_changed(values: Floats) -> int:
    """The input map whose kernels moved farthest from the start to the end: [E + 1, M, C, k, k]."""
    moved = np.nan_to_num(values[-1] - values[0], nan=0.0, posinf=0.0, neginf=0.0)
    return int(np.argmax((moved.astype(np.float64) ** 2).sum(axis=(0, 2, 3))))


def _map_block(layer: str, maps: Floats, *, most: int) -> Block:
    shown = maps[:MOST_IMAGES, :most]
    high, wide = shown.shape[2:]
    by_map = coloured(shown, "intensity").transpose(1, 0, 2, 3, 4)
    return Block(
        heading=f"{layer}: {_first(len(by_map), maps.shape[1])} maps of {high} x {wide}",
        rows=tuple(by_map),
        labels=tuple(f"map {place + 1}" for place in range(len(by_map))),
    )


def _map_rows(layers: Sequence[str] | Mapping[str, object]) -> int:
    return max(2, min(6, MOST_MAP_ROWS // len(layers)))


def _first(shown: int, there_are: int) -> str:
    return f"all {there_are}" if shown == there_are else f"the first {shown} of {there_are}"
