"""The findings that a report opens with: which, in which order, and how sure they are."""

from dataclasses import replace
from typing import Any

from harness.compare import Comparison, compare
from harness.findings import MOST, caution, findings
from harness.marks import marks
from harness.record import Record
from harness.sentences import best_sentence, seeds_of
from tests.records import make_record

SEEDS = range(6)


def runs(experiment: str, variant: str, gain: float, **others: Any) -> list[Record]:
    return [
        make_record(
            experiment=experiment,
            variant=variant,
            seed=seed,
            accuracies=(0.5, 0.8 + 0.003 * (seed % 3) + gain * (1 + 0.01 * seed)),
            **others,
        )
        for seed in SEEDS
    ]


def comparisons(*records: list[Record]) -> tuple[Comparison, ...]:
    return compare(record for found in records for record in found)


def test_the_greatest_loss_comes_first_then_the_greatest_gain_with_their_numbers() -> None:
    found = comparisons(
        runs("depth", "sgd", 0.0),
        runs("depth", "two", 0.05),
        runs("optimizer", "sgd", 0.0),
        runs("optimizer", "adam", 0.1),
        runs("optimizer", "slow", -0.3),
    )
    said = [finding.text for finding in findings(found)]
    assert said[0].startswith("slow is 30.75 points less accurate than sgd (95% interval -31.")
    assert "6 seeds, p < 0.001)" in said[0]
    assert said[1].startswith("adam is 10.25 points more accurate than sgd")
    assert said[2].startswith("two is 5.13 points more accurate than sgd")
    assert [finding.place for finding in findings(found)] == [1, 1, 0]


def test_runs_that_went_wrong_are_a_finding() -> None:
    stuck = runs("optimizer", "dead", 0.0, dead_outputs=0.1)
    gone = [replace(record, diverged=True) for record in runs("optimizer", "gone", 0.0)]
    (comparison,) = comparisons(runs("optimizer", "sgd", 0.0), stuck, gone)
    said = [finding.text for finding in findings([comparison])]
    assert said[0] == (
        "Of 18 runs of optimizer 6 ended with a dead output unit and 6 diverged: in dead, gone"
    )


def test_where_nothing_is_shown_the_means_are_told_as_such() -> None:
    found = comparisons(runs("optimizer", "sgd", 0.0), runs("optimizer", "adam", 0.0))
    said = [finding.text for finding in findings(found)]
    assert said[0] == "2 variants share the highest mean: 80.30% after 2 epochs"
    assert 1 < len(said) <= MOST
    assert "at most 5% of experiments" in caution(found, [marks(each) for each in found])


def test_one_seed_is_chance() -> None:
    found = comparisons(runs("optimizer", "sgd", 0.0)[:1], runs("optimizer", "adam", 0.1)[:1])
    assert findings(found)[0].text == "adam has the highest test accuracy: 90.00% after 2 epochs"
    assert caution(found, []) == "One seed a variant: any difference can be chance alone."


def test_a_mean_of_fewer_seeds_does_not_lead() -> None:
    uneven = runs("optimizer", "sgd", 0.0)[:3], runs("optimizer", "adam", 0.1)[:1]
    assert best_sentence(*comparisons(*uneven)) == (
        "sgd, alone with 3 seeds, has 80.30% after 2 epochs; 1 with fewer seeds lies higher"
    )
    three = runs("optimizer", "sgd", 0.0)[:3], runs("optimizer", "slow", -0.1)[:3]
    assert best_sentence(*comparisons(*three, runs("optimizer", "adam", -0.2)[:1])) == (
        "sgd has the highest mean of those with 3 seeds: 80.30% after 2 epochs"
    )
    assert seeds_of(*comparisons(*uneven)) == "1 to 3 seeds"
    assert seeds_of(*comparisons(uneven[0])) == "3 seeds"
    assert seeds_of(*comparisons(uneven[1])) == "1 seed"


def test_no_accuracy_is_no_finding() -> None:
    found = compare([make_record(accuracies=())])
    assert findings(found) == []
    assert caution(found, []) == "No run has a test accuracy."


def test_too_few_seeds_are_said_to_be_untested() -> None:
    found = comparisons(runs("optimizer", "sgd", 0.0)[:3], runs("optimizer", "adam", 0.1)[:3])
    assert "nothing was tested" in caution(found, [marks(each) for each in found])


def test_what_is_proven_goes_before_the_means_of_other_experiments() -> None:
    found = comparisons(
        runs("activation", "sgd", 0.0),
        runs("activation", "slow", -0.3),
        runs("activation", "fast", 0.1),
        runs("depth", "sgd", 0.0),
        runs("pooling", "sgd", 0.0),
        runs("width", "sgd", 0.0, dead_outputs=0.1),
    )
    said = [finding.text for finding in findings(found)]
    assert said[0].startswith("slow is 30.75 points less")
    assert said[1].startswith("fast is 10.25 points more")
    assert said[2].startswith("Of 6 runs of width 6 ended with a dead output unit")
