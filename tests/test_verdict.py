"""Verdicts on claims over made-up runs whose answer is known, and how often they are wrong."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from harness.claim import Claim, Claims, Fact, Reported, Statement, Term
from harness.repeated import repeat
from harness.statement_tests import unseen_rate
from harness.term_values import by_seed, cells_of
from harness.verdict import judge
from tests.claim_runs import HIGH, LOW, claim, more, runs, term, verdict
from tests.records import make_epoch


def test_both_sides_and_neither() -> None:
    assert verdict(claim(more()), {"a": HIGH, "b": LOW}).word == "supported"
    assert verdict(claim(more()), {"a": LOW, "b": HIGH}).word == "contradicted"
    assert verdict(claim(more()), {"a": HIGH, "b": HIGH[::-1]}).word == "undecided"


def test_a_number_may_be_anything_that_rounds_to_it() -> None:
    reported = Reported(id="D2-N01", place="6", text="a", value=0.98, term=term("a"))
    cells = cells_of(runs({"a": (0.9752, 0.9753, 0.9751)}))
    assert repeat(reported, cells)[0].is_alike is True
    assert repeat(replace(reported, value=0.9800001), cells)[0].is_alike is False
    assert repeat(replace(reported, decimals=4), cells)[0].is_alike is False  # 0.9800


def test_a_number_that_an_interval_allows_may_lie_where_no_run_was() -> None:
    reported = Reported(id="D2-N01", place="6", text="a", value=0.99, term=term("a"))
    (found,) = repeat(reported, cells_of(runs({"a": (0.6, 0.87, 0.84)})))
    assert (found.is_alike, found.is_within_seen) == (True, False)
    (found,) = repeat(replace(reported, value=0.87), cells_of(runs({"a": (0.6, 0.87, 0.84)})))
    assert (found.is_alike, found.is_within_seen) == (True, True)


def test_a_number_stands_beside_every_reading() -> None:
    reported = Reported(
        id="D2-N01", place="6", text="a", value=0.95, term=term("a"), readings=(term("b"),)
    )
    first, other = repeat(reported, cells_of(runs({"a": HIGH, "b": LOW})))
    assert (first.reading, other.reading) == ("", "e/b")
    assert (first.is_alike, other.is_alike) == (False, True)


def test_one_reading_shows_a_claim_and_all_together_refute_it() -> None:
    def found(first: Sequence[float], second: Sequence[float]) -> str:
        statements = (
            more(reading="one"),
            more(terms=(term("c"), term("b", -1.0)), reading="other"),
        )
        return verdict(claim(*statements), {"a": first, "b": LOW, "c": second}).word

    lowest = [value - 0.03 for value in LOW]
    assert found(HIGH, lowest) == found(lowest, HIGH) == "supported"
    assert found(lowest, lowest[::-1]) == "contradicted"
    assert found(lowest, LOW[::-1]) == "undecided"


def test_two_seeds_that_agree_decide_nothing() -> None:
    high, low = (0.97, 0.9701, 0.9702), (0.5, 0.5001, 0.5002)
    assert verdict(claim(more()), {"a": high[:2], "b": low[:2]}).word == "undecided"
    assert verdict(claim(more()), {"a": high, "b": low}).word == "supported"


def test_readings_and_statements_cost_seeds() -> None:
    """A forecast that is met is a verdict: it counts each try that the verdict is corrected for."""
    near = [0.0031, 0.0028, 0.003, 0.0029]
    values = {"a": [0.9 + each for each in near], "b": [0.9] * 4}
    alone = verdict(claim(more(bound=0.0026)), values).seeds_needed
    three = tuple(more(bound=0.0026, reading=name) for name in ("x", "y", "z"))
    assert alone is not None
    assert (verdict(claim(*three), values).seeds_needed or 0) > alone


def test_seeds_that_would_do() -> None:
    apart = [0.003, -0.001, 0.002, 0.004]
    found = verdict(claim(more()), {"a": [0.9 + each for each in apart], "b": [0.9] * 4})
    assert found.word == "undecided"
    assert 5 <= (found.seeds_needed or 0) < 40
    # A share of runs is counted: without a bad one among 14 runs at most one in five is bad.
    never_bad = Statement(
        says="seldom bad", terms=(term("a", metric="below@0.5"),), shows="below", bound=0.2
    )
    found = verdict(claim(never_bad), {"a": (0.97, 0.96, 0.98)})
    assert found.seeds_needed == 17  # 0.8 ** 17 < 0.025 < 0.8 ** 16
    # One statement that is refuted refutes all; the other one would need far more seeds.
    both = claim(more(), more(bound=0.1))
    found = verdict(both, {"a": [0.9 + each for each in apart], "b": [0.9] * 4})
    assert (found.seeds_needed or 0) <= 4


def test_pairs_are_of_one_seed() -> None:
    """A difference far smaller than the spread over seeds, the same in each."""
    b = (0.90, 0.95, 0.80, 0.97)
    a = [value + 0.004 + 0.0005 * place for place, value in enumerate(b)]
    assert verdict(claim(more()), {"a": a, "b": b}).word == "supported"
    assert verdict(claim(more()), {"a": a[::-1], "b": b}).word == "undecided"


def test_alike_needs_the_margin() -> None:
    close = [value + 0.0004 for value in LOW[:2]] + [value - 0.0004 for value in LOW[2:]]
    alike = more(bound=0.005, shows="within")
    assert verdict(claim(alike), {"a": close, "b": LOW}).word == "supported"
    assert verdict(claim(alike), {"a": HIGH, "b": LOW}).word == "contradicted"
    assert verdict(claim(more(bound=1e-5, shows="within")), {"a": close, "b": LOW}).word == (
        "undecided"
    )


def test_seen_is_shown_by_one_run_and_refuted_by_many() -> None:
    stuck = Statement(says="gets stuck", terms=(term("a", metric="below@0.9"),), shows="seen")
    assert verdict(claim(stuck), {"a": [0.97, 0.3]}).word == "supported"
    assert verdict(claim(stuck), {"a": [0.97] * 6}).word == "undecided"
    assert verdict(claim(stuck), {"a": [0.97] * 6}).seeds_needed == 17
    assert verdict(claim(stuck), {"a": [0.97] * 17}).word == "contradicted"


def test_shares_of_runs_are_tested_by_the_binomial() -> None:
    often = Statement(says="mostly stuck", terms=(term("a", metric="below@0.9"),), bound=0.5)
    found = verdict(claim(often), {"a": [0.3] * 8})
    assert found.results[0].judged.p_for == pytest.approx(1 / 2**8)
    rarely = replace(often, shows="below", bound=0.2)
    found = verdict(claim(rarely), {"a": [0.97] * 6})
    assert found.results[0].judged.p_for == pytest.approx(0.8**6)


def test_differences_of_outcomes_are_tested_by_their_signs() -> None:
    more_often = replace(more(), terms=(term("a", 1.0, "below@0.9"), term("b", -1.0, "below@0.9")))
    found = verdict(claim(more_often), {"a": [0.3] * 5, "b": [0.97] * 5})
    assert found.results[0].judged.p_for == pytest.approx(1 / 2**5)


def test_a_share_of_pairs_lies_within_a_limit() -> None:
    """One far outlier of many leaves most pairs alike; the mean would not be."""
    mostly = more(limit=0.05, bound=0.5)
    values = {"a": [0.97] * 9 + [0.1], "b": [0.96] * 10}
    found = verdict(claim(mostly), values)
    assert found.results[0].shown.values == (1.0,) * 9 + (0.0,)
    assert found.results[0].judged.p_for == pytest.approx(
        stats.binomtest(9, 10, alternative="greater").pvalue
    )
    assert found.word == "supported"
    assert (
        verdict(claim(mostly), {"a": [0.1] * 9 + [0.97], "b": [0.96] * 10}).word == "contradicted"
    )
    found = verdict(claim(mostly), {"a": [0.97] * 3, "b": [0.96] * 3})
    assert (found.word, found.seeds_needed) == ("undecided", 6)


def test_a_supported_claim_names_the_reading_that_shows_it() -> None:
    statements = (more(reading="one"), more(terms=(term("b"), term("a", -1.0)), reading="other"))
    assert verdict(claim(*statements), {"a": HIGH, "b": LOW}).shown_in == "one"
    assert verdict(claim(*statements), {"a": LOW, "b": HIGH}).shown_in == "other"
    assert verdict(claim(*statements), {"a": HIGH[:1], "b": LOW[:1]}).shown_in == ""
    assert verdict(claim(more()), {"a": HIGH, "b": LOW}).shown_in == ""


def test_what_was_not_seen_yet_may_be_at_any_time() -> None:
    stuck = Statement(says="gets stuck", terms=(term("a", metric="below@0.9"),), shows="seen")
    well = Statement(says="does well", terms=(term("a"),), shows="seen", bound=0.95)
    assert verdict(claim(stuck, well), {"a": (0.97, 0.98)}).awaits_sight
    assert not verdict(claim(stuck, well), {"a": (0.97, 0.3)}).awaits_sight
    lower = replace(more(), terms=(term("b"), term("a", -1.0)))
    assert not verdict(claim(stuck, lower), {"a": (0.97, 0.98), "b": (0.9, 0.97)}).awaits_sight


def test_one_of_several_cells_is_chosen_without_a_look_at_the_number() -> None:
    """By held-out images `a` is taken twice and `b` once, although `b` is always the better."""
    chosen = replace(term("a"), at=("e/a", "e/b"), chosen_by="validation_accuracy")
    held_out = {"a": (0.9, 0.9, 0.7), "b": (0.8, 0.8, 0.8, 0.9)}
    records = [
        replace(record, epochs=(replace(make_epoch(None), validation_accuracy=mark),))
        for record in runs({"a": (0.8, 0.81, 0.82), "b": (0.9, 0.91, 0.92, 0.93)})
        for mark in [held_out[record.variant][record.seed]]
    ]
    assert by_seed(chosen, cells_of(records)) == {0: 0.8, 1: 0.81, 2: 0.92}


def test_several_cells_are_taken_together_seed_by_seed() -> None:
    best = replace(term("a"), at=("e/a", "e/b"), over="best")
    found = verdict(
        claim(Statement(says="", terms=(best,), bound=0.9)), {"a": [0.5, 0.99], "b": [0.95, 0.2]}
    )
    estimate = found.results[0].estimate
    assert estimate
    assert estimate.mean == pytest.approx(0.97)
    spread = replace(best, over="range")
    found = verdict(claim(Statement(says="", terms=(spread,))), {"a": [0.5], "b": [0.95]})
    assert found.results[0].estimate
    assert found.results[0].estimate.mean == pytest.approx(0.45)


def test_all_are_shown_by_the_weakest_and_refuted_by_one() -> None:
    values = {"a": HIGH, "b": LOW, "c": HIGH[::-1]}
    second = Statement(says="a above c", terms=(term("a"), term("c", -1.0)))
    refuted = Statement(says="b above a", terms=(term("b"), term("a", -1.0)))
    assert verdict(claim(more(), second), values).word == "undecided"
    assert verdict(claim(more(), refuted), values).word == "contradicted"
    assert verdict(claim(more(), second, needs="any"), values).word == "supported"
    assert verdict(claim(refuted, needs="any"), values).word == "contradicted"


def test_facts_decide_alone_or_beside_statements() -> None:
    yes, no = Fact(says="yes", holds=True), Fact(says="no", holds=False)
    assert verdict(claim(facts=(yes,)), {}).word == "supported"
    assert verdict(claim(facts=(yes, no)), {}).word == "contradicted"
    assert verdict(claim(facts=(yes, no), needs="any"), {}).word == "supported"
    assert verdict(claim(more(), facts=(no,)), {"a": HIGH, "b": LOW}).word == "contradicted"
    assert verdict(claim(more(), facts=(yes,)), {"a": HIGH, "b": LOW}).word == "supported"
    assert verdict(claim(more(), facts=(yes,)), {}).word == "undecided"


def test_not_testable_stays_so() -> None:
    assert verdict(claim(reason="history"), {}).word == "not testable"


def test_missing_cells_and_runs_that_raised_count_for_nothing() -> None:
    found = verdict(claim(more()), {"a": HIGH})
    assert (found.word, found.missing, found.seeds) == ("undecided", ("e/b",), 0)
    raised = [replace(record, outcome="error") for record in runs({"a": HIGH, "b": LOW})]
    assert judge(Claims(claims=(claim(more()),)), raised)[0].missing == ("e/a", "e/b")


def test_what_is_the_same_in_every_run_is_certain_with_one() -> None:
    larger = Statement(
        says="", terms=(term("a", metric="parameters"), term("b", -1.0, "parameters")), bound=-1
    )
    assert verdict(claim(larger), {"a": [0.9], "b": [0.9]}).word == "supported"
    assert verdict(claim(replace(larger, bound=1)), {"a": [0.9], "b": [0.9]}).word == "contradicted"


def test_correction_is_over_the_claims_of_one_paper() -> None:
    narrow = {"a": [0.9615, 0.9625, 0.962, 0.963], "b": [0.96] * 4}
    one = claim(more())
    assert verdict(one, narrow).word == "supported"
    empty = [claim(more(), id=f"D1-C{n:02}") for n in range(2, 12)]
    many = judge(Claims(claims=(one, *(_of(c, "z") for c in empty))), runs(narrow))
    assert many[0].word == "undecided"
    others = [replace(each, id=each.id.replace("D1", "D2")) for each in empty]
    apart = judge(Claims(claims=(one, *(_of(c, "z") for c in others))), runs(narrow))
    assert apart[0].word == "supported"


def _of(found: Claim, variant: str) -> Claim:
    """The claim about a cell that has no runs."""
    return replace(found, statements=(Statement(says="", terms=(term(variant),)),))


def test_false_verdicts_among_many_claims_keep_their_rate() -> None:
    """Twenty claims of differences that are not there, judged together 300 times."""
    rng = np.random.default_rng(11)
    claims = Claims(
        claims=tuple(
            claim(Statement(says="", terms=(term(f"a{n}"), term(f"b{n}", -1.0))), id=f"D1-C{n:02}")
            for n in range(20)
        )
    )
    false = 0
    for _ in range(300):
        values = {
            f"{side}{n}": rng.normal(0.95, 0.01, 5).tolist() for n in range(20) for side in "ab"
        }
        words = {found.word for found in judge(claims, runs(values))}
        false += words != {"undecided"}
    assert false / 300 < 0.08


def test_a_reported_number_may_be_one_more_run_or_not() -> None:
    reported = Reported(id="D2-N01", place="6", text="a", value=0.972, term=term("a"))
    cells = cells_of(runs({"a": HIGH}))
    (found,) = repeat(reported, cells)
    assert found.is_alike is True
    assert repeat(replace(reported, value=0.90), cells)[0].is_alike is False
    assert repeat(reported, cells_of(runs({"a": HIGH[:1]})))[0].is_alike is None
    assert repeat(replace(reported, term=None, reason="blank"), cells)[0].estimate is None
    sample = np.array(HIGH)
    half = stats.t.ppf(0.975, 3) * sample.std(ddof=1) * np.sqrt(1 + 1 / 4)
    assert found.low == pytest.approx(sample.mean() - half)


def test_a_kind_of_run_that_few_seeds_miss() -> None:
    rate = unseen_rate(6, chance=0.05)
    assert (1 - rate) ** 6 == pytest.approx(0.05)


def test_a_ratio_is_that_of_the_means_of_shared_seeds() -> None:
    half = replace(more(), terms=(term("a"), term("b", -0.5)))
    (found,) = verdict(claim(half), {"a": (0.2, 0.4), "b": (0.5, 0.5, 0.9)}).results
    assert found.ratio == pytest.approx(0.6)
    (other,) = verdict(claim(more()), {"a": HIGH, "b": LOW}).results
    assert other.ratio is None


def test_what_is_the_same_in_every_run_needs_no_second_one() -> None:
    cells = cells_of(runs({"a": (0.9,)}))
    size = Term(metric="parameters", at=("e/a",))
    right = Reported(id="D2-N01", place="6", text="a", value=44_426.0, term=size)
    assert repeat(right, cells)[0].is_alike is True
    assert repeat(replace(right, value=44_427.0), cells)[0].is_alike is False


def test_the_soonest_reading_that_shows_a_claim_tells_how_many_seeds_would_do() -> None:
    def needed(**values: Sequence[float]) -> int | None:
        one, two = more(reading="one"), more(reading="two", terms=(term("c"), term("d", -1.0)))
        found = verdict(claim(one, two), values)
        assert found.word == "undecided"
        return found.seeds_needed

    close, clear, turned = (0.97, 0.95, 0.975, 0.96), (0.98, 0.95, 0.99, 0.955), (0.94, 0.96, 0.95)
    low = (0.955, 0.96, 0.96, 0.95)
    alone = needed(a=clear, b=low)
    assert alone is not None
    assert needed(a=clear, b=low, c=close, d=low) == alone  # not that of the other, which is later
    against = needed(a=low, b=clear)
    assert against is None  # of the other reading there is nothing yet, and it takes both
    both = needed(a=low, b=clear, c=turned, d=(0.95, 0.965, 0.97))
    assert both is not None


def test_signs_need_as_many_seeds_as_they_can_tell_anything_with() -> None:
    often = replace(more(), terms=(term("a", 1.0, "below@0.9"), term("b", -1.0, "below@0.9")))
    (found,) = verdict(claim(often), {"a": [0.3] * 4, "b": [0.97] * 4}).results
    assert found.seeds_needed(among=1) == 6  # 2^-6 is the first below 0.025
