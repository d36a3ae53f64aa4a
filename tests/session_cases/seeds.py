"""Cases that differ in their seed alone."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("seed", range(6))
def test_case(train: Callable[..., float], seed: int) -> None:
    assert train((85 + seed) / 100, lower=0.87) >= 0.87
