"""Made-up but realistic records, for tests that need some without training anything."""

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from harness.record import (
    DatasetRecord,
    EpochRecord,
    Level,
    Record,
    StepLoss,
    TimingRecord,
    encode,
)
from harness.store import MANIFEST, RECORDS, Manifest

DATASET = DatasetRecord(
    name="mnist",
    digest="sha256:" + "5e" * 32,
    train_size=60_000,
    validation_size=0,
    test_size=10_000,
    classes=10,
)
TIMING = TimingRecord(
    workers=1,
    threads=2,
    wall_s=10.0,
    cpu_s=18.0,
    foreign_cpu_s=0.1,
    exclusive=True,
    yardstick_s=0.021,
)


def make_record(
    *,
    experiment: str = "optimizer",
    variant: str = "adam",
    baseline: str = "sgd",
    factors: Mapping[str, Level] | None = None,
    seed: int = 0,
    accuracies: Sequence[float | None] = (0.94, 0.965, 0.975),
    epoch_s: float = 3.0,
    dead_outputs: float = 0.0,
    **others: Any,
) -> Record:
    """One record; `accuracies` is the test accuracy after each epoch, `others` any other field."""
    epochs = tuple(
        make_epoch(accuracy, train_s=epoch_s, dead_outputs=dead_outputs) for accuracy in accuracies
    )
    known = [accuracy for accuracy in accuracies if accuracy is not None]
    best = max(known, default=None)
    case = f"test_{experiment}[{variant}-seed{seed}]"
    record = Record(
        run="synthetic",
        nodeid=f"bench/test_{experiment}.py::{case}",
        case=case,
        experiment=experiment,
        question=f"Which {experiment} is best?",
        variant=variant,
        baseline=baseline,
        factors={experiment: variant} if factors is None else dict(factors),
        seed=seed,
        recipe={"dataset": "mnist", "variant": variant},
        recipe_id=f'{{"variant":"{variant}"}}',
        tier="short",
        engine="torch",
        device="cpu",
        outcome="passed",
        diverged=None in accuracies,
        test_accuracy=accuracies[-1] if accuracies else None,
        best_test_accuracy=best,
        best_epoch=None if best is None else accuracies.index(best) + 1,
        epoch_s=epoch_s if epochs else None,
        total_s=sum(epoch.train_s + epoch.evaluate_s for epoch in epochs),
        parameters=44_426,
        flops=1_520_000,
        epochs=epochs,
        step_loss=StepLoss(step=(1, 2, 3), loss=(2.3, 1.9, 1.2)),
        dataset=DATASET,
        timing=TIMING,
        machine={"processor": "x86-64", "cores": 2, "system": "Linux"},
        versions={"python": "3.11.7", "torch": "2.15.0"},
        commit="0123456789abcdef0123456789abcdef01234567",
        dirty=False,
        finished_at="2026-11-21T06:00:00Z",
    )
    return replace(record, **others)


def make_untrained(reason: str = "RecipeError: too small", **others: Any) -> Record:
    """A record of a case that raised before its training; arguments as for `make_record`."""
    return make_record(
        accuracies=(),
        outcome="error",
        reason=reason,
        dataset=None,
        parameters=None,
        flops=None,
        recipe_id="{}",
        timing=replace(TIMING, exclusive=False, cpu_s=None, foreign_cpu_s=None, yardstick_s=None),
        **others,
    )


def make_epoch(
    accuracy: float | None, *, train_s: float = 3.0, dead_outputs: float = 0.0
) -> EpochRecord:
    """One epoch that reached `accuracy`; `None` is one whose numbers were not finite."""
    loss = None if accuracy is None else -math.log(max(accuracy, 1e-3))
    return EpochRecord(
        train_loss=loss,
        train_accuracy=accuracy,
        test_loss=loss,
        test_accuracy=accuracy,
        train_s=train_s,
        evaluate_s=0.2,
        gradient_norm={"conv1": 0.5 if accuracy is not None else None, "output": 0.2},
        dead_units={"conv1": 0.0, "output": dead_outputs},
        saturated_units={},
        effective_step={},
    )


def curve(
    *, final: float, epochs: int, speed: float, noise: random.Random, start: float = 0.1
) -> tuple[float, ...]:
    """Test accuracy by epoch: from `start` towards `final`, the faster the greater `speed`."""
    end = final + noise.gauss(0, 0.08) * (1 - final)
    rates = [speed * (epoch + 1) * math.exp(noise.gauss(0, 0.1)) for epoch in range(epochs)]
    return tuple(round(min(1.0, end - (end - start) * math.exp(-rate)), 4) for rate in rates)


def write_run(
    folder: Path, records: Iterable[Record], *, planned: Sequence[str] | None = None
) -> Path:
    """A run's folder with these records, and a `run.json` where `planned` node ids are given."""
    folder.mkdir(parents=True)
    named = [replace(record, run=folder.name) for record in records]
    (folder / RECORDS).write_bytes(b"".join(encode(record) + b"\n" for record in named))
    if planned is not None:
        manifest = Manifest(
            run=folder.name,
            started_at="2026-11-21T05:50:00.000+00:00",
            command=("pytest", "bench", "-n", "auto"),
            settings={},
            planned=tuple(planned),
            machine={"processor": "x86-64"},
            versions={"python": "3.11.7"},
            commit=None,
            dirty=None,
        )
        (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder


OPTIMIZERS = {
    "sgd": (0.97, 0.22),
    "momentum": (0.982, 1.7),
    "adagrad": (0.977, 2.4),
    "rmsprop": (0.984, 2.1),
    "adam": (0.985, 2.0),
    "adadelta": (0.986, 2.2),
    "adadelta-keras-rate": (0.85, 0.08),
    "adamw": (0.985, 2.0),
    "nadam": (0.987, 2.1),
}
"""Variant -> the accuracy that it tends to, and how fast."""

ACTIVATIONS = {"relu": 2.0, "tanh": 2.2, "sigmoid": 0.1, "gelu": 1.6, "silu": 1.3}
ACTIVATIONS |= {"leaky-relu": 2.0, "elu": 2.3, "relu-on-logits": 1.8}
"""Activation -> how fast it learns at a learning rate of 0.1."""

POOLS = {"k2-s2-p0": 2.9, "k2-s2-p1": 3.1, "k2-s1-p0": 6.3, "k3-s1-p0": 6.1}
POOLS |= {"k3-s3-p1": 2.8, "k3-s2-p0": 3.0, "k3-s2-p1": 3.2}
"""Pool variant -> seconds an epoch."""

RATES = (0.1, 0.01, 0.001, 0.0001)


def bench_records(*, seeds: int = 6, epochs: int = 3) -> list[Record]:
    """Every experiment of the bench, 61 cases a seed, as a run of it might leave them."""
    return [
        record
        for seed in range(seeds)
        for make in (optimizers, activations, pools, depths, heads)
        for record in make(seed=seed, epochs=epochs)
    ]


def optimizers(*, seed: int, epochs: int) -> Iterator[Record]:
    """The optimizer experiment: one factor whose levels are words, accuracies that differ much."""
    for variant, (final, speed) in OPTIMIZERS.items():
        noise = random.Random(f"{variant}{seed}")
        yield make_record(
            experiment="optimizer",
            variant=variant,
            seed=seed,
            accuracies=curve(final=final, epochs=epochs, speed=speed, noise=noise),
            epoch_s=3.0 + 0.05 * len(variant) + noise.gauss(0, 0.1),
        )


def activations(*, seed: int, epochs: int) -> Iterator[Record]:
    """The activation experiment: activation x learning rate, some runs stuck."""
    for name, pace in ACTIVATIONS.items():
        for rate in RATES:
            noise = random.Random(f"{name}{rate}{seed}")
            stuck = name == "relu-on-logits" and rate >= 0.01 and noise.random() < 0.5
            yield make_record(
                experiment="activation",
                variant=f"{name}-lr{rate}",
                baseline=f"relu-lr{rate}",
                factors={"activation": name, "learning_rate": rate},
                seed=seed,
                accuracies=curve(
                    final=0.78 if stuck else 0.978,
                    epochs=epochs,
                    speed=pace * (rate / 0.1) ** 0.8,
                    noise=noise,
                ),
                dead_outputs=0.2 if stuck else 0.0,
                epoch_s=3.1 + 0.05 * len(name) + noise.gauss(0, 0.08),
            )


def pools(*, seed: int, epochs: int) -> Iterator[Record]:
    """The pooling experiment: one factor whose levels are words, times that differ much."""
    for position, (variant, seconds) in enumerate(POOLS.items()):
        noise = random.Random(f"{variant}{seed}")
        yield make_record(
            experiment="maxpool",
            variant=variant,
            baseline="k2-s2-p0",
            factors={"pool": variant},
            seed=seed,
            accuracies=curve(final=0.97 + position / 700, epochs=epochs, speed=2.0, noise=noise),
            epoch_s=seconds + noise.gauss(0, 0.05),
            parameters=44_426 + 9_000 * position,
        )


def depths(*, seed: int, epochs: int) -> Iterator[Record]:
    """The depth experiment: one numeric factor."""
    for depth in (1, 2, 3, 4):
        noise = random.Random(f"depth{depth}{seed}")
        yield make_record(
            experiment="depth",
            variant=str(depth),
            baseline="2",
            factors={"depth": depth},
            seed=seed,
            accuracies=curve(final=0.96 + depth / 170, epochs=epochs, speed=2.1, noise=noise),
            epoch_s=1.4 + 0.8 * depth + noise.gauss(0, 0.06),
            parameters=110_000 - 20_000 * depth,
            flops=700_000 * depth,
        )


def heads(*, seed: int, epochs: int) -> Iterator[Record]:
    """The recurrent experiment: head x learning rate."""
    for head, pace in {"linear": 2.0, "rnn": 1.2, "lstm": 0.6}.items():
        for rate in RATES[:3]:
            noise = random.Random(f"{head}{rate}{seed}")
            yield make_record(
                experiment="recurrent",
                variant=f"{head}-lr{rate}",
                baseline=f"linear-lr{rate}",
                factors={"head": head, "learning_rate": rate},
                seed=seed,
                accuracies=curve(
                    final=0.98, epochs=epochs, speed=pace * (rate / 0.1) ** 0.7, noise=noise
                ),
                epoch_s={"linear": 3.0, "rnn": 4.1, "lstm": 5.6}[head] + noise.gauss(0, 0.1),
            )
