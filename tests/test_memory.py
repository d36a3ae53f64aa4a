"""Peak memory: of one stretch alone, and none where it cannot be told."""

import mmap
import sys
from pathlib import Path

import pytest

from harness.memory import PeakMemory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets the mark back")
def test_peak_is_of_the_stretch_alone() -> None:
    before = PeakMemory()
    # Not from the heap: what other tests gave back there may be handed out again.
    with mmap.mmap(-1, 64 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as large:
        for page in range(0, len(large), mmap.PAGESIZE):
            large[page] = 1
        high = before.read_bytes()
    after = PeakMemory().read_bytes()
    if high is None or after is None:
        pytest.skip("this kernel does not set the mark back")
    assert high - after > 32 * 2**20


def test_peak_is_read_from_the_kernels_mark(tmp_path: Path) -> None:
    (tmp_path / "clear_refs").touch()
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t    2048 kB\n")
    assert PeakMemory(tmp_path).read_bytes() == 2 * 2**20
    assert (tmp_path / "clear_refs").read_text() == "5"


def test_peak_is_none_where_the_mark_stays_or_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("VmHWM:\t    2048 kB\n")
    assert PeakMemory(tmp_path / "gone").read_bytes() is None
    (tmp_path / "clear_refs").touch()
    (tmp_path / "status").write_text("Name:\tpython\n")
    assert PeakMemory(tmp_path).read_bytes() is None
