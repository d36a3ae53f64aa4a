"""The command line `python -m harness.gate_study`: how well the gate judges, from real trainings.

Reads the records of `pytest bench/ --experiment plants`, in which each cell was trained as it is
and with regressions planted, and writes the page, the figure and the records that they come from.

Exit code: 0; 2 where records are missing or do not fit.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.compare import CompareError, conditions_of, group_by
from harness.factors import natural
from harness.gate_options import DEFAULT_METRICS
from harness.judge import LEVEL
from harness.metrics import METRICS, metric
from harness.promote import slim
from harness.record import EpochRecord, Record
from harness.store import RUNS, StoreError, find_run, read_records, write_records
from harness.study import FalseAlarms, Pool, Power, false_alarms, power
from harness.study_page import FIGURE, Findings, figure, page

NONE = "none"
"""Level of the factor `plant` of what is trained as it is."""
OUTPUT = Path("reports/gate")
PLANTS, TIMES = "plants.jsonl.gz", "times.jsonl.gz"
"""Files that are kept beside the page."""
GATES = 1_000
"""Gates drawn for each power."""
ALARM_GATES = 5 * GATES
"""Gates drawn for each rate of false alarms: it is held against a bound that it comes close to."""
SIZES = (6, 10, 20)
"""Seeds a side of gates over unchanged code, as far as the pool has them."""
DRAWN = 10
"""Seeds of the gates drawn with a plant in them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        records = _records(options.runs, folder=options.folder)
        timed = _records(options.times, folder=options.folder)
        findings = study(
            records,
            timed,
            gates=options.gates,
            alarm_gates=options.alarm_gates,
            output=options.output,
        )
        write(findings, records, timed, options.output)
    except (StoreError, CompareError, OSError) as error:
        print(f"gate_study: error: {error}", file=sys.stderr)
        return 2
    print(page(findings))
    print(f"Wrote {options.output / 'README.md'}, its figure and its records.")
    return 0


def parser() -> argparse.ArgumentParser:
    """The options, each with its help."""
    found = argparse.ArgumentParser(
        prog="python -m harness.gate_study",
        description="How often the gate calls what did not change, and what it sees of planted "
        "regressions.",
    )
    found.add_argument(
        "runs", nargs="+", metavar="RUN", help="runs of the experiment plants, taken together"
    )
    found.add_argument(
        "--times",
        nargs="+",
        default=[],
        metavar="RUN",
        help="runs of it with slower epochs, timed without -n on a quiet machine",
    )
    found.add_argument(
        "--gates", type=int, default=GATES, help="gates drawn for each power. Default: %(default)s"
    )
    found.add_argument(
        "--alarm-gates",
        type=int,
        default=ALARM_GATES,
        help="gates drawn for each rate of false alarms. Default: %(default)s",
    )
    found.add_argument("--output", type=Path, default=OUTPUT, metavar="DIR", help="where it goes")
    found.add_argument(
        "--runs", dest="folder", type=Path, default=RUNS, metavar="DIR", help="folder of runs"
    )
    return found


def study(
    records: Sequence[Record],
    timed: Sequence[Record],
    *,
    gates: int,
    alarm_gates: int,
    output: Path = OUTPUT,
) -> Findings:
    """Rates and powers, of accuracies and of times."""
    metrics = tuple(map(metric, DEFAULT_METRICS))
    pool, planted = _sorted_out(records)
    found = [
        power(pool, runs, metrics, plant=plant, cell=cell, seeds=min(DRAWN, len(runs)), gates=gates)
        for (plant, cell), runs in sorted(planted.items(), key=lambda item: natural(str(item[0])))
    ]
    alarms, powers = _timed(timed, gates=gates, alarm_gates=alarm_gates) if timed else ((), ())
    beside = f" --times {output / TIMES}" if timed else ""
    return Findings(
        level=LEVEL,
        conditions=_conditions(records),
        alarms=tuple(
            false_alarms(pool, metrics, seeds=seeds, gates=alarm_gates) for seeds in _sizes(pool)
        ),
        timed_alarms=alarms,
        powers=(*found, *powers),
        command=f"python -m harness.gate_study {output / PLANTS}{beside} --output {output}",
    )


def write(
    findings: Findings, records: Sequence[Record], timed: Sequence[Record], folder: Path
) -> None:
    """Write the page, the figure and the records; raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(page(findings), encoding="utf-8")
    figure(findings).savefig(folder / FIGURE)
    for name, kept in ((PLANTS, records), (TIMES, timed)):
        if kept:
            write_records(folder / name, map(_small, kept))


def _timed(
    records: Sequence[Record], *, gates: int, alarm_gates: int
) -> tuple[tuple[FalseAlarms, ...], tuple[Power, ...]]:
    """The same of epoch times, which must have been taken exclusively."""
    metrics = (METRICS["epoch_s"],)
    pool, planted = _sorted_out(records)
    half = min(map(len, pool.values())) // 2
    powers = tuple(
        power(pool, runs, metrics, plant=plant, cell=cell, seeds=min(DRAWN, len(runs)), gates=gates)
        for (plant, cell), runs in sorted(planted.items())
        if cell in pool
    )
    return (false_alarms(pool, metrics, seeds=half, gates=alarm_gates),), powers


def _sorted_out(records: Iterable[Record]) -> tuple[Pool, dict[tuple[str, str], list[Record]]]:
    """The pool by cell, and the planted runs by plant and cell."""
    groups = group_by(records, _plant)
    pool = {cell: found for (plant, cell), found in groups.items() if plant == NONE}
    planted = {key: found for key, found in groups.items() if key[0] != NONE}
    if lacking := sorted({cell for _, cell in planted} - pool.keys()):
        raise CompareError(
            f"{', '.join(lacking)}: expected runs of it without a plant; train those too"
        )
    if not pool:
        raise CompareError("expected runs without a plant, found none: train those first")
    return pool, planted


def _plant(record: Record) -> tuple[str, str]:
    try:
        return str(record.factors["plant"]), str(record.factors["cell"])
    except KeyError:
        raise CompareError(
            f"{record.case}: expected a run of the experiment plants, with the factors plant and "
            "cell: name runs of --experiment plants alone"
        ) from None


def _sizes(pool: Pool) -> list[int]:
    """Seeds a side that the pool has two disjoint sets of."""
    most = min(map(len, pool.values())) // 2
    return [size for size in SIZES if size <= most] or [most]


def _conditions(records: Iterable[Record]) -> str:
    found = sorted({conditions_of(record).label for record in records})
    if len(found) > 1:
        raise CompareError(f"expected one set of conditions, got {' and '.join(found)}")
    return found[0]


def _records(names: Sequence[str], *, folder: Path) -> list[Record]:
    """The results of these runs; a case and seed may be in one of them only."""
    paths = [find_run(name, runs=folder, notice=_note) for name in names]
    found = [each for path in paths for each in read_records(path, notice=_note) if not each.raised]
    for case, records in group_by(found, lambda record: record.nodeid).items():
        if len(records) > 1:
            raise CompareError(f"{case}: expected once, came {len(records)} times: name one run")
    return found


def _small(record: Record) -> Record:
    """A record without what no gate reads."""
    return replace(slim(record), epochs=tuple(map(_bare, record.epochs)))


def _bare(epoch: EpochRecord) -> EpochRecord:
    return replace(epoch, gradient_norm={}, dead_units={}, saturated_units={})


def _note(said: str) -> None:
    print(f"gate_study: {said}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
