"""`python -m harness.report papers`: what it writes, keeps and refuses."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import report
from harness.kept import RECORDS_PACKED
from harness.store import RECORDS, read_records, write_records
from tests.papers_samples import records, written


def test_the_command_writes_page_pictures_and_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = written(tmp_path / "run", records())
    assert report.main(["papers", str(run), "--output", str(tmp_path / "out")]) == 0
    assert "## The 2 findings that matter" in capsys.readouterr().out
    text = (tmp_path / "out" / "README.md").read_text()
    pictures = sorted(path.name for path in (tmp_path / "out" / "figures").iterdir())
    assert pictures == [
        "D2-feature-maps.png",
        "D2-kernels-adam.png",
        "D2-loss-by-step.png",
        "D2-optimizer-accuracy-by-epoch.png",
        "D2-optimizer-accuracy.png",
        "D2-reported-numbers.png",
        "summary-verdicts.png",
    ]
    assert all(f"figures/{name}" in text for name in pictures)
    told = json.loads((tmp_path / "out" / "verdicts.json").read_text())
    verdicts = {each["id"]: each for each in told}
    assert verdicts["D2-C31"]["verdict"] == "supported"
    assert verdicts["D2-C40"]["missing"] == ["depth/9"]


def test_what_is_kept_makes_the_same_report_again(tmp_path: Path) -> None:
    """Page, pictures and verdicts byte for byte, of a file that holds only the losses it needs."""
    run, kept, again = (tmp_path / name / "run" for name in ("first", "kept", "again"))
    written(run, records())
    assert report.main(["papers", str(run), "--output", str(kept), "--keep"]) == 0
    assert report.main(["papers", str(kept / RECORDS_PACKED), "--output", str(again)]) == 0
    files = sorted(path.relative_to(again) for path in again.rglob("*.*"))
    assert len(files) == 9
    for file in files:
        assert (kept / file).read_bytes() == (again / file).read_bytes(), file
    found = read_records(kept / RECORDS_PACKED)
    assert {each.variant for each in found if each.step_loss.step} == {"adam"}
    assert [each.artifacts for each in found if each.artifacts] == ["artifacts/optimizer-adam.npz"]


def test_maps_are_of_the_first_seed_that_kept_the_images_behind_them(tmp_path: Path) -> None:
    run, kept = written(tmp_path / "run", records()), tmp_path / "kept"
    with np.load(run / "artifacts/adam.npz") as found:
        arrays: Any = {**found, "features/pixels": np.zeros((10, 1, 28, 28), np.uint8)}
    np.savez(run / "artifacts/pixels.npz", **arrays)
    later = [
        replace(each, artifacts="artifacts/pixels.npz") if each.artifacts and each.seed else each
        for each in read_records(run / RECORDS)
    ]
    write_records(run / RECORDS, later)
    assert report.main(["papers", str(run), "--output", str(kept), "--keep"]) == 0
    assert [each.seed for each in read_records(kept / RECORDS_PACKED) if each.artifacts] == [1]
    with np.load(kept / "artifacts/optimizer-adam.npz") as found:
        assert "features/pixels" in found


def test_a_record_file_has_its_claims_beside_it(tmp_path: Path) -> None:
    file = written(tmp_path / "run", records()) / RECORDS
    assert report.main(["papers", str(file), "--output", str(tmp_path / "out")]) == 0


def test_a_run_without_claims_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = written(tmp_path / "run", records())
    (run / "claims.json").unlink()
    assert report.main(["papers", str(run), "--output", str(tmp_path / "out")]) == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "damage", "said"),
    [
        (
            "artifacts/adam.npz",
            lambda content: content[:100],
            "artifacts cannot be read .*: delete it to leave its pictures out",
        ),
        (
            "claims.json",
            lambda content: content.replace(b'"test_accuracy"', b'"luck"'),
            "metric: expected one of .*; got 'luck': --resume the run, .*, or name a run",
        ),
    ],
    ids=["artifacts that were cut", "claims of another version"],
)
def test_what_cannot_be_read_is_one_error(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    damage: Callable[[bytes], bytes],
    said: str,
) -> None:
    run = written(tmp_path / "run", records())
    (run / file).write_bytes(damage((run / file).read_bytes()))
    assert report.main(["papers", str(run), "--output", str(tmp_path / "out")]) == 2
    assert re.fullmatch(f"error: {re.escape(str(run / file))}: {said}.*\n", capsys.readouterr().err)
