"""Work done by other processes: results come back, losses are told, waiting says how far it is."""

import io
import operator
import os
from concurrent.futures.process import BrokenProcessPool

import pytest

from harness.processes import start, wait
from harness.work_progress import WorkProgress, pictures_drawn


def test_work_is_done_elsewhere_and_its_result_comes_back() -> None:
    assert start(os.getpid).result() != os.getpid()
    assert start(operator.add, 1, 2).result() == 3


def test_what_work_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        start(operator.truediv, 1, 0).result()


def test_a_process_that_is_lost_is_told_and_replaced() -> None:
    with pytest.raises(BrokenProcessPool):
        start(os._exit, 9).result()
    assert start(operator.add, 1, 2).result() == 3


def test_waiting_says_how_much_is_done() -> None:
    said, now = io.StringIO(), [0.0]

    def clock() -> float:
        now[0] += 10.0
        return now[0]

    started = [start(operator.add, number, 1) for number in range(3)]
    progress = WorkProgress(total=3, show=pictures_drawn(3), stream=said, clock=clock)
    wait(started, progress)
    assert said.getvalue().splitlines()[0] == "drew 1 of 3 pictures, 0:20 left"
