"""`python -m harness.report papers [RUN ...]`: the studies beside our runs, with pictures.

Reads the runs' records, their `claims.json` and, for kernels and feature maps, their artifacts.
Writes `README.md`, `verdicts.json` and `figures/` to `reports/papers`.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from harness.artifacts import ArtifactError, read_arrays
from harness.claim import Claims, Paper, paper_of, read_claims
from harness.columns import some
from harness.compare import Comparison
from harness.images import encoded
from harness.kept import Arrays, Drawn, keep
from harness.page import Picture
from harness.palette import Palette, assign_styles
from harness.papers import RecordedRun, repetition
from harness.papers_page import SECTIONS, papers_page, papers_summary
from harness.papers_text import with_reading
from harness.plot import figures
from harness.plot_papers import (
    features_figure,
    kernels_figure,
    losses_figure,
    numbers_figure,
    verdicts_figure,
)
from harness.processes import start
from harness.record import Record
from harness.repetition import ACROSS, Repetition
from harness.store import Notice, StoreError, read_manifest, read_records

NAME = "papers"
"""The word on the command line, and the report's folder."""
SHOWN = {"accuracy": "Test accuracy at the end", "accuracy-by-epoch": "Test accuracy by epoch"}
"""Figures of an experiment, and what they show."""
KERNELS, FEATURES = "kernels/", "features/conv"
"""How the names of these arrays begin among a run's artifacts."""
PIXELS = "features/pixels"
"""The images whose maps those are, among them."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A run and where it lies."""

    run: RecordedRun
    """Its records."""
    folder: Path
    """The folder with its claims and artifacts."""


@dataclass(frozen=True, kw_only=True)
class DrawnFigure:
    """A figure and where it belongs."""

    section: str
    """`SECTIONS`, a paper's id, or an experiment."""
    name: str
    """Name of its file, without its ending."""
    title: str
    """What it shows, for those who cannot see it."""
    figure: Figure
    """The figure."""

    @property
    def path(self) -> str:
        """Within the folder of the report."""
        return f"figures/{self.name}.png"


@dataclass(frozen=True, kw_only=True)
class PapersReport:
    """What is written and printed."""

    page: str
    """The page with pictures."""
    text: str
    """Findings and verdicts, for a terminal."""
    verdicts: str
    """The verdicts as JSON."""
    figures: dict[str, Figure]
    """Path within the folder -> figure."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, each with its help."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="runs of the tier paper, taken together: such as one on MNIST and one on CIFAR-10; "
        "without any, the newest that has records",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder to write to. Default: reports/papers",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="write the records, too, in one packed file without what no claim reads, and the "
        "kernels and maps that are drawn: of that file the report can be made again",
    )


def read_run(path: Path, *, name: str, notice: Notice) -> RecordedRun:
    """A run with its whole records; raises `StoreError` if it is missing, empty or damaged."""
    return RecordedRun(
        name=name,
        path=name if path.is_absolute() else path.as_posix(),
        records=some(tuple(read_records(path, notice=notice)), path),
        manifest=read_manifest(path) if path.is_dir() else None,
    )


def papers_report(sources: Sequence[Source]) -> PapersReport:
    """The report on these runs.

    Raises:
        ClaimError: no run has claims, or they cannot be read.
        CompareError: the records cannot be taken together.
    """
    claims = read_claims([source.folder for source in sources])
    found = repetition(claims, [source.run for source in sources])
    drawn = _summary(found, claims)
    palette = assign_styles(found.comparisons)
    for paper in claims.papers:
        drawn += _paper_figures(found, paper, sources, palette)
    return PapersReport(
        page=papers_page(found, _pictures(drawn)),
        text=papers_summary(found),
        verdicts=_as_json(found),
        figures={each.path: each.figure for each in drawn},
    )


def _pictures(drawn: Sequence[DrawnFigure]) -> dict[str, list[Picture]]:
    """Section -> its pictures."""
    found: dict[str, list[Picture]] = {}
    for each in drawn:
        found.setdefault(each.section, []).append(Picture(path=each.path, title=each.title))
    return found


def write(report: PapersReport, folder: Path) -> None:
    """Write the report's files, over those of the same names."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    started = {
        path: start(encoded, figure, ".png", path) for path, figure in report.figures.items()
    }
    for path, drawn in started.items():
        (folder / path).write_bytes(drawn.result())
    (folder / "README.md").write_text(report.page, encoding="utf-8")
    (folder / "verdicts.json").write_text(report.verdicts, encoding="utf-8")


def keep_sources(sources: Sequence[Source], folder: Path) -> None:
    """Write beside a report what it was made of, as `harness.kept` has it."""
    claims = read_claims([source.folder for source in sources])
    records = [record for source in sources for record in source.run.records]
    keep(claims, records, _all_drawn(claims, sources), folder)


def _summary(found: Repetition, claims: Claims) -> list[DrawnFigure]:
    names = {paper.id: paper.title for paper in claims.papers} | {ACROSS: "across papers"}
    figure = verdicts_figure(found.verdicts, names)
    name = f"{SECTIONS}-verdicts"
    return [DrawnFigure(section=SECTIONS, name=name, title="verdicts by paper", figure=figure)]


def _paper_figures(
    found: Repetition, paper: Paper, sources: Sequence[Source], palette: Palette
) -> list[DrawnFigure]:
    own = [each for each in found.repeated if paper_of(each.reported.id) == paper.id]
    numbers = numbers_figure(paper, own)
    made = {"reported-numbers": numbers} if numbers is not None else {}
    made |= _loss_figures(paper, sources) | _map_figures(paper, sources)
    of_paper = [
        DrawnFigure(
            section=paper.id,
            name=f"{paper.id}-{name}",
            title=f"{paper.id}: {name.replace('-', ' ')}",
            figure=figure,
        )
        for name, figure in made.items()
    ]
    comparisons = (each for name in paper.experiments for each in found.named(name))
    return of_paper + [
        each
        for comparison in comparisons
        for each in _experiment_figures(paper.id, comparison, palette)
    ]


def _loss_figures(paper: Paper, sources: Sequence[Source]) -> dict[str, Figure]:
    """Losses by step, of the cells that have any on record."""
    records = [record for source in sources for record in source.run.records]
    found = {
        cell: [each.step_loss for each in records if _is_of(each, cell) and each.step_loss.step]
        for cell in paper.losses
    }
    kept = {cell: losses for cell, losses in found.items() if losses}
    return {"loss-by-step": losses_figure(paper, kept)} if kept else {}


def _experiment_figures(paper: str, comparison: Comparison, palette: Palette) -> list[DrawnFigure]:
    """The two pictures that the papers have of their experiments: end points and curves."""
    drawn = figures(comparison, palette)
    return [
        DrawnFigure(
            section=comparison.experiment,
            name=f"{paper}-{comparison.experiment}-{name}",
            title=f"{comparison.question} {says}",
            figure=drawn[name],
        )
        for name, says in SHOWN.items()
        if name in drawn
    ]


def _map_figures(paper: Paper, sources: Sequence[Source]) -> dict[str, Figure]:
    """Kernels and feature maps, where a run kept them."""
    made = {}
    for cell in paper.kernels:
        arrays = _named(_drawn(cell, sources), KERNELS).items()
        if layers := {name.removeprefix(KERNELS): values[-1] for name, values in arrays}:
            name = f"kernels-{cell.partition('/')[2]}"
            made[name] = kernels_figure(f"{paper.id}: kernels of {cell}", layers)
    features = _drawn(paper.features, sources)
    if features is not None:
        made |= _feature_maps(f"{paper.id}: feature maps of {paper.features}", features)
    return made


def _feature_maps(title: str, found: Drawn) -> dict[str, Figure]:
    """What the last convolution makes of the first image of each class."""
    maps = list(_named(found, FEATURES).values())
    if not maps:
        return {}
    name, pixels = found.record.trained_on.name, found.arrays.get(PIXELS)
    return {"feature-maps": features_figure(title, maps[-1], dataset=name, pixels=pixels)}


def _all_drawn(claims: Claims, sources: Sequence[Source]) -> list[Drawn]:
    """The arrays of which the papers' pictures of kernels and maps are drawn."""
    cells = dict.fromkeys(cell for each in claims.papers for cell in (*each.kernels, each.features))
    return [found for cell in cells if cell for found in [_drawn(cell, sources)] if found]


def _drawn(cell: str, sources: Sequence[Source]) -> Drawn | None:
    """What a cell's first seed kept; before it the first that kept the images behind its maps."""
    return max(_kept(cell, sources), key=lambda found: PIXELS in found.arrays, default=None)


def _kept(cell: str, sources: Sequence[Source]) -> Iterator[Drawn]:
    """Kernels at the end and maps of the last convolution, of each seed of a cell that kept any."""
    for source in sources:
        for record in sorted(source.run.records, key=lambda record: record.seed):
            path = source.folder / (record.artifacts or "")
            if _is_of(record, cell) and record.artifacts and path.is_file():
                try:
                    yield Drawn(record=record, arrays=_shown(read_arrays(path)))
                except ArtifactError as error:
                    raise StoreError(f"{error}: delete it to leave its pictures out") from None


def _shown(found: Arrays) -> Arrays:
    """The kernels of the last epoch, the maps of the last convolution and the images behind them,
    where they are there."""
    kernels = {name: found[name][-1:] for name in found if name.startswith(KERNELS)}
    maps = sorted(name for name in found if name.startswith(FEATURES))[-1:]
    images = [PIXELS] if maps and PIXELS in found else []
    return kernels | {name: found[name] for name in (*maps, *images)}


def _named(found: Drawn | None, start: str) -> Arrays:
    """Those arrays whose names begin so."""
    arrays = found.arrays.items() if found else ()
    return {name: values for name, values in arrays if name.startswith(start)}


def _is_of(record: Record, cell: str) -> bool:
    return f"{record.experiment}/{record.variant}" == cell


def _as_json(found: Repetition) -> str:
    """One object a claim, for other programs."""
    return json.dumps(
        [
            {
                "id": verdict.claim.id,
                "verdict": verdict.word,
                "p": verdict.p,
                "grounds": verdict.grounds if verdict.is_decided else None,
                "seeds": verdict.seeds,
                "seeds_judged": [result.judged.seeds for result in verdict.results],
                "seeds_needed": verdict.seeds_needed if verdict.word == "undecided" else None,
                "measured": [with_reading(result) for result in verdict.results],
                "missing": list(verdict.missing),
            }
            for verdict in found.verdicts
        ],
        indent=1,
    )
