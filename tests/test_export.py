"""The export as its user meets it: commands in, tables out that other tools read."""

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.parquet
import pytest

from harness import export_tables
from harness.export import main
from harness.export_rows import TABLES
from harness.record import Record, Threshold
from harness.store import RECORDS
from tests.commands import failure
from tests.records import make_record, make_untrained, write_run

ROOT = Path(__file__).parents[1]
ROWS = [4, 8, 16, 12]
HOSTILE = 'a,b;"c"\r\n<script>alert(1)</script>\n=1+1 größe 名 \t'
FILES = [f"{table}.{format}" for format in ("csv", "parquet") for table in TABLES]


def some() -> list[Record]:
    """Four cases: one judged, one whose numbers were not finite, one that raised, one hostile."""
    recipe = {"learning_rate": 0.1, "convs": [{"maps": 6}], "shuffle": True, "train_size": None}
    return [
        make_record(recipe=recipe, threshold=Threshold(lower=0.9), conditions={"shift-2": 0.5}),
        make_record(seed=1, recipe=recipe, accuracies=(0.4, None), peak_memory_bytes=2**40),
        make_untrained(seed=2, reason="ValueError: no"),
        make_record(seed=3, question=HOSTILE, variant="", factors={"depth": 3}, reason=HOSTILE),
    ]


@pytest.fixture
def exported(here: Path) -> Path:
    """The folder of an export of `some` in both formats."""
    write_run(here / "runs" / "a", some())
    assert main(["a"]) == 0
    return here / "exports" / "a"


def test_command_line_exports_the_newest_run_and_loads_no_more_than_it_needs(here: Path) -> None:
    write_run(here / "runs" / "20260101-first", some())
    newest = write_run(here / "runs" / "20260102-second", some())
    code = (
        "import sys; from harness.export import main; main([]); "
        "print({'torch', 'lenet', 'matplotlib', 'mlflow', 'tensorboard'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(here)},
    )
    assert done.returncode == 0, done.stderr
    folder = Path("exports") / newest.name
    assert done.stdout.splitlines() == [
        "4 cases of runs/20260102-second",
        *(f"{folder / name}: {rows} rows" for name, rows in zip(FILES, ROWS * 2, strict=True)),
        "set()",
    ]
    assert sorted(path.name for path in (here / folder).iterdir()) == sorted(FILES)


def test_csv_is_rfc_4180_and_read_by_the_csv_module(exported: Path) -> None:
    text = (exported / "cases.csv").read_bytes().decode("utf-8")
    assert text.startswith("run,nodeid,")
    assert text.endswith("\r\n")
    with (exported / "cases.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    assert [row["seed"] for row in rows] == ["0", "1", "2", "3"]
    assert rows[3]["question"] == rows[3]["reason"] == HOSTILE
    assert rows[0]["recipe.convs"] == '[{"maps":6}]'
    assert rows[0]["recipe.shuffle"] == "true"
    assert rows[0]["recipe.train_size"] == rows[2]["parameters"] == rows[2]["dataset.name"] == ""
    assert rows[0]["threshold.lower"] == "0.9"
    assert rows[1]["peak_memory_bytes"] == str(2**40)
    assert (rows[2]["outcome"], rows[2]["reason"]) == ("error", "ValueError: no")
    assert (rows[0]["factor.optimizer"], rows[0]["factor.depth"]) == ("adam", "")


def test_csv_is_read_by_pandas_with_types(exported: Path) -> None:
    cases, epochs, steps = (
        pandas.read_csv(exported / f"{table}.csv") for table in ("cases", "epochs", "steps")
    )
    assert cases["test_accuracy"].dtype == cases["timing.wall_s"].dtype == "float64"
    assert cases["seed"].dtype == epochs["epoch"].dtype == steps["step"].dtype == "int64"
    assert cases["diverged"].dtype == "bool"
    assert steps["loss"].tolist() == [2.3, 1.9, 1.2] * 4
    merged = epochs.merge(cases, on=["run", "nodeid"], validate="many_to_one")
    assert len(merged) == len(epochs) == 8


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_float_comes_back_to_the_last_bit(exported: Path, format: str) -> None:
    read = {"csv": duckdb.read_csv, "parquet": duckdb.read_parquet}[format]
    found = read(str(exported / f"epochs.{format}")).project("test_loss").fetchall()
    losses = [loss for (loss,) in found if loss is not None]
    assert losses == [
        epoch.test_loss for record in some() for epoch in record.epochs if epoch.test_loss
    ]


def test_parquet_is_read_by_polars_with_types(exported: Path) -> None:
    cases = polars.read_parquet(exported / "cases.parquet")
    assert cases.columns[:2] == ["run", "nodeid"]
    types = {polars.String, polars.Int64, polars.Float64, polars.Boolean}
    for table in TABLES:
        assert set(polars.read_parquet(exported / f"{table}.parquet").dtypes) <= types
    assert cases["recipe.learning_rate"].to_list() == [0.1, 0.1, None, None]
    assert cases["question"][3] == HOSTILE
    assert cases["variant"][3] == ""
    assert cases["conditions.shift-2"].to_list() == [0.5, None, None, None]
    assert cases["outcome"].to_list() == ["passed", "passed", "error", "passed"]


def test_parquet_is_read_by_duckdb_and_its_tables_join(exported: Path) -> None:
    joined = duckdb.sql(
        f"""select c.seed, c."timing.wall_s", max(l.gradient_norm), count(*)
        from '{exported / "cases.parquet"}' c join '{exported / "layers.parquet"}' l
        using (run, nodeid) where l.layer = 'conv1' group by all order by all"""
    )
    assert joined is not None
    assert joined.fetchall() == [(0, 10.0, 0.5, 3), (1, 10.0, 0.5, 2), (3, 10.0, 0.5, 3)]


def test_parquet_is_read_by_pyarrow_and_pandas(exported: Path) -> None:
    steps = pyarrow.parquet.read_table(exported / "steps.parquet")
    assert steps.column("step").to_pylist() == [1, 2, 3] * 4
    layers = pandas.read_parquet(exported / "layers.parquet")
    assert layers["dead_units"].dtype == "float64"
    assert layers.columns.tolist() == [
        "run", "nodeid", "epoch", "layer",
        "gradient_norm", "dead_units", "saturated_units", "effective_step",
    ]  # fmt: skip


def test_batches_write_the_same_tables(
    exported: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_tables, "BATCH", 1)
    monkeypatch.setattr(export_tables, "GROUP_ROWS", 3)
    assert main(["a", "--output", "small"]) == 0
    for name in FILES:
        if name.endswith("csv"):
            assert (here / "small" / name).read_bytes() == (exported / name).read_bytes()
        else:
            made = polars.read_parquet(here / "small" / name)
            assert made.equals(polars.read_parquet(exported / name))
    groups = pyarrow.parquet.ParquetFile(here / "small" / "steps.parquet").num_row_groups
    assert groups > 1


def test_a_case_without_epochs_and_steps_still_gives_tables_with_columns(here: Path) -> None:
    write_run(here / "runs" / "a", [make_untrained()])
    lone = replace(make_untrained(), step_loss=replace(make_record().step_loss, step=(), loss=()))
    write_run(here / "runs" / "b", [lone])
    assert main(["b"]) == 0
    steps = polars.read_parquet("exports/b/steps.parquet")
    assert steps.shape == (0, 4)
    assert Path("exports/b/steps.csv").read_text() == "run,nodeid,step,loss\n"


def test_several_runs_go_into_the_same_tables(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(here / "runs" / "a", some())
    write_run(here / "runs" / "b", [make_record(experiment="depth")])
    assert main(["a", "b", "--format", "parquet"]) == 0
    cases = polars.read_parquet("exports/a+b/cases.parquet")
    assert cases["run"].to_list() == ["a"] * 4 + ["b"]
    assert not Path("exports/a+b/cases.csv").exists()
    assert main(["a", "b", "--experiment", "depth", "--output", "depth"]) == 0
    assert polars.read_csv("depth/cases.csv")["experiment"].to_list() == ["depth"]
    capsys.readouterr()
    assert "name each run once" in failure(main, ["a", "runs/a"], capsys)


def test_name_of_a_file_names_the_folder_and_stays_in_it(here: Path) -> None:
    run = write_run(here / "runs" / "a", some())
    (run / RECORDS).rename(here / "..größe <b>.jsonl")
    assert main(["..größe <b>.jsonl", "--format", "csv"]) == 0
    assert [path.name for path in (here / "exports").iterdir()] == ["gr-e-b-17e2f9f2b6"]


def test_ctrl_c_is_said_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    write_run(here / "runs" / "a", some())
    monkeypatch.setattr("harness.export.read", stop)
    assert main(["a"]) == 130
    assert capsys.readouterr().err == "stopped: the export is not whole\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["missing"], "missing: expected a run's folder"),
        (["empty"], "expected records, found none"),
        (["damaged"], "runs/damaged/records.jsonl:5: Object missing required field `run`"),
        (["a", "--experiment", "width"], "--experiment width: expected one of optimizer"),
        (["a", "--output", "file"], "choose a folder with --output"),
        (["large"], "seed: expected values that a column of the kind integer holds"),
    ],
)
def test_bad_input_gets_one_clear_error_and_leaves_nothing_behind(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    write_run(here / "runs" / "a", some())
    write_run(here / "runs" / "empty", [])
    write_run(here / "runs" / "large", [make_record(seed=2**63)])
    with (write_run(here / "runs" / "damaged", some()) / RECORDS).open("a") as stream:
        stream.write('{"nodeid":"x","schema_version":3}\n')
    (here / "file").touch()
    assert problem in failure(main, arguments, capsys)
    assert [path for path in here.glob("exports/*/*") if path.is_file()] == []


def test_a_failed_export_leaves_the_one_before_as_it_was(
    exported: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    with (here / "runs" / "a" / RECORDS).open("a") as stream:
        stream.write("{}\n")
    capsys.readouterr()
    failure(main, ["a"], capsys)
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before


@pytest.mark.parametrize(
    ("format", "package"), [("tensorboard", "tensorboard"), ("mlflow", "alembic")]
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    format: str,
    package: str,
) -> None:
    write_run(here / "runs" / "a", some())
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"harness.export_{format}", raising=False)
    said = failure(main, ["a", "--format", "csv", "--format", format], capsys)
    assert f"--format {format}: expected the package that writes it" in said
    assert 'pip install "lenet-bench[export]"' in said
    assert not (here / "exports").exists()


def test_a_store_for_mlflow_without_its_format_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--tracking-uri", "http://127.0.0.1:1"])
    assert ended.value.code == 2
    assert "add --format mlflow" in capsys.readouterr().err
