"""Figures -> files: PNG and SVG beside a page, and small PNG within one."""

import base64
import io
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image as Pillow

EMBEDDED_DPI = 110
"""Resolution of a figure within a page, where size counts."""
EMBEDDED_COLOURS = 128
"""Colours of such a figure: enough for lines, heat maps and grey images."""
SAVED_COLOURS = 256
"""Colours of one beside a page: with a palette a file has a third of the bytes."""
SAVED = (".png", ".svg")
"""Kinds of file that a figure is saved as."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """A figure as it stands in a page."""

    title: str
    """What it shows; empty where the figure says so itself."""
    alt: str
    """The same for those who cannot see it."""
    uri: str
    """The file itself, as a data URI."""
    file: str
    """Name under which it is saved."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""


def files(figure: Figure, name: str) -> dict[str, bytes]:
    """Ending -> file of that kind. The same figure and name give the same files."""
    return {ending: encoded(figure, ending, name) for ending in SAVED}


def encoded(figure: Figure, ending: str, name: str) -> bytes:
    """A figure as a file of the kind that has this ending."""
    # Text stays text: smaller, and it can be searched and read aloud.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        metadata = {"Date": None} if ending == ".svg" else None
        drawn = io.BytesIO()
        figure.savefig(drawn, format=ending[1:], metadata=metadata)
    if ending == ".png":
        return _png(_with_palette(drawn, SAVED_COLOURS))
    return drawn.getvalue()


def embedded(figure: Figure, *, title: str, alt: str, file: str) -> Image:
    """A figure as part of a page: PNG with few colours, as a data URI."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=EMBEDDED_DPI)
    picture = _with_palette(drawn, EMBEDDED_COLOURS)
    small = _png(picture)
    return Image(
        title=title,
        alt=alt,
        uri="data:image/png;base64," + base64.b64encode(small).decode("ascii"),
        file=file,
        width=picture.width,
        height=picture.height,
    )


def _with_palette(drawn: io.BytesIO, colours: int) -> Pillow.Image:
    # Median cut would lose the rare colours of kernels.
    method, dither = Pillow.Quantize.MAXCOVERAGE, Pillow.Dither.NONE
    return Pillow.open(drawn).convert("RGB").quantize(colours, method=method, dither=dither)


def _png(picture: Pillow.Image) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, format="PNG", optimize=True)
    return packed.getvalue()
