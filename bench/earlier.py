"""What earlier runs have: cases that a session leaves out, or trains again."""

from collections.abc import Collection
from pathlib import Path

import pytest

from bench.cells import CellKey
from bench.planning import Key
from harness.record import Record
from harness.store import StoreError, find_run, read_records

NAMING = {"leave_out": "left out", "repeat": "repeated"}
"""Option that names runs -> what happens to what they have."""


def left_out(config: pytest.Config) -> list[Record]:
    """What `--leave-out` names; raises `pytest.UsageError` where that cannot be read."""
    return _named(config, "leave_out")


def repeated(config: pytest.Config) -> set[Key] | None:
    """The cases that `--repeat` names; `None` without it.

    Raises:
        pytest.UsageError: a run that cannot be read, or none of the tier that is asked for.
    """
    if not config.getoption("repeat"):
        return None
    records, tier = _named(config, "repeat"), config.getoption("tier")
    found = {(each.experiment, each.variant, each.seed) for each in records if each.tier == tier}
    if not found:
        tiers = " or ".join(sorted({each.tier for each in records}))
        raise pytest.UsageError(
            f"--repeat {', '.join(config.getoption('repeat'))}: expected records of the tier that "
            f"is asked for, {tier}; got records of {tiers or 'none'}: give it as --tier"
        )
    return found


def told(config: pytest.Config, there: Collection[CellKey]) -> list[str]:
    """Which runs are named, what of them could not be read, and which cells are no more."""
    lines = []
    for option, verb in NAMING.items():
        if names := config.getoption(option):
            count = len(_named(config, option))
            lines.append(f"{verb}: what {', '.join(names)} has, {count} records")
            lines += [f"{verb}: {text}" for text in config.stash[_UNREAD][option]]
    asked = {(experiment, variant) for experiment, variant, _ in repeated(config) or ()}
    if gone := sorted(asked - set(there)):
        cells = ", ".join("/".join(cell) for cell in gone)
        lines.append(f"cannot be repeated, as the bench has no such cell: {cells}")
    return lines


def _named(config: pytest.Config, option: str) -> list[Record]:
    """Records of the runs that an option names, read once."""
    known = config.stash.setdefault(_NAMED, {})
    if option not in known:
        runs: Path = config.getoption("runs")
        unread = config.stash.setdefault(_UNREAD, {}).setdefault(option, [])
        try:
            found = [find_run(name, runs=runs) for name in config.getoption(option)]
            records = [read_records(run, notice=unread.append) for run in found]
        except StoreError as error:
            raise pytest.UsageError(f"--{option.replace('_', '-')} {error}") from None
        known[option] = [record for each in records for record in each]
    return known[option]


_NAMED = pytest.StashKey[dict[str, list[Record]]]()
_UNREAD = pytest.StashKey[dict[str, list[str]]]()
"""Option -> notices, as of a half-written line, whose case is trained again."""
