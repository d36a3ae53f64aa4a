"""Which records an export takes, and what it learns of them."""

from pathlib import Path

import pytest

from harness.export_rows import ExportError
from harness.export_source import Survey, read, survey
from harness.record import Record, encode
from harness.store import RECORDS, StoreError
from tests.records import make_record, make_untrained, write_run


def found(*paths: Path, experiments: tuple[str, ...] = ()) -> Survey:
    return survey(paths, experiments=experiments, notice=pytest.fail)


def test_of_two_records_for_one_case_the_later_one_counts(tmp_path: Path) -> None:
    first, second = make_record(test_accuracy=0.1), make_record(test_accuracy=0.9)
    run = write_run(tmp_path / "a", [first, make_record(seed=1), second])
    survey = found(run)
    assert survey.cases == 2
    assert [(each.seed, each.test_accuracy) for each in read(survey)] == [(1, 0.975), (0, 0.9)]


def test_half_written_last_line_is_left_out_and_said(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", [make_record()])
    with (run / RECORDS).open("ab") as stream:
        stream.write(encode(make_record(seed=1))[:-20])
    said: list[str] = []
    assert survey([run], experiments=(), notice=said.append).cases == 1
    assert said == [f"{run / RECORDS}:2: half-written last line, left out"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{broken\n", "expected one JSON object"),
        (b'{"nodeid":"x","schema_version":3}\n', "missing required field"),
        (b'{"nodeid":"x","schema_version":99}\n', "expected schema_version 1 to 5, got 99"),
        (b"[]\n", "expected a JSON object, got list"),
    ],
)
def test_damaged_line_is_an_error_by_file_and_line(
    tmp_path: Path, line: bytes, problem: str
) -> None:
    run = write_run(tmp_path / "a", [make_record()])
    with (run / RECORDS).open("ab") as stream:
        stream.write(line + encode(make_record(seed=1)) + b"\n")
    with pytest.raises(StoreError, match=problem) as error:
        found(run)
    assert str(error.value).startswith(f"{run / RECORDS}:2: ")


def test_run_without_records_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="expected records, found none"):
        found(write_run(tmp_path / "a", []))


def test_the_same_run_twice_is_an_error(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", [make_record()])
    with pytest.raises(ExportError, match="name each run once"):
        found(run, run)
    other = write_run(tmp_path / "b", [make_record()])
    assert found(run, other).cases == 2


def test_only_the_experiments_asked_for_and_their_columns(tmp_path: Path) -> None:
    depth = make_record(experiment="depth", factors={"depth": 3})
    run = write_run(tmp_path / "a", [make_record(), depth])
    only = found(run, experiments=("depth",))
    assert [record.experiment for record in read(only)] == ["depth"]
    assert [name for name in only.schema["cases"] if name.startswith("factor.")] == ["factor.depth"]
    with pytest.raises(ExportError, match="--experiment width: expected one of depth, optimizer"):
        found(run, experiments=("width",))


def test_varied_recipe_fields_are_found_among_cases_that_trained(tmp_path: Path) -> None:
    def case(seed: int, rate: float) -> Record:
        return make_record(seed=seed, recipe={"learning_rate": rate, "epochs": 3})

    raised = make_untrained(seed=9, recipe={"learning_rate": 0.1, "epochs": 20})
    run = write_run(tmp_path / "a", [case(0, 0.1), case(1, 0.1), case(2, 1), raised])
    assert found(run).varied == {"recipe.learning_rate": "number"}


def test_lines_that_a_running_session_adds_meanwhile_wait_for_the_next_export(
    tmp_path: Path,
) -> None:
    run = write_run(tmp_path / "a", [make_record()])
    before = found(run)
    with (run / RECORDS).open("ab") as stream:
        stream.write(encode(make_record(seed=1)) + b'\n{"half')
    assert [record.seed for record in read(before)] == [0]
