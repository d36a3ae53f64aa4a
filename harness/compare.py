"""Cases -> Comparison: per variant n, mean, interval, and the paired difference to its baseline.

No clocks, and no files but the epochs that a summary points to. Only like is compared with like:
records of another dataset, tier, engine or device never share a comparison, and each group stands
for itself.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

from harness.columns import cases_of
from harness.epochs import CurvePoint, mean_curves
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
from harness.metrics import METRICS
from harness.record import Level, Outcome, Record
from harness.summary import CaseSummary

ACCURACY = METRICS["test_accuracy"]
"""What a comparison's intervals and differences are about."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


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
    records: tuple[CaseSummary, ...]
    """Its runs, by seed; those that raised are among them, and count in `outcomes` alone."""
    curve: tuple[CurvePoint, ...]
    """Its results epoch by epoch, by epochs in which one has a test accuracy."""
    accuracy: Estimate | None
    """Final test accuracy over the seeds that have one, a fraction."""
    held_out: Estimate | None
    """Final accuracy on held-out training images, a fraction: what a choice may go by."""
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
    def results(self) -> tuple[CaseSummary, ...]:
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
        """What the experiment asks, as the latest of its records says it."""
        records = (record for cell in self.cells for record in cell.records)
        return max(records, key=lambda record: record.finished_at).question


Group = tuple[Conditions, str]
"""Conditions and the name of an experiment: what one comparison is about."""

Variants = dict[str, list[CaseSummary]]
"""Variant -> its cases."""


class Case(Protocol):
    """What a record and its summary have in common, as far as values are paired by seed."""

    @property
    def run(self) -> str:
        """Name of the run."""
        ...

    @property
    def case(self) -> str:
        """Case id."""
        ...

    @property
    def seed(self) -> int:
        """Pairing number."""
        ...

    @property
    def raised(self) -> bool:
        """It ended by an error."""
        ...


C = TypeVar("C", bound=Case)


def compare(records: Iterable[Record | CaseSummary]) -> tuple[Comparison, ...]:
    """One comparison an experiment and set of conditions, in natural order of their names.

    Raises:
        CompareError: a case and seed that occurs twice, or one variant that means two recipes.
    """
    groups = {group: _variants(cases) for group, cases in _groups(cases_of(records)).items()}
    keys = [(group, variant) for group, variants in groups.items() for variant in variants]
    results = [_results(groups[group][variant]) for group, variant in keys]
    found = mean_curves([[case.epochs for case in cases] for cases in results])
    curves = dict(zip(keys, found, strict=True))
    ordered = sorted(groups, key=lambda group: (group[0], natural(group[1])))
    return tuple(
        _comparison(group, variants, {variant: curves[group, variant] for variant in variants})
        for group in ordered
        for variants in [groups[group]]
    )


def conditions_of(record: Record | CaseSummary) -> Conditions:
    """The conditions under which a case was trained; raises `RecordError` if it never was."""
    return Conditions(
        dataset=record.trained_on.name,
        digest=record.trained_on.digest,
        tier=record.tier,
        engine=record.engine,
        device=record.device,
    )


def _groups(cases: Sequence[CaseSummary]) -> dict[Group, list[CaseSummary]]:
    """The cases by conditions and experiment.

    A case that raised before its data were known stands beside those that it was planned with,
    where that leaves no choice.
    """
    trained = (case for case in cases if case.dataset is not None)
    groups = group_by(trained, lambda case: (conditions_of(case), case.experiment))
    for case in cases:
        if case.dataset is None:
            places = [group for group in groups if _may_hold(group, case)]
            if len(places) == 1:
                groups[places[0]].append(case)
    return groups


def _may_hold(group: Group, case: CaseSummary) -> bool:
    conditions, experiment = group
    return (conditions.tier, conditions.engine, experiment) == (
        case.tier,
        case.engine,
        case.experiment,
    )


def group_by(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Key -> the items that have it, both in order of appearance."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def by_seed(cases: Iterable[C], read: Callable[[C], float | None]) -> dict[int, float]:
    """Seed -> what `read` finds, of one variant's results that have it.

    Raises:
        CompareError: a seed that occurs twice.
    """
    _refuse_twice(results := _results(cases))
    values = ((case.seed, read(case)) for case in results)
    return {seed: value for seed, value in values if value is not None}


def _results(cases: Iterable[C]) -> tuple[C, ...]:
    """The cases without those that raised."""
    return tuple(case for case in cases if not case.raised)


def _refuse_twice(cases: Iterable[Case]) -> None:
    """Raise `CompareError` if two cases of one variant have the same seed."""
    for seed, found in group_by(cases, lambda case: case.seed).items():
        if len(found) > 1:
            runs = " and ".join(repr(case.run) for case in found)
            raise CompareError(
                f"case {found[0].case!r}, seed {seed}, was expected once and came {len(found)} "
                f"times, from runs {runs}: name one of these runs only, or hold them against each "
                "other with --compare"
            )


def _variants(cases: Iterable[CaseSummary]) -> Variants:
    """The cases of an experiment by variant, none of which means two things."""
    variants = group_by(cases, lambda case: case.variant)
    for found in variants.values():
        _refuse_two_meanings(_results(found))
        _refuse_twice(_results(found))
    return variants


def only(wanted: Sequence[str], found: Sequence[T], name_of: Callable[[T], str]) -> list[T]:
    """Those of the wanted experiments; all if none is named.

    Raises:
        CompareError: a name that none has, with those that there are.
    """
    known = sorted({name_of(item) for item in found}, key=natural)
    for name in wanted:
        if name not in known:
            there = f"one of {', '.join(known)}, which have" if known else "no name, as none has"
            raise CompareError(f"--experiment {name}: expected {there} records here")
    return [item for item in found if not wanted or name_of(item) in wanted]


def _comparison(
    group: Group, variants: Variants, curves: Mapping[str, tuple[CurvePoint, ...]]
) -> Comparison:
    cells = [
        _cell(found, variants.get(found[0].baseline, []), curves[variant])
        for variant, found in variants.items()
    ]
    names = factor_names(cell.factors for cell in cells)
    crossed = is_crossed([(cell.variant, cell.factors) for cell in cells])
    return Comparison(
        experiment=group[1],
        conditions=group[0],
        factors=names,
        crossed=crossed,
        cells=tuple(sorted(cells, key=_row_key(cells, _leading(names, crossed)))),
    )


def _cell(
    cases: Sequence[CaseSummary], baseline: Sequence[CaseSummary], curve: tuple[CurvePoint, ...]
) -> Cell:
    first, results = cases[0], _results(cases)
    accuracies, others = (by_seed(each, _accuracy) for each in (cases, baseline))
    own = first.variant == first.baseline
    return Cell(
        variant=first.variant,
        spoken=spoken_name(first.factors, variant=first.variant),
        baseline=first.baseline,
        factors=first.factors,
        series=series_name(first.factors, variant=first.variant),
        rate=rate_of(first.factors),
        records=tuple(sorted(cases, key=lambda case: case.seed)),
        curve=curve,
        accuracy=estimate(list(accuracies.values())),
        held_out=estimate(
            [case.validation_accuracy for case in results if case.validation_accuracy is not None]
        ),
        baseline_runs=len(_results(baseline)),
        difference=None if own else paired_difference(others, accuracies),
        epoch_s=_median(case.epoch_s for case in results),
        total_s=_median(case.total_s for case in results),
        exclusive=all(case.timing.exclusive for case in results),
        parameters=max((case.parameters or 0 for case in results), default=None),
        flops=max((case.flops or 0 for case in results), default=None),
        diverged=sum(case.diverged for case in results),
        stuck=sum(case.stuck for case in results),
        outcomes=dict(Counter(case.outcome for case in cases)),
    )


def _accuracy(case: CaseSummary) -> float | None:
    return case.test_accuracy


def _median(values: Iterable[float | None]) -> float | None:
    """Median of the values that there are; `None` if there is none."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _refuse_two_meanings(cases: Sequence[CaseSummary]) -> None:
    """One variant must be one recipe with one baseline, or its mean would describe neither."""
    meanings = group_by(
        cases,
        lambda case: (case.recipe_id, case.baseline, frozenset(case.factors.items())),
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
