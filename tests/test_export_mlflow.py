"""MLflow runs read back by MLflow's own client, in a process of its own: it warns, and is slow."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.record import decode
from tests.records import make_epoch, make_record, make_untrained, write_run

ROOT = Path(__file__).parents[1]
HOSTILE = "../../<script>/é's \"" + "x" * 600
RECIPE = {"learning_rate": 0.1, "convs": [{"maps": 6}], "optimizer": {"kind": "adam"}}

PROGRAM = """
import json, sys
from pathlib import Path
from harness.export import main

options = ["a", "--format", "mlflow"]
assert main(options) == 0
from mlflow import MlflowClient
uri = f"sqlite:///{Path('exports/a/mlflow.db').resolve()}"
client = MlflowClient(tracking_uri=uri)

def held():
    return [
        (experiment, run)
        for experiment in client.search_experiments()
        for run in client.search_runs([experiment.experiment_id], max_results=1000)
    ]

broken_off = next(run for _, run in held() if run.info.run_name == "test_optimizer[adam-seed1]")
client.update_run(broken_off.info.run_id, status="RUNNING")
assert main(options) == 0
assert main([*options, "--tracking-uri", uri, "--output", "elsewhere"]) == 0
runs = {}
for experiment, run in held():
    run_id = run.info.run_id
    names = [each.path for each in client.list_artifacts(run_id)]
    runs[run.info.run_name] = {
        "experiment": experiment.name,
        "status": run.info.status,
        "start": run.info.start_time,
        "end": run.info.end_time,
        "params": run.data.params,
        "tags": run.data.tags,
        "latest": run.data.metrics,
        "histories": {
            key: [[each.step, each.value, each.timestamp]
                  for each in client.get_metric_history(run_id, key)]
            for key in run.data.metrics
        },
        "artifacts": {
            name: Path(client.download_artifacts(run_id, name)).read_text() for name in names
        },
    }
worst = client.search_runs(
    [broken_off.info.experiment_id],
    filter_string="metrics.`case/test_accuracy` < 0.95 and tags.run = 'a'",
)
wrong = main([*options, "--tracking-uri", "nothing://here", "--output", "elsewhere"])
print(json.dumps({
    "count": len(held()),
    "runs": runs,
    "worst": [run.info.run_name for run in worst],
    "wrong": wrong,
    "modules": sorted({"torch", "tensorflow"} & set(sys.modules)),
}))
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a run of five cases."""
    folder = tmp_path_factory.mktemp("mlflow")
    lost = replace(make_record(variant="sgd"), epochs=(make_epoch(0.5), make_epoch(None)))
    many = tuple(make_epoch(0.5) for _ in range(150))  # more numbers than MLflow takes at once
    write_run(
        folder / "runs" / "a",
        [
            make_record(recipe=RECIPE, accuracies=(0.5, 0.9), factors={"optimizer": "adam"}),
            make_record(seed=1, epochs=many),
            lost,
            make_untrained(variant="adadelta", reason="ValueError: <b>no</b> " + "y" * 9000),
            make_record(
                experiment=HOSTILE, variant=HOSTILE, conditions={HOSTILE: 0.5, HOSTILE + "2": 0.6}
            ),
        ],
    )
    return folder


@pytest.fixture(scope="module")
def done(here: Path) -> "subprocess.CompletedProcess[str]":
    """Three exports, and what MLflow reads after them."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(here)},
    )


@pytest.fixture(scope="module")
def read(done: "subprocess.CompletedProcess[str]") -> Any:
    """What MLflow reads."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_second_export_adds_only_what_was_broken_off_and_says_so(
    read: Any, done: "subprocess.CompletedProcess[str]"
) -> None:
    assert read["count"] == len(read["runs"]) == 5
    said = [line for line in done.stdout.splitlines() if "runs logged" in line]
    assert [line.partition(": ")[2].partition(":")[0] for line in said] == [
        "5 runs logged",
        "1 runs logged; 4 that it held already are left as they are",
        "0 runs logged; 5 that it held already are left as they are",
    ]
    assert read["modules"] == []


def test_parameters_are_what_was_chosen(read: Any) -> None:
    assert read["runs"]["test_optimizer[adam-seed0]"]["params"] == {
        "recipe.learning_rate": "0.1",
        "recipe.convs": '[{"maps":6}]',
        "recipe.optimizer.kind": "adam",
        "factor.optimizer": "adam",
        "seed": "0",
    }


def test_metrics_have_an_entry_an_epoch_with_its_time(read: Any) -> None:
    run = read["runs"]["test_optimizer[adam-seed0]"]
    end_ms = run["end"]
    assert run["histories"]["epoch/test_accuracy"] == [[1, 0.5, end_ms - 3200], [2, 0.9, end_ms]]
    assert run["histories"]["gradient_norm/conv1"] == [[1, 0.5, end_ms - 3200], [2, 0.5, end_ms]]
    assert run["latest"]["case/test_accuracy"] == 0.9
    assert run["start"] == end_ms - 6400
    assert read["worst"] == ["test_optimizer[adam-seed0]"]


def test_more_metrics_than_one_batch_takes(read: Any) -> None:
    history = read["runs"]["test_optimizer[adam-seed1]"]["histories"]["epoch/test_accuracy"]
    assert [step for step, _, _ in history] == list(range(1, 151))


def test_a_number_that_was_not_finite_is_nan(read: Any) -> None:
    run = read["runs"]["test_optimizer[sgd-seed0]"]
    assert str(run["latest"]["epoch/test_accuracy"]) == "nan"


def test_tags_name_the_case_and_a_case_that_raised_has_failed(read: Any) -> None:
    run = read["runs"]["test_optimizer[adadelta-seed0]"]
    assert run["status"] == "FAILED"
    assert run["tags"]["run"] == "a"
    assert run["tags"]["nodeid"] == "bench/test_optimizer.py::test_optimizer[adadelta-seed0]"
    assert run["tags"]["outcome"] == "error"
    assert run["tags"]["commit"] == "0123456789abcdef0123456789abcdef01234567"
    assert run["tags"]["reason"].startswith("ValueError: <b>no</b> ")
    assert run["tags"]["reason"].endswith("…")
    assert read["runs"]["test_optimizer[adam-seed0]"]["status"] == "FINISHED"


def test_the_whole_record_is_an_artifact(read: Any) -> None:
    kept = decode(read["runs"]["test_optimizer[adadelta-seed0]"]["artifacts"]["record.json"])
    assert kept.reason == "ValueError: <b>no</b> " + "y" * 9000
    assert kept.step_loss.loss == (2.3, 1.9, 1.2)


def test_hostile_names_stay_in_the_folder_and_apart(read: Any, here: Path) -> None:
    run = next(each for each in read["runs"].values() if each["experiment"] != "optimizer")
    assert run["experiment"] == HOSTILE[:499] + "…"
    assert run["tags"]["experiment"] == HOSTILE
    conditions = [key for key in run["latest"] if key.startswith("case-conditions.")]
    assert sorted(run["latest"][key] for key in conditions) == [0.5, 0.6]
    assert sorted(path.name for path in here.iterdir()) == ["elsewhere", "exports", "runs"]
    assert sorted(path.name for path in (here / "exports" / "a").iterdir()) == [
        "mlflow-artifacts",
        "mlflow.db",
    ]


def test_a_store_that_mlflow_does_not_know_is_one_clear_error(
    read: Any, done: "subprocess.CompletedProcess[str]"
) -> None:
    assert read["wrong"] == 2
    assert "error: --tracking-uri: expected a store that MLflow can use" in done.stderr
