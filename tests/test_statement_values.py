"""The numbers of a statement: which seeds tell, which count, how kinds and spreads are tested."""

from dataclasses import replace

import numpy as np
import pytest

from harness.claim import Statement, Term
from tests.claim_runs import HIGH, LOW, claim, more, term, verdict


def test_two_humps_are_no_certain_difference_of_spread() -> None:
    """Five good runs and five bad ones are one event, not ten distances that are all larger."""
    noise = [0.0004 * place for place in range(10)]
    humps = [0.95 - 0.5 * (place % 2) + noise[place] for place in range(10)]
    tame = [0.95 + 0.9 * each for each in noise[::-1]]
    (result,) = verdict(claim(more(of="spread")), {"a": humps, "b": tame}).results
    assert result.judged.p_for >= 2 / 2**10
    rng, false, times = np.random.default_rng(3), 0, 400
    for _ in range(times):
        drawn = {side: 0.95 - 0.5 * (rng.random(6) < 0.3) for side in "ab"}
        values = {side: (found + rng.normal(0, 0.003, 6)).tolist() for side, found in drawn.items()}
        (result,) = verdict(claim(more(of="spread")), values).results
        false += result.judged.p_for <= 4 / 2**6
    assert false / times < 1.5 * 4 / 2**6


def test_two_trainings_that_never_get_there_are_not_alike() -> None:
    alike = more(bound=2.0, shows="within")
    alike = replace(alike, terms=tuple(replace(e, metric="epochs_to@0.9") for e in alike.terms))
    slow, fast = (0.5, 0.51, 0.52, 0.53), (0.95, 0.951, 0.952, 0.953)
    (result,) = verdict(claim(alike), {"a": slow, "b": slow[::-1]}).results
    assert (result.shown.values, result.shown.untold, result.judged.p_for) == ((), 4, 1.0)
    (result,) = verdict(claim(alike), {"a": fast, "b": fast[::-1]}).results
    assert (result.shown.values, result.shown.untold) == ((0.0,) * 4, 0)
    slower = replace(alike, shows="above", bound=0.0)
    (result,) = verdict(claim(slower), {"a": slow, "b": fast}).results
    assert (result.shown.values, result.shown.untold) == ((1.0,) * 4, 0)
    twice = replace(slower, terms=(slower.terms[0], replace(slower.terms[1], weight=-3.0)))
    (result,) = verdict(claim(twice), {"a": slow, "b": fast}).results
    assert result.shown.untold == 4  # 2 epochs or more beside 1: three times or not


def test_what_suggested_a_wording_does_not_judge_it() -> None:
    anew = claim(more(known=3), revised="when three seeds were known")
    found = verdict(anew, {"a": HIGH, "b": LOW})
    (result,) = found.results
    assert (found.word, len(result.shown.values), result.judged.seeds) == ("undecided", 4, 1)
    assert (found.seeds_needed or 0) >= 3 + 3
    assert verdict(anew, {"a": HIGH * 2, "b": LOW * 2}).word == "supported"


def test_known_seeds_tell_nothing_once_others_do() -> None:
    """On which side it lies, what is foretold, and the mark go by the seeds that count."""
    level = Statement(says="high", terms=(term("a"),), bound=0.965, known=6)
    later = [0.99, 0.991, 0.992, 0.989, 0.99, 0.991], [0.95, 0.951, 0.949, 0.95]
    (result,) = verdict(claim(level), {"a": [*later[0], *later[1]]}).results
    assert result.leans_against
    assert (result.seeds_needed(among=1) or 0) <= 6 + 4
    stuck = Statement(says="stuck", terms=(term("a", metric="below@0.9"),), shows="seen", known=6)
    found = verdict(claim(stuck), {"a": [0.1, *[0.97] * 5]})
    assert (found.word, found.seeds_needed) == ("undecided", 6 + 17)
    found = verdict(claim(stuck), {"a": [0.1, *[0.97] * 22]})
    assert found.word == "contradicted"
    assert found.results[0].is_unseen
    assert verdict(claim(stuck), {"a": [0.97] * 6 + [0.1]}).word == "supported"


def test_likeness_is_not_shown_by_those_alone_that_get_there() -> None:
    alike = more(bound=2.0, shows="within")
    alike = replace(alike, terms=tuple(replace(e, metric="epochs_to@0.9") for e in alike.terms))
    there, never = [0.95, 0.951, 0.952, 0.953], [0.5] * 4
    values = {"a": there + never, "b": [*there[::-1], *never]}
    (result,) = verdict(claim(alike), values).results
    assert (result.shown.seeds, result.shown.untold, result.judged.p_for) == (4, 4, 1.0)


def test_what_does_not_tell_costs_seeds_and_has_no_ratio() -> None:
    slower = replace(
        more(), terms=(term("a", 1.0, "epochs_to@0.9"), term("b", -1.5, "epochs_to@0.9"))
    )
    fast, slow = [0.95, 0.96, 0.955], [0.5, 0.51, 0.52]
    (result,) = verdict(claim(slower), {"a": fast, "b": fast[::-1]}).results
    assert result.ratio == pytest.approx(1.0)
    (result,) = verdict(claim(slower), {"a": fast + slow, "b": fast + slow}).results
    assert result.shown.untold == 3
    assert result.ratio == pytest.approx(1.0)
    (alone,) = verdict(claim(more()), {"a": [0.91, 0.92, 0.915], "b": [0.9] * 3}).results
    half = replace(
        alone, judged=replace(alone.judged, untold=3), shown=replace(alone.shown, untold=3)
    )
    assert half.seeds_needed(among=1) == 2 * (alone.seeds_needed(among=1) or 0)


def test_seeds_are_those_of_the_reading_that_has_most() -> None:
    one, two = more(reading="one"), more(reading="two", terms=(term("c"), term("d", -1.0)))
    values = {"a": HIGH, "b": LOW[::-1], "c": HIGH[:1], "d": LOW[:1]}
    assert verdict(claim(one, two), values).seeds == 4


def test_two_kinds_are_foretold_no_sooner_than_shuffles_can_tell() -> None:
    split = Statement(says="", terms=(term("a"),), split="below@0.9")
    (found,) = verdict(claim(split), {"a": [0.2, 0.21, 0.97, 0.98]}).results
    assert found.seeds_needed(among=1) == 8  # 70 choices of four in eight, 35 of three in seven
    (one,) = verdict(claim(split), {"a": [0.2, *[0.97, 0.98, 0.96] * 2]}).results
    assert (one.shown.seeds, len(one.shown.values)) == (7, 1)


def test_few_seeds_say_nothing_of_how_runs_vary() -> None:
    """Of two, both distances from the median are one number, and t would be sure of anything."""
    statement = replace(more(), terms=(term("a"),), of="spread", bound=0.01)
    wide = [0.9 + 0.05 * (-1) ** place * (1 + place / 50) for place in range(6)]
    assert verdict(claim(statement), {"a": wide[:4]}).word == "undecided"
    assert verdict(claim(statement), {"a": wide}).word == "supported"


def test_spread_is_told_apart_from_the_mean() -> None:
    wild = (0.5, 0.9, 0.2, 0.99, 0.4, 0.95, 0.3, 0.92)
    tame = (0.97, 0.971, 0.969, 0.972, 0.97, 0.968, 0.971, 0.969)
    assert verdict(claim(more(of="spread")), {"a": wild, "b": tame}).word == "supported"
    assert verdict(claim(more(of="spread")), {"a": tame, "b": wild}).word == "contradicted"


def test_kinds_of_runs_are_compared_by_shuffles() -> None:
    """Three bad runs of seven below all good ones: one choice of three in 35."""
    split = Statement(says="", terms=(term("a"),), split="below@0.9")
    values = [0.2, 0.3, 0.25, 0.97, 0.98, 0.96, 0.97, 0.1, 0.15, 0.99]
    found = verdict(claim(split), {"a": values[:7]})
    assert found.results[0].judged.p_against == pytest.approx(1 / 35)
    assert found.word == "undecided"
    assert verdict(claim(split), {"a": values}).word == "contradicted"
    assert verdict(claim(split), {"a": [0.97, 0.98, 0.96]}).word == "undecided"


def test_kinds_of_runs_are_those_of_one_cell() -> None:
    """Bad runs have the larger number in each cell, good ones that of the other cell's level."""
    split = Statement(says="", terms=(Term(metric="test_accuracy", at=("e/a", "e/b")),))
    split = replace(split, split="below@0.5")
    values = {"a": [0.40, 0.41, 0.42, 0.51, 0.52, 0.53], "b": [0.9, 0.91, 0.92, 0.93, 0.94, 0.95]}
    (found,) = verdict(claim(split), values).results
    assert found.estimate
    assert found.estimate.mean == pytest.approx(-0.11)
    assert verdict(claim(split), {"b": values["b"]}).results[0].shown.values == ()
