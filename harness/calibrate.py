"""Accuracy thresholds from a run: `python -m harness.calibrate RUN --output bench/thresholds.json`.

A case whose every seed is far above chance gets a lower bound, one whose every seed is near chance
an upper bound; one between, or with seeds on both sides, gets none and stays unjudged.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.record import Record
from harness.store import StoreError, find_run, read_records
from harness.thresholds import (
    Key,
    ThresholdEntry,
    ThresholdsError,
    ThresholdsFile,
    read_thresholds,
    write_thresholds,
)

LEAST_SEEDS = 5
"""Seeds below which no bound is set."""

LEARNED = 0.5
"""Accuracy that every seed of a case must reach for a lower bound."""

CHANCE_FACTOR = 2.0
"""A case learns nothing if no seed passes so many times the accuracy of chance."""

LEAST_MARGIN = 0.01
"""Distance of a bound from the nearest seed, where their range is not larger."""

HOW = (
    f"From at least {LEAST_SEEDS} seeds. lower: every seed reached {LEARNED:.0%}; the worst seed "
    f"less a margin. upper: no seed passed {CHANCE_FACTOR:g} times chance; the best seed and a "
    f"margin. margin: the range of the seeds, at least {LEAST_MARGIN:.0%}. Cases between are not "
    "listed and stay unjudged. Made by python -m harness.calibrate; change it by review only."
)


def calibrate(records: Iterable[Record]) -> tuple[list[ThresholdEntry], list[str]]:
    """Entries for the cases that can be judged, and a sentence for each case that cannot."""
    by_key: dict[Key, list[Record]] = {}
    for record in records:
        by_key.setdefault(_key(record), []).append(record)
    entries: list[ThresholdEntry] = []
    unjudged: list[str] = []
    for key, found in sorted(by_key.items()):
        entry = _entry(key, sorted(found, key=lambda record: record.seed))
        if isinstance(entry, str):
            unjudged.append(f"{key[0]}: {entry}")
        else:
            entries.append(entry)
    return entries, unjudged


def merged(old: Iterable[ThresholdEntry], new: Iterable[ThresholdEntry]) -> ThresholdsFile:
    """The old entries with the new in the place of those with the same key."""
    entries = {entry.key: entry for entry in (*old, *new)}
    return ThresholdsFile(how=HOW, entries=tuple(entries.values()))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; exit code 2 where nothing can be calibrated."""
    options = _parser().parse_args(arguments)
    try:
        records = [
            record
            for name in options.run or [None]
            for record in read_records(find_run(name, runs=options.runs))
        ]
        entries, unjudged = calibrate(records)
        old = read_thresholds(options.output).entries if options.output.exists() else ()
    except (StoreError, ThresholdsError) as error:
        print(f"harness.calibrate: {error}", file=sys.stderr)
        return 2
    kept = [entry for entry in old if entry.key not in {_key(record) for record in records}]
    write_thresholds(options.output, merged(kept, entries))
    for sentence in unjudged:
        print(f"unjudged: {sentence}")
    print(f"{options.output}: {len(entries)} cases from these runs, {len(kept)} others kept")
    return 0


def _entry(key: Key, records: Sequence[Record]) -> ThresholdEntry | str:
    measured = [record.test_accuracy or 0.0 for record in records]
    worst, best = min(measured), max(measured)
    chance = 1 / records[0].dataset.classes
    if len(records) < LEAST_SEEDS:
        return f"{len(records)} seeds, and at least {LEAST_SEEDS} are needed"
    margin = max(LEAST_MARGIN, best - worst)
    lower = round(worst - margin, 4) if worst >= LEARNED else None
    upper = round(best + margin, 4) if best <= CHANCE_FACTOR * chance else None
    if lower is None and upper is None:
        return f"from {worst:.1%} to {best:.1%} over {len(records)} seeds"
    case, dataset, tier, engine = key
    return ThresholdEntry(
        case=case,
        dataset=dataset,
        tier=tier,
        engine=engine,
        lower=lower,
        upper=upper,
        margin=round(margin, 4),
        seeds=tuple(record.seed for record in records),
        measured=tuple(measured),
    )


def _key(record: Record) -> Key:
    case = f"{record.case.partition('[')[0]}[{record.variant}]"
    return case, record.dataset.name, record.tier, record.engine


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness.calibrate", description=HOW)
    parser.add_argument("run", nargs="*", help="folder, name or .jsonl file; the newest if none")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the runs")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("bench/thresholds.json"),
        help="file to write; its entries for other cases are kept. Default: %(default)s",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
