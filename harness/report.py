"""The command line `python -m harness.report`: records in, pages, tables and figures out.

Reads runs, compares, and writes `report.html`, `README.md`, `comparison.csv`, `comparison.json` and
`figures/` to `reports/NAME`. Standard output gets the tables in the format asked for, and nothing
else with `--format csv` or `json`: all notes then go to standard error.

Exit code: 0; 2 for a wrong command line, for runs that are missing, empty, damaged or unlike, and
for files that cannot be written; 130 when it was stopped with Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence, Sized
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from harness import processes, report_papers
from harness.claim import ClaimError
from harness.compare import CompareError
from harness.report_files import PAGE, Report, write
from harness.report_runs import changes_report, history_report, runs_report
from harness.sources import load
from harness.store import RUNS, StoreError, find_run, run_name
from harness.table import to_csv, to_json

REPORTS = Path("reports")
"""Where reports go, unless `--output` says otherwise."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [report_papers.NAME]:
        return _answer(lambda: _papers(given[1:]))
    options = parser().parse_args(given)
    if (options.compare or options.history) and options.runs:
        parser().error("--compare and --history choose their runs themselves: name no RUN beside")
    if options.compare and len(options.compare) < 2:
        parser().error(
            "--compare: expected two runs or more, got one: name what to hold it against"
        )
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
        _note(
            f"error: expected files that can be read and written, got: {error}: choose another "
            "folder with --output, or another run"
        )
        return 2
    except BrokenProcessPool:
        _note(
            "error: expected every figure drawn, but a process that draws was ended from outside: "
            "make the report again, with more memory free"
        )
        return 2
    except KeyboardInterrupt:
        processes.stop()
        _note("stopped: the report was not made")
        return 130
    return 0


def _one_report(options: argparse.Namespace) -> None:
    report = _report(options)
    folder = options.output or REPORTS / report.name
    write(report, folder)
    _print(report, format=options.format, folder=folder)


def _report(options: argparse.Namespace) -> Report:
    if options.history:
        return history_report(options.history, options.experiment, notice=_note)
    names = options.compare or options.runs or [None]
    sources = [load(name, notice=_note) for name in names]
    if options.compare:
        return changes_report(sources, options.compare, options.experiment)
    return runs_report(sources, options.experiment, notice=_note)


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
    if options.keep:
        report_papers.keep_sources(sources, folder)
    print(f"{report.text}\nWrote {folder / 'README.md'} and {_counted(report.figures)}.")


def parser() -> argparse.ArgumentParser:
    """The options, each with its help."""
    found = argparse.ArgumentParser(
        prog="python -m harness.report",
        description="Tables and figures of one run, of several together, of some compared, or of "
        "all over time. The tables are printed; the whole report, with a page for the browser, "
        "goes to a folder.",
        epilog="A RUN is a run's folder, its name under runs/, or a .jsonl or .jsonl.gz file. "
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
    other = found.add_mutually_exclusive_group()
    other.add_argument(
        "--compare",
        nargs="+",
        metavar="RUN",
        help="show instead what changed from the first of these runs to each other, with "
        "differences paired by seed",
    )
    other.add_argument(
        "--history",
        nargs="?",
        type=Path,
        const=RUNS,
        metavar="FOLDER",
        help="show instead every metric over all runs in a folder, and which commit moved what. "
        "Default of FOLDER: %(const)s",
    )
    return found


def _print(report: Report, *, format: str, folder: Path) -> None:
    """The tables to standard output, the place of the files behind them or to standard error."""
    done = f"Wrote {folder / PAGE}, README.md, tables and {_counted(report.figures)} beside it."
    if format == "markdown":
        print(f"{report.text}\n{done}")
        return
    print(to_csv(report.rows) if format == "csv" else to_json(report.rows), end="")
    _note(done)


def _counted(figures: Sized) -> str:
    return "1 figure" if len(figures) == 1 else f"{len(figures)} figures"


def _note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
