"""Grids of small images in one figure: kernels, feature maps, pixels, each on its own pixel grid.

Letters: R rows, N images in a row, H and W pixels.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from harness.axes import DPI, FONT_PT, INK, QUIET, TITLE_IN, plain, set_titles, text_width

Pixels = NDArray[np.uint8]
Colours = Literal["signed", "intensity"]

WIDE_IN = 7.2
"""Width of every such figure."""
CELL_IN = 0.62
"""Widest that an image is drawn."""
CAPTION_IN, HEADING_IN, GAP_IN = 0.31, 0.24, 0.14
"""Room for two lines under an image, for a block's heading, and between blocks."""
LEAST_PIXELS = 16
"""Images of fewer pixels are enlarged, so that the line between two of them stays thin."""
LINE = 0.07
"""Width of the white line between images, as a share of theirs."""
NO_NUMBER = (0xD9, 0xD9, 0xD9)
"""Colour of what is no finite number."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """Rows of small images under one heading."""

    heading: str
    """What they are; may be empty."""
    rows: tuple[Pixels, ...]
    """Each row's images as colours, uint8 [N, H, W, 3]; all of one size."""
    labels: tuple[str, ...] = ()
    """What stands left of each row."""
    captions: tuple[str, ...] = ()
    """Two lines under each image, row by row; or none at all."""


def coloured(values: NDArray[Any], colours: Colours, *, limit: float | None = None) -> Pixels:
    """Numbers [..., H, W] as colours, uint8 [..., H, W, 3].

    `signed` is red above zero, blue below and white at zero, full at `limit` on either side;
    `intensity` is dark at the lowest and light at the highest of all values. By default the limit
    is the largest finite size. What is no finite number is grey.
    """
    numbers = np.asarray(values, dtype=float)
    finite = np.isfinite(numbers)
    known = numbers[finite] if finite.any() else np.zeros(1)
    most = (float(np.abs(known).max()) if limit is None else limit) or 1.0
    ends = (-most, most) if colours == "signed" else (float(known.min()), float(known.max()))
    shown = colormaps["RdBu_r" if colours == "signed" else "cividis"](
        Normalize(*ends)(np.where(finite, numbers, ends[0])), bytes=True
    )
    return np.where(finite[..., None], shown[..., :3], NO_NUMBER).astype(np.uint8)


def photos(pixels: Pixels) -> Pixels:
    """Images [N, C, H, W] as colours [N, H, W, 3]: three channels as they are, else the first."""
    colour = pixels if pixels.shape[1] == 3 else np.repeat(pixels[:, :1], 3, axis=1)
    return np.ascontiguousarray(colour.transpose(0, 2, 3, 1))


def mosaic_figure(blocks: Sequence[Block], *, title: str, subtitle: str) -> Figure:
    """The blocks one above the other, images of one width throughout."""
    left = 0.12 + text_width(label for block in blocks for label in block.labels) + 0.08
    most = max(len(row) for block in blocks for row in block.rows)
    cell = min(CELL_IN, (WIDE_IN - left - 0.12) / most)
    heads = [HEADING_IN if block.heading else 0.0 for block in blocks]
    bodies = [_height(block, cell) for block in blocks]
    high = TITLE_IN + sum(heads) + sum(bodies) + GAP_IN * len(blocks)
    figure = Figure(figsize=(WIDE_IN, high), dpi=DPI, facecolor="white")
    top = TITLE_IN
    for block, head, body in zip(blocks, heads, bodies, strict=True):
        down = (top + head + body) / high
        place = (left / WIDE_IN, 1 - down, most * cell / WIDE_IN, body / high)
        plot_block(figure.add_axes(place), block, cell_in=cell)
        figure.text(
            0.12 / WIDE_IN, 1 - (top + 0.06) / high, plain(block.heading, most=110), va="top",
            fontsize=FONT_PT, color=INK, weight="bold",
        )  # fmt: skip
        top += head + body + GAP_IN
    set_titles(figure, title=title, subtitle=subtitle)
    return figure


def plot_block(ax: Axes, block: Block, *, cell_in: float) -> Axes:
    """A block on axes whose units are inches; each row is one picture on its own pixel grid."""
    step = _row_step(block, cell_in)
    captions = iter(block.captions)
    for place, images in enumerate(block.rows):
        top = place * step
        bottom = top + cell_in * _aspect(block)
        ax.imshow(
            _strip(images), extent=(0, len(images) * cell_in, bottom, top), interpolation="none"
        )
        if place < len(block.labels):
            ax.text(-0.08, (top + bottom) / 2, plain(block.labels[place]), ha="right", va="center",
                    fontsize=FONT_PT, color=QUIET)  # fmt: skip
        _write_captions(ax, captions, count=len(images), cell_in=cell_in, top=bottom + 0.02)
    ax.set_aspect("auto")
    ax.set_xlim(0, ax.get_position().width * WIDE_IN)
    ax.set_ylim(_height(block, cell_in), 0)
    ax.set_axis_off()
    return ax


def _write_captions(
    ax: Axes, captions: Iterator[str], *, count: int, cell_in: float, top: float
) -> None:
    for column, caption in zip(range(count), captions, strict=False):
        ax.text((column + 0.48) * cell_in, top, caption, ha="center", va="top",
                fontsize=FONT_PT - 2, color=INK, linespacing=1.15)  # fmt: skip


def _strip(images: Pixels) -> Pixels:
    """Images [N, H, W, 3] side by side, white lines between them."""
    zoom = math.ceil(LEAST_PIXELS / min(images.shape[1:3]))
    large = images.repeat(zoom, axis=1).repeat(zoom, axis=2)
    line = (0, math.ceil(LINE * large.shape[2]))
    lined = np.pad(large, ((0, 0), line, line, (0, 0)), constant_values=255)
    return np.concatenate(list(lined), axis=1)


def _aspect(block: Block) -> float:
    """Height over width of its images."""
    high, wide = block.rows[0].shape[1:3]
    return float(high / wide)


def _row_step(block: Block, cell_in: float) -> float:
    return cell_in * _aspect(block) + (CAPTION_IN if block.captions else 0.0)


def _height(block: Block, cell_in: float) -> float:
    return len(block.rows) * _row_step(block, cell_in)
