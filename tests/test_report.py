"""The report as its user meets it: commands in, files, text and exit codes out."""

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.report import main
from tests.commands import failure, few
from tests.records import DATASET, TIMING, make_record, make_untrained, write_run

ROOT = Path(__file__).parents[1]
HOSTILE = "a|b\n<script>alert(1)</script>/../[t](http://z) $q$"


DONE = "Wrote reports/a/report.html, README.md, tables and 6 figures beside it."


def test_command_line_reports_on_the_newest_run_without_torch_or_pyplot(here: Path) -> None:
    write_run(here / "runs" / "20260101-first", few())
    newest = write_run(here / "runs" / "20260102-second", few())
    code = (
        "import sys; from harness.report import main; main([]); "
        "print({'torch', 'lenet', 'matplotlib.pyplot'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(here), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"# Report on {newest.name}\n")
    assert done.stdout.endswith("set()\n")
    assert (here / "reports" / newest.name / "README.md").is_file()


def test_newest_run_without_records_is_passed_over_and_it_is_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "20260101-first", few())
    empty = write_run(here / "runs" / "20260102-throughput", [], planned=[])
    later = (empty / "run.json").read_text().replace("2026-11-21", "2030-01-01")
    (empty / "run.json").write_text(later)
    assert main(["--format", "json"]) == 0
    out, notes = capsys.readouterr()
    assert len(json.loads(out)) == 2
    assert notes.splitlines()[0] == (
        "runs/20260101-first: the newest run with records; passed over: 20260102-throughput"
    )
    assert "expected records, found none" in failure(main, ["20260102-throughput"], capsys)


def test_files_are_written_and_the_page_shows_each_figure(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", few())
    assert main(["a"]) == 0
    folder = here / "reports" / "a"
    page = (folder / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page)
    assert {folder / path for path in linked} == set((folder / "figures").glob("*.png"))
    drawn = {path.with_suffix(".svg") for path in (folder / "figures").glob("*.png")}
    assert drawn == set((folder / "figures").glob("*.svg"))
    assert all((folder / path).read_bytes().startswith(b"\x89PNG") for path in linked)
    assert len(json.loads((folder / "comparison.json").read_text())) == 2
    assert (folder / "comparison.csv").read_text().count("\n") == 3
    out = capsys.readouterr().out
    assert "| adam" in out
    assert "![" not in out
    assert out.rstrip().endswith(DONE)


@pytest.mark.parametrize("name", ["a", "runs/a", "runs/a/records.jsonl"])
def test_a_run_is_a_name_a_folder_or_a_file(here: Path, name: str) -> None:
    write_run(here / "runs" / "a", few(1))
    assert main([name]) == 0
    assert (here / "reports" / "a" / "README.md").is_file()


def test_a_record_file_of_its_own_names_the_report(here: Path) -> None:
    folder = write_run(here / "runs" / "a", few(1))
    (folder / "records.jsonl").rename(here / "kept.jsonl")
    assert main(["kept.jsonl", "--output", "elsewhere/deep"]) == 0
    page = (here / "elsewhere" / "deep" / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# Report on kept\n")
    assert not (here / "reports").exists()


def test_a_packed_record_file_makes_the_same_report(here: Path) -> None:
    run = write_run(here / "runs" / "a", few())
    for name, pack in (("a.jsonl", bytes), ("b.jsonl.gz", gzip.compress)):
        (here / name).write_bytes(pack((run / "records.jsonl").read_bytes()))
        assert main([name]) == 0
    tables = [(here / "reports" / name / "comparison.csv").read_bytes() for name in "ab"]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("format", ["csv", "json"])
def test_other_formats_leave_standard_output_to_the_data(
    here: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    write_run(here / "runs" / "a", few())
    assert main(["a", "--format", format]) == 0
    out, notes = capsys.readouterr()
    rows = json.loads(out) if format == "json" else list(csv.DictReader(io.StringIO(out)))
    assert [row["variant"] for row in rows] == ["sgd", "adam"]
    assert float(rows[1]["difference"]) == pytest.approx(0.4)
    assert notes.splitlines()[-1].startswith("Wrote ")  # a slow machine tells its progress before


def test_a_reader_that_stops_early_breaks_nothing(here: Path) -> None:
    write_run(here / "runs" / "a", few())
    done = subprocess.run(
        f"{sys.executable} -m harness.report a --format csv | true; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(here)},
    )
    assert done.stdout == "0\n"
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_several_runs_are_pooled(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(here / "runs" / "a", few(1))
    write_run(here / "runs" / "b", [record for record in few(3) if record.seed > 0])
    assert main(["a", "b"]) == 0
    assert re.search(r"\| adam +\| +3 \|", capsys.readouterr().out)
    assert (here / "reports" / "a+b" / "README.md").is_file()


def test_other_data_is_another_group_and_said_so(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", few(1))
    digits = replace(DATASET, name="digits", digest="sha256:d1")
    write_run(here / "runs" / "b", [replace(record, dataset=digits) for record in few(1)])
    assert main(["a", "b"]) == 0
    out = capsys.readouterr().out
    assert "2 groups that are not compared with each other" in out
    assert "## optimizer: mnist, short, torch on cpu" in out
    assert "## optimizer: digits, short, torch on cpu" in out
    drawn = [path.name for path in (here / "reports" / "a+b" / "figures").glob("*.png")]
    assert sum("-mnist-" in name for name in drawn) == sum("-digits-" in name for name in drawn) > 3


def test_the_same_seeds_in_two_runs_are_an_error(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", few())
    write_run(here / "runs" / "b", few())
    assert "'a' and 'b'" in failure(main, ["a", "b"], capsys)
    assert "'a' and 'a'" in failure(main, ["a", "runs/a"], capsys)
    assert not (here / "reports").exists()


def test_an_experiment_can_be_chosen(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(here / "runs" / "a", [*few(1), *few(1, experiment="depth")])
    assert main(["a", "--experiment", "depth"]) == 0
    out = capsys.readouterr().out
    assert "## depth" in out
    assert "## optimizer" not in out
    assert "expected one of depth, optimizer" in failure(
        main, ["a", "--experiment", "dept"], capsys
    )


def test_header_says_what_is_wrong_with_a_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = few()
    records[0] = replace(records[0], outcome="failed", reason="0.5 | is below <0.9>")
    records[1] = replace(records[1], diverged=True, dirty=True)
    shared = replace(TIMING, exclusive=False, workers=2, threads=1)
    records[2] = replace(records[2], timing=shared)
    planned = [*(record.nodeid for record in records), "bench/test_x.py::test_x[lost-seed0]"]
    write_run(here / "runs" / "a", records, planned=planned)
    assert main(["a"]) == 0
    out = capsys.readouterr().out
    assert "4 of 5 planned cases on record: 3 passed, 1 failed" in out
    assert "1 diverged, 1 missing" in out
    assert "test_x[lost-seed0]" in out
    assert "**Uncommitted changes:**" in out
    assert "1 of 4 cases were timed while the machine was shared" in out
    assert "2 workers with 1 thread each" in out
    assert "0.5 &#124; is below &lt;0.9&gt;" in out
    assert "sha256:5e5e" in out


def test_cases_that_raised_are_counted_and_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    halfway = make_record(seed=2, accuracies=(0.1,), outcome="error", reason="MemoryError: full")
    failed = make_record(seed=3, outcome="failed", reason="low")
    untrained = make_untrained(variant="sgd", seed=2, reason="RecipeError: too small")
    records = [*few(), failed, halfway, untrained]
    write_run(here / "runs" / "a", records, planned=[record.nodeid for record in records])
    assert main(["a"]) == 0
    out = capsys.readouterr().out
    assert "7 of 7 planned cases on record: 4 passed, 1 failed, 0 unjudged, 2 error" in out
    assert "**2 of 7 cases raised an error** and no mean counts them" in out
    assert "`--resume a` runs them again" in out
    table = out.partition("## Cases in trouble")[2].splitlines()[4:7]
    said = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table]
    assert said == [
        ["test_optimizer[adam-seed2]", "error", "MemoryError: full"],
        ["test_optimizer[sgd-seed2]", "error", "RecipeError: too small"],
        ["test_optimizer[adam-seed3]", "failed", "low"],
    ]
    assert "1 of 4 ERROR, 1 of 4 FAILED, 2 of 4 passed" in out
    assert "1 of 3 ERROR, 2 of 3 passed" in out
    assert "machines:" not in out


def test_a_run_in_which_every_case_raised_is_reported(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", [make_untrained()])
    assert main(["a"]) == 0
    assert "1 of 1 cases raised an error" in capsys.readouterr().out
    assert "--experiment optimizer: expected no name" in failure(
        main, ["a", "--experiment", "optimizer"], capsys
    )
    write_run(here / "runs" / "b", few())
    assert "'a' holds no result" in failure(main, ["--compare", "a", "b"], capsys)


def test_a_sound_run_has_no_warning(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = few()
    write_run(here / "runs" / "a", records, planned=[record.nodeid for record in records])
    assert main(["a"]) == 0
    out = capsys.readouterr().out
    assert "\n> " not in out
    assert "Cases in trouble" not in out


def test_hostile_names_break_neither_page_nor_files(here: Path) -> None:
    records = [
        replace(
            record,
            experiment=HOSTILE,
            variant=record.variant + HOSTILE,
            baseline="sgd" + HOSTILE,
            case=HOSTILE,
            factors={HOSTILE: seed},
            outcome="failed",
            reason=HOSTILE,
            commit=HOSTILE,
            machine={HOSTILE: HOSTILE},
        )
        for seed, record in enumerate(few(1))
    ]
    write_run(here / "runs" / "a", records)
    assert main(["a"]) == 0
    page = (here / "reports" / "a" / "README.md").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "](http" not in page
    tables = re.findall(r"(?:^\|.*\n)+", page, flags=re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1
    folder = here / "reports" / "a" / "figures"
    assert {path.name for path in folder.glob("*.png")} == {
        Path(link).name for link in re.findall(r"!\[.*\]\((figures/[A-Za-z0-9._+-]+)\)", page)
    }


def test_missing_empty_and_damaged_runs_are_one_clear_error(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "runs" in failure(main, [], capsys)
    write_run(here / "runs" / "empty", [])
    assert "expected records, found none" in failure(main, ["empty"], capsys)
    assert "nowhere" in failure(main, ["nowhere"], capsys)
    run = write_run(here / "runs" / "damaged", few(1))
    lines = (run / "records.jsonl").read_bytes().splitlines(keepends=True)
    (run / "records.jsonl").write_bytes(lines[0] + b"}{\n" + lines[1])
    assert "records.jsonl:2" in failure(main, ["damaged"], capsys)
    assert not (here / "reports").exists()


def test_a_half_written_last_line_is_said_and_left_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(here / "runs" / "a", few(1))
    whole = (run / "records.jsonl").read_bytes()
    (run / "records.jsonl").write_bytes(whole[:-40])
    assert main(["a", "--format", "json"]) == 0
    out, notes = capsys.readouterr()
    assert [row["variant"] for row in json.loads(out)] == ["sgd"]
    assert "records.jsonl:2" in notes


def test_a_folder_that_cannot_be_written_is_one_clear_error(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", few(1))
    (here / "taken").write_text("a file")
    assert "--output" in failure(main, ["a", "--output", "taken"], capsys)


@pytest.mark.parametrize(
    "arguments",
    [["--format", "xml"], ["--compare", "a"], ["b", "--compare", "a", "b"], ["--nonsense"]],
)
def test_a_wrong_command_line_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_every_option_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert all(option in out for option in ("RUN", "--format", "--experiment", "--compare"))
    words = " ".join(out.split())
    assert "without any, the newest under runs/ that has records" in words
    assert "A RUN is a run's folder, its name under runs/, or a .jsonl or .jsonl.gz file." in words


def test_a_process_that_draws_and_dies_is_one_clear_error(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(here / "runs" / "a", few(1))
    monkeypatch.setattr("harness.report_files.files", lambda *_: os._exit(9))
    assert main(["a"]) == 2
    assert "with more memory free" in capsys.readouterr().err.splitlines()[-1]
    monkeypatch.undo()
    assert main([str(here / "runs" / "a"), "--output", str(here / "whole")]) == 0


STOPPED = """
import signal, sys, time
from harness import report, report_files

def stall(figure, name):
    import os, signal, time
    os.killpg(os.getpgrp(), signal.SIGINT)  # what a terminal does at Ctrl-C
    time.sleep(60)

report_files.files = stall
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
sys.exit(report.main(["a"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a group of processes")
def test_ctrl_c_stops_it_at_once_and_is_said(here: Path) -> None:
    write_run(here / "runs" / "a", few(1))
    done = subprocess.run(
        [sys.executable, "-c", STOPPED],
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 130
    assert done.stderr.splitlines()[-1] == "stopped: the report was not made"
    assert "Traceback" not in done.stderr
    assert not (here / "reports" / "a" / "report.html").exists()
