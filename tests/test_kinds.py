"""Two kinds of runs, over cells and seeds, beside every shuffle of made-up runs."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.kinds import Kinds, least_shuffled


def made(numbers: object, kinds: object) -> Kinds:
    return Kinds(numbers=np.array(numbers, float), kinds=np.array(kinds, float))


def test_a_cell_has_its_own_level() -> None:
    """Far apart from cell to cell, yet 2 lower where the kind is 1."""
    found = made([[8, 100], [10, 98], [8, 98]], [[1, 0], [0, 1], [1, 1]])
    assert found.difference() == pytest.approx(-2.0)
    assert found.by_seed() == pytest.approx([-2.0] * 3)


def test_cells_of_one_kind_tell_nothing() -> None:
    assert made([[1, 5], [2, 9]], [[1, 0], [1, 0]]).difference() is None
    assert made([[1], [2]], [[1], [1]]).p_values(0.0) == (1.0, 1.0)
    assert made([[1], [2]], [[1], [1]]).by_seed() == ()


def test_the_numbers_by_seed_have_the_difference_as_their_mean() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        found = made(rng.normal(0, 1, (6, 7)), rng.random((6, 7)) < 0.6)
        assert np.mean(found.by_seed()) == pytest.approx(found.difference())


def test_what_hangs_on_one_seed_has_no_spread() -> None:
    found = made([[1], [5], [6]], [[1], [0], [0]])
    assert found.by_seed() == pytest.approx([-4.5])


@given(
    st.integers(3, 5).flatmap(
        lambda seeds: st.lists(
            st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.booleans(), st.booleans()),
            min_size=seeds,
            max_size=seeds,
        )
    ),
    st.sampled_from([0.0, -2.5, 4.0]),
)
def test_p_counts_the_shuffles_that_are_as_extreme(
    rows: list[tuple[int, int, bool, bool]], bound: float
) -> None:
    table = np.array(rows, float)
    numbers, kinds = table[:, :2], table[:, 2:]
    found = made(numbers, kinds)
    moved, off = numbers - bound * kinds, kinds - kinds.mean(axis=0)
    sums = [float((moved * off[list(order)]).sum()) for order in permutations(range(len(rows)))]
    here = float((moved * off).sum())
    above, below = found.p_values(bound)
    assert above == pytest.approx(np.mean([each >= here - 1e-9 for each in sums]))
    assert below == pytest.approx(np.mean([each <= here + 1e-9 for each in sums]))


def test_false_calls_keep_their_rate_with_few_good_runs() -> None:
    """Seven cells, bad runs in most, numbers of a seed alike over cells: the kind tells nothing."""
    rng, times = np.random.default_rng(5), 400
    calls = {0.05: 0, 0.01: 0}
    for _ in range(times):
        numbers = rng.normal(0, 1, (6, 1)) + rng.normal(0, 0.5, (6, 7))
        kinds = (rng.random((6, 7)) < 0.8).astype(float)
        p, _ = made(numbers, kinds).p_values(0.0)
        calls = {level: count + (p <= level) for level, count in calls.items()}
    assert calls[0.05] / times < 0.09
    assert calls[0.01] / times < 0.03


def test_many_seeds_are_shuffled_at_random() -> None:
    rng = np.random.default_rng(1)
    kinds = (np.arange(12) % 2)[:, None]
    found = made(rng.normal(0, 0.1, (12, 1)) + kinds, kinds)
    above, below = found.p_values(0.0)
    assert above < 0.005
    assert below > 0.99


def test_the_fewest_seeds_that_can_tell() -> None:
    assert least_shuffled(1 / 720, cells=7) == 6
    assert least_shuffled(1 / 721, cells=7) == 7
    assert least_shuffled(1 / 20, cells=1) == 6
