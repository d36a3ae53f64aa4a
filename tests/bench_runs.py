"""Real sessions of the bench in subprocesses, and what they leave behind."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from tests.foreign import ROOT, SPEED, clean_environment

PATIENCE_S = 900
"""A machine that is busy with other things is slow, and not at fault."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session that has ended."""

    folder: Path
    """Holds what it printed, its exit code, and its runs."""

    @property
    def printed(self) -> str:
        """All that it printed."""
        return (self.folder / "printed.txt").read_text()

    @property
    def code(self) -> int:
        """Exit code."""
        return int((self.folder / "code.txt").read_text())

    @property
    def run(self) -> Path:
        """The folder of its only run."""
        [folder] = (self.folder / "runs").iterdir()
        return folder

    def lines(self) -> dict[str, dict[str, Any]]:
        """Case -> its line in `records.jsonl`; a case with two lines is an error."""
        text = (self.run / "records.jsonl").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        found = {line["case"]: line for line in lines}
        assert len(found) == len(lines), "a case has two lines"
        return found

    def benchmarks(self) -> dict[str, dict[str, Any]]:
        """Name -> entry in `benchmark.json`."""
        entries = json.loads((self.run / "benchmark.json").read_text())["benchmarks"]
        return {entry["name"]: entry for entry in entries}

    def artifacts(self, case: str) -> dict[str, Any]:
        """Name -> array, of a case."""
        with np.load(self.run / self.lines()[case]["artifacts"], allow_pickle=False) as arrays:
            return dict(arrays)


def command(folder: Path, *arguments: str) -> list[str]:
    """A session of the bench whose runs lie in `folder`."""
    runs = ("--runs", str(folder / "runs"))
    return [sys.executable, "-m", "pytest", "bench/", *SPEED, *runs, *arguments]


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """One compute thread, no data but what a test gives, wide lines."""
    inherited = clean_environment()
    inherited.pop("LENET_DATA", None)
    return inherited | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"} | dict(variables or {})


def run_bench(
    folder: Path, *arguments: str, root: Path = ROOT, variables: Mapping[str, str] | None = None
) -> Session:
    """A session to its end; `root` holds the `bench/` that it runs."""
    folder.mkdir(exist_ok=True, parents=True)
    with (folder / "printed.txt").open("w") as printed:
        ended = subprocess.run(
            command(folder, *arguments),
            cwd=root,
            env=environment(variables),
            stdout=printed,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_S,
            check=False,
        )
    (folder / "code.txt").write_text(str(ended.returncode))
    return Session(folder=folder)


def once(base: Path, name: str, make: Callable[[Path], Session]) -> Session:
    """A session that several tests look at, run by the first; `base` is pytest's folder.

    Under xdist it is run by one worker, and the others wait for it.
    """
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        return Session(folder=folder) if (folder / "code.txt").exists() else make(folder)


def write_images(file: Path, *, shape: tuple[int, ...], train: int, test: int) -> Path:
    """A dataset of four classes that differ in brightness; `shape` is an image's."""
    draw = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part, count in (("train", train), ("test", test)):
        labels = np.arange(count) % 4
        noise = draw.integers(0, 60, (count, *shape))
        bright = 60 * labels.reshape(-1, *[1] * len(shape))
        arrays |= {f"x_{part}": (noise + bright).astype(np.uint8), f"y_{part}": labels}
    np.savez(file, **arrays)
    return file
