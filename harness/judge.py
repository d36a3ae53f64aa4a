"""Pairs -> Judgement: red, green or undecided for each cell and metric of a gate. Pure.

Red takes two decisions. It differs: the mean loss is above 0, by a one-sided test over the paired
seeds, corrected by Holm's method over every test of the gate, so that the chance of any false red
among them all is at most the level. And it matters: the mean loss is beyond the metric's margin.

Green is shown as well: a one-sided interval rules out a loss beyond the margin, or every paired
difference is exactly zero. That needs no correction, as a cell is green only if each of its metrics
is (intersection-union; Berger 1982). Between red and green lies undecided.

The sign-flip test is taken where the seeds are enough for it: it assumes least. Below them it is
Student's t, from 5 seeds on, and again beyond 100, where it assumes nothing any more. Counts (a run
diverged or did not) are given to no t.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from harness.inference import (
    LEAST_T_SEEDS,
    Test,
    fitting_test,
    holm,
    least_seeds,
    p_value,
    seeds_needed,
    upper_bound,
)
from harness.pairing import CellKey, Pairs

Colour = Literal["red", "green", "undecided", "censored"]
"""A regression; none that matters; neither shown; no run of either side ever got there."""

LEVEL = 0.05
"""Chance of any false red in a gate, and of each green that hides a loss of the margin."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one metric of one cell."""

    pairs: Pairs
    """What was judged."""
    colour: Colour
    """The verdict."""
    loss: float
    """Mean loss, as `Pairs.losses` has it."""
    highest_loss: float
    """Upper end of the one-sided interval for it; infinity where there is none."""
    test: Test | None
    """By what it was tested; `None` where there was nothing to test."""
    p: float
    """Chance of such a loss by luck alone, corrected over the gate's tests."""
    level: float
    """Chance of any false red in its gate."""
    tests: int
    """Tests of its gate."""

    @property
    def seeds(self) -> int | None:
        """Seeds that would decide, towards red where the mean loss is beyond the margin, else
        towards green; `None` if no 1,000 would."""
        losses = self.pairs.losses
        if len(losses) < LEAST_T_SEEDS:
            return LEAST_T_SEEDS  # so few tell nothing of how much they vary
        is_loss = self.loss > self.pairs.margin
        needed = seeds_needed(
            losses,
            0.0 if is_loss else self.pairs.margin,
            level=self.level / self.tests if is_loss else self.level,
            resolution=self.pairs.resolution,
        )
        is_flipped = is_loss and self.pairs.metric.is_outcome
        least = least_seeds(self.level, tests=self.tests) if is_flipped else LEAST_T_SEEDS
        return None if needed is None else max(least, needed, len(losses) + 1)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A whole gate."""

    verdicts: tuple[Verdict, ...]
    """One a cell and metric."""
    tests: int
    """Tests among them, over which they are corrected."""
    level: float
    """Chance of any false red."""
    can_decide: bool
    """Some test could have come out red, or none was needed."""

    @property
    def least_sign_flip(self) -> int:
        """Fewest seeds with which the permutation test can decide so many tests at all."""
        return least_seeds(self.level, tests=max(1, self.tests))

    @property
    def cells(self) -> dict[CellKey, Colour]:
        """Cell -> the worst that its metrics say; one in which nothing can be lost says least."""
        found: dict[CellKey, set[Colour]] = {}
        for verdict in self.verdicts:
            found.setdefault(verdict.pairs.cell, set()).add(verdict.colour)
        return {cell: _worst(colours) for cell, colours in found.items()}

    def of(self, colour: Colour) -> tuple[Verdict, ...]:
        """The verdicts of a colour."""
        return tuple(verdict for verdict in self.verdicts if verdict.colour == colour)


def judge(found: Sequence[Pairs], *, level: float = LEVEL, others: int = 0) -> Judgement:
    """A verdict on each; `others` are tests of the same gate that are not among these."""
    tested = [pairs for pairs in found if is_tested(pairs)]
    tests = len(tested) + others
    chosen = {pairs.name: choose_test(pairs, level=level, tests=tests) for pairs in tested}
    p_values = [_differs(pairs, chosen[pairs.name]) for pairs in tested]
    corrected = dict(zip(chosen, holm([*p_values, *[1.0] * others])[: len(tested)], strict=True))
    verdicts = [
        _verdict(
            pairs,
            test=chosen.get(pairs.name),
            p=corrected.get(pairs.name, _untested_p(pairs)),
            level=level,
            tests=tests,
        )
        for pairs in found
    ]
    return Judgement(
        verdicts=tuple(verdicts),
        tests=tests,
        level=level,
        can_decide=not tested or any(chosen.values()),
    )


def is_tested(pairs: Pairs) -> bool:
    """Whether chance has a say in it. A test that can only come out at 1 needs no correction."""
    return not pairs.metric.is_fixed and any(pairs.losses) and not _is_censored(pairs)


def choose_test(pairs: Pairs, *, level: float, tests: int) -> Test | None:
    """What fits, by what is known before any result is; `None`: too few seeds for any red."""
    if pairs.metric.is_outcome:
        return "sign-flip" if len(pairs.losses) >= least_seeds(level, tests=tests) else None
    return fitting_test(len(pairs.losses), level=level, tests=tests)


def _differs(pairs: Pairs, test: Test | None) -> float:
    if test is None:
        return 1.0
    return p_value(pairs.losses, 0.0, "above", test=test, resolution=pairs.resolution)


def _is_censored(pairs: Pairs) -> bool:
    return all(all(row.censored) for row in pairs.rows)


def _untested_p(pairs: Pairs) -> float:
    """Of what is the same in every run of a recipe, any loss is real."""
    return 0.0 if pairs.metric.is_fixed and fmean(pairs.losses) > 0 else 1.0


def _verdict(pairs: Pairs, *, test: Test | None, p: float, level: float, tests: int) -> Verdict:
    loss = fmean(pairs.losses)
    highest = _highest(pairs, level=level)
    colour = _colour(pairs, loss=loss, highest=highest, p=p, level=level)
    return Verdict(
        pairs=pairs,
        colour=colour,
        loss=loss,
        highest_loss=highest,
        test=test,
        p=p,
        level=level,
        tests=tests,
    )


def _highest(pairs: Pairs, *, level: float) -> float:
    if not any(pairs.losses) or pairs.metric.is_fixed:
        return fmean(pairs.losses)
    if len(pairs.losses) < LEAST_T_SEEDS:
        return math.inf
    return upper_bound(pairs.losses, level=level, resolution=pairs.resolution)


def _colour(pairs: Pairs, *, loss: float, highest: float, p: float, level: float) -> Colour:
    if _is_censored(pairs):
        return "censored"
    if p <= level and loss > pairs.margin:
        return "red"
    return "green" if highest < pairs.margin or not any(pairs.losses) else "undecided"


def _worst(colours: set[Colour]) -> Colour:
    order: tuple[Colour, ...] = ("red", "undecided", "green", "censored")
    return next(colour for colour in order if colour in colours)
