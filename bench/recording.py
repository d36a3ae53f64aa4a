"""From what a training was to the record that is kept of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median

import torch

from bench.experiment import Case
from harness import environment
from harness.environment import CpuClock
from harness.record import (
    DatasetRecord,
    EpochRecord,
    Level,
    Record,
    StepLoss,
    TimingRecord,
    finite,
)
from lenet.data import Split
from lenet.engine import Engine, torch_layers
from lenet.history import Epoch, History, thin


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What stood around a training while it was timed."""

    engine: Engine
    """What trained."""
    workers: int
    """Worker processes that shared the machine."""
    threads: int
    """Compute threads."""
    clock: CpuClock
    """Seconds of the whole case."""
    yardstick_s: float
    """Median seconds of the yardstick between the epochs."""
    peak_memory_bytes: int | None = None
    """Memory at its highest; `None` where it is not known of this case alone."""


def make_record(
    *,
    case: Case,
    history: History,
    split: Split,
    circumstances: Circumstances,
) -> Record:
    """The record of a finished training; what the test alone knows is still to be set."""
    recipe = history.recipe
    steps, losses = thin(history.step_losses)
    epochs = tuple(_epoch(epoch) for epoch in history.epochs)
    commit, dirty = _commit()
    levels: dict[str, Level] = dict(case.variant.factors)
    return Record(
        run="",
        nodeid="",
        case="",
        experiment=case.experiment,
        question=case.question,
        variant=case.variant.name,
        baseline=case.variant.baseline,
        factors=levels,
        seed=history.seed,
        recipe=recipe.to_dict(),
        recipe_id=recipe.identity,
        tier=case.tier.name,
        engine=circumstances.engine,
        torch_layers=torch_layers(recipe, circumstances.engine),
        device=split.x_train.device.type,
        outcome="unjudged",
        diverged=history.diverged,
        test_accuracy=finite(history.test_accuracy),
        best_test_accuracy=finite(history.epochs[history.best_epoch - 1].test_accuracy),
        best_epoch=history.best_epoch,
        epoch_s=median(epoch.train_s for epoch in epochs),
        total_s=history.total_s,
        peak_memory_bytes=circumstances.peak_memory_bytes,
        parameters=history.parameters,
        flops=history.flops,
        epochs=epochs,
        step_loss=StepLoss(step=steps, loss=tuple(_short(loss) for loss in losses)),
        dataset=_dataset(split),
        timing=_timing(circumstances),
        machine=_machine(),
        versions=_versions(),
        commit=commit,
        dirty=dirty,
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _epoch(epoch: Epoch) -> EpochRecord:
    validation = epoch.validation_accuracy
    return EpochRecord(
        train_loss=_short(epoch.train_loss),
        train_accuracy=finite(epoch.train_accuracy),
        test_loss=_short(epoch.test_loss),
        test_accuracy=finite(epoch.test_accuracy),
        validation_accuracy=None if validation is None else finite(validation),
        train_s=epoch.train_s,
        evaluate_s=epoch.evaluate_s,
        gradient_norm={layer: _short(norm) for layer, norm in epoch.gradient_norm.items()},
        dead_units=epoch.dead_units,
        saturated_units=epoch.saturated_units,
        effective_step={layer: _short(size) for layer, size in epoch.effective_step.items()},
    )


def _short(number: float) -> float | None:
    """Losses and norms to six significant digits, all that float32 holds."""
    return finite(float(f"{number:.6g}"))


def _dataset(split: Split) -> DatasetRecord:
    return DatasetRecord(
        name=split.name,
        digest=split.digest,
        train_size=len(split.y_train),
        validation_size=len(split.y_validation),
        test_size=len(split.y_test),
        classes=split.classes,
    )


def _timing(circumstances: Circumstances) -> TimingRecord:
    clock = circumstances.clock
    return TimingRecord(
        workers=circumstances.workers,
        threads=circumstances.threads,
        wall_s=clock.wall_s,
        cpu_s=clock.cpu_s,
        foreign_cpu_s=clock.foreign_cpu_s,
        exclusive=clock.exclusive,
        yardstick_s=circumstances.yardstick_s,
    )


@cache
def _machine() -> dict[str, str | int | float]:
    accelerator = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    return {**environment.machine(), "accelerator": accelerator}


@cache
def _versions() -> dict[str, str]:
    return environment.versions()


@cache
def _commit() -> tuple[str | None, bool | None]:
    return environment.commit(Path(__file__).parent)
