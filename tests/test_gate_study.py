"""How well the gate judges, on made-up pools whose truth is known."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.compare import CompareError
from harness.gate_study import main, study
from harness.judge import LEVEL
from harness.metrics import METRICS, metric
from harness.record import Record
from harness.store import read_records
from harness.study import false_alarms, power
from tests.records import TIMING, make_record, write_run

DRAWS = ("--gates", "20", "--alarm-gates", "20")
METRIC = [metric("test_accuracy"), metric("diverged")]


def runs(
    plant: str, cell: str, *, seeds: int, loss: float = 0.0, noise: float = 0.02, pace: float = 1.0
) -> list[Record]:
    """Trainings of one cell; one in ten is stuck, as real ones are."""
    draw = np.random.default_rng([ord(letter) for letter in plant + cell])
    found = []
    for seed in range(seeds):
        stuck = 0.2 if draw.random() < 0.1 else 0.0
        accuracy = min(1.0, max(0.0, 0.95 - loss - stuck + float(draw.normal(0, noise))))
        found.append(
            make_record(
                experiment="plants",
                variant=f"{plant}-{cell}",
                baseline=f"none-{cell}",
                factors={"plant": plant, "cell": cell},
                seed=seed,
                accuracies=(0.5, accuracy),
                epoch_s=3.0 * pace * float(np.exp(draw.normal(0, 0.01))),
            )
        )
    return found


POOL = {cell: runs("none", cell, seeds=40) for cell in ("depth", "activation", "optimizer")}


@pytest.mark.parametrize("seeds", [6, 12, 20])
def test_false_alarms_keep_to_the_stated_rate(seeds: int) -> None:
    found = false_alarms(POOL, METRIC, seeds=seeds, gates=150)
    assert found.red.interval[0] <= LEVEL
    assert found.seeds == seeds


def test_a_pool_too_small_for_two_disjoint_sets_is_refused() -> None:
    with pytest.raises(CompareError, match="expected 42 seeds or more in the pool"):
        false_alarms(POOL, METRIC, seeds=21, gates=1)


def test_power_rises_with_the_loss_and_unmeasurable_plants_say_so() -> None:
    found = {
        loss: power(
            POOL,
            runs(f"same{loss}", "depth", seeds=20, loss=loss),
            METRIC,
            plant="lost",
            cell="depth",
            seeds=10,
            gates=40,
        )
        for loss in (0.0, 0.3)
    }
    assert found[0.3].verdict == "red"
    assert found[0.3].red.value > 0.9
    assert found[0.3].is_measurable
    assert found[0.3].effect > 1
    assert found[0.0].verdict != "red"
    assert found[0.0].red.value < 0.2
    assert not found[0.0].is_measurable


def timed(seeds: int = 20) -> list[Record]:
    return [
        *runs("none", "depth", seeds=seeds),
        *runs("slower-10pct", "depth", seeds=seeds, pace=1.1),
        *runs("slower-30pct", "depth", seeds=seeds, pace=1.3),
    ]


def test_slower_epochs_are_seen_and_unchanged_ones_are_not() -> None:
    findings = study(
        [each for runs in POOL.values() for each in runs], timed(), gates=30, alarm_gates=40
    )
    by_plant = {each.plant: each for each in findings.powers}
    assert by_plant["slower-30pct"].verdict == "red"
    assert by_plant["slower-10pct"].verdict == "red"
    assert by_plant["slower-30pct"].metric is METRICS["epoch_s"]
    assert findings.timed_alarms[0].red.value <= 0.2


def whole() -> list[Record]:
    return [
        *(each for runs in POOL.values() for each in runs),
        *runs("relu-on-logits", "depth", seeds=20, loss=0.15),
        *runs("order-frozen", "depth", seeds=20),
    ]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "runs" / "plants", _numbered(whole()))
    write_run(tmp_path / "runs" / "times", _numbered(timed()))
    return tmp_path


def _numbered(records: Sequence[Record]) -> list[Record]:
    return [replace(each, nodeid=f"{each.variant}-{each.seed}") for each in records]


def test_page_figure_and_records_are_written_and_make_themselves_again(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plants", "--times", "times", *DRAWS]) == 0, capsys.readouterr().err
    folder = here / "reports" / "gate"
    page = (folder / "README.md").read_text()
    assert "Stated rate: at most 5% of gates" in page
    assert "| relu-on-logits | depth  | test accuracy |" in page
    assert "No measurable effect" in page
    assert (folder / "power.png").read_bytes().startswith(b"\x89PNG")
    assert len(read_records(folder / "plants.jsonl.gz")) == len(whole())
    again = ["reports/gate/plants.jsonl.gz", "--times", "reports/gate/times.jsonl.gz", *DRAWS]
    assert main(again) == 0
    assert (folder / "README.md").read_text() == page


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: [make_record()], "with the factors plant and cell"),
        (lambda: runs("lost", "depth", seeds=20), "depth: expected runs of it without a plant"),
        (list, "expected runs without a plant"),
    ],
    ids=["other", "no-pool", "empty"],
)
def test_records_that_do_not_fit_are_exit_code_2(
    here: Path, capsys: pytest.CaptureFixture[str], make: object, said: str
) -> None:
    assert callable(make)
    write_run(here / "runs" / "odd", _numbered(make()))
    assert main(["odd"]) == 2
    assert said in capsys.readouterr().err


def test_times_that_were_not_exclusive_are_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = [replace(each, timing=replace(TIMING, exclusive=False)) for each in timed()]
    write_run(here / "runs" / "shared", _numbered(shared))
    assert main(["plants", "--times", "shared", *DRAWS]) == 2
    assert "while the machine was shared" in capsys.readouterr().err
