"""A trial: one case handed to pytest-benchmark, trained or replayed, and its record."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from bench import yardstick
from bench.experiment import Case
from bench.recording import Circumstances, make_record
from bench.thresholds import Bounds, find_threshold
from harness.bridge import replay
from harness.environment import CpuClock, threads
from harness.record import Threshold
from harness.recorder import Recorder
from lenet import artifacts
from lenet.data import Images, Split, load, prepare
from lenet.history import History
from lenet.recipe import Recipe
from lenet.train import Trainer

ENGINE = "torch"
"""What trains; part of a threshold's key."""

ARTIFACT_BYTES = 2**20
"""Artifacts of one case before compression; the largest arrays are left out beyond it."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One case in one test: `run()` it, then assert that the accuracy is in `threshold`."""

    case: Case
    """What is to be trained."""
    item: pytest.Item
    """The test."""
    benchmark: BenchmarkFixture
    """pytest-benchmark's fixture: one round is one epoch."""
    recorder: Recorder
    """Where the record goes, and where a finished one comes from."""
    workers: int
    """Worker processes of this session."""

    @property
    def threshold(self) -> Bounds:
        """The bounds of this case; for a replayed case those that it was judged by then."""
        key = f"{self.item.name.partition('[')[0]}[{self.case.variant.name}]"
        return Bounds(threshold=self._threshold(key), case=key)

    def run(self) -> float:
        """Final test accuracy, a fraction: of the training, or of the record under `--resume`."""
        record = self.recorder.finished(self.item.nodeid)
        if record is None:
            return self._train()
        replay(self.benchmark, [epoch.train_s for epoch in record.epochs])
        self.recorder.keep(self.item, record)
        accuracy = record.test_accuracy
        return float("nan") if accuracy is None else accuracy

    def _train(self) -> float:
        torch.set_num_threads(threads())
        with CpuClock(workers=self.workers) as clock:
            recipe, split = prepared(self.case, self.recorder.settings)
            trainer = Trainer(recipe, split, self.case.seed)
            yardstick_s = self._run_epochs(trainer)
        history = with_rounds(trainer.history, self._rounds())
        path, dropped = self._write_artifacts(trainer)
        circumstances = Circumstances(
            engine=ENGINE,
            workers=self.workers,
            threads=torch.get_num_threads(),
            clock=clock,
            yardstick_s=yardstick_s,
        )
        record = make_record(
            case=self.case,
            history=history,
            split=split,
            circumstances=circumstances,
            threshold=self.threshold.threshold,
        )
        record = replace(
            record,
            run=self.recorder.run,
            nodeid=self.item.nodeid,
            case=self.item.name,
            artifacts=path,
            artifacts_dropped=dropped,
        )
        self.recorder.keep(self.item, record)
        return history.test_accuracy

    def _run_epochs(self, trainer: Trainer) -> float:
        """Train all epochs, one a round; the median of the yardstick between them, in seconds."""
        seconds: list[float] = []

        def before_epoch() -> None:
            seconds.append(yardstick.measure())

        def whole_training() -> None:
            for _ in range(trainer.recipe.epochs):
                before_epoch()
                trainer.run_epoch()
                trainer.evaluate()

        pedantic: Any = self.benchmark.pedantic  # it has no types
        if self.benchmark.enabled:
            pedantic(
                trainer.run_epoch,
                setup=before_epoch,
                teardown=trainer.evaluate,
                rounds=trainer.recipe.epochs,
            )
        else:
            pedantic(whole_training)
        return median(seconds)

    def _rounds(self) -> list[float] | None:
        """Seconds of each round as pytest-benchmark measured them; `None` where it did not."""
        stats = self.benchmark.stats
        return list(stats.stats.data) if self.benchmark.enabled and stats else None

    def _threshold(self, key: str) -> Threshold | None:
        record = self.recorder.finished(self.item.nodeid)
        if record is not None:
            return record.threshold
        recipe = self.case.recipe
        return find_threshold(
            case=key,
            dataset=dataset_name(recipe, self.recorder.settings),
            tier=self.case.tier.name,
            engine=ENGINE,
        )

    def _write_artifacts(self, trainer: Trainer) -> tuple[str, tuple[str, ...]]:
        kept, dropped = artifacts.within(artifacts.collect(trainer), limit_bytes=ARTIFACT_BYTES)
        path = Path("artifacts") / f"{self.case.experiment}-{self.case.id}.npz"
        (self.recorder.folder / path).parent.mkdir(exist_ok=True)
        np.savez_compressed(self.recorder.folder / path, **kept)  # type: ignore[arg-type]
        return path.as_posix(), dropped


def with_rounds(history: History, rounds_s: list[float] | None) -> History:
    """The history with the benchmark's seconds in the place of its own."""
    if rounds_s is None:
        return history
    epochs = zip(history.epochs, rounds_s, strict=True)
    return replace(history, epochs=tuple(replace(epoch, train_s=s) for epoch, s in epochs))


def dataset_name(recipe: Recipe, settings: dict[str, Any]) -> str:
    """The dataset that a recipe is trained on in this session."""
    asked: str = settings["dataset"]
    return asked if settings["dataset_asked"] or recipe.dataset == "auto" else recipe.dataset


def prepared(case: Case, settings: dict[str, Any]) -> tuple[Recipe, Split]:
    """The recipe for the session's dataset, and the data it sees, on its device."""
    name = dataset_name(case.recipe, settings)
    images = _images(name, settings["data_root"], settings["dataset_file"])
    recipe = replace(
        case.recipe, dataset=name, input_shape=images.input_shape, classes=images.classes
    )
    return recipe, _split(
        name,
        settings["data_root"],
        settings["dataset_file"],
        recipe.input_scaling,
        recipe.input_padding,
        recipe.train_size,
        recipe.validation_size,
        device(settings["device"]),
    )


def device(option: str) -> torch.device:
    """The device of `--device auto|cpu|cuda`; raises `pytest.UsageError` where there is no CUDA."""
    if option == "cuda" and not torch.cuda.is_available():
        raise pytest.UsageError(
            "--device cuda: this machine has no CUDA device that PyTorch can use; "
            "leave --device at auto, or take cpu"
        )
    if option == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(option)


@lru_cache(maxsize=1)
def _images(name: str, root: str, file: str | None) -> Images:
    return load(name, root=Path(root), files={name: Path(file)} if file else {})


@lru_cache(maxsize=2)
def _split(
    name: str,
    root: str,
    file: str | None,
    scaling: Any,
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
