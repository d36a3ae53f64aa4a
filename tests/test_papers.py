"""The page on the studies: what it says of made-up runs."""

import re
from dataclasses import replace

import pytest

from harness.claim import (
    Claim,
    Claims,
    Statement,
)
from harness.compare import CompareError
from harness.papers import repetition
from harness.papers_commands import covered
from harness.papers_page import papers_page, papers_summary
from harness.record import Record
from tests.papers_samples import ADAM, BETTER, CLAIMS, SGD, loaded, page, records, table_lines
from tests.records import DATASET, make_record


def test_findings_are_told_as_their_verdicts_have_it() -> None:
    text = page(records())
    id, other = "[D2-C31](#d2-c31)", "[D2-C40](#d2-c40)"
    assert "## The 2 findings that matter, 1 of them decided\n" in text
    assert (
        f"1. **Adam leads** ({id}: supported)\n    - ✓ Adam ends above SGD: +1.00 points (" in text
    )
    waiting = f"2. **Does depth win?** ({other}: undecided, waits for runs of depth/9)\n    - · "
    assert f"{waiting}Adam ends above SGD: no runs yet\n\n" in text
    few = [record for record in records(adam=0.97) if record.seed == 0]
    told = f"**Does Adam lead?** ({id}: undecided, one seed tells no spread)\n    - (✗) Adam"
    assert told in page(few)
    few = [record for record in records(adam=0.97) if record.seed < 2]
    assert "two seeds tell too little of the spread)\n    - (✗) Adam" in page(few)
    text = page(records(adam=0.97))
    assert f"**Adam does not lead** ({id}: contradicted)\n    - ✗ Adam ends above SGD: -" in text


def test_every_link_of_the_page_leads_somewhere() -> None:
    text = page(records())
    links = set(re.findall(r"\]\(#(.*?)\)", text))
    assert links >= {"d2", "x", "d2-c31"}
    assert links <= set(re.findall(r'<a id="(.*?)">', text))


def test_a_finding_of_many_statements_folds_its_numbers_but_not_for_a_terminal() -> None:
    readings = [replace(BETTER, reading=f"r{n}") for n in range(10)]
    claims = tuple(
        replace(each, statements=tuple(readings)) if each.id == "D2-C31" else each
        for each in CLAIMS.claims
    )
    found = repetition(replace(CLAIMS, claims=claims), [loaded(records())])
    told = "    - <details><summary>✓ <i>r3</i></summary>✓ Adam ends above SGD: +1.00 points ("
    assert told in papers_page(found, {})
    assert "<details>" not in papers_summary(found)


def test_what_decides_is_told_apart() -> None:
    text = page(records())
    assert "2 claims and comparisons are decided so far: 1 by statistics over seeds, 0 as" in text
    assert "1 by a calculation." in text
    lines = table_lines(text)
    assert "**supported** (calculated)" in lines["D2-C36"]
    assert re.search(r"\*\*supported\*\* +\|", lines["D2-C31"])
    seen = Statement(says="stuck", terms=(replace(ADAM, metric="below@0.999"),), shows="seen")
    assert "**supported** (seen to happen)" in told(records(), seen)


def test_one_training_counts_wherever_its_recipe_is_asked_for() -> None:
    """`depth/9` has one run of its own and is what Adam's other three trained, too."""
    own = replace(records()[4], experiment="depth", variant="9", baseline="9", total_s=60.0)
    found = repetition(CLAIMS, [loaded([*records(), own])])
    (depth,) = [each for each in found.comparisons if each.experiment == "depth"]
    assert [case.seed for case in depth.cells[0].results] == [0, 1, 2, 3]
    assert found.cost["depth"].trainings == 1  # and its cost is its own
    assert "98.56), 4 seeds" in table_lines(papers_page(found, {}))["D2-C40"]
    other = replace(own, recipe_id="another")
    found = repetition(CLAIMS, [loaded([*records(), other])])
    (depth,) = [each for each in found.comparisons if each.experiment == "depth"]
    assert [case.seed for case in depth.cells[0].results] == [0]


def test_seeds_that_do_not_count_or_do_not_tell_are_told() -> None:
    assert "1 seed (3 more known before)" in told(records(), replace(BETTER, known=3))
    assert "(✓) Adam ends above SGD: +1.00 points (1.00 to 1.00), 4 seeds (known before)" in told(
        records(), replace(BETTER, known=4)
    )
    times = tuple(replace(each, metric="epochs_to@0.9999") for each in BETTER.terms)
    never = replace(BETTER, says="later", terms=times)
    assert "· later: 4 seeds ended before that could be told" in told(records(), never)


def test_a_reading_with_few_seeds_keeps_a_claim_from_being_foretold() -> None:
    worse = replace(BETTER, says="worse", shows="below", reading="one")
    few = replace(worse, reading="two", terms=(replace(ADAM, at=("depth/9",)),))
    own = replace(records()[4], experiment="depth", variant="9", baseline="9", recipe_id="9")
    near = records(adam=0.97501)
    assert "some of its runs have too few seeds to foretell" in told([*near, own], worse, few)


def test_experiments_that_have_no_run_are_named() -> None:
    assert "No runs yet of `--experiment depth`." in page(records())


def test_a_finding_in_several_readings_has_a_line_for_each() -> None:
    swapped = replace(BETTER, terms=(replace(ADAM, weight=-1.0), SGD))
    statements = tuple(
        replace(each, reading=reading)
        for reading, each in (("here", BETTER), ("here", swapped), ("there", swapped))
    )
    claims = tuple(
        replace(each, statements=statements) if each.id == "D2-C31" else each
        for each in CLAIMS.claims
    )
    text = papers_page(repetition(replace(CLAIMS, claims=claims), [loaded(records())]), {})
    [here, there] = [line for line in text.splitlines() if line.startswith("    - _")]
    assert here.startswith("    - _here_: ✓ Adam ends above SGD: +1.00 points")
    assert "; ✗ Adam ends above SGD: " in here
    assert there.startswith("    - _there_: ✗ ")


def test_each_paper_tells_its_cost_and_its_command() -> None:
    text = page([replace(record, total_s=900.0) for record in records()])
    assert "8 trainings: 2 h 00 min of training and evaluation, summed over workers" in text
    command = "pytest bench/ -n auto --tier paper --repeat runs/mnist-run"
    assert f"{command} --experiment optimizer\n" in text
    assert "This trains all 8 again, with the seeds that each cell has, but for cells that" in text
    assert f"{command}\n" in text  # of all experiments
    other = replace(DATASET, name="mnist-small")
    text = page([replace(record, dataset=other) for record in records()])
    assert text.count(" --stand-in mnist=mnist-small.npz\n") == 2


def test_trainings_beside_one_another_take_their_time_on_the_clock_once() -> None:
    half_hour = replace(records()[0].timing, wall_s=1800.0)
    ends = ("12:30", "12:40", "14:00")
    found = [
        replace(record, timing=half_hour, finished_at=f"2026-11-20T{end}:00+00:00")
        for record, end in zip(records(), ends, strict=False)
    ]
    assert "summed over workers; 1 h 10 min on the clock" in page(found)
    assert covered([]) == 0.0
    assert covered([(2.0, 3.0), (0.0, 10.0), (10.0, 11.0)]) == 11.0


def test_other_readings_of_a_number_have_their_rows() -> None:
    reported = replace(CLAIMS.reported[0], readings=(SGD,))
    found = repetition(replace(CLAIMS, reported=(reported,)), [loaded(records())])
    text = papers_page(found, {})
    assert "the same, read as `optimizer/sgd`" in text
    assert "4 claims, 0 more of ours, most of them across papers, and 1 tables, " in text
    assert "1 of them beside our own runs, each other one with a reason. " in text
    best = replace(SGD, metric="best_test_accuracy")
    reported = replace(CLAIMS.reported[0], readings=(best,))
    text = papers_page(repetition(replace(CLAIMS, reported=(reported,)), [loaded(records())]), {})
    assert "read as `optimizer/sgd: best test accuracy of all epochs`" in text


def test_each_claim_has_its_verdict_and_grounds() -> None:
    lines = table_lines(page(records()))
    assert "**not testable**" in lines["D2-C01"]
    assert "history" in lines["D2-C01"]
    assert "**supported**" in lines["D2-C31"]
    assert "calculated: 61,706" in lines["D2-C36"]
    assert "waits for runs of depth/9" in lines["D2-C40"]


def test_a_claim_shows_marks_and_folds_the_numbers_away() -> None:
    single = told(records(), BETTER)
    assert "| ✓ Adam ends above SGD: +1.00 points (" in single
    assert "<details>" not in single
    worse = replace(BETTER, says="worse", shows="below")
    several = told(records(), BETTER, worse)
    assert re.search(r"<summary>✓✗</summary>✓ Adam .*<br>✗ worse: .*</details>", several)
    readings = [replace(each, reading=f"r{n}") for n, each in enumerate((BETTER, worse, worse))]
    folded = told(records(), *readings, replace(BETTER, reading="r2"), revised="later.")
    assert "<summary>✓ or ✗ or ✗✓</summary>_r0_: ✓ Adam" in folded
    assert "<br>_r2_: ✗ worse: " in folded
    assert folded.endswith("Stated anew later.</details> |")
    assert "So. _(stated anew)_ |" in folded
    assert folded.count("|") == single.count("|") == 6


def test_reported_numbers_stand_beside_ours() -> None:
    lines = table_lines(page(records()))
    assert " 85.8% |" in lines["D2-N02"]
    assert " 99% |" in lines["D2-N01"]
    assert "97.51 ± 0.05% |" in lines["D2-N02"]
    assert "; ours `optimizer/sgd`" in lines["D2-N02"]
    assert "**no**" in lines["D2-N02"]
    assert "the figure is blank" in lines["D2-F01"]
    near = page(records(adam=0.99))
    assert "yes (" in next(line for line in near.splitlines() if "| D2-N01" in line)
    wild = [
        replace(record, test_accuracy=accuracy)
        for record, accuracy in zip(records()[-3:], (0.1, 0.98, 0.1), strict=True)
    ]
    assert "our runs exclude nothing" in table_lines(page(wild))["D2-N01"]
    assert "two seeds tell too little" in table_lines(page(wild[:2]))["D2-N01"]


def test_fair_tuning_chooses_on_held_out_images_alone() -> None:
    def searched(rate: float, held_out: float, test: float) -> list[Record]:
        found = []
        for seed in range(3):
            made = make_record(
                experiment="tuned_optimizer",
                variant=f"adam-{rate}",
                baseline=f"adam-{rate}",
                factors={"optimizer": "adam", "rate": f"rate{rate}"},
                seed=seed,
                tier="paper",
                accuracies=[test],
            )
            epochs = tuple(replace(e, validation_accuracy=held_out) for e in made.epochs)
            recipe = {**made.recipe, "learning_rate": rate, "epochs": 5, "batch_size": 128}
            found.append(replace(made, epochs=epochs, recipe=recipe, recipe_id=str(rate)))
        return found

    runs = searched(0.001, 0.98, 0.97) + searched(0.01, 0.97, 0.99) + searched(0.1, 0.5, 0.5)
    (tuned,) = repetition(CLAIMS, [loaded(records() + runs)]).tuned
    assert (tuned.rate, tuned.is_at_edge, tuned.is_tied) == (0.001, True, False)
    assert tuned.accuracy.mean == pytest.approx(0.97)
    runs += searched(0.0001, 0.98, 0.6)
    found = repetition(CLAIMS, [loaded(records() + runs)])
    assert found.tuned[0].is_tied
    assert found.tuned[0].untuned is None
    usual = searched(0.5, 0.99, 0.9)
    beside = [replace(each, factors={"optimizer": "adam", "rate": "default"}) for each in usual]
    found = repetition(CLAIMS, [loaded(records() + runs + beside)])
    assert found.tuned[0].rate != 0.5  # although it did best there: it is no part of the search
    text = papers_page(found, {})
    assert "| 90.00 ± 0.00 at 0.5 |" in text
    assert "(others did as well)" in text
    assert "| 0.0001, 0.001, 0.01, 0.1 |" in text
    assert "5 epochs in batches of 128" in text


def told(found: list[Record], *statements: Statement, revised: str = "") -> str:
    """The line of a claim with these statements."""
    claim = Claim(id="D2-C31", place="6", text="So.", statements=statements, revised=revised)
    claims = Claims(papers=CLAIMS.papers, claims=(claim,))
    return table_lines(papers_page(repetition(claims, [loaded(found)]), {}))["D2-C31"]


def test_numbers_have_their_units_and_stay_possible() -> None:
    level = Statement(says="high", terms=(ADAM,), bound=0.5)
    found = records(adam=0.9996)
    assert "high: 99.97% (99.92 to 100.00), 4 seeds" in told(found, level)
    assert "high: 0.02 points (" in told(found, replace(level, of="spread"))
    assert "· high: one seed tells no spread" in told(found[4:5], replace(level, of="spread"))
    both = replace(ADAM, at=("optimizer/adam", "optimizer/sgd"), over="range")
    assert "apart: 2.46 points (" in told(found, replace(level, says="apart", terms=(both,)))
    soon = replace(ADAM, metric="epochs_to@0.9")
    assert "soon: 1.0 epochs (" in told(found, replace(level, says="soon", terms=(soon,)))
    alike = replace(BETTER, says="alike", limit=0.1, bound=0.5)
    assert "alike: in 4 of 4 seeds" in told(found, alike)
    kinds = replace(level, says="kinds", split="below@0.5")
    assert "kinds: no runs of both kinds yet" in told(found, kinds)


def test_a_claim_tells_what_carries_it_and_what_was_known() -> None:
    here, there = replace(BETTER, reading="here"), replace(BETTER, reading="there", bound=0.5)
    line = told(records(), here, there, revised="when one seed was known; before, not.")
    assert "**supported**, read as _here_" in line
    assert "Stated anew when one seed was known; before, not." in line
    seen = Statement(says="stuck", terms=(replace(ADAM, metric="below@0.9"),), shows="seen")
    assert "one such run may show it; about 17 seeds without one would refute" in told(
        records(), seen
    )


def test_only_the_paper_tier_counts_and_nothing_is_mixed() -> None:
    with pytest.raises(CompareError, match="expected records of the tier paper, got none"):
        page(records(tier="short"))
    other = replace(DATASET, name="digits", digest="sha256:" + "0" * 64)
    mixed = records() + [replace(each, dataset=other, seed=each.seed + 9) for each in records()]
    with pytest.raises(CompareError, match="expected records of one dataset"):
        page(mixed)
