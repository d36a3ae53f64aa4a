"""Small parts of the Markdown page."""

import pytest

from harness.page import shown_seeds


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        ((), ""),
        ((3,), "3"),
        ((0, 1, 2), "0 to 2"),
        ((0, 1, 2, 9, 11, 12), "0 to 2, 9, 11 to 12"),
        (tuple(range(0, 60, 2)), "0, 2, 4, 6, 8, 10, 12, 14, 16, 18, and more"),
    ],
)
def test_seeds_are_told_by_their_ends(seeds: tuple[int, ...], said: str) -> None:
    assert shown_seeds(seeds) == said
