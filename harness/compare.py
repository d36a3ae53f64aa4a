"""Records -> Comparison: per variant n, mean, interval, and the paired difference to its baseline.

Pure: no files, no clocks. Only like is compared with like: records of another dataset, tier, engine
or device never share a comparison, and each group stands for itself.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from harness.estimate import Estimate, estimate, paired_difference
from harness.factors import (
    LEARNING_RATE,
    Key,
    factor_names,
    is_crossed,
    level_key,
    natural,
    rate_of,
    series_name,
    spoken_name,
)
from harness.metrics import METRICS, Metric
from harness.record import Level, Outcome, Record

ACCURACY = METRICS["test_accuracy"]
"""What a comparison's intervals and differences are about."""

K = TypeVar("K", bound=Hashable)


class CompareError(ValueError):
    """Records that cannot be compared honestly; the message says which, and what to do."""


@dataclass(frozen=True, kw_only=True, order=True)
class Conditions:
    """What has to be equal before two accuracies or times may be compared."""

    dataset: str
    """Name of the dataset."""
    digest: str
    """Digest over its pixels and labels."""
    tier: str
    """smoke, short or paper."""
    engine: str
    """What trained it."""
    device: str
    """Where."""

    @property
    def label(self) -> str:
        """One line for a heading: `mnist, short, torch on cpu`."""
        return f"{self.dataset}, {self.tier}, {self.engine} on {self.device}"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One variant of an experiment, over its seeds."""

    variant: str
    """The recipe's name within the experiment."""
    spoken: str
    """The same, fit for a sentence or a figure: `depth 2` where the name is only `2`."""
    baseline: str
    """The variant it is compared with; its own name if it is the baseline."""
    factors: dict[str, Level]
    """What was varied, factor -> level."""
    series: str
    """The levels of all factors but the learning rate: a line, a row, a colour in every figure."""
    rate: float | None
    """Learning rate, where it is a factor."""
    records: tuple[Record, ...]
    """Its runs, by seed; those that raised are among them, and count in `outcomes` alone."""
    accuracy: Estimate | None
    """Final test accuracy over the seeds that have one, a fraction."""
    baseline_runs: int
    """Runs of its baseline that are at hand."""
    difference: Estimate | None
    """Accuracy less the baseline's, paired by seed; `None` for the baseline and without a pair."""
    epoch_s: float | None
    """Median over runs of their median seconds of training an epoch."""
    total_s: float | None
    """Median over runs of their seconds of training and evaluation."""
    exclusive: bool
    """Every run had the machine to itself, so its seconds can be taken at their word."""
    parameters: int | None
    """Trainable parameters; `None` if every run raised."""
    flops: int | None
    """Floating-point operations of one training sample; `None` if every run raised."""
    diverged: int
    """Runs in which a number stopped being finite."""
    stuck: int
    """Runs that ended with a dead output unit."""
    outcomes: dict[Outcome, int]
    """Outcome -> runs that had it."""

    @property
    def is_baseline(self) -> bool:
        """It is what others are compared with."""
        return self.variant == self.baseline

    @property
    def results(self) -> tuple[Record, ...]:
        """Its runs without those that raised: what every number and every figure is made of."""
        return _results(self.records)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One experiment under one set of conditions."""

    experiment: str
    """Its name: `optimizer`."""
    conditions: Conditions
    """What all its records have in common."""
    factors: tuple[str, ...]
    """Names of the factors, in the order in which records give them."""
    crossed: bool
    """Its variants are a grid over learning rates: figures get one panel a rate."""
    cells: tuple[Cell, ...]
    """Its variants in the order of rows: by learning rate if crossed, so that each stands near its
    baseline; then words of the baseline first; then factor by factor in natural order."""

    @property
    def question(self) -> str:
        """What the experiment asks, as its records say it."""
        return self.cells[0].records[0].question


Group = tuple[Conditions, str]
"""Conditions and the name of an experiment: what one comparison is about."""


def compare(records: Iterable[Record]) -> tuple[Comparison, ...]:
    """One comparison an experiment and set of conditions, in natural order of their names.

    Raises:
        CompareError: a case and seed that occurs twice, or one variant that means two recipes.
    """
    groups = _groups(tuple(records))
    ordered = sorted(groups, key=lambda group: (group[0], natural(group[1])))
    return tuple(_comparison(group, groups[group]) for group in ordered)


def conditions_of(record: Record) -> Conditions:
    """The conditions under which a case was trained; raises `RecordError` if it never was."""
    return Conditions(
        dataset=record.trained_on.name,
        digest=record.trained_on.digest,
        tier=record.tier,
        engine=record.engine,
        device=record.device,
    )


def _groups(records: Sequence[Record]) -> dict[Group, list[Record]]:
    """The records by conditions and experiment.

    A case that raised before its data were known stands beside those that it was planned with,
    where that leaves no choice.
    """
    trained = (record for record in records if record.dataset is not None)
    groups = group_by(trained, lambda record: (conditions_of(record), record.experiment))
    for record in records:
        places = [group for group in groups if _may_hold(group, record)]
        if record.dataset is None and len(places) == 1:
            groups[places[0]].append(record)
    return groups


def _may_hold(group: Group, record: Record) -> bool:
    conditions, experiment = group
    return (conditions.tier, conditions.engine, experiment) == (
        record.tier,
        record.engine,
        record.experiment,
    )


def group_by(records: Iterable[Record], key: Callable[[Record], K]) -> dict[K, list[Record]]:
    """Key -> the records that have it, both in order of appearance."""
    groups: dict[K, list[Record]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


def by_seed(records: Iterable[Record], metric: Metric) -> dict[int, float]:
    """Seed -> value of a metric, of one variant's results that have it.

    Raises:
        CompareError: a seed that occurs twice.
    """
    _refuse_twice(records := _results(records))
    values = ((record.seed, metric.read(record)) for record in records)
    return {seed: value for seed, value in values if value is not None}


def median_of(records: Iterable[Record], metric: Metric) -> float | None:
    """Median over runs of a metric; `None` if no run has it."""
    values = [value for record in _results(records) if (value := metric.read(record)) is not None]
    return median(values) if values else None


def _results(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records without those of cases that raised."""
    return tuple(record for record in records if not record.raised)


def _refuse_twice(records: Iterable[Record]) -> None:
    """Raise `CompareError` if two records of one variant have the same seed."""
    for seed, found in group_by(records, lambda record: record.seed).items():
        if len(found) > 1:
            runs = " and ".join(repr(record.run) for record in found)
            raise CompareError(
                f"case {found[0].case!r}, seed {seed}, was expected once and came {len(found)} "
                f"times, from runs {runs}: name one of these runs only, or hold them against each "
                "other with --compare"
            )


def _comparison(group: Group, records: Sequence[Record]) -> Comparison:
    variants = group_by(records, lambda record: record.variant)
    for found in variants.values():
        _refuse_two_meanings(_results(found))
    cells = [_cell(found, variants.get(found[0].baseline, [])) for found in variants.values()]
    names = factor_names(cell.factors for cell in cells)
    crossed = is_crossed([(cell.variant, cell.factors) for cell in cells])
    return Comparison(
        experiment=group[1],
        conditions=group[0],
        factors=names,
        crossed=crossed,
        cells=tuple(sorted(cells, key=_row_key(cells, _leading(names, crossed)))),
    )


def _cell(records: Sequence[Record], baseline: Sequence[Record]) -> Cell:
    first, results = records[0], _results(records)
    accuracies = by_seed(records, ACCURACY)
    others = by_seed(baseline, ACCURACY)
    own = first.variant == first.baseline
    return Cell(
        variant=first.variant,
        spoken=spoken_name(first.factors, variant=first.variant),
        baseline=first.baseline,
        factors=first.factors,
        series=series_name(first.factors, variant=first.variant),
        rate=rate_of(first.factors),
        records=tuple(sorted(records, key=lambda record: record.seed)),
        accuracy=estimate(list(accuracies.values())),
        baseline_runs=len(_results(baseline)),
        difference=None if own else paired_difference(others, accuracies),
        epoch_s=median_of(records, METRICS["epoch_s"]),
        total_s=median_of(records, METRICS["total_s"]),
        exclusive=all(record.timing.exclusive for record in results),
        parameters=max((record.parameters or 0 for record in results), default=None),
        flops=max((record.flops or 0 for record in results), default=None),
        diverged=sum(record.diverged for record in results),
        stuck=sum(METRICS["stuck"].read(record) == 1 for record in results),
        outcomes=dict(Counter(record.outcome for record in records)),
    )


def _refuse_two_meanings(records: Sequence[Record]) -> None:
    """One variant must be one recipe with one baseline, or its mean would describe neither."""
    meanings = group_by(
        records,
        lambda record: (record.recipe_id, record.baseline, frozenset(record.factors.items())),
    )
    if len(meanings) > 1:
        (recipe, *_), (other, *_) = list(meanings)[:2]
        one, two = (found[0] for found in list(meanings.values())[:2])
        difference = (
            f"recipes {recipe} and {other}" if recipe != other else "other factors or baselines"
        )
        raise CompareError(
            f"variant {one.variant!r} of experiment {one.experiment!r} was expected to be one "
            f"recipe, but run {one.run!r} (seed {one.seed}) and run {two.run!r} (seed {two.seed}) "
            f"hold {difference}: report these runs apart, or hold them against each other with "
            "--compare"
        )


def _leading(names: Sequence[str], crossed: bool) -> list[str]:
    """Factor names in the order by which rows are sorted."""
    return sorted(names, key=lambda name: crossed and name != LEARNING_RATE)


def _row_key(cells: Sequence[Cell], names: Sequence[str]) -> Callable[[Cell], tuple[object, ...]]:
    """Sort key of a row: factor by factor, words of a baseline first, then natural order."""
    first = {(name, cell.factors.get(name)) for cell in cells if cell.is_baseline for name in names}

    def position(cell: Cell, name: str) -> tuple[bool, Key]:
        level = cell.factors.get(name)
        ahead = isinstance(level, str) and (name, level) in first
        return (not ahead, level_key(level))

    return lambda cell: (*(position(cell, name) for name in names), natural(cell.variant))
