"""The command line `python -m harness.plan`: how many seeds an effect needs, before they are run.

Reads how the seeds of each cell of an experiment vary on record, and says how many a gate over this
experiment needs to call a loss of the wanted size red. A design that cannot reach significance at
all is refused.

Exit code: 0; 2 where nothing can be planned, or for a design that is refused.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from tabulate import tabulate

from harness.compare import CompareError, conditions_of, group_by
from harness.factors import natural
from harness.inference import MOST_SEEDS, Test, least_seeds
from harness.judge import LEVEL
from harness.record import Record
from harness.store import RUNS, StoreError, find_run, read_records
from harness.variance import DesignError, check_design, seeds_to_detect, spread


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        print(_plan(options))
    except (StoreError, CompareError, DesignError) as error:
        print(f"plan: error: {error}", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The options, each with its help."""
    found = argparse.ArgumentParser(
        prog="python -m harness.plan",
        description="How many seeds a loss of test accuracy needs to be called, by how seeds vary "
        "on record.",
    )
    found.add_argument(
        "run",
        nargs="?",
        metavar="RUN",
        help="records to learn from: a run, or a record file; without it the newest run",
    )
    found.add_argument("--experiment", required=True, metavar="NAME", help="the experiment")
    found.add_argument(
        "--detect",
        required=True,
        type=_points,
        metavar="POINTS",
        help="the loss that is to be found, in percentage points",
    )
    found.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="a number of seeds in mind: refused where it cannot reach significance at all",
    )
    found.add_argument(
        "--test",
        choices=("auto", *get_args(Test)),
        default="auto",
        help="the test in mind; auto is what a gate takes. Default: %(default)s",
    )
    found.add_argument("--level", type=float, default=LEVEL, metavar="SHARE", help="as of the gate")
    found.add_argument("--runs", type=Path, default=RUNS, metavar="DIR", help="folder of runs")
    return found


def rows(cells: dict[str, list[Record]], *, effect: float, level: float) -> list[dict[str, str]]:
    """One row a cell: how it varies, and the seeds that the effect needs."""
    return [
        _row(name, cells[name], effect, level, len(cells)) for name in sorted(cells, key=natural)
    ]


def _row(
    name: str, records: Sequence[Record], effect: float, level: float, tests: int
) -> dict[str, str]:
    found = spread(
        [record.test_accuracy or 0.0 for record in records],
        images=records[0].trained_on.test_size,
    )
    needed, endless = (
        seeds_to_detect(effect, part, level=level, tests=tests)
        for part in (found.total, found.seed)
    )
    return {
        "variant": name,
        "seeds on record": str(found.seeds),
        "accuracy, %": f"{100 * found.mean:.2f}",
        "deviation, points": f"{100 * found.total**0.5:.3f}",
        "of seeds": f"{100 * found.seed**0.5:.3f}",
        "of the test set": f"{100 * found.test_set**0.5:.3f}",
        "seeds needed": _count(needed),
        "with endless test images": _count(endless),
    }


def _plan(options: argparse.Namespace) -> str:
    cells = _cells(options)
    tests, level = len(cells), options.level
    test = None if options.test == "auto" else options.test
    if options.seeds is not None:
        check_design(options.seeds, level=level, tests=tests, test=test)
    made = rows(cells, effect=options.detect / 100, level=level)
    if all(row["seeds needed"].startswith("more") for row in made):
        raise DesignError(
            f"no number of seeds up to {MOST_SEEDS} finds {options.detect:g} points in any cell: "
            "ask for a larger effect, or for an experiment whose seeds vary less"
        )
    least = least_seeds(level, tests=tests)
    return "\n".join(
        [
            f"to find a loss of {options.detect:g} points in a gate over the {tests} cells of "
            f"{options.experiment}, at {level:g}, with a power of 0.8:",
            "",
            _table(made),
            "",
            f"The permutation test needs {least} seeds to reach significance over {tests} tests "
            "at all.",
            "The two sides are taken for independent; seeds that pair well need fewer.",
        ]
    )


def _cells(options: argparse.Namespace) -> dict[str, list[Record]]:
    path = find_run(options.run, runs=options.runs, notice=_note)
    records = [record for record in read_records(path, notice=_note) if not record.raised]
    found = [record for record in records if record.experiment == options.experiment]
    if not found:
        known = sorted({record.experiment for record in records}, key=natural)
        raise CompareError(
            f"--experiment {options.experiment}: expected one of {', '.join(known) or 'none'}, "
            f"which have results in {path}: run it, or name another"
        )
    if len(labels := {conditions_of(record).label for record in found}) > 1:
        raise CompareError(
            f"{path}: expected one set of conditions, got {' and '.join(sorted(labels))}: name a "
            "run that holds one"
        )
    return group_by(found, lambda record: record.variant)


def _table(made: Sequence[dict[str, Any]]) -> str:
    return tabulate(made, headers="keys", disable_numparse=True, stralign="right")


def _count(seeds: int | None) -> str:
    return f"more than {MOST_SEEDS:,}" if seeds is None else str(seeds)


def _points(given: str) -> float:
    try:
        points = float(given)
    except ValueError:
        points = 0.0
    if not 0 < points <= 100:
        raise argparse.ArgumentTypeError(f"expected percentage points above 0; got {given!r}")
    return points


def _note(said: str) -> None:
    print(f"plan: {said}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
