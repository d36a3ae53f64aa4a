"""Reports on what changed: runs held against each other, and the history of all."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.report import main
from tests.commands import failure, few
from tests.records import make_record, make_untrained, write_run
from tests.runs_over_time import write_history


def test_compare_says_what_raised_in_which_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", few())
    write_run(here / "runs" / "b", [*few(), make_untrained(variant="nadam")])
    assert main(["--compare", "a", "b"]) == 0
    assert re.search(r"\| b +\| test_optimizer\[nadam-seed0\] \| error", capsys.readouterr().out)


def test_compare_shows_the_paired_change(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(here / "runs" / "a", few(3))
    extra = make_record(variant="nadam")
    write_run(here / "runs" / "b", [*few(3, gain=0.01), extra])
    assert main(["--compare", "a", "b"]) == 0
    out = capsys.readouterr().out
    assert "# b against a" in out
    assert "+1.00 ± 0.00" in out
    assert "## Only in b" in out
    assert "optimizer/nadam (mnist, short)" in out
    folder = here / "reports" / "a-vs-b"
    assert sorted(path.name for path in (folder / "figures").iterdir()) == [
        "optimizer-change.png",
        "optimizer-change.svg",
    ]
    assert main(["--compare", "a", "b", "--format", "json"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)
    assert first["test_accuracy_difference"] == pytest.approx(0.01)


def test_compare_holds_several_runs_against_the_first(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, gain in (("a", 0.0), ("b", 0.01), ("c", 0.015)):
        write_run(here / "runs" / name, few(3, gain=gain))
    assert main(["--compare", "a", "b", "c"]) == 0
    out = capsys.readouterr().out
    assert "# b and c against a" in out
    assert "## optimizer: b" in out
    assert "## optimizer: c" in out
    folder = here / "reports" / "a-vs-b-vs-c"
    drawn = {path.name for path in (folder / "figures").glob("*.png")}
    assert drawn == {"optimizer-b-change.png", "optimizer-c-change.png"}
    rows = json.loads((folder / "comparison.json").read_text())
    assert {(row["first"], row["second"]) for row in rows} == {("a", "b"), ("a", "c")}


def test_compare_refuses_runs_that_have_nothing_in_common(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", few(1))
    write_run(here / "runs" / "b", [replace(record, tier="smoke") for record in few(1)])
    assert "one dataset and tier" in failure(main, ["--compare", "a", "b"], capsys)


def test_history_tells_which_commit_moved_what(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = [few(12, gain=1e-4 * day - 0.2 * (day > 1)) for day in range(4)]
    write_history(here / "runs", days)
    assert main(["--history"]) == 0
    out = capsys.readouterr().out
    assert "# History" in out
    assert "test accuracy fell by 19.98 points" in out
    assert re.search(r"between run run-01 \(\w{7}\) and run run-02 \(\w{7}\)", out)
    folder = here / "reports" / "history"
    page = (folder / "report.html").read_text(encoding="utf-8")
    told = json.loads((folder / "comparison.json").read_text())
    changes = sum(row["changes"] for row in told)
    assert page.count("<li>optimizer/") == 2 * changes > 0  # on top, and whole under the table
    assert any(row["changes"] for row in json.loads((folder / "comparison.json").read_text()))


def test_history_of_one_run_says_what_is_missing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_history(here / "runs", [few(2)])
    assert "expected two runs or more" in failure(main, ["--history"], capsys)
