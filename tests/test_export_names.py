"""Folder names that stay where they are put, and apart."""

from pathlib import Path

import pytest

from harness.export_names import LONGEST, safe_name

HOSTILE = [
    "..", ".", "", "/etc/passwd", "../../up", "a/b", "a\\b", "a b", "<script>", "con", "NUL.txt",
    "größe", "gro\u0308ße", "größe ", "名前", "名字", "x" * 500, "x" * 501, "Adam", "adam", "ADAM",
    "-rf", ".hidden", "a\nb", "a\0b", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("name", ["adam", "k2-s1-p0", "20261121-065328-c26c45", "lr0.001", "a_b+c"])
def test_a_safe_name_stays(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leaves_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / safe_name(name)
    folder.mkdir()
    assert folder.resolve().parent == tmp_path.resolve()
    assert safe_name(name).isascii()
    assert len(safe_name(name)) <= LONGEST + 11


def test_no_two_names_meet_even_where_case_does_not_count() -> None:
    made = [safe_name(name).casefold() for name in HOSTILE]
    assert len(set(made)) == len(HOSTILE)
    assert safe_name(safe_name("Adam")) != safe_name("Adam")
