"""Compiled kernels on disk: found again, and made anew when a file of the folder changes."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

from lenet.fast import disk

FOLDER = Path(disk.__file__).parent
PACKAGE = FOLDER.parent
KERNEL = """
from lenet.fast.disk import compiled
from lenet.fast.memory import clear

@compiled
def cleared(values):
    clear(values)
"""
USE = """
import numpy as np
from lenet.fast.extra import cleared

values = np.ones(3, np.float32)
cleared(values)
assert not values.any()
stats = cleared.stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""
FOUND, MADE = (1, 0), (0, 1)


def stamp(folder: Path) -> str:
    """The stamp that `disk.py` of this folder gives its kernels."""
    spec = importlib.util.spec_from_file_location("copied_disk", folder / "disk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str = module._WholeFolder().get_source_stamp()
    return found


def compiled(root: Path, **environment: str) -> tuple[int, int]:
    """Kernels found on disk and kernels made, by a process that takes `lenet` from this folder."""
    (root / "lenet" / "fast" / "__init__.py").write_text("")  # free of torch: seconds to load
    (root / "lenet" / "fast" / "extra.py").write_text(KERNEL)  # takes a second to compile
    done = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    hits, misses = map(int, done.stdout.split())
    return hits, misses


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with `lenet` in it, of which nothing is compiled."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "copied" / "lenet", ignore=ignored)
    return tmp_path / "copied"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.py")))
def test_stamp_changes_with_any_file(copied: Path, name: str) -> None:
    folder = copied / "lenet" / "fast"
    before = stamp(folder)
    assert before == stamp(FOLDER)
    with (folder / name).open("a") as file:
        file.write("# another thought\n")
    assert stamp(folder) != before


def test_stamp_changes_with_a_file_that_comes_or_goes(copied: Path) -> None:
    folder = copied / "lenet" / "fast"
    before = stamp(folder)
    (folder / "more.py").write_text("MORE = 1\n")
    assert stamp(folder) != before
    (folder / "more.py").unlink()
    assert stamp(folder) == before
    (folder / "notes.md").write_text("No source.\n")
    assert stamp(folder) == before


def test_kernels_on_disk_are_not_compiled_again(copied: Path, tmp_path: Path) -> None:
    folder = {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    assert compiled(copied, **folder) == MADE
    assert list((tmp_path / "kernels").rglob("extra.cleared-*.nbc"))
    assert compiled(copied, **folder) == FOUND
    with (copied / "lenet" / "fast" / "passes.py").open("a") as file:
        file.write("# another thought\n")
    assert compiled(copied, **folder) == MADE


def test_kernels_lie_beside_their_source_if_nothing_else_is_said(copied: Path) -> None:
    folder = {"NUMBA_CACHE_DIR": ""}
    assert compiled(copied, **folder) == MADE
    assert list((copied / "lenet" / "fast" / "__pycache__").glob("extra.cleared-*.nbc"))


def test_choice_of_places_is_this_folders_alone() -> None:
    """Other users of Numba in the process keep theirs."""
    before = config.CACHE_LOCATOR_CLASSES

    def kernel() -> None:
        """Nothing."""

    disk.compiled(kernel)
    assert before == config.CACHE_LOCATOR_CLASSES
