"""The command line `python -m harness.report`: records in, tables and figures out.

Reads runs, compares, and writes `README.md`, `comparison.csv`, `comparison.json` and `figures/` to
`reports/NAME`. Standard output gets the tables in the format asked for, and nothing else with
`--format csv` or `json`: all notes then go to standard error.

Exit code: 0; 2 for a wrong command line, and for runs that are missing, empty, damaged or unlike.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from matplotlib.figure import Figure

from harness import report_papers
from harness.claim import ClaimError
from harness.columns import read_cases, some
from harness.compare import CompareError, compare
from harness.compare_runs import compare_runs
from harness.factors import natural
from harness.overview import LoadedRun, overview
from harness.page import Picture, Pictures, changes_page, report_page, section_title
from harness.palette import assign_styles
from harness.plot import figures
from harness.plot_runs import change_figures
from harness.store import RECORDS, StoreError, find_run, read_manifest
from harness.table import rows, to_csv, to_json
from harness.table_runs import change_rows

Found = TypeVar("Found")
REPORTS = Path("reports")
"""Where reports go, unless `--output` says otherwise."""
LONGEST_STEM = 80
"""Letters of a file's name that come from names in records."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report, ready to be written and printed."""

    name: str
    """Name of its folder."""
    rows: list[dict[str, Any]]
    """Its numbers, one flat row each."""
    figures: dict[str, Figure]
    """Path within the folder -> figure."""
    page: str
    """The Markdown page with its figures."""
    text: str
    """The same without figures, for a terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [report_papers.NAME]:
        return _answer(lambda: _papers(given[1:]))
    options = parser().parse_args(given)
    if options.compare and options.runs:
        parser().error("--compare takes its two runs itself: name no RUN beside it")
    return _answer(lambda: _one_report(options))


def _answer(work: Callable[[], None]) -> int:
    """The exit code of some work; an error that it expects is said in one message."""
    try:
        work()
        sys.stdout.flush()
    except (StoreError, CompareError, ClaimError) as error:
        _note(f"error: {error}")
        return 2
    except BrokenPipeError:
        # Whoever read the tables had enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _note(f"error: expected to write the report, got: {error}: choose a folder with --output")
        return 2
    return 0


def _one_report(options: argparse.Namespace) -> None:
    report = _changes(options) if options.compare else _report(options)
    folder = options.output or REPORTS / report.name
    write(report, folder)
    _print(report, format=options.format, folder=folder)


def _papers(arguments: Sequence[str]) -> None:
    found = argparse.ArgumentParser(
        prog=f"python -m harness.report {report_papers.NAME}",
        description="The studies that the bench repeats: each reported number and claim beside our "
        "runs, with a verdict.",
    )
    report_papers.add_arguments(found)
    options = found.parse_args(arguments)
    sources = [
        report_papers.Source(run=run, folder=path if path.is_dir() else path.parent)
        for name in options.runs or [None]
        for path in [find_run(name, notice=_note)]
        for run in [report_papers.read_run(path, name=run_name(path), notice=_note)]
    ]
    report = report_papers.papers_report(sources)
    folder = options.output or REPORTS / report_papers.NAME
    report_papers.write(report, folder)
    print(f"{report.text}\nWrote {folder / 'README.md'} and {len(report.figures)} figures.")


def parser() -> argparse.ArgumentParser:
    """The options, each with its help."""
    found = argparse.ArgumentParser(
        prog="python -m harness.report",
        description="Tables and figures of one run, of several together, or of two compared. The "
        "tables are printed; the whole report, with figures, goes to a folder.",
        epilog="A RUN is a run's folder, its name under runs/, or a .jsonl file of records. "
        "pytest bench/ makes one, and prints its name as it ends. python -m harness.report papers "
        "[RUN ...] holds runs of the tier paper against the studies that they repeat.",
    )
    found.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="run to report on; several are taken together as one, such as runs of other seeds; "
        "without any, the newest under runs/ that has records",
    )
    found.add_argument(
        "--format",
        choices=("markdown", "csv", "json"),
        default="markdown",
        help="what is printed: tables to read, or one row for each variant as CSV or JSON, with "
        "all else on standard error; the folder gets all three. Default: %(default)s",
    )
    found.add_argument(
        "--experiment",
        action="append",
        default=[],
        metavar="NAME",
        help="report only on this experiment, by its name in the records, such as "
        "optimizer; may be given several times. Default: all",
    )
    found.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder to write the report to; files of the same names are replaced. Default: "
        "reports/NAME, by the name of the run",
    )
    found.add_argument(
        "--compare",
        nargs=2,
        metavar=("RUN_A", "RUN_B"),
        help="show instead what changed from RUN_A to RUN_B, with differences paired by seed",
    )
    return found


def load(name: str | None) -> LoadedRun:
    """A run by folder, name or file; `None` is the newest that has records.

    Raises:
        StoreError: it is missing, empty or damaged.
    """
    path = find_run(name, notice=_note)
    return LoadedRun(
        name=run_name(path),
        records=some(read_cases(path, notice=_note, progress=sys.stderr), path),
        manifest=read_manifest(path) if path.is_dir() else None,
    )


def run_name(path: Path) -> str:
    """What a run is called: its folder; a `.jsonl` file's own name, if that says anything."""
    whole = path.resolve()
    if whole.is_dir():
        return whole.name
    return whole.parent.name if whole.name == RECORDS else whole.stem


def write(report: Report, folder: Path) -> None:
    """Write a report's files into its folder, over those of the same names.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, figure in report.figures.items():
        (folder / path).parent.mkdir(exist_ok=True)
        figure.savefig(folder / path)
    texts = {
        "README.md": report.page,
        "comparison.csv": to_csv(report.rows),
        "comparison.json": to_json(report.rows),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def file_stem(name: str) -> str:
    """Any name as a file's name that is safe everywhere."""
    stem = re.sub(r"[^A-Za-z0-9._+-]+", "-", name)[:LONGEST_STEM].strip("-.")
    return stem or "unnamed"


def _report(options: argparse.Namespace) -> Report:
    runs = [load(name) for name in options.runs or [None]]
    comparisons = _only(
        options.experiment,
        compare(record for run in runs for record in run.records),
        lambda comparison: comparison.experiment,
    )
    found = overview(runs)
    palette = assign_styles(comparisons)
    drawn = [figures(comparison, palette) for comparison in comparisons]
    titles = [section_title(comparison, found) for comparison in comparisons]
    paths = _place(zip(titles, drawn, strict=True))
    title = "Report on " + " + ".join(run.name for run in runs)
    return Report(
        name=file_stem("+".join(run.name for run in runs)),
        rows=rows(comparisons),
        figures=_by_path(paths, drawn),
        page=report_page(title, found, comparisons, paths),
        text=report_page(title, found, comparisons, {}),
    )


def _changes(options: argparse.Namespace) -> Report:
    runs = [load(name) for name in options.compare]
    names = [run.name for run in runs]
    first, second = names if names[0] != names[1] else options.compare
    kept = [
        _only(options.experiment, run.records, lambda record: record.experiment) for run in runs
    ]
    comparison = compare_runs(kept[0], kept[1], names=(first, second))
    changed = change_figures(comparison)
    drawn = [{"change": figure} for figure in changed.values()]
    paths = _place(zip(changed, drawn, strict=True))
    pictures = {experiment: paths[place] for place, experiment in enumerate(changed)}
    found = overview(runs)
    return Report(
        name=file_stem(f"{first}-vs-{second}"),
        rows=change_rows(comparison),
        figures=_by_path(paths, drawn),
        page=changes_page(comparison, found, pictures),
        text=changes_page(comparison, found, {}),
    )


def _only(
    wanted: Sequence[str], found: Sequence[Found], name_of: Callable[[Found], str]
) -> list[Found]:
    """Those of the wanted experiments; all if none is named."""
    known = sorted({name_of(item) for item in found}, key=natural)
    for name in wanted:
        if name not in known:
            there = f"one of {', '.join(known)}, which have" if known else "no name, as none has"
            raise CompareError(f"--experiment {name}: expected {there} records here")
    return [item for item in found if not wanted or name_of(item) in wanted]


def _place(sections: Iterable[tuple[str, Mapping[str, Figure]]]) -> Pictures:
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


def _by_path(places: Pictures, drawn: Iterable[Mapping[str, Figure]]) -> dict[str, Figure]:
    return {
        picture.path: figure
        for place, made in enumerate(drawn)
        for picture, figure in zip(places[place], made.values(), strict=True)
    }


def _print(report: Report, *, format: str, folder: Path) -> None:
    """The tables to standard output, the place of the files behind them or to standard error."""
    done = f"Wrote {folder / 'README.md'}, its tables and {len(report.figures)} figures."
    if format == "markdown":
        print(f"{report.text}\n{done}")
        return
    print(to_csv(report.rows) if format == "csv" else to_json(report.rows), end="")
    _note(done)


def _note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
