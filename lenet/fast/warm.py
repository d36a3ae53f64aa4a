"""Compiling before anything is timed."""

from functools import cache

import platformdirs
import torch
from filelock import FileLock

from lenet.fast.stack import Batch, run
from lenet.fast.stages import Convolution, Dense, Flatten, Stage
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
    stages: list[Stage] = [Convolution(sizes, conv, pool, "relu"), Flatten(), Dense("gelu")]
    torch.autograd.backward(run(batch, stages, tensors).sum())
