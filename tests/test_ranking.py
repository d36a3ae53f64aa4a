"""Rankings by hand-made accuracies: ranks, ties, cliques, and what too few seeds cannot say."""

import io
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from scipy import stats

from harness.compare import Comparison, compare
from harness.inference import holm
from harness.plot_ranking import MOST_SHOWN, clip, ranking_figure, stack
from harness.ranking import Ranking, rank, sentence
from tests.records import make_record


def comparison_of(accuracies: Mapping[str, Sequence[float | None]]) -> Comparison:
    """Variant -> accuracy by seed; `None` for a seed that it lacks."""
    (comparison,) = compare(
        make_record(variant=variant, baseline="a", seed=seed, accuracies=(accuracy,))
        for variant, found in accuracies.items()
        for seed, accuracy in enumerate(found)
        if accuracy is not None
    )
    return comparison


def ranking_of(accuracies: Mapping[str, Sequence[float | None]]) -> Ranking:
    ranking = rank(comparison_of(accuracies))
    assert ranking is not None
    return ranking


def levels(*means: float, seeds: int = 6, noise: float = 0.001) -> dict[str, list[float | None]]:
    """Variants `a`, `b`, ... around these means."""
    generator = np.random.default_rng(5)
    return {
        chr(ord("a") + place): [mean + noise * float(generator.normal()) for _ in range(seeds)]
        for place, mean in enumerate(means)
    }


def drawn(ranking: Ranking) -> Figure:
    """The figure, rendered, which is where matplotlib warns or fails."""
    figure = ranking_figure(ranking)
    figure.savefig(io.BytesIO(), dpi=40)
    return figure


def texts(figure: Figure) -> str:
    return "\n".join(found.get_text() for found in figure.findobj(Text) if isinstance(found, Text))


def cliques(figure: Figure) -> int:
    return sum(line.get_gid() == "clique" for line in figure.axes[0].get_lines())


def test_ranks_are_means_over_seeds_and_ties_share_them() -> None:
    ranking = ranking_of({"a": [0.9, 0.9, 0.7], "b": [0.8, 0.9, 0.8], "c": [0.7, 0.5, 0.6]})
    found = {each.name: each.rank for each in ranking.ranked}
    assert found == pytest.approx({"a": 4.5 / 3, "b": 4.5 / 3, "c": 3.0})
    assert [each.name for each in ranking.ranked] == ["a", "b", "c"]
    assert sum(found.values()) == pytest.approx(1 + 2 + 3)


def test_friedman_and_pairs_are_those_of_scipy() -> None:
    accuracies = levels(0.95, 0.949, 0.9)
    ranking = ranking_of(accuracies)
    rows = [np.array(found, dtype=float) for found in accuracies.values()]
    assert ranking.friedman_p == pytest.approx(stats.friedmanchisquare(*rows).pvalue)
    paired = [float(stats.ttest_rel(rows[i], rows[j]).pvalue) for i, j in ((0, 1), (0, 2), (1, 2))]
    found = {frozenset((p.first, p.second)): p.p for p in ranking.pairs}
    names = [each.name for each in ranking.ranked]
    places = [frozenset((names.index(i), names.index(j))) for i, j in ("ab", "ac", "bc")]
    assert [found[place] for place in places] == pytest.approx(holm(paired))


def test_neighbours_that_differ_by_noise_share_a_bar_and_others_do_not() -> None:
    ranking = ranking_of(levels(0.95, 0.9501, 0.90, 0.9001))
    assert ranking.cliques == (range(2), range(2, 4))
    assert "told apart from 2 of 3 others" in sentence(ranking)
    assert cliques(drawn(ranking)) == 2


def test_a_pair_that_no_bar_can_join_is_named() -> None:
    """`c` varies so much that nothing tells it from `a`; `b`, between them, is told from `a`."""
    accuracies = levels(0.95, 0.94)
    accuracies["c"] = [0.951, 0.2, 0.1, 0.9, 0.9, 0.935]
    ranking = ranking_of(accuracies)
    assert [each.name for each in ranking.ranked] == ["a", "b", "c"]
    assert ranking.cliques == (range(1, 3),)
    assert [(each.first, each.second) for each in ranking.unjoined] == [(0, 2)]
    assert "a and c" in texts(drawn(ranking))


def test_identical_variants_are_not_told_apart() -> None:
    ranking = ranking_of({name: [0.9, 0.91, 0.92, 0.93, 0.94] for name in "abc"})
    assert {each.rank for each in ranking.ranked} == {2.0}
    assert ranking.friedman_p == 1.0
    assert ranking.cliques == (range(3),)
    drawn(ranking)


@pytest.mark.parametrize("seeds", [1, 4])
def test_too_few_seeds_tell_nothing_apart_and_the_figure_says_so(seeds: int) -> None:
    ranking = ranking_of(levels(0.99, 0.5, 0.1, seeds=seeds, noise=0.0001))
    assert ranking.test is None
    assert not any(pair.is_apart for pair in ranking.pairs)
    assert "cannot tell these 3 variants apart: 5 are the least" in texts(drawn(ranking))
    assert cliques(drawn(ranking)) == 1


def test_with_enough_seeds_the_test_that_assumes_least_is_taken() -> None:
    assert ranking_of(levels(0.95, 0.9, seeds=6)).test == "sign-flip"
    few = ranking_of(levels(0.95, 0.9, 0.8, seeds=6))
    assert (few.test, few.sign_flip_seeds) == ("t", 7)
    assert "needs 7 seeds" in texts(drawn(few))
    assert ranking_of(levels(0.95, 0.9, 0.8, seeds=7)).test == "sign-flip"


def test_a_variant_that_lacks_seeds_is_named_and_costs_the_others_none() -> None:
    accuracies = levels(0.95, 0.94, 0.93)
    accuracies["late"] = [None, None, 0.99, None, None, None]
    ranking = ranking_of(accuracies)
    assert ranking.seeds == (0, 1, 2, 3, 4, 5)
    assert ranking.lacking == {"late": (2,)}
    assert "late (has only 2)" in texts(drawn(ranking))


def test_seeds_that_most_variants_lack_are_left_out_and_named() -> None:
    accuracies = levels(0.95, 0.94, 0.93, seeds=5)
    accuracies["a"] = [*accuracies["a"], 0.95]
    ranking = ranking_of(accuracies)
    assert (ranking.seeds, ranking.unused) == ((0, 1, 2, 3, 4), (5,))
    assert len(ranking.ranked) == 3


def test_variants_without_a_common_seed_have_no_ranking() -> None:
    assert rank(comparison_of({"a": [0.9, None], "b": [None, 0.9]})) is None
    assert rank(comparison_of({"a": [0.9, 0.9]})) is None


@pytest.mark.parametrize("many", [2, 30, 36])
def test_two_to_thirty_variants_are_drawn_and_of_more_the_best(many: int) -> None:
    means = {
        f"variant-{n}": [0.95 - n / 50 + seed / 9000 for seed in range(6)] for n in range(many)
    }
    figure = drawn(ranking_of(means))
    shown = [name for name in means if f"{name}  " in texts(figure)]
    assert shown == list(means)[:MOST_SHOWN]
    assert (f"the best {MOST_SHOWN} of {many}" in texts(figure)) == (many > MOST_SHOWN)


def test_names_stand_apart() -> None:
    figure = drawn(ranking_of({f"v{n}": [0.9 + seed / 99 for seed in range(6)] for n in range(9)}))
    names = [found for found in figure.axes[0].texts if isinstance(found, Annotation)]
    assert len(names) == 9
    for side in ("right", "left"):
        heights = sorted(found.xy[1] for found in names if found.get_horizontalalignment() == side)
        assert all(after - before > 0.15 for before, after in pairwise(heights))


def test_bars_that_overlap_stand_on_levels_of_their_own() -> None:
    assert stack([range(3), range(2, 5), range(5, 7)]) == [[range(3), range(5, 7)], [range(2, 5)]]
    assert clip([range(3), range(2, 6), range(5, 8)], 5) == [range(3), range(2, 5)]


def test_hostile_names_are_text() -> None:
    name = "$\\frac{$ <script> \n " + "x" * 300
    drawn(ranking_of({"a": [0.9] * 6, name: [0.8] * 6}))
