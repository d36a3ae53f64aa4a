"""The interactive figures: valid Vega-Lite, whose data are there, for experiments of all kinds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import altair as alt
import pytest

from harness import chart_data
from harness.chart_axis import AccuracyAxis
from harness.chart_parts import Chart
from harness.charts import charts
from harness.columns import cases_of
from harness.compare import Comparison, compare
from harness.compare_runs import compare_runs
from harness.html_changes import changes_html
from harness.marks import marks
from harness.overview import LoadedRun, overview
from harness.palette import assign_styles
from tests.records import bench_records, make_record

BENCH = compare(bench_records(seeds=6))


def drawn(comparison: Comparison) -> list[Chart]:
    return charts(comparison, assign_styles([comparison]), marks(comparison))


def used(spec: Any) -> Iterator[tuple[str, str]]:
    """(kind, name) of every data set and field that a specification names."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "data" and "name" in value:
                yield "data", value["name"]
            elif key == "field":
                yield "field", value
            else:
                yield from used(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from used(each)


@pytest.mark.parametrize("comparison", BENCH, ids=lambda found: found.experiment)
def test_every_figure_is_valid_and_finds_its_data(comparison: Comparison) -> None:
    for chart in drawn(comparison):
        spec = {key: value for key, value in chart.spec.items() if key != "autosize"}
        alt.Chart.from_dict(spec)  # raises where the schema is not kept
        names = dict(used(chart.spec))
        assert {name for kind, name in used(chart.spec) if kind == "data"} == set(chart.data), names
        fields = {key for rows in chart.data.values() for row in rows for key in row}
        assert {name for kind, name in used(chart.spec) if kind == "field"} <= fields
        assert chart.title
        assert chart.spec["description"]


def test_a_wrong_specification_would_be_seen() -> None:
    chart = drawn(BENCH[0])[0]
    with pytest.raises(Exception, match="colour"):
        alt.Chart.from_dict(chart.spec | {"colour": 1})


def test_each_kind_of_experiment_has_its_figures() -> None:
    names = {found.experiment: [chart.name for chart in drawn(found)] for found in BENCH}
    assert names["activation"][:3] == ["accuracy", "accuracy-by-epoch", "grid"]
    assert "time-by-depth" in names["depth"]
    assert "time-by-parameters" in names["depth"]
    assert "grid" not in names["optimizer"]


def chart_of(comparison: Comparison, name: str) -> Chart:
    return next(chart for chart in drawn(comparison) if chart.name == name)


def test_the_heat_map_marks_what_is_beyond_chance() -> None:
    records = [
        make_record(
            variant=f"{name}-lr{rate}",
            baseline=f"relu-lr{rate}",
            seed=seed,
            accuracies=(0.5, mean + 0.001 * (seed + len(name) * seed % 3)),
            factors={"activation": name, "learning_rate": rate},
        )
        for rate, mean_of in ((0.1, {"relu": 0.9, "tanh": 0.8}), (0.01, {"relu": 0.9, "tanh": 0.9}))
        for name, mean in mean_of.items()
        for seed in range(8)
    ]
    (comparison,) = compare(records)
    grid = chart_of(comparison, "grid")
    written = {row["variant"]: row["written"][-1] for row in grid.data["cells"]}
    assert [variant for variant, sign in written.items() if sign == "▼"] == [
        variant for variant in written if "tanh" in variant and "0.1" in variant
    ]
    assert "▲" not in written.values()
    assert grid.title == "Of 2 fields 0 lie above and 1 below their baseline beyond chance"


def test_the_front_is_in_every_panel() -> None:
    grid, single = (
        next(found for found in BENCH if found.experiment == name)
        for name in ("activation", "depth")
    )
    fronts = {
        found.experiment: [
            row for row in chart_of(found, "accuracy-by-time").data["time"] if "best" in row
        ]
        for found in (grid, single)
    }
    assert len({row["panel"] for row in fronts["activation"]}) == 4
    assert {"panel" in row for row in fronts["depth"]} == {False}
    for rows in fronts.values():
        assert all(row["variant"] == "best mean so far" for row in rows)
    best = [row["best"] for row in fronts["depth"]]
    assert best == sorted(best)


@pytest.mark.parametrize("accuracies", [(None, 0.5), (0.5, None)])
def test_accuracies_that_are_lacking_break_no_figure(accuracies: tuple[float | None, ...]) -> None:
    records = [
        make_record(variant=name, seed=seed, accuracies=accuracies)
        for name in ("sgd", "adam")
        for seed in range(2)
    ]
    (comparison,) = compare(records)
    for chart in drawn(comparison):
        assert chart.title


def test_a_network_of_unknown_size_has_no_figure_of_sizes() -> None:
    records = [
        make_record(variant=name, parameters=count)
        for name, count in (("sgd", 7), ("adam", None), ("nadam", 9))
    ]
    (comparison,) = compare(records)
    rows = chart_of(comparison, "time-by-parameters").data["cost"]
    assert {row["variant"] for row in rows} == {"sgd", "nadam"}
    (comparison,) = compare(records[:2])
    assert "time-by-parameters" not in [chart.name for chart in drawn(comparison)]


def test_an_experiment_without_an_accuracy_has_no_figure_of_any() -> None:
    (comparison,) = compare([make_record(accuracies=()), make_record(seed=1, accuracies=())])
    assert drawn(comparison) == []


@pytest.mark.parametrize("values", [[0.1, 0.98], [0.97, 0.975]])
def test_the_axis_keeps_the_order_and_names_percent(values: list[float]) -> None:
    axis = AccuracyAxis.of(values)
    places = [axis.place(value) for value in (0.0, *values, 1.0)]
    assert all(place is not None for place in places)
    assert places == sorted(place for place in places if place is not None)
    assert axis.place(None) is None
    assert (axis.scale == "logit") == ("exp" in str(axis.x("mean").to_dict()))


def test_many_seeds_are_thinned_and_the_extremes_kept() -> None:
    many = [
        make_record(variant="sgd", seed=seed, accuracies=(0.5, 0.6 + seed * 1e-5))
        for seed in range(chart_data.POINTS + 500)
    ]
    (comparison,) = compare(many)
    axis = AccuracyAxis.of([0.6, 0.7])
    rows = chart_data.seed_rows(comparison, axis)
    assert len(rows) == chart_data.POINTS
    assert {0, len(many) - 1} <= {row["seed"] for row in rows}
    assert len(chart_data.line_rows(comparison, axis)) <= chart_data.POINTS


def test_changes_are_drawn_where_seeds_are_shared() -> None:
    before = [make_record(variant="sgd", seed=seed) for seed in range(3)]
    after = [replace(record, test_accuracy=0.99, commit=40 * "b") for record in before]
    runs = [
        LoadedRun(name=name, records=cases_of(found), manifest=None)
        for name, found in (("a", before), ("b", after))
    ]
    comparison = compare_runs(runs[0].records, runs[1].records, names=("a", "b"))
    page = changes_html([comparison], overview(runs))
    assert not any("pooled" in warning for warning in page.warnings)  # nothing is
    (section,) = page.sections
    assert [chart.name for chart in section.charts] == ["test_accuracy", "epoch_s"]
    for chart in section.charts:
        alt.Chart.from_dict({k: v for k, v in chart.spec.items() if k != "autosize"})
    (row,) = section.charts[0].data["changes"]
    assert row["shape"] == "triangle-right"
    assert row["mean"] == pytest.approx(1.5)
