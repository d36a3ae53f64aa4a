"""The gate as a CI meets it: commands in, text, files and exit codes out."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.gate import main
from harness.record import Record, encode
from harness.store import read_records
from tests.foreign import clean_environment
from tests.gate_records import side
from tests.records import DATASET, TIMING, make_untrained, write_run


def command(folder: Path, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own; the exit code is the one that a CI sees."""
    stray = ("GITHUB",)
    inherited = {
        name: value for name, value in clean_environment().items() if not name.startswith(stray)
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "harness.gate", *map(str, arguments)],
        cwd=folder,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def write(file: Path, records: Sequence[Record]) -> Path:
    file.write_bytes(b"".join(encode(record) + b"\n" for record in records))
    return file


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a baseline file, outside of GitHub Actions."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path / "base.jsonl", side("a"))
    return tmp_path


def test_a_file_against_itself_is_green(here: Path) -> None:
    ended = command(here, "base.jsonl", "base.jsonl")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith("gate: no regression: 4 cells green (exit code 0)\n")


def test_a_regression_is_exit_code_1_and_names_its_cell(here: Path) -> None:
    write_run(here / "runs" / "mine", side("b", shifts={"adam": -0.01}))
    ended = command(here, "base.jsonl", "mine")
    assert ended.returncode == 1
    [row] = [row for row in ended.stdout.splitlines() if row.startswith("red")]
    assert "optimizer/adam" in row
    assert "test accuracy, %" in row
    assert "0.20 %" in row
    assert "4 tests, corrected together at 0.05; least number of seeds that can decide: 7" in (
        ended.stdout
    )


BASE = side("a")


def changed(**fields: Any) -> list[Record]:
    return [replace(each, **fields) for each in BASE]


CHANGED: dict[str, Callable[[], Sequence[Record]]] = {
    "no-record": list,
    "missing-cell": lambda: [record for record in BASE if record.variant != "adam"],
    "other-data": lambda: changed(dataset=replace(DATASET, digest="sha256:0")),
    "other-dataset": lambda: changed(dataset=replace(DATASET, name="kmnist")),
    "other-tier": lambda: changed(tier="smoke"),
    "other-recipe": lambda: changed(recipe_id="{}"),
    "other-engine": lambda: changed(engine="fast"),
    "other-device": lambda: changed(device="cuda"),
    "raised": lambda: [*BASE[1:], make_untrained(variant="sgd", seed=0)],
    "no-shared-seed": lambda: [replace(each, seed=each.seed + 50) for each in BASE],
    "too-few-seeds": lambda: side("b", seeds=4),
    "all-undecided": lambda: side("e", noise=0.05),
}
"""Way to fail closed -> the run that takes it."""
SAID = {
    "no-record": "the run holds no record",
    "missing-cell": "optimizer/adam: the baseline has it, the run does not",
    "other-data": "(sha256:0)",
    "other-dataset": "the run has kmnist",
    "other-tier": "mnist, smoke",
    "other-recipe": "expected the baseline's recipe",
    "other-engine": "fast on cpu",
    "other-device": "torch on cuda",
    "raised": "which raised (RecipeError: too small)",
    "no-shared-seed": "share no seed",
    "too-few-seeds": "too few for any decision",
    "all-undecided": "no cell is green",
}
"""The same -> what is said of it."""


@pytest.mark.parametrize("way", CHANGED)
def test_what_cannot_be_judged_is_exit_code_2_with_what_to_do(here: Path, way: str) -> None:
    write(here / "run.jsonl", CHANGED[way]())
    ended = command(here, "base.jsonl", "run.jsonl")
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert SAID[way] in ended.stdout
    assert ended.stdout.endswith("could not judge (exit code 2)\n")
    errors = [line for line in ended.stdout.splitlines() if line.startswith("error: ")]
    assert errors
    assert all(": " in line.removeprefix("error: ") for line in errors)


def test_undecided_cells_fail_where_that_is_asked(here: Path) -> None:
    after = [
        *side("b", cells=("sgd",)),
        *side("b", cells=("momentum", "adam", "nadam"), noise=0.03),
    ]
    write(here / "run.jsonl", after)
    assert command(here, "base.jsonl", "run.jsonl").returncode == 0
    ended = command(here, "base.jsonl", "run.jsonl", "--undecided", "fail")
    assert ended.returncode == 2
    assert "--undecided fail" in ended.stdout


def test_times_that_were_not_exclusive_are_refused(here: Path) -> None:
    shared = [replace(each, timing=replace(TIMING, exclusive=False)) for each in BASE]
    write(here / "run.jsonl", shared)
    assert command(here, "base.jsonl", "run.jsonl").returncode == 0
    ended = command(here, "base.jsonl", "run.jsonl", "--metrics", "epoch_s")
    assert ended.returncode == 2
    assert "while the machine was shared" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.jsonl", "base.jsonl"), "gone.jsonl: expected a run's folder"),
        (("base.jsonl", "gone"), "gone: expected a run's folder"),
        (("base.jsonl",), "expected BASELINE and RUN"),
        (("base.jsonl", "base.jsonl", "--metrics", "speed"), "expected one of test_accuracy"),
        (("base.jsonl", "base.jsonl", "--level", "5"), "expected a share"),
        (("base.jsonl", "base.jsonl", "--experiment", "depth"), "--experiment depth: expected"),
        (("base.jsonl", "bad.jsonl"), "bad.jsonl:1: expected one JSON object"),
        (("--promote", "gone"), "gone: expected a run's folder"),
    ],
    ids=[
        "no-baseline",
        "no-run",
        "one-side",
        "metric",
        "level",
        "experiment",
        "damaged",
        "promote",
    ],
)
def test_wrong_commands_are_exit_code_2(here: Path, arguments: tuple[str, ...], said: str) -> None:
    (here / "bad.jsonl").write_text("no record\n")
    ended = command(here, *arguments)
    assert ended.returncode == 2
    assert said in ended.stdout + ended.stderr


def test_a_run_that_is_not_finished_is_refused(here: Path) -> None:
    planned = [record.nodeid for record in BASE] + ["bench/test_optimizer.py::test_optimizer[x]"]
    write_run(here / "runs" / "mine", BASE, planned=planned)
    ended = command(here, "base.jsonl", "mine")
    assert ended.returncode == 2
    assert "1 planned cases have no record" in ended.stdout
    assert "--resume mine" in ended.stdout


def test_github_gets_annotations_and_a_summary(here: Path) -> None:
    write(here / "run.jsonl", side("b", shifts={"adam": -0.01}))
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(here / "summary.md")}
    ended = command(here, "base.jsonl", "run.jsonl", **variables)
    assert ended.returncode == 1
    [annotation] = [line for line in ended.stdout.splitlines() if line.startswith("::")]
    assert annotation.startswith("::error title=Regression in optimizer/adam::optimizer/adam: ")
    page = (here / "summary.md").read_text()
    assert page.startswith("## Gate failed: run.jsonl against base.jsonl")
    assert page.count("\n| green") == 7


def test_elsewhere_there_is_plain_text_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["base.jsonl", "base.jsonl"]) == 0
    assert "::" not in capsys.readouterr().out


def test_junit_xml_is_written_and_a_lost_one_is_exit_code_2(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "run.jsonl", side("b", shifts={"adam": -0.01}))
    assert main(["base.jsonl", "run.jsonl", "--junit-xml", "gate.xml"]) == 1
    suite = ElementTree.parse(here / "gate.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("8", "1", "0")
    [failed] = suite.findall("./testcase[failure]")
    assert failed.get("name") == "adam test_accuracy"
    assert main(["base.jsonl", "base.jsonl", "--junit-xml", "gone/gate.xml"]) == 2
    assert "expected to write the result" in capsys.readouterr().err


def test_promoted_run_is_the_baseline_and_its_changes_are_printed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "first", side("a", cells=("sgd", "adam")))
    assert main(["--promote", "first"]) == 0
    file = here / "reports" / "baselines" / "mnist-short-torch.jsonl.gz"
    assert len(read_records(file)) == 24
    assert capsys.readouterr().out.splitlines()[:2] == [
        "new      optimizer/adam: 97.02% over 12 seeds",
        "new      optimizer/sgd: 97.01% over 12 seeds",
    ]
    assert main([str(file), "first"]) == 0
    second = side("a", cells=("sgd",)) + side("b", cells=("nadam",), shifts={"nadam": -0.01})
    write_run(here / "runs" / "second", second)
    capsys.readouterr()
    assert main(["--promote", "second"]) == 0
    new, removed, same, last = capsys.readouterr().out.splitlines()
    assert new.startswith("removed  optimizer/adam: ")
    assert new.endswith("no gate will judge it any more")
    assert removed.startswith("new      optimizer/nadam: ")
    assert same == "1 cells as they were"
    assert last.endswith("mnist-short-torch.jsonl.gz: 24 records; review it, then commit it")


def test_changed_cells_are_told_with_what_changed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", side("a", cells=("sgd",)))
    other = [replace(each, recipe_id="{}") for each in side("b", cells=("sgd",))]
    write_run(here / "runs" / "b", other)
    main(["--promote", "a", "--output", "x.jsonl"])
    capsys.readouterr()
    main(["--promote", "b", "--output", "x.jsonl"])
    assert capsys.readouterr().out.startswith(
        'changed  optimizer/sgd: recipe {"variant":"sgd"} -> {}; '
    )


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([], "expected records, found none"),
        ([*BASE, make_untrained(seed=40)], "raised or have no record"),
    ],
    ids=["empty", "raised"],
)
def test_a_run_without_every_result_is_not_promoted(
    here: Path, capsys: pytest.CaptureFixture[str], records: list[Record], said: str
) -> None:
    write(here / "run.jsonl", records)
    assert main(["--promote", "run.jsonl", "--output", "x.jsonl"]) == 2
    assert said in capsys.readouterr().err
    assert not (here / "x.jsonl").exists()


def test_help_says_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "0 no regression" in " ".join(capsys.readouterr().out.split())


def test_it_loads_no_torch_and_no_plots(here: Path) -> None:
    code = (
        "import sys; from harness.gate import main; main(['base.jsonl', 'base.jsonl']); "
        "print({'torch', 'lenet', 'matplotlib'} & set(sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=here, env=dict(os.environ) | clean_environment(),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout.endswith("set()\n")
