"""Training one case under pytest-benchmark: each epoch is one round."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from bench import yardstick
from bench.experiment import Case
from bench.recording import Circumstances, make_record
from bench.session import ARTIFACT_BYTES, data_source
from harness.environment import CpuClock, threads
from harness.memory import PeakMemory
from harness.record import Record
from lenet import artifacts
from lenet.conditions import judge_under
from lenet.data import Images, Split, load, prepare
from lenet.history import History
from lenet.linear_probe import linear_probes
from lenet.measures import measure
from lenet.recipe import Recipe, Scaling
from lenet.train import Trainer


def train_case(
    case: Case,
    *,
    benchmark: BenchmarkFixture,
    settings: Mapping[str, Any],
    folder: Path,
    workers: int,
    keep: Callable[[Record], object],
) -> Record:
    """The record of a case, trained now; its artifacts are written under the run's `folder`.

    Run, node id, case id, outcome and threshold of the record are the caller's to set. What there
    is before all is done, which is all if this raises, is handed to `keep` with the outcome
    `error`, once an epoch was finished.
    """
    torch.set_num_threads(threads())
    yardsticks: list[float] = []
    clock = CpuClock(workers=workers)
    memory = PeakMemory()
    _restart_gpu_peak()
    trainer: Trainer | None = None
    try:
        with clock:
            trainer = Trainer(*prepared(case, settings), case.seed, engine=settings["engine"])
            _run_epochs(trainer, benchmark, yardsticks)
    finally:  # of a training that raised too, as far as it came
        if trainer and trainer.history.epochs:
            record = _record(
                case,
                trainer=trainer,
                rounds_s=_rounds(benchmark),
                clock=clock,
                yardstick_s=median(yardsticks),
                peak_memory_bytes=_peak_bytes(memory, trainer.split.x_train.device),
            )
            keep(replace(record, outcome="error"))
    path, dropped = _write_artifacts(trainer, case, folder)
    judged = judge_under(trainer, case.conditions)
    return replace(
        record,
        artifacts=path,
        artifacts_dropped=dropped,
        conditions=judged,
        lost_classes=_lost_classes(trainer),
        measures=measure(trainer) | (linear_probes(trainer) if case.probes else {}),
    )


def _lost_classes(trainer: Trainer) -> int | None:
    """How many classes no test image was given at the end."""
    last = trainer.last_evaluation
    return None if last is None else trainer.recipe.classes - len(set(last.predictions.tolist()))


def prepared(case: Case, settings: Mapping[str, Any]) -> tuple[Recipe, Split]:
    """The recipe for the session's tier and dataset, and the data it sees, on its device."""
    name, file = data_source(case.variant.recipe, settings)
    source = (name, settings["data_root"], file)
    images = _images(*source)
    recipe = replace(
        case.tier.apply(case.variant.recipe, train_images=len(images.x_train)),
        dataset=images.name,
        input_shape=images.input_shape,
        classes=images.classes,
    )
    return recipe, _split(
        *source,
        scaling=recipe.input_scaling,
        padding=recipe.input_padding,
        train_size=recipe.train_size,
        validation_size=recipe.validation_size,
        on=device(settings["device"]),
    )


def device(option: str) -> torch.device:
    """The device of `--device auto|cpu|cuda`."""
    if option == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(option)


def with_rounds(history: History, rounds_s: list[float] | None) -> History:
    """The history with the benchmark's seconds in the place of its own."""
    if rounds_s is None:
        return history
    epochs = zip(history.epochs, rounds_s, strict=True)
    return replace(history, epochs=tuple(replace(epoch, train_s=s) for epoch, s in epochs))


def _record(
    case: Case,
    *,
    trainer: Trainer,
    rounds_s: list[float] | None,
    clock: CpuClock,
    yardstick_s: float,
    peak_memory_bytes: int | None,
) -> Record:
    history = trainer.history
    # One round too many is there if the evaluation behind it raised.
    measured_s = None if rounds_s is None else rounds_s[: len(history.epochs)]
    return make_record(
        case=case,
        history=with_rounds(history, measured_s),
        split=trainer.split,
        circumstances=Circumstances(
            engine=trainer.model.engine,
            workers=clock.workers,
            threads=torch.get_num_threads(),
            clock=clock,
            yardstick_s=yardstick_s,
            peak_memory_bytes=peak_memory_bytes,
        ),
    )


def _restart_gpu_peak() -> None:
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def _peak_bytes(memory: PeakMemory, on: torch.device) -> int | None:
    """On a GPU what tensors took there, else what the process had resident."""
    return torch.cuda.max_memory_allocated(on) if on.type == "cuda" else memory.read_bytes()


def _run_epochs(trainer: Trainer, benchmark: BenchmarkFixture, yardsticks: list[float]) -> None:
    """Train all epochs, one a round, with the yardstick's seconds before each in `yardsticks`."""

    def before_epoch() -> None:
        yardsticks.append(yardstick.measure())

    def whole_training() -> None:
        for _ in range(trainer.recipe.epochs):
            before_epoch()
            trainer.run_epoch()
            trainer.evaluate()

    pedantic: Any = benchmark.pedantic  # it has no types
    if benchmark.enabled:
        pedantic(
            trainer.run_epoch,
            setup=before_epoch,
            teardown=trainer.evaluate,
            rounds=trainer.recipe.epochs,
        )
    else:
        pedantic(whole_training)  # a disabled benchmark runs its target once, and no teardown


def _rounds(benchmark: BenchmarkFixture) -> list[float] | None:
    """Seconds of each round as pytest-benchmark measured them; `None` where it did not."""
    stats = benchmark.stats
    return list(stats.stats.data) if benchmark.enabled and stats else None


def _write_artifacts(trainer: Trainer, case: Case, folder: Path) -> tuple[str, tuple[str, ...]]:
    kept, dropped = artifacts.within(artifacts.collect(trainer), limit_bytes=ARTIFACT_BYTES)
    path = Path("artifacts") / f"{case.experiment}-{case.id}.npz"
    (folder / path).parent.mkdir(exist_ok=True)
    np.savez_compressed(folder / path, **kept)  # type: ignore[arg-type]
    return path.as_posix(), dropped


@lru_cache(maxsize=1)
def _images(name: str, root: str, file: str | None) -> Images:
    return load(name, root=Path(root), files={name: Path(file)} if file else {})


@lru_cache(maxsize=2)
def _split(
    name: str,
    root: str,
    file: str | None,
    *,
    scaling: Scaling,
    padding: int,
    train_size: int | None,
    validation_size: int,
    on: torch.device,
) -> Split:
    return prepare(
        _images(name, root, file),
        scaling=scaling,
        padding=padding,
        train_size=train_size,
        validation_size=validation_size,
        device=on,
    )
