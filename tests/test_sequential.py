"""Looks at a gate: when, at what level, and that looking often calls no more false alarms."""

from pathlib import Path

import numpy as np
import pytest

from harness.judge import LEVEL, judge
from harness.pairing import Pairs
from harness.sequential import (
    LOOKS,
    Looks,
    judge_looks,
    plan_looks,
    read_looks,
    undecided_cells,
    write_looks,
)
from harness.store import StoreError
from tests.test_judge import noisy, pairs


def test_looks_follow_each_round_up_to_the_most() -> None:
    assert plan_looks(first=5, most=20).seeds == (5, 10, 15, 20)
    assert plan_looks(first=6, most=20).seeds == (6, 12, 18, 20)
    assert plan_looks(first=6, most=6).seeds == (6,)
    with pytest.raises(ValueError, match="at least the seeds of the first round, 6; got 5"):
        plan_looks(first=6, most=5)


def test_the_level_is_spent_in_proportion_to_the_seeds() -> None:
    assert Looks(seeds=(6, 12, 20)).shares(0.05) == pytest.approx((0.015, 0.015, 0.02))


def test_one_look_is_the_plain_gate() -> None:
    found = [pairs(noisy(0.004, salt=1), variant="a"), pairs(noisy(0.0, salt=2), variant="b")]
    one, plain = judge_looks(found, Looks(seeds=(12,))), judge(found)
    assert [each.colour for each in one.verdicts] == [each.colour for each in plain.verdicts]
    assert [each.p for each in one.verdicts] == [each.p for each in plain.verdicts]


def test_a_cell_keeps_the_verdict_of_the_look_that_decided_it() -> None:
    clear = pairs([*noisy(0.0, seeds=6), *noisy(0.05, seeds=6)], variant="clear")
    wide = pairs(noisy(0.0, spread=0.02), variant="wide")
    looks = Looks(seeds=(6, 12))
    first = judge_looks([_first([each], 6)[0] for each in (clear, wide)], looks)
    assert [each.colour for each in first.verdicts] == ["green", "undecided"]
    assert undecided_cells(first) == [("x", "wide")]
    both = judge_looks([clear, wide], looks)
    assert [len(each.pairs.rows) for each in both.verdicts] == [6, 12]
    assert both.verdicts[0].colour == "green"
    assert judge([clear, wide]).verdicts[0].colour == "red"


def test_looking_often_keeps_the_error_rate() -> None:
    looks = plan_looks(first=5, most=15)
    often, peeking = [], []
    for gate in range(150):
        found: list[Pairs] = [
            pairs(noisy(0.0, spread=0.05, seeds=15, salt=1000 * gate + cell), variant=str(cell))
            for cell in range(4)
        ]
        often.append(bool(judge_looks(found, looks).of("red")))
        peeking.append(any(judge(_first(found, seeds)).of("red") for seeds in looks.seeds))
    assert np.mean(often) <= LEVEL + 0.036
    assert np.mean(peeking) > np.mean(often)


def _first(found: list[Pairs], seeds: int) -> list[Pairs]:
    return [pairs(each.losses[:seeds], variant=each.variant) for each in found]


def test_looks_stand_in_the_runs_folder(tmp_path: Path) -> None:
    assert read_looks(tmp_path) is None
    write_looks(tmp_path, Looks(seeds=(5, 10)))
    assert read_looks(tmp_path) == Looks(seeds=(5, 10))
    (tmp_path / LOOKS).write_text("{")
    with pytest.raises(StoreError, match=r"looks\.json: expected the looks of a run"):
        read_looks(tmp_path)
