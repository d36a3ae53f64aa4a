"""A user's own data and own experiments, in real sessions of the bench."""

import shutil
from pathlib import Path

from tests.bench_runs import run_bench, write_images
from tests.foreign import ROOT

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
