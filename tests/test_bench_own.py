"""A user's own data and own experiments, in real sessions of the bench."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from harness.record import SCHEMA_FILE
from harness.store import read_records
from tests.bench_runs import run_bench, write_images
from tests.foreign import ROOT

FAILED = 1
INTERRUPTED = 2
REFUSED = 4


def test_disabled_benchmark_trains_in_full(tmp_path: Path) -> None:
    """On a user's colour images, with a time budget, in a worker."""
    images = write_images(tmp_path / "colour.npz", shape=(20, 20, 3), train=96, test=40)
    ended = run_bench(
        tmp_path,
        *("--experiment", "depth", "-k", "2-seed0", "--tier", "smoke", "-n", "1"),
        *("--dataset", f"colour={images}", "--benchmark-disable", "--time-budget", "5h"),
        *("--seeds", "1"),
    )
    assert ended.code == 0, ended.printed
    [line] = ended.lines().values()
    assert line["dataset"]["name"] == "colour"
    assert line["recipe"]["input_shape"] == [3, 20, 20]
    assert (line["dataset"]["train_size"], line["dataset"]["test_size"]) == (96, 40)
    assert len(line["epochs"]) == line["recipe"]["epochs"] == 2
    assert line["epoch_s"] > 0
    assert line["timing"]["yardstick_s"] > 0
    assert not (ended.run / "benchmark.json").exists()
    assert f"dataset: colour: read from {images}" in ended.printed
    assert "time budget 5.0 h: 1 case, seed 0 in part (depth 1 of 4), about " in ended.printed


def test_one_session_trains_on_two_kinds_of_images(tmp_path: Path) -> None:
    """A file stands in where a recipe names CIFAR-10; the other recipe has the tier's digits."""
    images = write_images(tmp_path / "photos.npz", shape=(32, 32, 3), train=96, test=40)
    given = (
        *("--experiment", "cifar_regulariser", "--experiment", "depth", "--tier", "smoke"),
        *("-k", "none-seed0 or 1-seed0"),
    )
    asked = ("--stand-in", f"cifar10={images}")
    ended = run_bench(tmp_path, *given, *asked)
    assert ended.code == 0, ended.printed
    assert f"instead of cifar10: photos, {images}" in ended.printed
    lines = ended.lines()
    assert {case: line["dataset"]["name"] for case, line in lines.items()} == {
        "test_cifar_regulariser[none-seed0]": "photos",
        "test_depth[1-seed0]": "digits",
    }
    again = run_bench(tmp_path, *given, *asked, "--resume", ended.run.name)
    assert again.code == 0, again.printed
    other = run_bench(tmp_path, *given, "--resume", ended.run.name)
    assert other.code == REFUSED
    assert "recorded with stand_ins {'cifar10': 'photos'}, this session has None" in other.printed


@pytest.mark.parametrize("workers", ["0", "2"])
def test_quiet_session_tells_what_its_time_budget_leaves(tmp_path: Path, workers: str) -> None:
    given = ("--experiment", "depth", "--tier", "smoke", "--seeds", "1", "-k", "1-seed0")
    ended = run_bench(tmp_path, *given, "-q", "-n", workers, "--time-budget", "5h")
    assert ended.code == 0, ended.printed
    said = "time budget 5.0 h: 1 case, seed 0 in part (depth 1 of 4), about "
    assert ended.printed.count(said) == 1


EXPERIMENT = '''\
from dataclasses import replace

from bench import recipes
from bench.experiment import experiment
from bench.trial import Trial

WIDTHS = {width: replace(recipes.BASE, linears=(width, 84)) for width in (30, 120)}


@experiment(WIDTHS, factors=("width",), baseline=120)
def test_width(trial: Trial) -> None:
    """Does a narrow linear layer cost accuracy?"""
    assert trial.run() in trial.threshold
'''


def copy_of_bench(folder: Path, name: str, module: str) -> Path:
    """A folder with a bench of its own, which has one experiment more."""
    shutil.copytree(ROOT / "bench", folder / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / file, folder)
    (folder / "bench" / name).write_text(module)
    return folder


def test_experiment_is_added_in_ten_lines(tmp_path: Path) -> None:
    assert len([line for line in EXPERIMENT.splitlines() if line]) <= 10
    root = copy_of_bench(tmp_path, "test_width.py", EXPERIMENT)
    ended = run_bench(tmp_path, "--experiment", "width", "--tier", "smoke", "-n", "0", root=root)
    assert ended.code == 0, ended.printed
    lines = ended.lines()
    assert sorted(lines) == ["test_width[120-seed0]", "test_width[30-seed0]"]
    assert {line["baseline"] for line in lines.values()} == {"120"}
    assert lines["test_width[30-seed0]"]["question"] == "Does a narrow linear layer cost accuracy?"
    assert lines["test_width[30-seed0]"]["recipe"]["linears"] == [30, 84]
    assert set(ended.benchmarks()) == set(lines)


def test_experiment_with_a_mistake_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    root = copy_of_bench(tmp_path, "test_width.py", EXPERIMENT.replace("=120", "=12"))
    said = "baseline: '30' would be compared with '12'; expected that among the variants (30, 120)"
    named = run_bench(tmp_path / "named", "--experiment", "width", "--tier", "smoke", root=root)
    assert named.code == REFUSED
    assert f"test_width.py: cannot be imported: {said}" in named.printed
    assert "Traceback" not in named.printed
    collected = run_bench(tmp_path / "all", "-n", "0", "--tier", "smoke", root=root)
    assert collected.code == INTERRUPTED
    assert f"ValueError: {said}" in collected.printed
    assert "INTERNALERROR" not in collected.printed


STOPPING = '''\
import os
from dataclasses import replace

import pytest

from bench import recipes, training
from bench.experiment import experiment
from bench.trial import Trial
from lenet.train import Trainer

STAGES = ("none", "before", "second-epoch", "artifacts")
STOPS = {stage: replace(recipes.BASE, batch_size=400) for stage in STAGES}


@experiment(STOPS, factors=("stage",), baseline="none")
def test_stop(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of a case that raises?"""
    stage = trial.case.variant.name if "STOP" in os.environ else "none"
    if stage == "before":
        raise OSError("no room")

    def evaluate(trainer: Trainer) -> None:
        assert not trainer.history.epochs, "a mistake in the second epoch"
        whole(trainer)

    def write(*arguments: object) -> None:
        raise MemoryError("too much")

    whole = Trainer.evaluate
    if stage == "second-epoch":
        monkeypatch.setattr(Trainer, "evaluate", evaluate)
    if stage == "artifacts":
        monkeypatch.setattr(training, "_write_artifacts", write)
    assert trial.run() in trial.threshold
'''


def test_case_that_raises_leaves_what_it_has_and_is_run_again(tmp_path: Path) -> None:
    root = copy_of_bench(tmp_path, "test_stop.py", STOPPING)
    given = ("--experiment", "stop", "--tier", "smoke", "-n", "0")
    stopped = run_bench(tmp_path, *given, root=root, variables={"STOP": "1"})
    assert stopped.code == FAILED, stopped.printed
    assert "0 passed, 0 failed, 1 unjudged, 3 error, 0 planned without record" in stopped.printed
    lines = {line["variant"]: line for line in stopped.lines().values()}
    assert {name: (line["outcome"], len(line["epochs"])) for name, line in lines.items()} == {
        "none": ("unjudged", 2),
        "before": ("error", 0),
        "second-epoch": ("error", 1),
        "artifacts": ("error", 2),
    }
    assert lines["before"]["reason"] == "OSError: no room"
    assert lines["second-epoch"]["reason"].startswith("AssertionError: a mistake in the second")
    assert lines["artifacts"]["reason"] == "MemoryError: too much"
    for name in ("second-epoch", "artifacts"):
        assert lines[name]["epochs"][0]["test_accuracy"] > 0
        assert lines[name]["timing"]["yardstick_s"] > 0
    for line in lines.values():
        assert (line["experiment"], line["seed"]) == ("stop", 0)
        assert line["recipe"]["batch_size"] == 400
        jsonschema.validate(line, json.loads(SCHEMA_FILE.read_text()))
    assert set(stopped.benchmarks()) == {"test_stop[none-seed0]", "test_stop[artifacts-seed0]"}

    again = run_bench(tmp_path, *given, "--resume", stopped.run.name, root=root)
    assert again.code == 0, again.printed
    assert "0 failed, 4 unjudged, 0 error, 1 of these replayed, 0 planned" in again.printed
    assert {len(record.epochs) for record in read_records(again.run)} == {2}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_images_that_are_too_small_are_one_clear_message(tmp_path: Path, workers: str) -> None:
    images = write_images(tmp_path / "small.npz", shape=(12, 12), train=96, test=40)
    given = ("--experiment", "depth", "--tier", "smoke", "-k", "1-seed0 or 2-seed0")
    ended = run_bench(tmp_path, *given, "-n", workers, "--dataset", f"small={images}")
    assert ended.code == FAILED
    lines = ended.lines()
    reason = lines["test_depth[2-seed0]"]["reason"]
    assert reason.startswith("RecipeError: convs[1]: expected a map of at least 5 pixels a side")
    assert {case: line["outcome"] for case, line in lines.items()} == {
        "test_depth[1-seed0]": "unjudged",
        "test_depth[2-seed0]": "error",
    }
    _, _, failures = ended.printed.partition(" FAILURES ")
    shown = failures.partition(" benchmark ")[0].splitlines()
    assert [line for line in shown if line.startswith("RecipeError")] == [reason]
    assert len(shown) <= 6  # two headings, the worker, an empty line, the next heading
    assert "errors  test_depth[2-seed0]" in ended.printed
