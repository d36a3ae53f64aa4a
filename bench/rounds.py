"""`--until-decided`: rounds of seeds until every cell of a gate is decided, or none may be added.

Each round is a session of its own that resumes the one before, with more seeds and only the cells
that are still undecided. The gate is looked at between rounds alone, and spends its level over the
looks (`harness.sequential`), so that looking often calls no more false alarms.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.cells import write_cells
from harness.gate_result import NOT_JUDGED, GateResult
from harness.gate_session import question
from harness.gate_sides import find_side, gate
from harness.gate_text import text
from harness.pairing import CellKey
from harness.sequential import Looks, plan_looks, undecided_cells, write_looks
from harness.store import StoreError, read_records

FIRST_ROUND = 5
"""Seeds of a round where `--seeds` does not say; with fewer no test reaches anything."""
OWN = ("--gate", "--gate-metrics", "--undecided", "--max-seeds", "--seeds", "--resume")
"""Options with a value that rounds set themselves, or that are the gate's."""


def run_rounds(config: pytest.Config) -> int:
    """All rounds, one after the other; returns the exit code.

    Raises:
        pytest.UsageError: options that do not go together.
    """
    looks, baseline = _looks(config), _baseline(config)
    run: str | None = config.getoption("resume")
    cells: Sequence[CellKey] | None = None
    code, result = 0, None
    for seeds in looks.seeds:
        ended, folder = _session(config, seeds=seeds, run=run, cells=cells)
        if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or folder is None:
            return ended
        code, run = max(code, ended), str(folder)
        write_looks(folder, looks)
        result = _look(config, baseline, folder)
        print(f"after {seeds} seeds: {result.headline}", flush=True)
        cells = undecided_cells(result.judgement) if result.judgement else []
        if not cells:
            break
    if result is None:
        return NOT_JUDGED
    print(text(result, names=(str(baseline), str(run))))
    return result.code or code


def without_own(arguments: Sequence[str]) -> list[str]:
    """A command line without the options that each round is given anew."""
    kept: list[str] = []
    skip = False
    for argument in arguments:
        if skip or argument == "--until-decided":
            skip = False
        elif argument in OWN:
            skip = True
        elif argument.partition("=")[0] not in OWN:
            kept.append(argument)
    return kept


def _looks(config: pytest.Config) -> Looks:
    most: int | None = config.getoption("max_seeds")
    if config.getoption("gate") is None or most is None:
        raise pytest.UsageError(
            "--until-decided: expected --gate BASELINE and --max-seeds N beside it"
        )
    if config.getoption("time_budget") is not None:
        raise pytest.UsageError("--until-decided: runs whole rounds; leave out --time-budget")
    try:
        return plan_looks(first=config.getoption("seeds") or min(FIRST_ROUND, most), most=most)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def _baseline(config: pytest.Config) -> Path:
    try:
        found = find_side(config.getoption("gate"), runs=config.getoption("runs"), notice=print)
        seeds = {record.seed for record in read_records(found, notice=print)}
    except StoreError as error:
        pytest.exit(f"--gate {error}", returncode=NOT_JUDGED)
    most: int = config.getoption("max_seeds")
    if lacking := set(range(most)) - seeds:
        raise pytest.UsageError(
            f"--max-seeds {most}: the baseline has no seed {min(lacking)}, and seeds without a "
            f"pair decide nothing: take {min(lacking)} at most, or promote a baseline of more seeds"
        )
    return found


def _look(config: pytest.Config, baseline: Path, run: Path) -> GateResult:
    asked = question(config, {"gated": config.getoption("experiment")})
    return gate(baseline, run, asked, notice=print)


def _session(
    config: pytest.Config, *, seeds: int, run: str | None, cells: Sequence[CellKey] | None
) -> tuple[int, Path | None]:
    """One round; its exit code, and the folder of its run if it made one."""
    with TemporaryDirectory() as folder:
        told, listed = Path(folder) / "run", Path(folder) / "cells"
        given = ["--seeds", str(seeds), "--tell-run", str(told)]
        if run is not None:
            given += ["--resume", run]
        if cells is not None:
            write_cells(listed, cells)
            given += ["--cells", str(listed)]
        command = [sys.executable, "-m", "pytest", *without_own(config.invocation_params.args)]
        ended = subprocess.run([*command, *given], cwd=config.invocation_params.dir, check=False)
        return ended.returncode, Path(told.read_text()) if told.exists() else None
