"""Looking at a gate more than once, without more false alarms. Pure, but for the file of looks.

Whoever looks after each round of seeds, and stops at the first red, calls more false alarms than
one look would. So the level is spent over the looks, in proportion to the seeds that each one adds
(Lan and DeMets 1983, with a linear spending function): the shares add up to the level, and by
Bonferroni's inequality so does the chance of any false red over all looks. A cell that is decided
gets no more seeds and keeps its verdict; its tests go on counting in every later correction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from harness.judge import LEVEL, Judgement, Verdict, judge
from harness.pairing import CellKey, Pairs
from harness.store import StoreError

LOOKS = "looks.json"
"""File in a run's folder that says at how many seeds it was looked at."""


@dataclass(frozen=True, kw_only=True)
class Looks:
    """When a run is looked at: the seeds that a cell has at each look, if it is still undecided."""

    seeds: tuple[int, ...]
    """Seeds at each look, rising; the last is the most that any cell gets."""

    def shares(self, level: float) -> tuple[float, ...]:
        """The level that each look may spend."""
        before = (0, *self.seeds)
        return tuple(
            level * (now - then) / self.seeds[-1]
            for then, now in zip(before, self.seeds, strict=False)
        )


def plan_looks(*, first: int, most: int) -> Looks:
    """Looks after every `first` seeds, up to `most`.

    Raises:
        ValueError: fewer at most than at first.
    """
    if not 1 <= first <= most:
        raise ValueError(
            f"--max-seeds: expected at least the seeds of the first round, {first}; got {most}"
        )
    return Looks(seeds=tuple(dict.fromkeys([*range(first, most, first), most])))


def judge_looks(found: Sequence[Pairs], looks: Looks, *, level: float = LEVEL) -> Judgement:
    """The verdicts after the looks so far, as if each had been taken when its seeds were there.

    Args:
        found: pairs with all seeds there are, numbered from 0.
        looks: when it is looked at; those count for which a cell has the seeds, and the first.
        level: of all looks together.
    """
    there = max((len(each.rows) for each in found), default=0)
    settled: dict[str, Verdict] = {}
    taken: list[Judgement] = []
    for seeds, share in zip(looks.seeds, looks.shares(level), strict=True):
        if taken and seeds > there:
            break
        open_ones = [_first(each, seeds) for each in found if each.name not in settled]
        taken.append(judge(open_ones, level=share, others=len(settled)))
        decided = decided_cells(taken[-1])
        settled |= {
            each.pairs.name: each for each in taken[-1].verdicts if each.pairs.cell in decided
        }
    last = {verdict.pairs.name: verdict for verdict in taken[-1].verdicts} | settled
    return replace(
        taken[-1],
        verdicts=tuple(last[each.name] for each in found),
        can_decide=any(judgement.can_decide for judgement in taken),
    )


def decided_cells(judgement: Judgement) -> set[CellKey]:
    """Cells of a look that need no more seeds."""
    return {cell for cell, colour in judgement.cells.items() if colour != "undecided"}


def undecided_cells(judgement: Judgement) -> list[CellKey]:
    """Cells for which a further round is run."""
    return [cell for cell, colour in judgement.cells.items() if colour == "undecided"]


def read_looks(run: Path) -> Looks | None:
    """When a run was looked at; `None` for one that is judged once, and for a record file.

    Raises:
        StoreError: the file is damaged.
    """
    file = run / LOOKS
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Looks)
    except msgspec.DecodeError as error:
        raise StoreError(f"{file}: expected the looks of a run: {error}: restore it") from None


def write_looks(run: Path, looks: Looks) -> None:
    """Note in a run's folder when it is looked at, before the first look."""
    (run / LOOKS).write_bytes(msgspec.json.encode(looks) + b"\n")


def _first(pairs: Pairs, seeds: int) -> Pairs:
    """The pairs of the first seeds alone."""
    return replace(pairs, rows=tuple(row for row in pairs.rows if row.seed < seeds))
