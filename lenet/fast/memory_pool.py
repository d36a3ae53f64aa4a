"""The memory of forward passes: used again, while its pages are there and its lines cached."""

from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float32]

KEPT = 8
"""Most memories that wait to be used again."""


class MemoryPool:
    """Memories that no forward pass needs any more; the last one that came back goes first."""

    def __init__(self) -> None:
        self._idle: list[Floats] = []
        self._lock = Lock()

    def __len__(self) -> int:
        """Memories that wait."""
        return len(self._idle)

    def take(self, floats: int) -> Floats:
        """One of at least so many floats, whatever they are."""
        with self._lock:
            for number in reversed(range(len(self._idle))):
                if len(self._idle[number]) >= floats:
                    return self._idle.pop(number)
            del self._idle[: 1 - KEPT]  # too small: room for this one
        # PyTorch's begin at a cache line, NumPy's do not.
        return torch.empty(floats, dtype=torch.float32).numpy()

    def give(self, memory: Floats) -> None:
        """Back; without the lock, for a tape may be freed while this thread holds it."""
        if len(self._idle) < KEPT:
            self._idle.append(memory)
