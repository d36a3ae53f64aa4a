"""A list of cells as a file: which of them a session is to train."""

from collections.abc import Iterable
from pathlib import Path

CellKey = tuple[str, str]
"""(experiment, variant), as of `harness.pairing`, which is not loaded in every session."""


def write_cells(file: Path, cells: Iterable[CellKey]) -> None:
    """The cells of a round, one a line."""
    file.write_text("".join(f"{experiment}/{variant}\n" for experiment, variant in cells))


def read_cells(file: Path) -> set[CellKey]:
    """The cells in such a file."""
    return {split_cell(line) for line in file.read_text().splitlines()}


def split_cell(cell: str) -> CellKey:
    """Experiment and variant of `activation/tanh-hidden-lr0.01`."""
    experiment, _, variant = cell.partition("/")
    return experiment, variant
