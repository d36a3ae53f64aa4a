"""How far long work is, on standard error; nothing where it takes a moment only.

read 41% of records.jsonl (1,320 of 3,210 MB), 0:12 left
"""

import os
import time
from collections.abc import Callable
from typing import Self, TextIO

PATIENCE_S = 2.0
"""Seconds that work may take before anything is said."""
TICK_S = 0.5
"""Seconds between two states of a terminal's line."""
LINE_S = 15.0
"""Seconds between two lines where there is no terminal, such as in a log."""


class WorkProgress:
    """Tells how much is done: a line that is rewritten, or few lines where it cannot be."""

    def __init__(
        self,
        *,
        total: int,
        show: Callable[[int], str],
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._show = show
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._start_s = clock()
        self._next_s = self._start_s + PATIENCE_S
        self._width = 0  # of the line that stands on the terminal

    def at(self, done: int) -> None:
        """So much of all is done; says so if it is time to."""
        now_s = self._clock()
        if now_s < self._next_s:
            return
        self._next_s = now_s + (TICK_S if self._live else LINE_S)
        text = self._text(done, now_s - self._start_s)
        self._stream.write(f"\r{text:<{self._width}}" if self._live else f"{text}\n")
        self._stream.flush()
        self._width = len(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Wipe the terminal's line."""
        if self._live and self._width:
            self._stream.write(f"\r{'':<{self._width}}\r")
            self._stream.flush()

    def _text(self, done: int, spent_s: float) -> str:
        left_s = spent_s * (self._total - done) / max(done, 1)
        minutes, seconds = divmod(round(left_s), 60)
        return f"{self._show(done)}, {minutes}:{seconds:02} left"


def bytes_read(name: str, total: int) -> Callable[[int], str]:
    """How to show what is read of a file."""
    return lambda done: (
        f"read {done / max(total, 1):.0%} of {name} ({done / 1e6:,.0f} of {total / 1e6:,.0f} MB)"
    )


def cases_written(total: int) -> Callable[[int], str]:
    """How to show what is exported."""
    return lambda done: f"wrote {done:,} of {total:,} cases"


def pictures_drawn(total: int) -> Callable[[int], str]:
    """How to show what is drawn."""
    return lambda done: f"drew {done} of {total} pictures"
