"""The boxes on top of a page."""

from dataclasses import replace

from harness.columns import cases_of
from harness.html_facts import count, facts
from harness.overview import LoadedRun, overview
from harness.record import Record
from tests.records import make_record, make_untrained


def boxes(*records: Record) -> dict[str, tuple[str, str, bool]]:
    run = LoadedRun(name="a", records=cases_of(records), manifest=None)
    return {box.name: (box.value, box.detail, box.alarming) for box in facts(overview([run]))}


def test_a_case_that_failed_and_diverged_is_one_case() -> None:
    both = replace(make_record(), outcome="failed", reason="low", diverged=True)
    value, detail, alarming = boxes(both, make_record(seed=1))["what failed"]
    assert value == "1 of 2 cases"
    assert detail == "1 passed, 1 failed, 0 without a threshold, 0 raised, 1 diverged"
    assert alarming


def test_a_sound_run_alarms_nobody() -> None:
    found = boxes(make_record(), make_record(seed=1), make_record(seed=5))
    assert found["what failed"][0] == "nothing"
    assert not any(alarming for _, _, alarming in found.values())
    assert found["seeds"][:2] == ("3", "0 to 1, 5")
    assert found["data and tier"][:2] == ("mnist, short", "60,000 train, 10,000 test")
    assert found["where"][0] == "x86-64"
    assert found["how long"][:2] == ("29 s", "of training and evaluation")
    assert found["code"][0] == "012345678"


def test_what_raised_and_what_is_uncommitted_is_told() -> None:
    found = boxes(make_record(dirty=True), make_untrained(seed=1))
    assert found["what failed"][0] == "1 of 2 cases"
    assert found["code"] == ("012345678", "with uncommitted changes", True)
    assert (count(1, "run"), count(1234, "run")) == ("1 run", "1,234 runs")
