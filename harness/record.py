"""One record: everything that one case of a run left behind, as one line of JSON.

`Record` is the type, `record.schema.json` beside this file is its published JSON Schema, and
`decode` is the only way in: it accepts every schema version up to `SCHEMA_VERSION` and says which
field is at fault when it refuses. Non-finite numbers do not exist in JSON, so they are `None` here.
"""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

SCHEMA_VERSION = 5
SCHEMA_FILE = Path(__file__).with_name("record.schema.json")

Outcome = Literal["passed", "failed", "unjudged", "error"]
Level = str | int | float


class RecordError(ValueError):
    """A record that cannot be read; the message carries the path of the field at fault."""


def since_1970_s(text: str, *, field: str) -> float:
    """Seconds since 1970 (UTC) of a time by ISO 8601; one that names no zone is UTC.

    Raises:
        ValueError: it is no time; says which field.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{field}: expected a time by ISO 8601, got {text!r}") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True, kw_only=True)
class EpochRecord:
    """What one epoch of training was. A number that was not finite is `None`."""

    train_loss: float | None
    """Mean loss over the epoch's own batches, penalties left out."""
    train_accuracy: float | None
    """Running accuracy over the epoch's own batches, a fraction."""
    test_loss: float | None
    """Mean loss over the test images after the epoch."""
    test_accuracy: float | None
    """Accuracy on the test images after the epoch, a fraction."""
    validation_accuracy: float | None = None
    """Accuracy on the held-out part of the training set, a fraction; `None` without one."""
    train_s: float
    """Seconds of training, evaluation left out: one round of the benchmark."""
    evaluate_s: float
    """Seconds of the evaluation that followed."""
    gradient_norm: dict[str, float | None]
    """Layer -> Euclidean norm of the loss gradient by its parameters, on the probe images."""
    dead_units: dict[str, float]
    """Layer -> share of units that are inactive on every probe image."""
    saturated_units: dict[str, float]
    """Layer -> share of outputs within 1% of a bound of the activation, on the probe images."""
    effective_step: dict[str, float | None] = field(default_factory=dict)
    """Layer -> norm of the epoch's last update over that of its gradient: for SGD, the rate; empty
    in older records."""


@dataclass(frozen=True, kw_only=True)
class StepLoss:
    """Training loss by optimizer step, thinned evenly to at most 1,000 points."""

    step: tuple[int, ...]
    """Step number, counted from 1 over the whole training."""
    loss: tuple[float | None, ...]
    """Loss of that step's batch."""


@dataclass(frozen=True, kw_only=True)
class DatasetRecord:
    """The data a case was trained and tested on."""

    name: str
    """Name of the dataset, as in the recipe."""
    digest: str
    """Digest over all pixels and labels, `sha256:...`."""
    train_size: int
    """Images trained on."""
    validation_size: int
    """Training images held out for choices."""
    test_size: int
    """Images tested on."""
    classes: int
    """Classes: an accuracy of 1 / classes is chance."""


@dataclass(frozen=True, kw_only=True)
class TimingRecord:
    """The circumstances without which a time means nothing."""

    workers: int
    """Worker processes that shared the machine."""
    threads: int
    """Compute threads of this case."""
    wall_s: float
    """Wall seconds of the whole case, set-up and evaluation included."""
    cpu_s: float | None
    """CPU seconds of this process during the case; `None` where it was never trained."""
    foreign_cpu_s: float | None
    """CPU seconds that other processes took during the case; `None` where it cannot be read."""
    exclusive: bool
    """One worker, and foreign CPU time below 5% of one core."""
    yardstick_s: float | None
    """Median seconds of the fixed reference step, timed between the epochs of this case; `None`
    where it was never trained."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The bounds a final test accuracy was held against; both are fractions, either may be open."""

    lower: float | None = None
    """Least accuracy that passes."""
    upper: float | None = None
    """Greatest accuracy that passes: for a case that measurably does not learn in its tier."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One case that has ended. The keys of its JSON are these fields, by these names."""

    schema_version: int = SCHEMA_VERSION
    """Version of this layout."""
    run: str
    """Name of the run, which is its folder under `runs/`."""
    nodeid: str
    """pytest's node id: `bench/test_optimizer.py::test_optimizer[adam-seed0]`."""
    case: str
    """Case id: `test_optimizer[adam-seed0]`."""
    experiment: str
    """The experiment it belongs to: `optimizer`."""
    question: str
    """What that experiment asks, in one sentence."""
    variant: str
    """The recipe's name within the experiment: `adam`."""
    baseline: str
    """The variant of the same experiment that this one is compared with."""
    factors: dict[str, Level]
    """What was varied, factor -> level: `{"activation": "tanh", "learning_rate": 0.01}`."""
    seed: int
    """Pairing number: cases with one seed share data order and initial weights."""
    recipe: dict[str, Any]
    """The whole recipe as JSON; where the training never began, as the experiment names it, before
    tier and dataset were applied."""
    recipe_id: str
    """The recipe's identity: canonical JSON of the fields that differ from their defaults."""
    tier: str
    """smoke, short or paper."""
    engine: str
    """What trained it: `torch`."""
    device: str
    """Where: `cpu`, `cuda`; where the training never began, what was asked for: `auto`."""
    outcome: Outcome
    """`passed`, `failed` (outside the threshold), `unjudged` (it has none), `error` (it raised, and
    counts in no mean)."""
    reason: str | None = None
    """Why it failed or raised, in one paragraph."""
    threshold: Threshold | None = None
    """The bounds it was judged by; `None` if unjudged."""
    diverged: bool
    """A loss or a weight stopped being finite at some point."""
    test_accuracy: float | None
    """Test accuracy after the last epoch, a fraction; `None` if no epoch was finished."""
    best_test_accuracy: float | None
    """Highest test accuracy over the epochs. Chosen on the test set: never use it to decide."""
    best_epoch: int | None
    """Epoch of `best_test_accuracy`, counted from 1."""
    epoch_s: float | None
    """Median seconds of training an epoch."""
    total_s: float
    """Seconds of training and evaluation together."""
    parameters: int | None
    """Trainable parameters; `None` where the training never began."""
    flops: int | None
    """Floating-point operations of one training sample, forward and backward; `None` where the
    training never began."""
    epochs: tuple[EpochRecord, ...]
    """One entry an epoch, in order."""
    step_loss: StepLoss
    """Training loss by step."""
    dataset: DatasetRecord | None
    """The data; `None` where the training never began."""
    timing: TimingRecord
    """The circumstances of its times."""
    machine: dict[str, str | int | float]
    """Processor, cores, memory, operating system, accelerator."""
    versions: dict[str, str]
    """Package -> version."""
    commit: str | None
    """Commit of the code, where it is known."""
    dirty: bool | None
    """The working tree differed from that commit."""
    finished_at: str
    """UTC time at which the case ended, ISO 8601."""
    artifacts: str | None = None
    """File under the run folder with weights, maps and predictions (`.npz`)."""
    artifacts_dropped: tuple[str, ...] = ()
    """Arrays left out of that file because it would have passed the size limit."""
    torch_layers: tuple[str, ...] = ()
    """Layers that the engine left to PyTorch, `all` for every one; empty where it left none."""
    conditions: dict[str, float] = field(default_factory=dict)
    """Change of the test images (`shift-2`) -> accuracy on them, of the final weights; a fraction.
    Only of experiments that ask for it."""
    peak_memory_bytes: int | None = None
    """Memory at its highest during the case: what the process had resident, or on a GPU what its
    tensors took there; `None` where it cannot be read for one case alone."""
    lost_classes: int | None = None
    """Classes that not one test image is given by the final weights; `None` in older records, and
    in a case that raised."""
    measures: dict[str, float] = field(default_factory=dict)
    """What the final weights, maps and gradients look like in numbers (`patterned_kernels/conv1`);
    empty in older records, and in a case that raised."""

    def __post_init__(self) -> None:
        """Raise `ValueError` where the time is none, which `decode` tells as of any field."""
        since_1970_s(self.finished_at, field="finished_at")

    @property
    def finished_s(self) -> float:
        """When the case ended, in seconds since 1970 (UTC)."""
        return since_1970_s(self.finished_at, field="finished_at")

    @property
    def raised(self) -> bool:
        """It ended by an error: the epochs that it finished are kept, and no result is counted."""
        return self.outcome == "error"

    @property
    def trained_on(self) -> DatasetRecord:
        """The data of a case whose training began; raises `RecordError` if it never did."""
        if self.dataset is None:
            raise RecordError(
                f"case {self.case!r}: expected the data that it was trained on, got none: "
                "leave out the records that raised"
            )
        return self.dataset


Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


def _from_1(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 2 lets fields be null in a case that raised; it asks nothing else of a record."""
    return fields | {"schema_version": 2}


def _from_2(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 3 knows the peak memory, which no older record can tell."""
    return fields | {"schema_version": 3, "peak_memory_bytes": None}


def _from_3(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 4 counts lost classes; a record may have the field already, from its artifacts."""
    return {"lost_classes": None} | fields | {"schema_version": 4}


def _from_4(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 5 measures kernels, maps and gradients; some may be there, from artifacts."""
    return {"measures": {}} | fields | {"schema_version": 5}


UPGRADES: dict[int, Upgrade] = {1: _from_1, 2: _from_2, 3: _from_3, 4: _from_4}
"""Schema version -> function that lifts a record of that version to the next one."""


def encode(record: Record) -> bytes:
    """The record as one line of JSON, without the line end; non-finite numbers become null."""
    # By way of `asdict`: msgspec passes over fields that a decoded record left at their defaults.
    return msgspec.json.encode(dataclasses.asdict(record))


def decode(line: bytes | str) -> Record:
    """The record in one line of JSON, lifted to the newest schema version.

    Raises:
        RecordError: not JSON, a newer or unknown version, or a field that does not fit, by path.
    """
    try:
        fields = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise RecordError(f"expected one JSON object, got text that is not JSON: {error}") from None
    return from_dict(fields)


def from_dict(fields: object) -> Record:
    """The record in a decoded JSON object; raises `RecordError` as `decode` does."""
    if not isinstance(fields, dict):
        raise RecordError(f"expected a JSON object, got {type(fields).__name__}")
    try:
        record = msgspec.convert(upgrade(fields), Record)
    except msgspec.ValidationError as error:
        raise RecordError(str(error)) from None
    if record.dataset is None and not record.raised:
        raise RecordError(
            f"Expected `object`, got `null` - at `$.dataset`, in a case with the outcome "
            f"{record.outcome!r}"
        )
    return record


def to_dict(record: Record) -> dict[str, Any]:
    """The record as plain JSON types, fit to travel between processes."""
    fields: dict[str, Any] = msgspec.json.decode(encode(record))
    return fields


def upgrade(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` lifted to `SCHEMA_VERSION`, one version at a time."""
    version = fields.get("schema_version")
    while version != SCHEMA_VERSION:
        if not isinstance(version, int) or version not in UPGRADES:
            raise RecordError(
                f"expected schema_version 1 to {SCHEMA_VERSION}, got {version!r}: "
                "update this package to read a record written by a newer one"
            )
        fields = UPGRADES[version](fields)
        version = fields.get("schema_version")
    return fields


def finite(number: float) -> float | None:
    """`number`, or `None` where JSON has no word for it (NaN, infinities)."""
    return number if math.isfinite(number) else None


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one record, as published in `record.schema.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of one case",
        **msgspec.json.schema(Record),
    }
