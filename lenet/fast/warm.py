"""Compiling before anything is timed."""

from functools import cache

import platformdirs
import torch
from filelock import FileLock

from lenet.fast.stack import Batch, Stack
from lenet.fast.stages import Convolution, Dense
from lenet.settings import Conv, Pool
from lenet.shapes import trace


@cache
def compile_kernels() -> None:
    """Compile every kernel, or load it from disk, by one step of a tiny network.

    Once a process; some 25 s where this version of the kernels was never compiled on this machine,
    during which other processes wait for what this one will leave on disk.
    """
    folder = platformdirs.user_cache_path("lenet", ensure_exists=True)
    with FileLock(folder / "compiling.lock"):
        _one_step()


def _one_step() -> None:
    conv, pool = Conv(maps=1, kernel=2), Pool()
    sizes = trace((1, 3, 3), [conv], [pool])[0]
    tensors = [torch.zeros(shape, requires_grad=True) for shape in ((1, 1, 2, 2), 1, (1, 1), 1)]
    batch = Batch(images=torch.zeros(1, 1, 3, 3), index=torch.zeros(1, dtype=torch.int64))
    stack = Stack([Convolution(sizes, conv, pool, "relu"), Dense(1, 1, "relu")], 9)
    torch.autograd.backward(stack.run(batch, tensors).sum())
