"""Red, green and undecided: what each takes, and what is never called."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from harness.inference import LEAST_T_SEEDS
from harness.judge import LEVEL, choose_test, judge
from harness.metrics import METRICS, metric
from harness.pairing import Pair, Pairs, margin_of
from tests.gate_records import CELLS, colours, held, judged, side
from tests.records import make_record


def pairs(losses: Sequence[float], *, name: str = "test_accuracy", variant: str = "a") -> Pairs:
    made = metric(name)
    rows = tuple(
        Pair(seed=seed, values=(1.0, 1.0), recorded=(1.0, 1.0), loss=loss, censored=(False, False))
        for seed, loss in enumerate(losses)
    )
    return Pairs(
        experiment="x",
        variant=variant,
        metric=made,
        rows=rows,
        margin=margin_of(made),
        resolution=made.resolution,
    )


def noisy(mean: float, *, spread: float = 0.001, seeds: int = 12, salt: int = 0) -> list[float]:
    return [float(loss) for loss in np.random.default_rng(salt).normal(mean, spread, seeds)]


def test_a_run_held_against_itself_is_green_without_a_test() -> None:
    records = side("a", seeds=1)
    result = held(records, records, "test_accuracy,diverged")
    assert result.code == 0
    assert set(colours(result).values()) == {"green"}
    assert judged(result).tests == 0


def test_a_loss_beyond_chance_and_margin_is_red_and_only_its_cell() -> None:
    result = held(side("a"), side("b", shifts={"adam": -0.01}))
    assert result.code == 1
    assert colours(result) == {**dict.fromkeys(CELLS, "green"), "adam": "red"}
    assert result.headline == "a regression in 1 cell"


def test_a_gain_is_green() -> None:
    result = held(side("a"), side("b", shifts={"adam": 0.01}))
    assert set(colours(result).values()) == {"green"}


def test_a_loss_that_differs_but_does_not_matter_is_green() -> None:
    found = judge([pairs(noisy(0.001, spread=0.0002))]).verdicts[0]
    assert found.p < LEVEL
    assert found.loss < found.pairs.margin
    assert found.colour == "green"


def test_a_loss_that_matters_but_may_be_chance_is_undecided_with_the_seeds_it_needs() -> None:
    found = judge([pairs([0.012, -0.01, 0.009, -0.007, 0.013, 0.008])]).verdicts[0]
    assert found.loss > found.pairs.margin
    assert found.p > LEVEL
    assert found.colour == "undecided"
    assert found.seeds is not None
    assert found.seeds > len(found.pairs.rows)


def test_noise_too_wide_to_rule_a_loss_out_is_undecided() -> None:
    found = judge([pairs([0.004, -0.004, 0.003, -0.004, 0.005, -0.003])]).verdicts[0]
    assert found.colour == "undecided"
    assert found.highest_loss > found.pairs.margin


def test_named_number_of_seeds_decides_mostly() -> None:
    open_one = judge([pairs(noisy(0.0, spread=0.004, salt=1))]).verdicts[0]
    assert open_one.colour == "undecided"
    assert open_one.seeds is not None
    calls = [
        judge([pairs(noisy(0.0, spread=0.004, seeds=open_one.seeds, salt=salt))]).verdicts[0].colour
        for salt in range(100)
    ]
    assert calls.count("green") > 60


def test_more_tests_ask_for_more_of_each() -> None:
    loss = pairs(noisy(0.0025, spread=0.003, salt=4))
    crowd = [pairs(noisy(-0.001, salt=salt), variant=str(salt)) for salt in range(60)]
    alone, among = (judge(found).verdicts[0].p for found in ([loss], [loss, *crowd]))
    assert alone < LEVEL < among
    assert judge([loss], others=60).verdicts[0].p == among


def test_least_seeds_of_61_cells() -> None:
    found = [pairs(noisy(0.0, salt=salt), variant=str(salt)) for salt in range(61)]
    assert judge(found).least_sign_flip == 11


def test_what_is_the_same_needs_no_correction() -> None:
    same = [pairs([0.0] * 12, variant=str(count)) for count in range(60)]
    assert judge([pairs(noisy(0.01)), *same]).tests == 1


@pytest.mark.parametrize(
    ("seeds", "tests", "name", "test"),
    [
        (11, 61, "test_accuracy", "sign-flip"),
        (10, 61, "test_accuracy", "t"),
        (LEAST_T_SEEDS - 1, 1, "test_accuracy", None),
        (10, 61, "diverged", None),
        (11, 61, "diverged", "sign-flip"),
    ],
)
def test_the_test_is_chosen_by_seeds_tests_and_metric(
    seeds: int, tests: int, name: str, test: str | None
) -> None:
    assert choose_test(pairs([0.0] * seeds, name=name), level=LEVEL, tests=tests) == test


def test_runs_that_diverge_are_red() -> None:
    before = [make_record(seed=seed) for seed in range(8)]
    after = [replace(record, diverged=True) for record in before]
    assert held(before, after, "diverged").code == 1
    assert held(after, before, "diverged").code == 0


def test_one_diverged_run_of_many_is_undecided() -> None:
    before = [make_record(seed=seed) for seed in range(8)]
    after = [replace(record, diverged=record.seed == 3) for record in before]
    result = held(before, after, "test_accuracy,diverged")
    assert colours(result) == {"adam": "undecided"}


def test_what_is_fixed_is_judged_from_one_seed_on() -> None:
    before = [make_record(seed=0)]
    assert held(before, [make_record(seed=0, parameters=44_427)], "parameters").code == 1
    assert held(before, [make_record(seed=0, parameters=44_425)], "parameters").code == 0
    assert held(before, [make_record(seed=0, flops=1_530_000)], "flops").code == 0
    assert held(before, [make_record(seed=0, flops=1_550_000)], "flops").code == 1


def test_a_cell_is_what_its_worst_metric_is() -> None:
    before, after = side("a"), side("b", shifts={"adam": -0.01})
    result = held(before, after, "test_accuracy,parameters")
    assert colours(result)["adam"] == "red"


def test_a_target_that_no_run_reaches_has_nothing_to_lose() -> None:
    records = side("a")
    result = held(records, side("b"), "epochs_to@0.999")
    assert set(colours(result).values()) == {"censored"}
    assert result.code == 2
    assert "no cell is green" in result.reasons[0]
    both = held(records, side("b"), "test_accuracy,epochs_to@0.999")
    assert set(colours(both).values()) == {"green"}


def test_a_target_that_is_not_reached_any_more_is_red() -> None:
    before = side("a", noise=0.0)
    after = side("b", shifts={"adam": -0.2}, noise=0.0)
    result = held(before, after, "epochs_to@0.95")
    assert colours(result)["adam"] == "red"
    red = judged(result).of("red")[0]
    assert red.pairs.censored == (0, 12)
    assert red.loss == 1.0


def times(factor: float, salt: int, **others: Any) -> list[Any]:
    draw = np.random.default_rng(salt)
    return [
        make_record(seed=seed, epoch_s=3.0 * factor * float(np.exp(chance)), **others)
        for seed, chance in enumerate(draw.normal(0.0, 0.01, 12))
    ]


def test_times_are_judged_by_their_ratio_to_the_yardstick() -> None:
    quick = make_record().timing
    slower_machine = replace(quick, yardstick_s=(quick.yardstick_s or 0) * 2)
    assert held(times(1.0, 1), times(1.0, 2), "epoch_s").code == 0
    assert held(times(1.0, 1), times(1.1, 2), "epoch_s").code == 1
    assert held(times(1.0, 1), times(2.0, 2, timing=slower_machine), "epoch_s").code == 0
    red = judged(held(times(1.0, 1), times(1.1, 2), "epoch_s")).of("red")[0]
    assert red.loss == pytest.approx(np.log(1.1), abs=0.02)


def test_too_few_seeds_for_any_red_decide_nothing() -> None:
    result = held(side("a", seeds=4), side("b", seeds=4))
    assert result.code == 2
    assert "4 seeds are too few for any decision over 4 tests" in result.reasons[0]
    assert judged(result).verdicts[0].seeds == LEAST_T_SEEDS


def test_undecided_cells_pass_or_fail_as_asked() -> None:
    before = side("a", cells=("sgd", "adam"))
    after = [*side("b", cells=("sgd",)), *side("b", cells=("adam",), noise=0.02)]
    listed, failed = (held(before, after, undecided=policy) for policy in ("list", "fail"))
    assert colours(listed) == {"sgd": "green", "adam": "undecided"}
    assert (listed.code, failed.code) == (0, 2)
    assert listed.headline == "no regression: 1 cell green, 1 cell undecided"
    assert "--undecided fail" in failed.reasons[0]


def test_nothing_but_undecided_passes_nothing() -> None:
    result = held(side("a", noise=0.02), side("b", noise=0.02))
    assert result.code == 2
    assert "no cell is green" in result.reasons[0]


def test_false_alarms_stay_under_the_level_where_the_margin_would_not_hold_them() -> None:
    """Losses so widely spread that nearly half of all means are beyond the margin."""
    for seeds in (6, 14):
        calls = [
            any(
                verdict.colour == "red"
                for verdict in judge(
                    [
                        pairs(
                            noisy(0.0, spread=0.05, seeds=seeds, salt=1000 * gate + cell),
                            variant=str(cell),
                        )
                        for cell in range(8)
                    ]
                ).verdicts
            )
            for gate in range(400)
        ]
        assert np.mean(calls) <= LEVEL + 2 * (LEVEL * (1 - LEVEL) / 400) ** 0.5


def test_a_loss_of_the_margin_is_seldom_green() -> None:
    calls = [
        judge([pairs(noisy(METRICS["test_accuracy"].margin, seeds=10, salt=salt))])
        .verdicts[0]
        .colour
        for salt in range(1000)
    ]
    assert calls.count("green") / 1000 <= LEVEL + 0.014


def test_a_larger_loss_is_never_the_better_colour() -> None:
    order = ["green", "undecided", "red"]
    base = noisy(0.0, spread=0.004, salt=2)
    found = [
        order.index(judge([pairs([loss + shift for loss in base])]).verdicts[0].colour)
        for shift in np.linspace(-0.02, 0.02, 41)
    ]
    assert all(first <= second for first, second in pairwise(found))
    assert (found[0], found[-1]) == (0, 2)
