"""Made-up runs of any size, of the shape that real ones have, and what a report on them takes."""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psutil
from tabulate import tabulate

from bench.experiment import Case
from bench.planning import all_experiments
from bench.tiers import TIERS
from harness import environment
from harness.record import DatasetRecord, Record, StepLoss, TimingRecord
from harness.store import RECORDS

ROOT = Path(__file__).parents[1]
STEPS = 1_000
"""Points of a record's loss by step: the most that one keeps."""
LAYERS = ("conv1", "conv2", "linear1", "linear2", "output")
LOOK_S = 0.02
"""Seconds between two looks at the memory of the processes that make a report."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One report on one run."""

    records: int
    """Cases of the run."""
    epochs: int
    """Epochs of each case."""
    size_bytes: int
    """Size of its records."""
    seconds: float
    """Wall seconds from the start of the command to its end."""
    cpu_s: float
    """CPU seconds of all its processes: what others on the machine change less."""
    peak_bytes: int
    """Memory of all its processes together at its highest, shared pages counted in each."""


def write_run(folder: Path, *, records: int, epochs: int) -> Path:
    """A run with so many cases: the short tier's variants, seed by seed."""
    folder.mkdir()
    with (folder / RECORDS).open("wb") as stream:
        for line in islice(lines(epochs), records):
            stream.write(line + b"\n")
    return folder


def lines(epochs: int) -> Iterator[bytes]:
    """Records as JSON without end, seed by seed; the same ones each time."""
    noise = random.Random(0)
    known = [_fields(case) for case in cases()]
    losses = [_step_loss(noise) for _ in known]
    seed = 0
    while True:
        for fields, loss in zip(known, losses, strict=True):
            yield msgspec.json.encode(fields | _course(fields, seed, epochs, noise) | loss)
        seed += 1


def cases() -> list[Case]:
    """One case of every variant that runs unasked in the short tier."""
    tier = TIERS["short"]
    found = (each for each in all_experiments().values() if each.is_unasked(tier.name))
    return [case for experiment in found for case in experiment.cases(tier, seeds=1)]


def report(run: Path, *, records: int, epochs: int) -> Measurement:
    """What `python -m harness.report` takes for a run, which is left with the report beside it.

    Raises:
        RuntimeError: the command failed; says what it said.
    """
    options = [str(run), "--output", str(run / "report")]
    command = [sys.executable, "-m", "harness.report", *options]
    with (run / "said.txt").open("w+") as said:
        start_s, start_cpu_s = time.perf_counter(), _children_cpu_s()
        process = psutil.Popen(command, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT)
        peak_bytes = _watch(process)
        seconds = time.perf_counter() - start_s
        if process.returncode:
            said.seek(0)
            raise RuntimeError(
                f"{run}: expected a report, got exit code {process.returncode}: "
                f"{said.read()[-2000:]}"
            )
    size_bytes = (run / RECORDS).stat().st_size
    return Measurement(
        records=records,
        epochs=epochs,
        size_bytes=size_bytes,
        seconds=seconds,
        cpu_s=_children_cpu_s() - start_cpu_s,
        peak_bytes=peak_bytes,
    )


def table(found: Sequence[Measurement]) -> str:
    """A line a report; `of linear` is its time over that of the one before, grown as the records.

    More than 1 would be worse than linear in the records, or with equal records in nothing else.
    """
    heads = ["records", "epochs", "MB", "s", "s / 1,000 records", "of linear", "CPU s", "peak MB"]
    rows = [
        [
            f"{each.records:,}",
            each.epochs,
            f"{each.size_bytes / 1e6:,.0f}",
            f"{each.seconds:.1f}",
            f"{each.seconds / each.records * 1e3:.2f}",
            _of_linear(each, before),
            f"{each.cpu_s:.1f}",
            f"{each.peak_bytes / 1e6:,.0f}",
        ]
        for each, before in zip(found, [None, *found], strict=False)
    ]
    return tabulate(rows, heads, disable_numparse=True, stralign="right")


def _of_linear(found: Measurement, before: Measurement | None) -> str:
    if before is None or before.epochs != found.epochs:
        return ""
    return f"{found.seconds / before.seconds / (found.records / before.records):.2f}"


def _children_cpu_s() -> float:
    """CPU seconds of the processes that this one started and that have ended, theirs included."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def _watch(process: psutil.Popen) -> int:
    """The memory of a process and its children at its highest, in bytes, when it has ended."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_resident, _family(process))))
        time.sleep(LOOK_S)
    return peak


def _family(process: psutil.Popen) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _fields(case: Case) -> dict[str, Any]:
    """A record of a case as JSON, without what is its seed's."""
    variant = case.variant
    record = Record(
        run="synthetic",
        nodeid="",
        case="",
        experiment=case.experiment,
        question=case.question,
        variant=variant.name,
        baseline=variant.baseline,
        factors=dict(variant.factors),
        seed=0,
        recipe=variant.recipe.to_dict(),
        recipe_id=variant.recipe.identity,
        tier=case.tier.name,
        engine="torch",
        device="cpu",
        outcome="unjudged",
        diverged=False,
        test_accuracy=None,
        best_test_accuracy=None,
        best_epoch=None,
        epoch_s=None,
        total_s=0.0,
        parameters=44_426,
        flops=1_520_000,
        epochs=(),
        step_loss=StepLoss(step=(), loss=()),
        dataset=DatasetRecord(
            name="synthetic",
            digest="sha256:" + 32 * "00",
            train_size=60_000,
            validation_size=0,
            test_size=10_000,
            classes=10,
        ),
        timing=TimingRecord(
            workers=1,
            threads=1,
            wall_s=80.0,
            cpu_s=79.0,
            foreign_cpu_s=0.1,
            exclusive=True,
            yardstick_s=0.007,
        ),
        machine=environment.machine(),
        versions=environment.versions(),
        commit="0" * 40,
        dirty=False,
        finished_at="2026-01-01T00:00:00+00:00",
    )
    return asdict(record)


def _course(fields: dict[str, Any], seed: int, epochs: int, noise: random.Random) -> dict[str, Any]:
    """The fields of a record that are its seed's."""
    case = f"test_{fields['experiment']}[{fields['variant']}-seed{seed}]"
    pace, final = 0.2 + noise.random(), 0.95 + 0.04 * noise.random()
    course = [_epoch(final - 0.85 * 2 ** (-pace * (n + 1)), noise) for n in range(epochs)]
    accuracies = [epoch["test_accuracy"] for epoch in course]
    return {
        "nodeid": f"bench/test_{fields['experiment']}.py::{case}",
        "case": case,
        "seed": seed,
        "epochs": course,
        "test_accuracy": accuracies[-1],
        "best_test_accuracy": max(accuracies),
        "best_epoch": accuracies.index(max(accuracies)) + 1,
        "epoch_s": sorted(epoch["train_s"] for epoch in course)[epochs // 2],
        "total_s": sum(epoch["train_s"] + epoch["evaluate_s"] for epoch in course),
    }


def _epoch(accuracy: float, noise: random.Random) -> dict[str, Any]:
    found = round(accuracy + noise.gauss(0, 0.002), 4)
    return {
        "train_loss": round(1 - accuracy, 6),
        "train_accuracy": accuracy,
        "test_loss": round(1 - found, 6),
        "test_accuracy": found,
        "validation_accuracy": None,
        "train_s": 3 + noise.random(),
        "evaluate_s": 0.2,
        "gradient_norm": {layer: round(noise.random(), 6) for layer in LAYERS},
        "dead_units": dict.fromkeys(LAYERS, 1 / 84),
        "saturated_units": dict.fromkeys(LAYERS, 0.0),
        "effective_step": dict.fromkeys(LAYERS, 0.1),
    }


def _step_loss(noise: random.Random) -> dict[str, msgspec.Raw]:
    """A loss by step, already as JSON: it is most of a record, and read by no report."""
    loss = [round(noise.random(), 6) for _ in range(STEPS)]
    found = {"step": list(range(1, STEPS + 1)), "loss": loss}
    return {"step_loss": msgspec.Raw(msgspec.json.encode(found))}
