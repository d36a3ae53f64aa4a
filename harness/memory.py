"""The memory of this process at its highest since a moment of one's choice.

The kernel keeps one high-water mark for a process's whole life. Linux lets a process set its own
back to what is resident now; where that cannot be done, the peak of one case cannot be told.
"""

import contextlib
from pathlib import Path

PROCESS = Path("/proc/self")
RESET_MARK = "5"
"""What `clear_refs` takes to set the high-water mark back (Linux, proc(5))."""


class PeakMemory:
    """Resident memory of this process at its highest since this was made."""

    def __init__(self, process: Path = PROCESS) -> None:
        self._status = process / "status"
        self._is_reset = False
        with contextlib.suppress(OSError):
            (process / "clear_refs").write_text(RESET_MARK)
            self._is_reset = True

    def read_bytes(self) -> int | None:
        """The peak so far; `None` where the mark could not be set back, or is not to be read."""
        if not self._is_reset:
            return None
        with contextlib.suppress(OSError):
            for line in self._status.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return None
