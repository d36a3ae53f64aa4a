"""What a session settles before its workers start."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import session
from bench.session import DeviceError
from bench.thresholds import THRESHOLDS_FILE
from lenet.datasets import DataError
from lenet.recipe import Recipe


def settle(
    *,
    tier: str = "smoke",
    dataset: str = "auto",
    device: str = "cpu",
    engine: str = "auto",
    root: Path | None = None,
    stand_ins: Sequence[str] = (),
) -> dict[str, Any]:
    return session.settle(
        tier_name=tier,
        dataset=dataset,
        root=str(root) if root else None,
        device=device,
        engine=engine,
        seeds=2,
        thresholds=THRESHOLDS_FILE,
        stand_ins=stand_ins,
    )


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A dataset of a user, of 30 and 12 grey images."""
    file = tmp_path / "own.npz"
    draw = np.random.default_rng(0)
    np.savez(
        file,
        x_train=draw.integers(0, 256, (30, 16, 16), dtype=np.uint8),
        y_train=np.arange(30) % 3,
        x_test=draw.integers(0, 256, (12, 16, 16), dtype=np.uint8),
        y_test=np.arange(12) % 3,
    )
    return file


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("1h1m1s", 3661), ("1h5s", 3605)],
)
def test_times_are_read(text: str, seconds: float) -> None:
    assert session.parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "1.5h", "-5m", "10 m", "5m1h", "1d", "10M", "٣s "])
def test_times_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time such as 90s, 10m or 1h30m; got"):
        session.parse_seconds(text)


@pytest.mark.parametrize("text", ["0s", "0h0m"])
def test_no_time_at_all_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time such as"):
        session.parse_seconds(text)


def test_smoke_takes_digits_where_nothing_is_asked_for() -> None:
    found = settle()
    assert (found["dataset"], found["dataset_asked"]) == ("digits", False)
    assert (found["train_images"], found["test_images"]) == (1_257, 540)
    assert found["headline"][0].startswith("bench: tier smoke (")
    assert found["headline"][1].startswith("dataset: digits: ")
    assert found["headline"][2].startswith("engine: fast")
    assert (found["tier"], found["engine"], found["device"], found["seeds"]) == (
        "smoke",
        "fast",
        "cpu",
        2,
    )
    assert json.loads(json.dumps(found)) == found
    assert set(found["fixed"]) == {"tier", "dataset", "engine", "device", "stand_ins"} < set(found)


def test_a_file_stands_in_for_the_dataset_that_a_recipe_names(own: Path) -> None:
    found = settle(stand_ins=[f"kmnist={own}"])
    assert session.data_source(Recipe(dataset="kmnist"), found) == ("own", str(own))
    assert session.data_source(Recipe(), found) == ("digits", None)
    assert found["stand_ins"] == {"kmnist": "own"}  # the path may be another when it is resumed
    assert f"instead of kmnist: own, {own}" in found["headline"]
    assert settle()["stand_ins"] is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{own}", "expected one of mnist, .*Write --stand-in cifar10=FILE.npz"),
        ("mine={own}", "expected one of mnist, "),
        ("cifar10=", "the file's name is the name of its data"),
        ("cifar10={own}.gone.npz", "there is no file at"),
        ("cifar10={named}", "'mnist' is the name of a built-in dataset"),
        ("cifar10={text}", "text.npz"),
    ],
)
def test_a_stand_in_that_is_none_is_refused(own: Path, given: str, said: str) -> None:
    named, text = own.with_name("mnist.npz"), own.with_name("text.npz")
    shutil.copy(own, named)
    text.write_text("no arrays")
    with pytest.raises(DataError, match=said):
        settle(stand_ins=[given.format(own=own, named=named, text=text)])


def test_digits_can_be_asked_for_in_every_tier() -> None:
    found = settle(tier="paper", dataset="digits")
    assert (found["dataset"], found["dataset_asked"]) == ("digits", True)


def test_users_file_is_settled_with_its_name_and_sizes(own: Path) -> None:
    found = settle(dataset=f"my-own={own}")
    assert (found["dataset"], found["dataset_asked"]) == ("my-own", True)
    assert found["dataset_file"] == str(own)
    assert (found["train_images"], found["test_images"]) == (30, 12)
    assert str(own) in found["headline"][1]


def test_thresholds_of_the_user_are_told_in_the_header(tmp_path: Path) -> None:
    def headline(file: Path) -> list[str]:
        found = session.settle(
            tier_name="smoke",
            dataset="digits",
            root=None,
            device="cpu",
            engine="torch",
            seeds=1,
            thresholds=file,
        )
        assert found["thresholds"] == str(file)
        lines: list[str] = found["headline"]
        return lines

    mine = tmp_path / "mine.json"
    assert headline(mine)[3:] == [f"thresholds: {mine}"]
    assert headline(THRESHOLDS_FILE)[3:] == []


def test_dataset_that_cannot_be_had_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no\.npz"):
        settle(dataset=f"mine={tmp_path / 'no.npz'}")
    with pytest.raises(DataError, match="'nope' is not a dataset"):
        settle(dataset="nope")


def test_cuda_is_looked_for_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoTorch:
        class cuda:  # noqa: N801 - stands for the module of this name
            @staticmethod
            def is_available() -> bool:
                return False

    monkeypatch.setitem(sys.modules, "torch", NoTorch)
    with pytest.raises(DeviceError, match="--device cuda: expected a CUDA device that PyTorch can"):
        settle(device="cuda")
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it raises
    assert [settle(device=name)["device"] for name in ("auto", "cpu")] == ["auto", "cpu"]


def test_dataset_of_a_case_is_the_sessions_unless_its_recipe_names_one() -> None:
    found = settle()
    assert session.data_source(Recipe(), found) == ("digits", None)
    assert session.data_source(Recipe(dataset="kmnist"), found) == ("kmnist", None)
    asked = settle(dataset="digits")
    assert session.data_source(Recipe(dataset="kmnist"), asked) == ("digits", None)


def test_sizes_for_an_estimate_need_no_data(own: Path) -> None:
    def sizes(tier: str, dataset: str) -> tuple[int, int]:
        found = session.nominal_data(tier_name=tier, dataset=dataset)
        return found["train_images"], found["test_images"]

    assert sizes("smoke", "auto") == (1_257, 540)
    assert sizes("short", "auto") == sizes("paper", "auto") == (60_000, 10_000)
    assert sizes("short", "cifar10") == (50_000, 10_000)
    assert sizes("short", f"mine={own}") == (30, 12)


def test_an_estimate_is_of_what_a_session_trains_on(own: Path) -> None:
    for dataset in ("auto", "digits", f"mine={own}"):
        given = session.nominal_data(tier_name="smoke", dataset=dataset)
        assert given == {name: settle(dataset=dataset)[name] for name in given}


def test_file_that_is_no_dataset_is_refused_for_an_estimate_too(tmp_path: Path) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_text("not a zip")
    with pytest.raises(DataError, match=r"bad\.npz: expected an \.npz"):
        session.nominal_data(tier_name="short", dataset=f"mine={bad}")


def test_pytorch_trains_where_it_is_asked_for() -> None:
    assert settle(engine="torch")["engine"] == "torch"


def test_the_fast_engine_is_refused_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_has_gpu", lambda: True)
    with pytest.raises(session.DeviceError, match="--engine fast: it computes on the CPU"):
        settle(device="auto", engine="fast")
    assert settle(device="auto")["engine"] == "torch"
    assert settle(device="cpu", engine="fast")["engine"] == "fast"
