"""How well a gate judges: false alarms over unchanged code, and power over planted losses. Pure.

The records are of trainings that were really run. Gates over unchanged code (A/A) are drawn from a
pool of seeds of each cell: two disjoint random sets, paired at random. A gate with a regression
holds a cell's planted runs against its pool, seed by seed, beside A/A draws of all other cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

import numpy as np
import scipy

from harness.compare import CompareError
from harness.estimate import Estimate, estimate
from harness.judge import LEVEL, Colour, judge
from harness.metrics import Metric
from harness.pairing import Pairs, metric_pairs
from harness.record import Record

Pool = Mapping[str, Sequence[Record]]
"""Cell -> its records, one a seed."""

CONFIDENCE = 0.95
"""Coverage of the interval of a share."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of the gates drawn came out so."""

    count: int
    """Gates that did."""
    gates: int
    """Gates drawn."""

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.gates

    @property
    def interval(self) -> tuple[float, float]:
        """Interval of Clopper and Pearson for the chance behind it."""
        found = scipy.stats.binomtest(self.count, self.gates).proportion_ci(CONFIDENCE)
        return float(found.low), float(found.high)


@dataclass(frozen=True, kw_only=True)
class FalseAlarms:
    """Gates over unchanged code with so many seeds a side."""

    seeds: int
    """Seeds of each side."""
    red: Share
    """Gates with any red cell."""
    decided: float
    """Share of cells that were shown green."""


@dataclass(frozen=True, kw_only=True)
class Power:
    """What a gate sees of one plant in one cell."""

    plant: str
    """What was planted."""
    cell: str
    """Where."""
    metric: Metric
    """What was judged."""
    loss: Estimate
    """Loss over all paired seeds, as the metric measures it."""
    effect: float
    """The same in standard deviations of the paired differences; infinite without any."""
    verdict: Colour
    """Of the gate with all seeds."""
    seeds: int
    """Seeds of each gate drawn."""
    red: Share
    """Gates drawn in which the cell came out red."""
    margin: float
    """The loss that matters, as `loss` has it."""

    @property
    def is_measurable(self) -> bool:
        """Whether the interval of the loss leaves out zero."""
        half = self.loss.half_width
        return half is not None and abs(self.loss.mean) > half


def false_alarms(
    pool: Pool,
    metrics: Sequence[Metric],
    *,
    seeds: int,
    gates: int,
    salt: int = 0,
    level: float = LEVEL,
) -> FalseAlarms:
    """The rate of gates with any red over unchanged code.

    Raises:
        CompareError: a cell with too few seeds for two disjoint sets.
    """
    _check(pool, seeds)
    rng = np.random.default_rng([salt, seeds])
    red = green = 0
    for _ in range(gates):
        found = [each for cell in pool for each in _unchanged(pool, cell, metrics, seeds, rng)]
        cells = judge(found, level=level).cells.values()
        red += "red" in cells
        green += sum(colour == "green" for colour in cells)
    return FalseAlarms(
        seeds=seeds,
        red=Share(count=red, gates=gates),
        decided=green / (gates * len(pool)),
    )


def power(
    pool: Pool,
    planted: Sequence[Record],
    metrics: Sequence[Metric],
    *,
    plant: str,
    cell: str,
    seeds: int,
    gates: int,
    salt: int = 0,
    level: float = LEVEL,
) -> Power:
    """What the gate sees of a plant; the first metric is the one that it should move."""
    everything = metric_pairs((cell, plant), metrics[0], pool[cell], planted)
    rng = np.random.default_rng([salt, seeds])
    others = [name for name in pool if name != cell]
    count = 0
    for _ in range(gates):
        chosen = set(rng.choice([row.seed for row in everything.rows], seeds, replace=False))
        found = [
            _only(metric_pairs((cell, plant), metric, pool[cell], planted), chosen)
            for metric in metrics
        ]
        found += [each for name in others for each in _unchanged(pool, name, metrics, seeds, rng)]
        count += judge(found, level=level).cells[cell, plant] == "red"
    return Power(
        plant=plant,
        cell=cell,
        metric=metrics[0],
        loss=_estimate(everything),
        effect=_effect(everything),
        verdict=judge([everything], level=level, others=len(others)).verdicts[0].colour,
        seeds=seeds,
        red=Share(count=count, gates=gates),
        margin=everything.margin,
    )


def _check(pool: Pool, seeds: int) -> None:
    for cell, records in pool.items():
        if len(records) < 2 * seeds:
            raise CompareError(
                f"{cell}: expected {2 * seeds} seeds or more in the pool, for two disjoint sets of "
                f"{seeds}; got {len(records)}: train more, or draw smaller gates"
            )


def _unchanged(
    pool: Pool, cell: str, metrics: Sequence[Metric], seeds: int, rng: np.random.Generator
) -> list[Pairs]:
    """Two disjoint random sets of one cell's seeds, paired at random."""
    records = pool[cell]
    drawn = [records[place] for place in rng.permutation(len(records))[: 2 * seeds]]
    sides = [
        [replace(record, seed=seed) for seed, record in enumerate(side)]
        for side in (drawn[:seeds], drawn[seeds:])
    ]
    return [metric_pairs((cell, "none"), metric, *sides) for metric in metrics]


def _only(pairs: Pairs, seeds: set[int]) -> Pairs:
    return replace(pairs, rows=tuple(row for row in pairs.rows if row.seed in seeds))


def _estimate(pairs: Pairs) -> Estimate:
    found = estimate(pairs.losses)
    if found is None:
        raise CompareError(f"{pairs.name}: expected pairs, got none")
    return found


def _effect(pairs: Pairs) -> float:
    mean = fmean(pairs.losses)
    deviation = stdev(pairs.losses) if len(pairs.losses) > 1 else 0.0
    return mean / deviation if deviation else float("inf") * mean if mean else 0.0
