"""Which cases run, in what order, within what time, and what is said of it."""

import pytest

from bench import planning
from bench.experiment import Case, Experiment
from bench.planning import PlanError
from bench.tiers import TIERS

SIZES = {"train_images": 60_000, "test_images": 10_000, "engine": "torch"}


@pytest.fixture(scope="module")
def experiments() -> dict[str, Experiment]:
    return planning.all_experiments()


def cases_of(*experiments: Experiment, seeds: int) -> list[Case]:
    return [case for each in experiments for case in each.cases(TIERS["short"], seeds=seeds)]


def test_seeds_are_the_outer_loop_and_long_cases_go_first(
    experiments: dict[str, Experiment],
) -> None:
    cases = cases_of(*experiments.values(), seeds=3)
    cost = planning.costs(cases, SIZES)
    ordered = planning.in_order(reversed(cases), cost)
    assert (
        len(ordered) == len(cases) == 3 * sum(len(each.variants) for each in experiments.values())
    )
    assert [case.seed for case in ordered] == sorted(case.seed for case in cases)
    for seed in range(3):
        costs = [cost[planning.key(case)] for case in ordered if case.seed == seed]
        assert costs == sorted(costs, reverse=True)


def test_order_is_the_same_in_every_worker(experiments: dict[str, Experiment]) -> None:
    """Cases of one cost, such as the rates of an activation, have an order all the same."""
    cases = cases_of(experiments["activation"], seeds=2)
    cost = planning.costs(cases, SIZES)
    assert planning.in_order(cases, cost) == planning.in_order(reversed(cases), cost)


def test_experiments_on_request_run_only_when_named(experiments: dict[str, Experiment]) -> None:
    def wanted(*asked: str, tier: str = "short") -> list[str]:
        found = experiments.items()
        return sorted(n for n, each in found if planning.is_wanted(each, asked, tier=tier))

    assert wanted() == ["activation", "depth", "maxpool", "optimizer", "recurrent"]
    assert {"activation", "cifar_first", "path"} < set(wanted(tier="paper"))
    assert not {"tuned", "speedrun"} & set(wanted(tier="paper"))
    assert wanted("path") == ["path"]
    assert wanted("tuned") == ["tuned"]
    assert wanted("tuned", "depth") == ["depth", "tuned"]
    assert wanted("throughput") == []


def test_names_are_those_of_all_tests() -> None:
    assert planning.known_names() == {
        *planning.all_experiments(),
        "report_scale",
        "throughput",
    }


def test_unknown_name_is_refused_with_those_that_exist() -> None:
    planning.check_names(["depth"], ["depth", "maxpool"])
    planning.check_names([], [])
    with pytest.raises(PlanError, match="expected one of depth, maxpool; got 'deep'"):
        planning.check_names(["depth", "deep"], ["maxpool", "depth", "depth"])


def test_module_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ValueError("baseline: expected another")

    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(PlanError, match=r"test_activation\.py: cannot be imported: baseline: exp"):
        planning.known_names()


def test_budget_of_none_keeps_all(experiments: dict[str, Experiment]) -> None:
    cases = cases_of(experiments["depth"], seeds=2)
    cost = planning.costs(cases, SIZES)
    assert planning.within_budget(cases, cost, budget=None) == cases


@pytest.mark.parametrize(
    ("seeds_that_fit", "said"),
    [
        (1.0, "time budget 10 min: 4 cases, seed 0, about 5 min"),
        (2.9, "time budget 10 min: 8 cases, seeds 0 to 1, about 5 min"),
        (0.9, "time budget 10 min: 3 cases, seed 0 in part (depth 3 of 4), about 5 min"),
        (0.0, "time budget 10 min: no case fits; give it more"),
    ],
)
def test_what_fits_a_budget_is_said(
    experiments: dict[str, Experiment], seeds_that_fit: float, said: str
) -> None:
    cases = cases_of(experiments["depth"], seeds=4)
    cost = planning.costs(cases, SIZES)
    ordered = planning.in_order(cases, cost)
    a_seed = sum(cost[planning.key(case)] for case in ordered if case.seed == 0)
    chosen = planning.within_budget(ordered, cost, budget=a_seed * seeds_that_fit)
    assert planning.budget_sentence(chosen, budget_s=600, work_s=300) == said


def test_seeds_that_were_left_out_are_not_said_to_run(experiments: dict[str, Experiment]) -> None:
    chosen = [case for case in cases_of(experiments["depth"], seeds=4) if case.seed > 1]
    sentence = planning.budget_sentence(chosen, budget_s=600, work_s=300)
    assert sentence == "time budget 10 min: 8 cases, seeds 2 to 3, about 5 min"


def test_a_case_that_fits_alone_is_named_in_the_singular(
    experiments: dict[str, Experiment],
) -> None:
    sentence = planning.budget_sentence(
        cases_of(experiments["depth"], seeds=1)[:1], budget_s=5, work_s=4.4
    )
    assert sentence == "time budget 5 s: 1 case, seed 0 in part (depth 1 of 4), about 4 s"


def test_estimate_is_for_each_tier_in_the_yardsticks_seconds(
    experiments: dict[str, Experiment],
) -> None:
    def estimate(*names: str, yardstick_s: float) -> dict[str, float]:
        return planning.estimate_s(
            [experiments[name] for name in names],
            [],
            settings_of=dict.fromkeys(TIERS, SIZES),
            yardstick_s=yardstick_s,
        )

    one = estimate("depth", yardstick_s=0.01)
    assert list(one) == ["smoke", "short", "paper"]
    assert one["smoke"] < one["short"] < one["paper"]
    of_papers = estimate("depth", "path", yardstick_s=0.01)
    assert of_papers["short"] == one["short"]
    assert of_papers["paper"] > one["paper"]
    twice = estimate("depth", yardstick_s=0.02)
    assert twice == {tier: pytest.approx(2 * seconds) for tier, seconds in one.items()}
    more = estimate("depth", "maxpool", yardstick_s=0.01)
    assert all(more[tier] > one[tier] for tier in one)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3.4, "3 s"),
        (89, "89 s"),
        (90, "2 min"),
        (600, "10 min"),
        (5_399, "90 min"),
        (9_000, "2.5 h"),
    ],
)
def test_durations_are_rounded(seconds: float, text: str) -> None:
    assert planning.duration(seconds) == text
