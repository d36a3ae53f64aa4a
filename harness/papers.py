"""Records and claims -> the repetition of the studies that the page tells. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.claim import Claims
from harness.columns import cases_of
from harness.compare import CompareError, by_seed, compare, conditions_of, group_by
from harness.equal_recipes import shared
from harness.estimate import estimate
from harness.metrics import metric
from harness.overview import LoadedRun, overview
from harness.record import Record
from harness.repeated import repeat
from harness.repetition import Cost, Repetition, Tuned, Untuned
from harness.store import Manifest
from harness.term_values import cells_of
from harness.verdict import judge

SEARCHES = "tuned_"
"""How experiments begin whose rates are searched on held-out images."""
UNTUNED = "default"
"""What their runs beside the search, at a usual rate, are called after."""
OWN_TIER = "paper"
"""The tier whose records count."""


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """A run with its whole records: a claim may read any part of them."""

    name: str
    """Name of its folder or file."""
    path: str
    """What names it on a command line."""
    records: tuple[Record, ...]
    """Its records, at least one."""
    manifest: Manifest | None
    """What it set out to be, where that is known."""

    def loaded(self) -> LoadedRun:
        """The same as other reports read it."""
        return LoadedRun(name=self.name, records=cases_of(self.records), manifest=self.manifest)


def repetition(claims: Claims, runs: Sequence[RecordedRun]) -> Repetition:
    """Verdicts, repeated numbers and comparisons of these runs.

    Raises:
        CompareError: no record of the paper tier, one experiment under two sets of conditions, or
            a case and seed that occurs twice.
    """
    records = [record for run in runs for record in run.records if record.tier == OWN_TIER]
    if not records:
        raise CompareError(
            f"expected records of the tier {OWN_TIER}, got none; run pytest bench/ --tier "
            f"{OWN_TIER}, or name such a run"
        )
    _refuse_mixture(records)
    everywhere = shared(records)
    cells = cells_of(everywhere)
    return Repetition(
        claims=claims,
        verdicts=judge(claims, everywhere),
        repeated=tuple(row for each in claims.reported for row in repeat(each, cells)),
        comparisons=compare(everywhere),
        cost=_cost(records),
        repeat=" ".join(f"--repeat {run.path}" for run in runs),
        tuned=tuple(_tuned(records)),
        overview=overview([run.loaded() for run in runs]),
    )


def _cost(records: Iterable[Record]) -> dict[str, Cost]:
    """What each experiment's own trainings took."""
    return {
        experiment: Cost(
            trainings=len(found),
            seconds=sum(record.total_s for record in found),
            spans=tuple(_span(record) for record in found),
        )
        for experiment, found in group_by(records, lambda record: record.experiment).items()
    }


def _span(record: Record) -> tuple[float, float]:
    """From when to when a case ran."""
    return record.finished_s - record.timing.wall_s, record.finished_s


def _refuse_mixture(records: Iterable[Record]) -> None:
    """One experiment on two datasets or engines would make one number of two."""
    trained = [record for record in records if record.dataset is not None]
    for experiment, found in group_by(trained, lambda record: record.experiment).items():
        groups = sorted({conditions_of(record) for record in found})
        if len(groups) > 1:
            labels = "; ".join(f"{group.label}, {group.digest[:15]}" for group in groups)
            raise CompareError(
                f"experiment {experiment!r}: expected records of one dataset, engine and device, "
                f"got several ({labels}); name runs that agree"
            )


def _tuned(records: Iterable[Record]) -> Iterable[Tuned]:
    """Each contender at the rate that did best on held-out images, the best there first."""
    searched = [r for r in records if r.experiment.startswith(SEARCHES) and not r.raised]
    for experiment, found in group_by(searched, lambda record: record.experiment).items():
        contenders = group_by(found, lambda record: str(next(iter(record.factors.values()))))
        rows = [
            row
            for name, own in contenders.items()
            if (row := _best(experiment, name, own)) is not None
        ]
        yield from sorted(rows, key=lambda row: -row.held_out.mean)


def _best(experiment: str, name: str, records: Sequence[Record]) -> Tuned | None:
    """The contender's best rate; only seeds with which every rate was tried count."""
    held_out, accuracy = metric("validation_accuracy"), metric("test_accuracy")
    searched = [record for record in records if not _is_untuned(record)]
    by_rate = group_by(searched, lambda record: float(record.recipe["learning_rate"]))
    scores = {rate: by_seed(found, held_out.read) for rate, found in sorted(by_rate.items())}
    if not scores or not (shared := sorted(set.intersection(*map(set, scores.values())))):
        return None
    means = {rate: sum(found[seed] for seed in shared) for rate, found in scores.items()}
    best = max(means, key=lambda rate: means[rate])
    tested = by_seed(by_rate[best], accuracy.read)
    chosen = estimate([scores[best][seed] for seed in shared])
    reached = estimate([tested[seed] for seed in shared if seed in tested])
    if chosen is None or reached is None:
        return None
    return Tuned(
        experiment=experiment,
        name=name,
        rate=best,
        tried=tuple(means),
        untuned=_untuned([record for record in records if _is_untuned(record)]),
        epochs=int(searched[0].recipe["epochs"]),
        batch_size=int(searched[0].recipe["batch_size"]),
        images_held_out=searched[0].trained_on.validation_size,
        held_out=chosen,
        accuracy=reached,
        is_tied=list(means.values()).count(means[best]) > 1,
    )


def _is_untuned(record: Record) -> bool:
    return UNTUNED in record.factors.values()


def _untuned(records: Sequence[Record]) -> Untuned | None:
    """What a contender does at its usual rate; `None` without such a run."""
    accuracy = metric("test_accuracy")
    values = [value for record in records if (value := accuracy.read(record)) is not None]
    found = estimate(values)
    if found is None:
        return None
    return Untuned(rate=float(records[0].recipe["learning_rate"]), accuracy=found)
