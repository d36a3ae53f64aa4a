"""Work done by other processes, one for each core, while this one goes on."""

import signal
from collections.abc import Callable, Collection
from concurrent.futures import Future, as_completed
from typing import Any, ParamSpec, TypeVar

from loky import ProcessPoolExecutor, get_reusable_executor

from harness.environment import cores
from harness.work_progress import WorkProgress

IDLE_S = 600
"""Seconds without work after which a process ends. One that ends just as work comes is started
again with a warning, so a busy machine must not take a pause for the end."""

Given = ParamSpec("Given")
Done = TypeVar("Done")


def start(
    work: Callable[Given, Done], /, *given: Given.args, **named: Given.kwargs
) -> Future[Done]:
    """Have another process do some work: what it is given and what it returns are pickled.

    The processes stay for the next work. Asked for its result, the future raises
    `BrokenProcessPool` if that process was ended from outside.
    """
    started: Future[Done] = _others().submit(work, *given, **named)
    return started


def wait(started: Collection[Future[Any]], progress: WorkProgress) -> None:
    """Wait until all are done, and tell how far they are."""
    with progress:
        for done, _ in enumerate(as_completed(started), 1):
            progress.at(done)


def stop() -> None:
    """End the other processes, whatever they do."""
    _others().shutdown(kill_workers=True)


def _others() -> ProcessPoolExecutor:
    # They leave it to whoever started them to say that it was interrupted.
    quiet = (signal.SIGINT, signal.SIG_IGN)
    return get_reusable_executor(cores(), timeout=IDLE_S, initializer=signal.signal, initargs=quiet)
