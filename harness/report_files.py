"""A report's parts -> files in its folder: pages, tables, and each figure as PNG and SVG."""

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from harness.images import files
from harness.page import Picture, Pictures
from harness.processes import start
from harness.table import to_csv, to_json

PAGE, TEXT = "report.html", "README.md"
"""Names of the page for a browser and of the one in Markdown."""
LONGEST_STEM = 80
"""Letters of a file's name that come from names in records."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report, ready to be written and printed."""

    name: str
    """Name of its folder."""
    rows: list[dict[str, Any]]
    """Its numbers, one flat row each."""
    figures: Mapping[str, Future[dict[str, bytes]]]
    """Path within the folder, as PNG -> the figure's files by their endings, as they get drawn."""
    page: str
    """The Markdown page with its figures."""
    text: str
    """The same without figures, for a terminal."""
    html: str
    """The page for a browser, whole in itself."""


def write(report: Report, folder: Path) -> None:
    """Write a report's files into its folder, over those of the same names.

    Raises:
        OSError: the folder cannot be written.
        BrokenProcessPool: a process that drew was ended from outside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, drawn in report.figures.items():
        (folder / path).parent.mkdir(exist_ok=True)
        for ending, content in drawn.result().items():
            (folder / path).with_suffix(ending).write_bytes(content)
    texts = {
        PAGE: report.html,
        TEXT: report.page,
        "comparison.csv": to_csv(report.rows),
        "comparison.json": to_json(report.rows),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def file_stem(name: str) -> str:
    """Any name as a file's name that is safe everywhere."""
    stem = re.sub(r"[^A-Za-z0-9._+-]+", "-", name)[:LONGEST_STEM].strip("-.")
    return stem or "unnamed"


def place_figures(sections: Iterable[tuple[str, Mapping[str, Figure]]]) -> Pictures:
    """A path of its own for each figure, of sections given as title and name -> figure."""
    taken: set[str] = set()
    places: dict[int, list[Picture]] = {}
    for place, (title, drawn) in enumerate(sections):
        places[place] = []
        for name in drawn:
            stem = file_stem(f"{title}-{name}")
            while stem.casefold() in taken:
                stem += "-"
            taken.add(stem.casefold())
            shown = f"{title}: {name.replace('-', ' ')}"
            places[place].append(Picture(path=f"figures/{stem}.png", title=shown))
    return places


def start_files(
    places: Pictures, drawn: Sequence[Mapping[str, Figure]]
) -> dict[str, Future[dict[str, bytes]]]:
    """Path -> files that are being drawn, of the figures of each section."""
    return {
        picture.path: start(files, figure, Path(picture.path).stem)
        for place, made in enumerate(drawn)
        for picture, figure in zip(places[place], made.values(), strict=True)
    }
