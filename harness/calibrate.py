"""Accuracy thresholds from a run: `python -m harness.calibrate RUN --output bench/thresholds.json`.

A case whose every seed is far above chance gets a lower bound, one whose every seed is near chance
an upper bound; one between, or with seeds on both sides, gets none and stays unjudged. So does one
whose seeds lie so far apart that a bound below them all would say nothing.
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
    f"less a margin, if that is more than {CHANCE_FACTOR:g} times chance. upper: no seed passed "
    f"{CHANCE_FACTOR:g} times chance, nor reached {LEARNED:.0%}; the best seed and a margin. "
    f"margin: the range of the seeds, at least {LEAST_MARGIN:.0%}. Cases between are not listed "
    "and stay unjudged. Made by python -m harness.calibrate; change it by review only."
)


def calibrate(records: Iterable[Record]) -> tuple[list[ThresholdEntry], list[str]]:
    """Entries for the cases that can be judged, and a sentence for each case that cannot.

    The records are results, none of them of a case that raised. Of two records of one case and
    seed the later one counts.
    """
    by_key: dict[Key, dict[int, Record]] = {}
    for record in records:
        by_key.setdefault(_key(record), {})[record.seed] = record
    entries: list[ThresholdEntry] = []
    unjudged: list[str] = []
    for key, by_seed in sorted(by_key.items()):
        entry = _entry(key, [by_seed[seed] for seed in sorted(by_seed)])
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
        records = _results(options.run, runs=options.runs)
        entries, unjudged = calibrate(records)
        old = read_thresholds(options.output).entries if options.output.exists() else ()
        measured = {_key(record) for record in records}
        kept = [entry for entry in old if entry.key not in measured]
        write_thresholds(options.output, merged(kept, entries))
    except (StoreError, ThresholdsError, OSError) as error:
        print(f"harness.calibrate: {error}", file=sys.stderr)
        return 2
    for sentence in unjudged:
        print(f"unjudged: {sentence}")
    print(f"{options.output}: {len(entries)} cases from these runs, {len(kept)} others kept")
    return 0


def _results(names: Sequence[str], *, runs: Path) -> list[Record]:
    paths = [find_run(name, runs=runs, notice=_note) for name in names or (None,)]
    records = [record for path in paths for record in read_records(path, notice=_note)]
    results = [record for record in records if not record.raised]
    if not results:
        raise StoreError(
            f"{', '.join(map(str, paths))}: expected results, found none: no case has one there; "
            "name another run"
        )
    if len(results) < len(records):
        raised = len(records) - len(results)
        _note(f"left out: {raised} of {len(records)} cases, which raised an error")
    return results


def _entry(key: Key, records: Sequence[Record]) -> ThresholdEntry | str:
    """The bounds from a case's records, one a seed; or why there are none."""
    measured = [record.test_accuracy or 0.0 for record in records]
    worst, best = min(measured), max(measured)
    near_chance = CHANCE_FACTOR / records[0].trained_on.classes
    if len(records) < LEAST_SEEDS:
        return f"{len(records)} seeds, and at least {LEAST_SEEDS} are needed"
    if len({record.recipe_id for record in records}) > 1:
        return "its seeds were trained by different recipes"
    margin = max(LEAST_MARGIN, best - worst)
    learned = worst >= LEARNED and worst - margin > near_chance
    lower = round(worst - margin, 4) if learned else None
    upper = round(best + margin, 4) if best <= near_chance and best < LEARNED else None
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
    return case, record.trained_on.name, record.tier, record.engine


def _note(text: str) -> None:
    print(f"harness.calibrate: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m harness.calibrate",
        description="Make the accuracy thresholds that cases are judged by, from runs that are "
        "known to be good. A case gets a lower bound, below which it fails, if every seed learned; "
        "an upper bound if none learned; otherwise none, and it stays unjudged.",
        epilog=f"How the bounds are set: {HOW}",
    )
    parser.add_argument(
        "run",
        nargs="*",
        metavar="RUN",
        help="run to measure: its folder, its name under --runs, or a .jsonl file of records; "
        "several count together; without any, the newest run that has records",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="folder in which runs are looked for by name. Default: %(default)s",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("bench/thresholds.json"),
        metavar="FILE",
        help="thresholds file to write, for pytest bench/ --thresholds FILE. If it exists, the "
        "measured cases are replaced in it and all others kept. Default: %(default)s",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
