"""Runs -> the report on them, on what changed between them, or on the history of all."""

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from itertools import chain
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from harness.compare import CompareError, Comparison, compare, only
from harness.compare_runs import compare_runs
from harness.history import history
from harness.history_text import history_rows
from harness.html import render
from harness.html_changes import changes_html
from harness.html_history import history_html
from harness.html_report import illustrated, report_html
from harness.images import Image, embedded
from harness.overview import overview
from harness.page import changes_page, history_page, report_page, section_title
from harness.palette import assign_styles
from harness.plot import figures
from harness.plot_history import history_figures
from harness.plot_runs import change_figures
from harness.processes import start, wait
from harness.report_files import Report, file_stem, place_figures, start_files
from harness.sources import Shelf, Source
from harness.store import Notice
from harness.table import rows
from harness.table_runs import change_rows
from harness.teaching import teaching_figures
from harness.views import views
from harness.work_progress import WorkProgress, pictures_drawn

STILL = ("ranks", "time-to-target")
"""Figures that the page for a browser takes as they are; the others it draws itself."""


def runs_report(sources: Sequence[Source], wanted: Sequence[str], *, notice: Notice) -> Report:
    """The report on some runs, taken together; `wanted` are experiments, none for all.

    Raises:
        CompareError: an experiment that is not there, or records that cannot be compared.
    """
    runs = [source.run for source in sources]
    comparisons = only(
        wanted,
        compare(record for run in runs for record in run.records),
        lambda comparison: comparison.experiment,
    )
    found, palette = overview(runs), assign_styles(comparisons)
    titles = [section_title(comparison, found) for comparison in comparisons]
    shelf, drawn, still, taught = Shelf.of(sources), [], [], []
    for name, comparison in zip(titles, comparisons, strict=True):
        taught.append(_taught(name, comparison, shelf, notice=notice))
        drawn.append(figures(comparison, palette) | views(comparison, palette))
        still.append(_still(name, drawn[-1]))
    paths = place_figures(zip(titles, drawn, strict=True))
    saved = start_files(paths, drawn)
    title = "Report on " + " + ".join(run.name for run in runs)
    page = report_html(title, found, comparisons, palette)
    _await([*saved.values(), *chain(*still, *taught)])
    return Report(
        name=file_stem("+".join(run.name for run in runs)),
        rows=rows(comparisons),
        figures=saved,
        page=report_page(title, found, comparisons, paths),
        text=report_page(title, found, comparisons, {}),
        html=render(illustrated(page, map(_ready, still), map(_ready, taught))),
    )


def changes_report(
    sources: Sequence[Source], named: Sequence[str], wanted: Sequence[str]
) -> Report:
    """The report on what changed from the first run to each other, `named` as they were asked for.

    Raises:
        CompareError: an experiment that is not there, or runs with no case in common.
    """
    runs = [source.run for source in sources]
    names = [run.name for run in runs]
    names = names if len(set(names)) == len(names) else list(named)
    kept = [only(wanted, run.records, lambda record: record.experiment) for run in runs]
    found = [
        compare_runs(kept[0], other, names=(names[0], name))
        for other, name in zip(kept[1:], names[1:], strict=True)
    ]
    drawn = [change_figures(comparison) for comparison in found]
    paths = place_figures(
        (experiment if len(found) == 1 else f"{experiment} {comparison.after}", {"change": figure})
        for comparison, made in zip(found, drawn, strict=True)
        for experiment, figure in made.items()
    )
    shown = iter(paths.values())
    pictures = [{experiment: next(shown) for experiment in made} for made in drawn]
    whole = overview(runs)
    return Report(
        name=file_stem("-vs-".join(names)),
        rows=[row for comparison in found for row in change_rows(comparison)],
        figures=start_files(
            paths, [{"change": figure} for made in drawn for figure in made.values()]
        ),
        page=changes_page(found, whole, pictures),
        text=changes_page(found, whole, [{}] * len(found)),
        html=render(changes_html(found, whole)),
    )


def history_report(folder: Path, wanted: Sequence[str], *, notice: Notice) -> Report:
    """The report on all runs in a folder: every metric over time, and which commit moved what.

    `wanted` are experiments, none for all.

    Raises:
        CompareError: fewer than two runs that can be held against each other.
    """
    found = history(folder, notice=notice, wanted=wanted)
    drawn = history_figures(found)
    if not drawn:
        raise CompareError(
            f"{folder}: expected two runs or more that hold the same cases, found "
            f"{len(found.runs)} runs without such a pair: record another run"
        )
    sections = [{name: figure} for name, figure in drawn.items()]
    paths = place_figures(zip(["history"] * len(sections), sections, strict=True))
    pictures = {name: paths[place] for place, name in enumerate(drawn)}
    shown = [_image(name, "history", figure) for name, figure in drawn.items()]
    return Report(
        name="history",
        rows=history_rows(found),
        figures=start_files(paths, sections),
        page=history_page(found, pictures),
        text=history_page(found, {}),
        html=render(history_html(found, _ready(shown))),
    )


def _still(section: str, drawn: Mapping[str, Figure]) -> list[Future[Image]]:
    return [_image(name, section, drawn[name]) for name in STILL if name in drawn]


def _taught(
    section: str, comparison: Comparison, shelf: Shelf, *, notice: Notice
) -> list[Future[Image]]:
    found = teaching_figures(comparison, shelf.artifacts, read_record=shelf.record, notice=notice)
    return [
        start(
            embedded,
            each.figure,
            title=each.title,
            alt=each.alternative,
            file=_file(section, name),
        )
        for name, each in found.items()
    ]


def _image(name: str, section: str, figure: Figure) -> Future[Image]:
    """A figure of ours, as it gets drawn, whose first texts are its title and how to read it."""
    said = [text.get_text().replace(r"\$", "$") for text in figure.texts[:2]]
    return start(embedded, figure, title="", alt=". ".join(said), file=_file(section, name))


def _await(drawn: Collection[Future[Any]]) -> None:
    count = len(drawn)
    wait(drawn, WorkProgress(total=count, show=pictures_drawn(count), stream=sys.stderr))


def _ready(drawn: Iterable[Future[Image]]) -> list[Image]:
    """The pictures, once they are drawn."""
    return [image.result() for image in drawn]


def _file(section: str, name: str) -> str:
    return f"{file_stem(f'{section}-{name}')}.png"
