"""Figures -> files: PNG and SVG beside a page, and small PNG within one."""

import base64
import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image as Pillow

from harness.html import Image

EMBEDDED_DPI = 110
"""Resolution of a figure within a page, where size counts."""
COLOURS = 128
"""Colours of such a figure: enough for lines, heat maps and grey images."""
SAVED = (".png", ".svg")
"""Kinds of file that a figure is saved as."""


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG and as SVG; `path` is that of the PNG. Raises `OSError`."""
    # Text stays text: smaller, and it can be searched and read aloud. No date, so that the same
    # figure gives the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": path.stem}):
        for ending in SAVED:
            metadata = {"Date": None} if ending == ".svg" else None
            figure.savefig(path.with_suffix(ending), metadata=metadata)


def embedded(figure: Figure, *, title: str, alt: str, file: str) -> Image:
    """A figure as part of a page: PNG with few colours, as a data URI."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=EMBEDDED_DPI)
    picture = (
        Pillow.open(drawn)
        .convert("RGB")
        .quantize(
            COLOURS,
            method=Pillow.Quantize.MAXCOVERAGE,  # median cut loses the rare colours of kernels
            dither=Pillow.Dither.NONE,
        )
    )
    small = io.BytesIO()
    picture.save(small, format="PNG", optimize=True)
    return Image(
        title=title,
        alt=alt,
        uri="data:image/png;base64," + base64.b64encode(small.getvalue()).decode("ascii"),
        file=file,
        width=picture.width,
        height=picture.height,
    )
