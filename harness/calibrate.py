"""Accuracy thresholds from runs: `python -m harness.calibrate RUN --output bench/thresholds.json`.

Each case gets a tolerance bound (`harness.tolerance`), such that a run of the whole bench, one seed
of each case, fails without cause at the stated rate. A case that learns gets a lower bound, one
that measurably does not an upper one. Where the seeds do not follow the model, as where some runs
are stuck, the case records and does not assert, and the file says why.
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.record import DatasetRecord, Record, Threshold
from harness.store import StoreError, find_run, read_records
from harness.thresholds import (
    Key,
    ThresholdEntry,
    ThresholdsError,
    ThresholdsFile,
    read_thresholds,
    write_thresholds,
)
from harness.tolerance import CONFIDENCE, is_normal, rate_of_one, tolerance_bound

LEAST_SEEDS = 20
"""Seeds below which no bound is set."""

RATE = 0.001
"""Share of good runs of the whole bench that fail: 1 in 1,000."""

CHANCE_FACTOR = 2.0
"""A case learns nothing if no seed passes so many times the accuracy of chance."""

HOW = (
    "Each entry says how it was made. tolerance: the accuracy beyond which at most the rate of "
    f"good runs falls, with a confidence of {CONFIDENCE:.0%}, a one-sided normal tolerance bound "
    "on the logits of the seeds listed. The rates of a dataset, tier and engine are such that a "
    "run of all its cases fails without cause as often as calibrate was told. lower: the case "
    f"learns. upper: no seed passed {CHANCE_FACTOR:g} times chance. reason: why it records and "
    "does not assert. range: an older entry from fewer seeds, the worst of them less their range, "
    "or the best and "
    "it; it promises no rate. Cases that are not listed stay unjudged. Made by python -m "
    "harness.calibrate; change it by review only."
)


def calibrate(
    records: Iterable[Record], *, rate: float = RATE
) -> tuple[list[ThresholdEntry], list[str]]:
    """An entry for each case that was measured, and a sentence for each that was not.

    The records are results, none of them of a case that raised. Of two records of one case and
    seed the later one counts. `rate` is of a run of all cases of one dataset, tier and engine.
    """
    by_key: dict[Key, dict[int, Record]] = {}
    for record in records:
        by_key.setdefault(_key(record), {})[record.seed] = record
    groups = Counter(key[1:] for key in by_key)
    entries: list[ThresholdEntry] = []
    left: list[str] = []
    for key, by_seed in sorted(by_key.items()):
        found = [by_seed[seed] for seed in sorted(by_seed)]
        if sentence := _unmeasured(found):
            left.append(f"{key[0]}: {sentence}")
        else:
            entries.append(_entry(key, found, rate=rate_of_one(rate, cases=groups[key[1:]])))
    return entries, left


def merged(old: Iterable[ThresholdEntry], new: Iterable[ThresholdEntry]) -> ThresholdsFile:
    """The old entries with the new in the place of those with the same key."""
    entries = {entry.key: entry for entry in (*old, *new)}
    return ThresholdsFile(how=HOW, entries=tuple(entries.values()))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; exit code 2 where nothing can be calibrated."""
    options = _parser().parse_args(arguments)
    try:
        records = _results(options.run, runs=options.runs)
        entries, left = calibrate(records, rate=options.rate)
        old = read_thresholds(options.output).entries if options.output.exists() else ()
        measured = {entry.key for entry in entries}
        kept = [entry for entry in old if entry.key not in measured]
        write_thresholds(options.output, merged(kept, entries))
    except (StoreError, ThresholdsError, OSError) as error:
        print(f"harness.calibrate: {error}", file=sys.stderr)
        return 2
    for entry in entries:
        if entry.reason:
            print(f"does not assert: {entry.case}: {entry.reason}")
    for sentence in left:
        print(f"left as it was: {sentence}")
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


def _unmeasured(records: Sequence[Record]) -> str:
    """Why nothing is said of a case, whatever its accuracies; empty where something is."""
    if len(records) < LEAST_SEEDS:
        return f"{len(records)} seeds, and at least {LEAST_SEEDS} are needed"
    if len({record.recipe_id for record in records}) > 1:
        return "its seeds were trained by different recipes"
    return ""


def _entry(key: Key, records: Sequence[Record], *, rate: float) -> ThresholdEntry:
    """The bound from a case's records, one a seed; or the reason why there is none."""
    measured = [record.test_accuracy or 0.0 for record in records]
    bounds = _bounds(measured, records[0].trained_on, rate=rate)
    case, dataset, tier, engine = key
    return ThresholdEntry(
        case=case,
        dataset=dataset,
        tier=tier,
        engine=engine,
        lower=None if isinstance(bounds, str) else bounds.lower,
        upper=None if isinstance(bounds, str) else bounds.upper,
        method="tolerance",
        rate=float(f"{rate:.3g}"),
        confidence=CONFIDENCE,
        reason=bounds if isinstance(bounds, str) else None,
        seeds=tuple(record.seed for record in records),
        measured=tuple(measured),
    )


def _bounds(measured: Sequence[float], data: DatasetRecord, *, rate: float) -> Threshold | str:
    images, near_chance = data.test_size, CHANCE_FACTOR / data.classes
    seen = f"{min(measured):.1%} to {max(measured):.1%} over {len(measured)} seeds"
    if not is_normal(measured, images=images):
        return f"its logits are not normal: {seen}"
    if max(measured) <= near_chance and near_chance < 1:
        bound = tolerance_bound(measured, images=images, rate=rate, side="upper")
        return Threshold(upper=_up(bound))
    bound = tolerance_bound(measured, images=images, rate=rate, side="lower")
    if bound <= near_chance:
        return f"its bound, {bound:.1%}, is no better than {CHANCE_FACTOR:g} times chance: {seen}"
    return Threshold(lower=_down(bound))


def _down(bound: float) -> float:
    """To four digits, away from the runs that it is to let pass."""
    return math.floor(bound * 1e4) / 1e4


def _up(bound: float) -> float:
    return math.ceil(bound * 1e4) / 1e4


def _key(record: Record) -> Key:
    case = f"{record.case.partition('[')[0]}[{record.variant}]"
    return case, record.trained_on.name, record.tier, record.engine


def _rate(given: str) -> float:
    try:
        rate = float(given)
    except ValueError:
        rate = 0.0
    if not 0 < rate < 0.5:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 0.5; got {given!r}")
    return rate


def _note(text: str) -> None:
    print(f"harness.calibrate: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m harness.calibrate",
        description="Make the accuracy thresholds that cases are judged by, from runs that are "
        "known to be good. A case gets a lower bound, below which it fails; an upper bound if no "
        "seed learned; or none where its seeds do not follow the model, with the reason.",
        epilog=f"How the bounds are set: {HOW}",
    )
    parser.add_argument(
        "run",
        nargs="*",
        metavar="RUN",
        help="run to measure: its folder, its name under --runs, or a .jsonl or .jsonl.gz file; "
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
        "--rate",
        type=_rate,
        default=RATE,
        metavar="SHARE",
        help="share of good runs, one seed of every case, that may fail. Default: %(default)s",
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
