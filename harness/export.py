"""The command line `python -m harness.export`: records in, files for other tools out.

Writes the tables `cases`, `epochs`, `layers` and `steps` as CSV or Parquet, TensorBoard event
files, or MLflow runs, to `exports/NAME`. What each column holds stands in `harness/export_rows.py`,
what each series holds in `harness/export_series.py`.

Exit code: 0; 2 for a wrong command line, a package that is missing, and for runs that are missing,
empty or damaged; 130 when it was stopped with Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from harness.export_names import safe_name
from harness.export_rows import ExportError
from harness.export_source import Survey, read, survey
from harness.export_tables import FORMATS, Tables
from harness.record import Record
from harness.store import StoreError, find_run, run_name
from harness.work_progress import WorkProgress, cases_written

EXPORTS = Path("exports")
"""Where exports go, unless `--output` says otherwise."""
TRACKERS = ("tensorboard", "mlflow")
"""The formats that need a package of the extra `export`."""

MLFLOW_SETTINGS = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_LOGGING_LEVEL": "WARNING"}
"""MLflow's own settings, where the environment has none: it tells nobody, and says little."""


class Writer(Protocol):
    """Something that takes records one at a time, and writes them."""

    def add(self, record: Record) -> None:
        """Take one more case."""

    def finish(self) -> list[str]:
        """Write what is left; what was written, a line for each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = parser().parse_args(arguments)
    formats = tuple(dict.fromkeys(options.format or FORMATS))
    if options.tracking_uri and "mlflow" not in formats:
        parser().error("--tracking-uri names a store of MLflow's: add --format mlflow")
    try:
        _export(options, formats)
        sys.stdout.flush()
    except (StoreError, ExportError) as error:
        _note(f"error: {error}")
        return 2
    except BrokenPipeError:
        # Whoever read the lines had enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _note(f"error: expected to write the export, got: {error}: choose a folder with --output")
        return 2
    except KeyboardInterrupt:
        _note("stopped: the export is not whole")
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The options, each with its help."""
    found = argparse.ArgumentParser(
        prog="python -m harness.export",
        description="The records of runs as files that other tools read: tables as CSV and "
        "Parquet, TensorBoard event files, MLflow runs.",
        epilog="A RUN is a run's folder, its name under runs/, or a .jsonl or .jsonl.gz file. "
        "The formats tensorboard and mlflow need packages of their own: pip install "
        '"lenet-bench[export]".',
    )
    found.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="run to export; several go into the same tables; without any, the newest under runs/ "
        "that has records",
    )
    found.add_argument(
        "--format",
        action="append",
        choices=(*FORMATS, *TRACKERS),
        help="what to write; may be given several times. Default: csv and parquet",
    )
    found.add_argument(
        "--experiment",
        action="append",
        default=[],
        metavar="NAME",
        help="export only this experiment, by its name in the records, such as optimizer; may be "
        "given several times. Default: all",
    )
    found.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder to write to; files of the same names are replaced. Default: exports/NAME, by "
        "the name of the run",
    )
    found.add_argument(
        "--tracking-uri",
        metavar="URI",
        help="MLflow's store or server to log to, instead of a database in the folder",
    )
    return found


def _export(options: argparse.Namespace, formats: Sequence[str]) -> None:
    paths = [find_run(name, notice=_note) for name in options.runs or [None]]
    folder = options.output or EXPORTS / safe_name("+".join(run_name(path) for path in paths))
    makers = [_maker(format, options.tracking_uri) for format in formats if format in TRACKERS]
    found = survey(paths, experiments=options.experiment, notice=_note)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=folder) as part:
        writers = [make(folder, found) for make in makers]
        tables = [format for format in formats if format in FORMATS]
        if tables:
            schema = found.schema
            writers.insert(0, Tables(folder, part=Path(part), schema=schema, formats=tables))
        show = cases_written(found.cases)
        with WorkProgress(total=found.cases, show=show, stream=sys.stderr) as watch:
            for number, record in enumerate(read(found), 1):
                for writer in writers:
                    writer.add(record)
                watch.at(number)
        written = [line for writer in writers for line in writer.finish()]
    print(f"{found.cases:,} cases of {', '.join(str(path) for path in paths)}", *written, sep="\n")


def _maker(format: str, tracking_uri: str | None) -> Callable[[Path, Survey], Writer]:
    """What makes the writer of a format, once there is a folder; its package is loaded here.

    Raises:
        ExportError: a package that it needs is missing.
    """
    try:
        if format == "tensorboard":
            from harness.export_tensorboard import EventFiles

            return lambda folder, found: EventFiles(folder, varied=found.varied)
        for name, value in MLFLOW_SETTINGS.items():  # it reads them when it is imported
            os.environ.setdefault(name, value)
        from harness.export_mlflow import MlflowRuns

        return lambda folder, found: MlflowRuns(folder, tracking_uri=tracking_uri)
    except ImportError as error:
        raise ExportError(
            f"--format {format}: expected the package that writes it, got: {error}: "
            'pip install "lenet-bench[export]"'
        ) from None


def _note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
