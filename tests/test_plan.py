"""How many seeds an effect needs, from the variance on record; what cannot be shown is refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.inference import p_value
from harness.plan import main
from harness.variance import DesignError, check_design, seeds_to_detect, spread
from tests.foreign import clean_environment
from tests.gate_records import side
from tests.records import write_run


def test_variance_splits_into_the_seeds_and_the_test_sets_part() -> None:
    rng = np.random.default_rng(0)
    skill = rng.normal(0.97, 0.004, 4_000)
    measured = rng.binomial(10_000, skill) / 10_000
    found = spread(measured.tolist(), images=10_000)
    assert found.test_set == pytest.approx(0.97 * 0.03 / 10_000, rel=0.02)
    assert found.seed == pytest.approx(0.004**2, rel=0.1)
    assert found.total == found.seed + found.test_set


def test_the_test_sets_part_is_never_more_than_all() -> None:
    found = spread([0.97, 0.9701], images=100)
    assert found.seed == 0.0
    with pytest.raises(DesignError, match="expected 2 seeds or more on record, got 1"):
        spread([0.97], images=100)


def test_seeds_found_give_the_power_they_promise() -> None:
    rng = np.random.default_rng(1)
    needed = seeds_to_detect(0.002, 0.001**2, level=0.05, tests=5)
    assert needed is not None
    losses = 0.002 + rng.normal(0, 0.001 * 2**0.5, (500, needed))
    found = [p_value(row.tolist(), 0.0, "above") <= 0.01 for row in losses]
    assert 0.76 < np.mean(found) < 0.93


def test_a_design_that_cannot_be_significant_is_refused() -> None:
    check_design(11, level=0.05, tests=61, test="sign-flip")
    with pytest.raises(DesignError, match=r"10 seeds cannot reach .* take 11 or more"):
        check_design(10, level=0.05, tests=61, test="sign-flip")
    check_design(5, level=0.05, tests=61, test=None)
    with pytest.raises(DesignError, match="take 5 or more"):
        check_design(4, level=0.05, tests=61, test=None)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "runs" / "mine", side("a", seeds=10))
    return tmp_path


def test_command_prints_a_row_for_each_cell(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mine", "--experiment", "optimizer", "--detect", "0.2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("to find a loss of 0.2 points in a gate over the 4 cells of optimizer")
    assert "needs 7 seeds to reach significance over 4 tests" in out
    assert [line.split()[0] for line in out.splitlines() if " 10 " in line] == [
        "adam", "momentum", "nadam", "sgd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--detect", "0.2", "--seeds", "4"), "4 seeds cannot reach significance"),
        (("--detect", "0.2", "--seeds", "6", "--test", "sign-flip"), "take 7 or more"),
        (("--detect", "0.0001"), "no number of seeds up to 1000"),
        (("--detect", "0"), "expected percentage points above 0"),
    ],
)
def test_designs_that_show_nothing_are_exit_code_2(
    here: Path, given: tuple[str, ...], said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "harness.plan", "mine", "--experiment", "optimizer", *given],
        cwd=here, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stdout == ""


def test_an_unknown_experiment_is_refused_with_those_there_are(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mine", "--experiment", "depth", "--detect", "1"]) == 2
    assert "expected one of optimizer" in capsys.readouterr().err
