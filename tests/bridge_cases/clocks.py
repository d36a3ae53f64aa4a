"""Timers whose readings are known, so that what was measured can be compared to the last bit.

A tick is 2**-10 seconds, exact in binary; `BRIDGE_SLOWDOWN` makes every tick that much longer.
"""

import os

TICK_S = 2.0**-10 * int(os.environ.get("BRIDGE_SLOWDOWN", "1"))


class Growing:
    """Round k (from 0) lasts 2k + 1 ticks, counted from the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.now_s, self.step_s = 0.0, 0.0

    def read(self) -> float:
        self.now_s += self.step_s
        self.step_s += TICK_S
        return self.now_s


_growing = Growing()
_steady = Growing()


def reset() -> None:
    _growing.reset()


def growing() -> float:
    return _growing.read()


def steady() -> float:
    """Each round lasts one tick."""
    _steady.now_s += TICK_S
    return _steady.now_s
