"""Event files read back by TensorBoard's own readers, each in a process of its own: they warn."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.records import make_epoch, make_record, make_untrained, write_run

ROOT = Path(__file__).parents[1]
HOSTILE = "../../<script>/é " + "x" * 300

PROGRAM = """
import json, sys
from pathlib import Path
from harness.export import main
assert main(["a", "--format", "tensorboard"]) == 0
assert main(["a", "--format", "tensorboard"]) == 0  # a second export doubles nothing
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups
from google.protobuf.json_format import MessageToDict

root = Path("exports/a/tensorboard")
files = {}
for file in sorted(root.rglob("*tfevents*")):
    read = EventAccumulator(str(file.parent), size_guidance={"scalars": 0, "tensors": 0})
    read.Reload()
    scalars = {
        tag: [[each.step, each.value, each.wall_time] for each in read.Scalars(tag)]
        for tag in read.Tags()["scalars"]
    }
    texts = [b.decode() for each in read.Tags()["tensors"] if each == "case/record"
             for b in read.Tensors(each)[0].tensor_proto.string_val]
    files[file.parent.relative_to(root).as_posix()] = {"scalars": scalars, "texts": texts}

runs = EventMultiplexer()
runs.AddRunsFromDirectory(str(root))
runs.Reload()
provider = MultiplexerDataProvider(runs, str(root))
context = backend_context.Context(TBContext(data_provider=provider, logdir=str(root)))
request = RequestContext()
metadata = context.hparams_metadata(request, "")
experiment = context.experiment_from_metadata(
    request, "", True, metadata, context.hparams_from_data_provider(request, "", limit=0))
asked = api_pb2.ListSessionGroupsRequest(
    allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE], slice_size=100,
    aggregation_type=api_pb2.AGGREGATION_AVG, include_metrics=True)
asked.col_params.extend(api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos)
groups = list_session_groups.Handler(request, context, "", asked).run()
print(json.dumps({
    "files": files,
    "experiment": MessageToDict(experiment),
    "groups": MessageToDict(groups)["sessionGroups"],
    "modules": sorted({"torch", "tensorflow"} & set(sys.modules)),
}))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What TensorBoard reads in an export of six cases."""
    here = tmp_path_factory.mktemp("tensorboard")
    rates = {seed: {"learning_rate": 0.1, "shuffle": True, "epochs": 3} for seed in range(2)}
    lost = make_record(variant="sgd", seed=0, recipe={"learning_rate": 1, "shuffle": False})
    lost = replace(lost, epochs=(make_epoch(0.5), make_epoch(None)))
    write_run(
        here / "runs" / "a",
        [
            make_record(recipe=rates[0], accuracies=(0.5, 0.9)),
            make_record(recipe=rates[1], accuracies=(0.5, 0.7), seed=1),
            replace(lost, step_loss=replace(lost.step_loss, loss=(2.0, None, None))),
            make_untrained(variant="adadelta", reason="ValueError: <b>no</b>"),
            make_record(
                recipe=rates[0],
                accuracies=(0.5, 0.9),
                nodeid="other/test_a.py::test_optimizer[adam-seed0]",
            ),
            make_record(experiment=HOSTILE, variant=HOSTILE, accuracies=(0.1,)),
        ],
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(here)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_each_case_has_one_file_in_a_folder_of_its_own(read: Any) -> None:
    folders = sorted(read["files"])
    assert folders[0] == "."
    assert folders[1:-1] == [
        "a/optimizer/adadelta/seed0",
        "a/optimizer/adam/seed0",
        "a/optimizer/adam/seed0-other-test_a.py-test_optimizer-adam-seed0-d72bb0b031",
        "a/optimizer/adam/seed1",
        "a/optimizer/sgd/seed0",
    ]
    assert folders[-1].startswith("a/script-")
    assert len(folders[-1].split("/")) == 4
    assert read["modules"] == []


def test_scalars_by_epoch_by_layer_and_by_step(read: Any) -> None:
    scalars = read["files"]["a/optimizer/adam/seed0"]["scalars"]
    steps = {tag: [each[0] for each in points] for tag, points in scalars.items()}
    assert steps["epoch/test_accuracy"] == steps["gradient_norm/conv1"] == [1, 2]
    assert steps["dead_units/output"] == [1, 2]
    assert steps["step/loss"] == [1, 2, 3]
    assert steps["case/test_accuracy"] == [2]
    assert "epoch/validation_accuracy" not in scalars
    values = [each[1] for each in scalars["epoch/test_accuracy"]]
    assert values == pytest.approx([0.5, 0.9])
    assert scalars["case/epoch_s"][0][1] == 3.0


def test_wall_times_are_those_of_the_training(read: Any) -> None:
    scalars = read["files"]["a/optimizer/adam/seed0"]["scalars"]
    end_s = datetime.fromisoformat("2026-11-21T06:00:00Z").timestamp()
    assert [each[2] for each in scalars["epoch/test_accuracy"]] == pytest.approx(
        [end_s - 3.2, end_s]
    )
    assert [each[2] for each in scalars["step/loss"]] == pytest.approx(
        [end_s - 6.4 * 2 / 3, end_s - 6.4 / 3, end_s]
    )


def test_a_number_that_was_not_finite_is_nan(read: Any) -> None:
    scalars = read["files"]["a/optimizer/sgd/seed0"]["scalars"]
    assert [str(each[1]) for each in scalars["epoch/test_accuracy"]] == ["0.5", "nan"]
    assert [str(each[1]) for each in scalars["gradient_norm/conv1"]] == ["0.5", "nan"]
    assert [str(each[1]) for each in scalars["step/loss"]] == ["2.0", "nan", "nan"]


def test_a_case_that_raised_is_kept_with_its_reason(read: Any) -> None:
    (text,) = read["files"]["a/optimizer/adadelta/seed0"]["texts"]
    row = json.loads(text)
    assert (row["outcome"], row["reason"]) == ("error", "ValueError: <b>no</b>")
    assert all(line.startswith("    ") for line in text.splitlines())


def test_hparams_tab_knows_what_was_varied_and_groups_the_seeds(read: Any) -> None:
    infos = {each["name"]: each["type"] for each in read["experiment"]["hparamInfos"]}
    assert infos == {
        "experiment": "DATA_TYPE_STRING",
        "variant": "DATA_TYPE_STRING",
        "recipe.learning_rate": "DATA_TYPE_FLOAT64",
        "recipe.shuffle": "DATA_TYPE_BOOL",
    }
    groups = {each["name"]: each for each in read["groups"]}
    adam = groups["a/optimizer/adam"]
    assert adam["hparams"]["recipe.learning_rate"] == 0.1
    assert adam["hparams"]["recipe.shuffle"] is True
    assert len(adam["sessions"]) == 3
    values = {each["name"]["tag"]: each["value"] for each in adam["metricValues"]}
    assert values == pytest.approx({"case/test_accuracy": 2.5 / 3, "case/epoch_s": 3.0})
    assert groups["a/optimizer/adadelta"]["sessions"][0]["status"] == "STATUS_FAILURE"
