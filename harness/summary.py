"""Record -> CaseSummary: what a report needs of one case, without its series. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from harness.epochs import EpochRows
from harness.metrics import METRICS
from harness.record import DatasetRecord, Level, Outcome, Record, RecordError, TimingRecord

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseSummary:
    """One case that has ended. Fields of a record's names hold what they hold there."""

    run: str
    """As in the record."""
    nodeid: str
    """As in the record."""
    case: str
    """As in the record."""
    experiment: str
    """As in the record."""
    question: str
    """As in the record."""
    variant: str
    """As in the record."""
    baseline: str
    """As in the record."""
    factors: dict[str, Level]
    """As in the record; one object for all equal ones, as all that is shared between cases."""
    seed: int
    """As in the record."""
    recipe_id: str
    """As in the record."""
    tier: str
    """As in the record."""
    engine: str
    """As in the record."""
    device: str
    """As in the record."""
    outcome: Outcome
    """As in the record."""
    reason: str | None
    """As in the record."""
    diverged: bool
    """As in the record."""
    stuck: bool
    """It ended with a dead output unit, so that its class is lost."""
    test_accuracy: float | None
    """As in the record."""
    best_test_accuracy: float | None
    """As in the record."""
    validation_accuracy: float | None
    """Accuracy on held-out training images after the last epoch, a fraction; `None` without any."""
    epoch_s: float | None
    """As in the record."""
    total_s: float
    """As in the record."""
    train_s: float
    """Seconds of training, summed over the epochs."""
    epoch_count: int
    """Epochs that were finished."""
    parameters: int | None
    """As in the record."""
    flops: int | None
    """As in the record."""
    peak_memory_bytes: int | None
    """As in the record."""
    dataset: DatasetRecord | None
    """As in the record."""
    timing: TimingRecord
    """As in the record."""
    machine: dict[str, str | int | float]
    """As in the record."""
    versions: dict[str, str]
    """As in the record."""
    commit: str | None
    """As in the record."""
    dirty: bool | None
    """As in the record."""
    finished_at: str
    """As in the record."""
    artifacts: str | None
    """As in the record."""
    conditions: dict[str, float]
    """As in the record."""
    epochs: EpochRows = field(compare=False, repr=False)
    """Where its epochs are."""

    @property
    def raised(self) -> bool:
        """It ended by an error: the epochs that it finished are kept, and no result is counted."""
        return self.outcome == "error"

    @property
    def trained_on(self) -> DatasetRecord:
        """The data of a case whose training began; raises `RecordError` if it never did."""
        if self.dataset is None:
            raise RecordError(f"case {self.case!r}: expected the data of its training, got none")
        return self.dataset


class Shared:
    """One object in place of equal ones: of 100,000 cases, most say the same of most things."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def __call__(self, value: Value) -> Value:
        """The first of all values that are equal to this one; for dicts, with types and order."""
        key: Any = msgspec.json.encode(value) if isinstance(value, dict) else value
        found: Value = self._known.setdefault(key, value)
        return found


def summarize(record: Record, *, epochs: EpochRows, shared: Shared) -> CaseSummary:
    """What a report needs of a record whose epochs are in a table."""
    return CaseSummary(
        run=shared(record.run),
        nodeid=record.nodeid,
        case=record.case,
        experiment=shared(record.experiment),
        question=shared(record.question),
        variant=shared(record.variant),
        baseline=shared(record.baseline),
        factors=shared(record.factors),
        seed=record.seed,
        recipe_id=shared(record.recipe_id),
        tier=shared(record.tier),
        engine=shared(record.engine),
        device=shared(record.device),
        outcome=shared(record.outcome),
        reason=shared(record.reason),
        diverged=record.diverged,
        stuck=METRICS["stuck"].read(record) == 1,
        test_accuracy=record.test_accuracy,
        best_test_accuracy=record.best_test_accuracy,
        validation_accuracy=record.epochs[-1].validation_accuracy if record.epochs else None,
        epoch_s=record.epoch_s,
        total_s=record.total_s,
        train_s=sum(epoch.train_s for epoch in record.epochs),
        epoch_count=len(record.epochs),
        parameters=record.parameters,
        flops=record.flops,
        peak_memory_bytes=record.peak_memory_bytes,
        dataset=shared(record.dataset),
        timing=record.timing,
        machine=shared(record.machine),
        versions=shared(record.versions),
        commit=shared(record.commit),
        dirty=record.dirty,
        finished_at=record.finished_at,
        artifacts=record.artifacts,
        conditions=shared(record.conditions),
        epochs=epochs,
    )
