"""The threads of the fast engine: each takes a share of a batch through the whole network.

PyTorch's own threads would wait for work by spinning on the cores that these want.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import TypeVar

import torch

Result = TypeVar("Result")

LEAST_BLOCKS = 4
"""Lane blocks that are worth a thread. For less, handing Python's lock to and fro takes longer."""

_lent: list[int] = []
"""Threads that `lent` has taken over from PyTorch, innermost last."""


@contextmanager
def lent() -> Iterator[None]:
    """PyTorch keeps to one thread meanwhile; `share` has those that it was given."""
    before = torch.get_num_threads()
    _lent.append(count())
    torch.set_num_threads(1)
    try:
        yield
    finally:
        _lent.pop()
        torch.set_num_threads(before)


def count() -> int:
    """Threads that the fast engine may use: as many as PyTorch was given."""
    return _lent[-1] if _lent else torch.get_num_threads()


def parts(blocks: int) -> list[slice]:
    """A share of the lane blocks for each thread."""
    threads = max(1, min(count(), blocks // LEAST_BLOCKS))
    cuts = [blocks * thread // threads for thread in range(threads + 1)]
    return [slice(*pair) for pair in pairwise(cuts)]


def share(work: Callable[..., Result], *arguments: Sequence[object]) -> list[Result]:
    """`work` mapped over its arguments, each call in a thread of its own, the first in this one."""
    first, *others = zip(*arguments, strict=True)
    waiting = [_pool(len(others)).submit(work, *other) for other in others]
    return [work(*first), *(each.result() for each in waiting)]


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="lenet-fast")
