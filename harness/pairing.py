"""Two sides' records -> Pairs: how much worse each seed of each cell became. Pure.

A side that cannot be held against the other is never passed over: each reason comes back as a
sentence with what to do, and a gate with one of them gives no verdict.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from harness.compare import CompareError, Conditions, conditions_of, group_by
from harness.factors import natural
from harness.metrics import Metric
from harness.record import Record

CellKey = tuple[str, str]
"""(experiment, variant)."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One seed on both sides."""

    seed: int
    """Pairing number."""
    values: tuple[float, float]
    """Of baseline and run, in recorded units; a time in yardsticks."""
    recorded: tuple[float, float]
    """The same as recorded: of a time its seconds."""
    loss: float
    """How much worse the run is: recorded units, or the logarithm of the ratio."""
    censored: tuple[bool, bool]
    """Whether a side never got there, so that its value is a bound."""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What two sides have of one metric of one cell, seed by seed."""

    experiment: str
    """The question it belongs to."""
    variant: str
    """The recipe's name within the experiment."""
    metric: Metric
    """What was measured."""
    rows: tuple[Pair, ...]
    """One a seed that both sides have, by seed."""
    margin: float
    """The loss that matters, as `Pair.loss` has it."""
    resolution: float
    """The least step of a loss that chance could make."""

    @property
    def losses(self) -> tuple[float, ...]:
        """Loss of each seed."""
        return tuple(row.loss for row in self.rows)

    @property
    def censored(self) -> tuple[int, int]:
        """Runs of each side that never got there."""
        first, second = zip(*(row.censored for row in self.rows), strict=True)
        return sum(first), sum(second)

    @property
    def means(self) -> tuple[float, float]:
        """Mean of each side as recorded."""
        first, second = zip(*(row.recorded for row in self.rows), strict=True)
        return fmean(first), fmean(second)

    @property
    def name(self) -> str:
        """`depth/2 test_accuracy`."""
        return f"{self.experiment}/{self.variant} {self.metric.name}"

    @property
    def cell(self) -> CellKey:
        """Experiment and variant."""
        return self.experiment, self.variant


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """Two sides, as far as they can be held against each other."""

    pairs: tuple[Pairs, ...]
    """One a cell and metric, in natural order of the cells."""
    refusals: tuple[str, ...]
    """Why they cannot, one sentence a reason, each with what to do; empty where they can."""
    fresh: tuple[str, ...]
    """Cells that the run has and the baseline lacks: nothing judges them yet."""


def pair(baseline: Sequence[Record], run: Sequence[Record], metrics: Sequence[Metric]) -> Pairing:
    """Every cell of the baseline beside the same cell of the run, for each metric."""
    if missing := [side for side, found in (("baseline", baseline), ("run", run)) if not found]:
        return _refused(f"the {' and the '.join(missing)} holds no record: record one first")
    ours, theirs = (group_by(records, _cell) for records in (baseline, run))
    refusals = [*_raised("baseline", baseline), *_raised("run", run)]
    pairs: list[Pairs] = []
    for key in sorted(ours, key=_order):
        try:
            pairs += _cell_pairs(key, ours[key], theirs.get(key, []), metrics)
        except CompareError as error:
            refusals.append(str(error))
    fresh = sorted(theirs.keys() - ours.keys(), key=_order)
    return Pairing(
        pairs=tuple(pairs),
        refusals=tuple(refusals),
        fresh=tuple("/".join(key) for key in fresh),
    )


def worse(metric: Metric, before: float, after: float) -> float:
    """How much worse the second value is: above 0 for a loss, below for a gain."""
    change = math.log(after / before) if metric.is_ratio else after - before
    return change if metric.better == "lower" else -change


def margin_of(metric: Metric) -> float:
    """The loss that matters, as `worse` measures it."""
    return math.log1p(metric.margin) if metric.is_ratio else metric.margin


def _refused(reason: str) -> Pairing:
    return Pairing(pairs=(), refusals=(reason,), fresh=())


def _cell(record: Record) -> CellKey:
    return record.experiment, record.variant


def _order(key: CellKey) -> tuple[object, ...]:
    return tuple(natural(part) for part in key)


def _raised(side: str, records: Iterable[Record]) -> list[str]:
    return [
        f"the {side} has no result of {record.case}, which raised ({record.reason}): resume the "
        "run, or mend what raised"
        for record in records
        if record.raised
    ]


def _cell_pairs(
    key: CellKey, before: Sequence[Record], after: Sequence[Record], metrics: Sequence[Metric]
) -> list[Pairs]:
    ours, theirs = (
        [record for record in records if not record.raised] for records in (before, after)
    )
    name = "/".join(key)
    if not ours or (after and not theirs):
        return []  # all of them raised, which is told already
    if not theirs:
        raise CompareError(
            f"{name}: the baseline has it, the run does not: run it, or promote a run without it"
        )
    for side in (ours, theirs):
        _refuse_twice(name, side)
    _refuse_other(name, "conditions", _conditions(name, ours), _conditions(name, theirs))
    _refuse_other(name, "recipe", _recipe(name, ours), _recipe(name, theirs))
    return [metric_pairs(key, metric, ours, theirs) for metric in metrics]


def _refuse_twice(name: str, records: Sequence[Record]) -> None:
    for seed, found in group_by(records, lambda record: record.seed).items():
        if len(found) > 1:
            raise CompareError(
                f"{name}: seed {seed} was expected once on a side and came {len(found)} times: "
                "name a run that holds it once"
            )


def _conditions(name: str, records: Sequence[Record]) -> str:
    found = sorted({conditions_of(record) for record in records})
    return _only(name, "set of conditions", [_said(each) for each in found])


def _said(conditions: Conditions) -> str:
    return f"{conditions.label} ({conditions.digest[:15]})"


def _recipe(name: str, records: Sequence[Record]) -> str:
    return _only(name, "recipe", sorted({record.recipe_id for record in records}))


def _only(name: str, what: str, found: Sequence[str]) -> str:
    if len(found) > 1:
        raise CompareError(
            f"{name}: expected one {what} on each side, got {' and '.join(found)}: name a run "
            "that holds one of them"
        )
    return found[0]


def _refuse_other(name: str, what: str, ours: str, theirs: str) -> None:
    if ours != theirs:
        raise CompareError(
            f"{name}: expected the baseline's {what}, {ours}; the run has {theirs}: run it under "
            "the baseline's, or promote a run that is meant to differ"
        )


def metric_pairs(
    key: CellKey, metric: Metric, before: Sequence[Record], after: Sequence[Record]
) -> Pairs:
    """The pairs of one metric, of records that are known to belong beside each other.

    Raises:
        CompareError: no shared seed, or a value that is missing or means nothing.
    """
    name = f"{'/'.join(key)} {metric.name}"
    ours, theirs = ({record.seed: record for record in side} for side in (before, after))
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        raise CompareError(f"{name}: the sides share no seed: run it with the baseline's seeds")
    rows = [_row(name, metric, ours[seed], theirs[seed]) for seed in shared]
    scale = fmean(row.recorded[0] for row in rows) if metric.is_ratio else 1.0
    return Pairs(
        experiment=key[0],
        variant=key[1],
        metric=metric,
        rows=tuple(rows),
        margin=margin_of(metric),
        resolution=metric.resolution / scale,
    )


def _row(name: str, metric: Metric, before: Record, after: Record) -> Pair:
    recorded = _value(name, metric, before), _value(name, metric, after)
    values = recorded
    if metric.is_time:  # so that machines of other speeds compare
        values = recorded[0] / _yardstick(name, before), recorded[1] / _yardstick(name, after)
    return Pair(
        seed=before.seed,
        values=values,
        recorded=recorded,
        loss=worse(metric, *values),
        censored=(metric.censored(before), metric.censored(after)),
    )


def _value(name: str, metric: Metric, record: Record) -> float:
    value = metric.read(record)
    if value is None:
        raise CompareError(
            f"{name}: seed {record.seed} of run {record.run!r} has no such value: name a metric "
            "that every run of the baseline and of the run has"
        )
    if metric.is_ratio and value <= 0:
        raise CompareError(
            f"{name}: is judged by ratios, which ask for values above 0; seed {record.seed} of "
            f"run {record.run!r} has {value:g}: leave this metric out"
        )
    return value


def _yardstick(name: str, record: Record) -> float:
    if not record.timing.exclusive:
        raise CompareError(
            f"{name}: seed {record.seed} of run {record.run!r} was timed while the machine was "
            "shared: run both sides without -n on a quiet machine, or leave this metric out"
        )
    if not record.timing.yardstick_s:
        raise CompareError(
            f"{name}: seed {record.seed} of run {record.run!r} has no yardstick: run it again"
        )
    return record.timing.yardstick_s
