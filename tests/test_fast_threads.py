"""Threads of the fast engine: what each takes, what they raise, and what PyTorch gets back."""

import threading
from collections.abc import Iterator

import pytest
import torch

from lenet.fast.threads import count, lent, parts, share
from tests.fast_engine import threads


@pytest.fixture(autouse=True)
def torch_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("available", [1, 2, 3, 7])
@pytest.mark.parametrize("blocks", [1, 2, 3, 6, 7, 8, 32, 33])
def test_parts_cover_every_block_once(available: int, blocks: int) -> None:
    with threads(available):
        found = parts(blocks)
    assert [block for part in found for block in range(blocks)[part]] == list(range(blocks))
    sizes = [part.stop - part.start for part in found]
    assert len(sizes) == min(available, blocks)
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) > 0


def test_a_thread_gets_no_less_than_it_is_worth() -> None:
    torch.set_num_threads(4)
    assert [len(parts(blocks)) for blocks in (1, 4, 7, 8, 16, 640)] == [1, 1, 1, 2, 4, 4]


def test_nothing_is_one_empty_part() -> None:
    with threads(2):
        assert parts(0) == [slice(0, 0)]


def test_lent_threads_come_back() -> None:
    torch.set_num_threads(2)
    with lent():
        assert (torch.get_num_threads(), count()) == (1, 2)
        with lent():
            assert (torch.get_num_threads(), count()) == (1, 2)
        assert (torch.get_num_threads(), count()) == (1, 2)
    assert (torch.get_num_threads(), count()) == (2, 2)


def test_lent_threads_come_back_after_an_error() -> None:
    torch.set_num_threads(2)
    with pytest.raises(ZeroDivisionError), lent():
        raise ZeroDivisionError
    assert (torch.get_num_threads(), count()) == (2, 2)
    torch.set_num_threads(1)
    assert count() == 1


def test_work_is_shared_in_order_by_threads_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=60)

    def work(number: int, name: str) -> tuple[int, str, int]:
        together.wait()
        return number, name, threading.get_ident()

    found = share(work, [0, 1, 2], "abc")
    assert [each[:2] for each in found] == [(0, "a"), (1, "b"), (2, "c")]
    assert found[0][2] == threading.get_ident()
    assert len({each[2] for each in found}) == 3


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_error_in_any_thread_comes_out(bad: int) -> None:
    def work(number: int) -> int:
        if number == bad:
            raise ValueError(f"{number} failed")
        return number

    with pytest.raises(ValueError, match=f"^{bad} failed$"):
        share(work, [0, 1, 2])
    assert share(work, [5, 6, 7]) == [5, 6, 7]  # its threads live on


def test_arguments_of_unequal_number_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        share(lambda one, other: None, [1, 2], [1])
