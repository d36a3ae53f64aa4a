"""What the package says of itself."""

import tomllib

import pytest

from tests.foreign import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("package", ["harness", "lenet", "bench"])
def test_typed_package_carries_the_marker_that_type_checkers_look_for(package: str) -> None:
    assert "Typing :: Typed" in SETTINGS["project"]["classifiers"]
    assert "py.typed" in SETTINGS["tool"]["setuptools"]["package-data"][package]
    assert (ROOT / package / "py.typed").is_file()
