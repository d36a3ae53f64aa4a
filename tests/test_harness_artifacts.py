"""Artifacts as pictures read them: whole, from older runs, damaged, hostile."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import artifacts
from harness.artifacts import Artifacts, artifacts_path, read_artifacts
from lenet.artifacts import collect
from lenet.settings import Conv
from lenet.train import Trainer
from tests.samples import SMALL, digits

RECIPE = replace(SMALL, convs=(Conv(maps=4),), epochs=1, train_size=200)


@pytest.fixture(scope="module")
def trained() -> dict[str, Any]:
    """The arrays of a real training."""
    trainer = Trainer(RECIPE, digits(RECIPE), 0)
    trainer.run_epoch()
    trainer.evaluate()
    return dict(collect(trainer))


def written(folder: Path, arrays: dict[str, Any]) -> Path:
    path = folder / "case.npz"
    np.savez_compressed(path, **arrays)
    return path


def read(path: Path) -> tuple[Artifacts | None, list[str]]:
    notices: list[str] = []
    return read_artifacts(path, notice=notices.append), notices


def test_what_a_training_writes_is_read_whole(tmp_path: Path, trained: dict[str, Any]) -> None:
    found, notices = read(written(tmp_path, trained))
    assert notices == []
    assert found is not None
    assert found.wrong is not None
    pairs = {
        "kernels/conv1": found.kernels["conv1"],
        "features/conv1": found.features["conv1"],
        "features/pixels": found.pixels,
        "confusion": found.confusion,
        "wrong/images": found.wrong.images,
        "wrong/label": found.wrong.label,
        "wrong/prediction": found.wrong.prediction,
        "wrong/confidence": found.wrong.confidence,
    }
    for name, array in pairs.items():
        np.testing.assert_array_equal(array, trained[name])


def test_arrays_that_older_runs_lack_are_none_without_a_word(
    tmp_path: Path, trained: dict[str, Any]
) -> None:
    older = {
        name: array
        for name, array in trained.items()
        if not name.startswith("wrong/") and name != "features/pixels"
    }
    found, notices = read(written(tmp_path, older))
    assert notices == []
    assert found is not None
    assert (found.wrong, found.pixels) == (None, None)
    assert list(found.features) == ["conv1"]
    empty, notices = read(written(tmp_path, {}))
    assert empty is not None
    assert (empty.kernels, empty.features, empty.confusion, notices) == ({}, {}, None, [])


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("kernels/conv1", np.zeros((3, 2)), "kernels/conv1: expected floats with 5 axes"),
        ("kernels/conv1", np.zeros((3, 2, 0, 5, 5)), "got float64 [3, 2, 0, 5, 5]"),
        ("features/conv1", np.zeros((10, 4, 8, 8), int), "features/conv1: expected floats"),
        ("features/pixels", np.zeros((3, 1, 28, 28), np.uint8), "expected one image for each"),
        ("features/pixels", np.zeros((10, 1, 28, 28), np.uint16), "expected uint8, got uint16"),
        ("confusion", np.zeros((10, 9), np.int32), "confusion: expected counts [K, K]"),
        ("confusion", np.full((10, 10), -1), "confusion: expected counts [K, K]"),
        ("wrong/label", np.zeros(3, int), "wrong/: expected arrays of one length"),
        ("wrong/confidence", np.zeros(3, "U3"), "wrong/confidence: expected floats"),
    ],
)
def test_an_array_that_cannot_be_drawn_is_told_and_the_others_are_kept(
    tmp_path: Path, trained: dict[str, Any], name: str, array: Any, said: str
) -> None:
    path = written(tmp_path, trained | {name: array})
    found, notices = read(path)
    assert len(notices) == 1
    assert said in notices[0]
    assert notices[0].startswith(f"{path}: ")
    assert found is not None
    kept = [
        *(bool(found.kernels), bool(found.features)),
        *(part is not None for part in (found.pixels, found.confusion, found.wrong)),
    ]
    assert kept.count(False) == 1


def test_one_notice_holds_all_that_is_wrong_with_a_file(
    tmp_path: Path, trained: dict[str, Any]
) -> None:
    broken = {"confusion": np.zeros(3), "kernels/conv1": np.zeros(3)}
    _, notices = read(written(tmp_path, trained | broken))
    assert len(notices) == 1
    assert "kernels/conv1" in notices[0]
    assert "confusion" in notices[0]
    lone = {name: array for name, array in trained.items() if name != "wrong/label"}
    _, notices = read(written(tmp_path, lone))
    assert ["wrong/label: expected it beside its like, got none" in each for each in notices] == [
        True
    ]


@pytest.mark.parametrize("size", [0, 10, 0.5, 0.999])
def test_a_file_that_is_cut_short_is_one_notice(
    tmp_path: Path, trained: dict[str, Any], size: float
) -> None:
    path = written(tmp_path, trained)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * size) if 0 < size < 1 else int(size)])
    found, notices = read(path)
    assert found is None
    assert len(notices) == 1
    assert f"{path}: artifacts cannot be read (" in notices[0]


def test_a_file_that_was_altered_anywhere_never_raises(
    tmp_path: Path, trained: dict[str, Any]
) -> None:
    path = written(tmp_path, trained)
    whole = bytearray(path.read_bytes())
    troubled = 0
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        altered = whole.copy()
        altered[place] ^= 0xFF
        path.write_bytes(altered)
        _, notices = read(path)
        assert len(notices) <= 1
        troubled += len(notices)
    assert troubled


def test_a_missing_file_is_one_notice(tmp_path: Path) -> None:
    found, notices = read(tmp_path / "gone.npz")
    assert found is None
    assert len(notices) == 1


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "case.npz"
    np.savez(path, confusion=np.array([{}], dtype=object))
    found, notices = read(path)
    assert found is None
    assert "Object arrays cannot be loaded" in notices[0]


def test_a_file_that_unpacks_beyond_the_limit_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("confusion.npy", b"\0" * 3_000)
    monkeypatch.setattr(artifacts, "MOST_BYTES", 2_999)
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("was unpacked"))
    found, notices = read(path)
    assert found is None
    assert "expected at most 2999 bytes when unpacked, got 3000" in notices[0]


def test_a_record_names_files_of_its_own_run_only(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "one"
    (run / "artifacts").mkdir(parents=True)
    inside, outside = run / "artifacts" / "a.npz", tmp_path / "runs" / "secret.npz"
    inside.write_bytes(b"")
    outside.write_bytes(b"")
    assert artifacts_path(run, "artifacts/a.npz") == inside
    assert artifacts_path(run, "../secret.npz") is None
    assert artifacts_path(run, str(outside)) is None
    assert artifacts_path(run, "artifacts/b.npz") is None
    assert artifacts_path(run, "artifacts") is None
