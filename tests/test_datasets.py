"""Names, folders and options, without any file being read."""

import subprocess
import sys
from pathlib import Path

import pytest

from lenet.datasets import DATASETS, DataError, data_root, parse_file_option


def test_names_shapes_and_resolution_need_no_heavy_import() -> None:
    """Shapes and `resolve` are for processes that train nothing: importing torch takes seconds."""
    code = (
        "import sys, lenet.download; from lenet.datasets import DATASETS; "
        "print(DATASETS['cifar10'].input_shape, DATASETS['digits'].classes, "
        "sorted({'torch', 'torchvision', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(3, 32, 32) 10 []\n"


def test_root_is_option_then_environment_then_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENET_DATA", str(tmp_path / "environment"))
    assert data_root(tmp_path / "option") == tmp_path / "option"
    assert data_root(None) == tmp_path / "environment"
    monkeypatch.delenv("LENET_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert data_root(None).name == "lenet"


def test_relative_root_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_root("data") == tmp_path / "data"


def test_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "images.npz"
    file.touch()
    with pytest.raises(DataError, match=r"images\.npz is a file.*--dataset NAME=FILE\.npz"):
        data_root(file)


@pytest.mark.parametrize("name", ["auto", *DATASETS])
def test_built_in_name_is_taken_as_it_is(name: str) -> None:
    assert parse_file_option(name) == (name, None)


def test_name_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a=b.npz").touch()
    monkeypatch.chdir(tmp_path)
    assert parse_file_option("leaves-2=a=b.npz") == ("leaves-2", tmp_path / "a=b.npz")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("minst", "'minst' is not a dataset.*auto, mnist, .*--dataset minst=FILE.npz"),
        ("images.npz", "needs a name.*--dataset my-images=images.npz"),
        ("", "--dataset NAME=FILE.npz"),
        ("mnist=FILE", "built-in.*--dataset my-mnist=FILE"),
        ("Auto=FILE", "built-in"),
        ("a/b=FILE", "must be 1 to 40 letters.*'a/b'"),
        ("-x=FILE", "must be 1 to 40 letters"),
        ("=FILE", "must be 1 to 40 letters"),
        ("leaves=nowhere.npz", "no file at 'nowhere.npz'"),
        ("leaves=", "no file at 'an empty path'"),
    ],
)
def test_bad_option_is_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_file_option(text)
