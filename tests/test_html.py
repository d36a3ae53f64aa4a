"""The HTML file's own guarantees: compact data that comes back whole, and no way out of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from harness import vega
from harness.chart_parts import Chart
from harness.html import Fact, Page, Section, columnar, render

HOSTILE = "</script><script>alert(1)</script>"


def expanded(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows again, as the page's script makes them."""
    whole = {
        name: [None if code is None else found["levels"][code] for code in found["codes"]]
        if isinstance(found, dict)
        else found
        for name, found in columns.items()
    }
    return [
        {name: value for name, value in zip(whole, row, strict=True) if value is not None}
        for row in zip(*whole.values(), strict=True)
    ]


def test_rows_come_back_from_their_columns() -> None:
    rows = [
        {"name": "adam", "epoch": 1, "mean": 0.123456789, "ends": True},
        {"name": "sgd", "epoch": 2, "mean": None, "ends": False},
        {"name": "adam", "seed": 3},
    ]
    assert expanded(columnar(rows)) == [
        {"name": "adam", "epoch": 1, "mean": 0.123457, "ends": True},
        {"name": "sgd", "epoch": 2, "ends": False},
        {"name": "adam", "seed": 3},
    ]
    assert columnar([]) == {}


def page(**others: Any) -> Page:
    chart = Chart(
        name="accuracy",
        title=HOSTILE,
        reading=HOSTILE,
        spec={"description": HOSTILE},
        data={"cells": [{"name": HOSTILE}]},
    )
    given: dict[str, Any] = {
        "title": HOSTILE,
        "summary": [HOSTILE],
        "facts": [Fact(name=HOSTILE, value=HOSTILE, detail=HOSTILE)],
        "warnings": [HOSTILE],
        "sections": [
            Section(anchor="a", title=HOSTILE, charts=[chart], table=HOSTILE, notes=HOSTILE)
        ],
        "trouble": HOSTILE,
        "trouble_title": HOSTILE,
        "about": HOSTILE,
    }
    return Page(**given | others)


def test_hostile_text_is_text_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.html.vega", lambda: "")
    text = render(page())
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 10
    (data,) = re.findall(r'id="charts">(.*?)</script>', text, re.DOTALL)
    found = json.loads(data)["charts"]["a/accuracy"]
    assert found["data"]["cells"]["name"]["levels"] == [HOSTILE]


def test_nothing_may_be_fetched() -> None:
    text = render(page(sections=[], trouble=""))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; img-src data: blob:;")
    assert "http://" not in text
    assert "https://" not in text


def test_vega_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vega, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda *a, **k: "1</script>")
    vega.vega.cache_clear()
    assert vega.vega() == "1<\\/script>" + vega.END
    (kept,) = (tmp_path / "lenet").iterdir()
    assert kept.read_text() == "1<\\/script>" + vega.END
    kept.write_text("2" + vega.END)
    vega.vega.cache_clear()
    assert vega.vega() == "2" + vega.END
    kept.write_text("3, cut sho")
    vega.vega.cache_clear()
    assert vega.vega() == "1<\\/script>" + vega.END
    vega.vega.cache_clear()


def test_a_folder_that_cannot_be_written_costs_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lenet").write_text("a file")
    monkeypatch.setattr(vega, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda *a, **k: "1")
    vega.vega.cache_clear()
    assert vega.vega() == "1" + vega.END
    vega.vega.cache_clear()
