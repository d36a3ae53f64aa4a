"""One case for each way in which a case can end."""

from collections.abc import Callable

import pytest

Train = Callable[..., float]


def test_passes(train: Train) -> None:
    assert train(0.9, lower=0.8) >= 0.8


def test_fails(train: Train) -> None:
    accuracy = train(0.5, lower=0.8)
    assert accuracy >= 0.8, f"accuracy {accuracy} is below\nits threshold"


def test_has_no_threshold(train: Train) -> None:
    assert train(0.7) > 0


def test_raises_after_training(train: Train) -> None:
    train(0.9)
    raise RuntimeError("the disk is full")


def test_raises_before_training(train: Train) -> None:
    raise RuntimeError("no data")


def test_skips(train: Train) -> None:
    pytest.skip("not here")


def test_keeps_no_record() -> None:
    pass
