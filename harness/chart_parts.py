"""What the interactive figures of an experiment share: names, colours, panels, what hovering shows.

A specification names its data (`cells`, `seeds`, ...); the page holds the rows beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from harness.chart_axis import AccuracyAxis
from harness.chart_data import Rows, panel_name
from harness.compare import Comparison
from harness.curves import epoch_accuracies, final_accuracies
from harness.marks import Mark
from harness.palette import Line, Palette, Style, name_of

PANEL_PX, HIGH_PX, ROW_PX = 190, 260, 24
"""Width of a panel a learning rate, height of figures, and of a row of names; in pixels."""
FITTING = "container"
"""Width of all other figures: that of their place on the page."""
TIPS = {
    "variant": "variant",
    "accuracy": "mean test accuracy, %",
    "range": "lowest to highest",
    "against": "against baseline",
    "mark": "beyond chance",
    "seeds": "seeds",
    "seed": "seed",
    "shown": "test accuracy, %",
    "span": "lowest to highest",
    "epoch": "epoch",
    "seconds": "seconds",
    "time": "seconds an epoch",
    "parameters": "parameters",
    "difference": "second less first",
}
"""Field -> its name in what hovering shows and in the table of a figure's numbers."""
DASHES: Mapping[Line, Sequence[int]] = {"-": [1, 0], "--": [7, 3], "-.": [7, 3, 2, 3], ":": [2, 3]}
"""Kind of line in matplotlib's words -> lengths of its strokes and gaps, in pixels."""
SHAPES = {
    "o": "circle",
    "s": "square",
    "^": "triangle-up",
    "D": "diamond",
    "v": "triangle-down",
    "P": "cross",
    "X": "wedge",
    "<": "triangle-left",
    ">": "triangle-right",
    "p": "arrow",
}
"""Mark in matplotlib's words -> in Vega's."""
NUMBERS = frozenset({"epoch", "seconds", "seeds", "seed", "parameters"})
"""Fields among these that are numbers."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One interactive figure."""

    name: str
    """What it is called within its experiment: `accuracy`."""
    title: str
    """What it shows, as a sentence without its full stop."""
    reading: str
    """How to read it."""
    spec: dict[str, Any]
    """Vega-Lite, its data by name."""
    data: dict[str, Rows]
    """Name -> rows that it is drawn from."""
    wide: bool = False
    """It takes the whole width of the page."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What all figures of one experiment share."""

    comparison: Comparison
    """What they are about."""
    palette: Palette
    """A colour a name, the same as in the saved figures."""
    marks: dict[str, Mark]
    """Variant -> whether it differs from its baseline beyond chance."""
    names: tuple[str, ...]
    """Names of rows and lines, the best first."""
    final: AccuracyAxis
    """Axis of final accuracies."""
    course: AccuracyAxis
    """Axis of the accuracies of all epochs."""

    @classmethod
    def of(cls, comparison: Comparison, palette: Palette, marks: dict[str, Mark]) -> "Parts":
        """The parts of an experiment."""
        best: dict[str, float] = {}
        for cell in comparison.cells:
            name, mean = name_of(comparison, cell), cell.accuracy.mean if cell.accuracy else -1.0
            best[name] = max(best.get(name, -1.0), mean)
        return cls(
            comparison=comparison,
            palette=palette,
            marks=marks,
            names=tuple(sorted(best, key=lambda name: -best[name])),
            final=AccuracyAxis.of(final_accuracies(comparison.cells)),
            course=AccuracyAxis.of(epoch_accuracies(comparison.cells)),
        )

    @property
    def rates(self) -> list[float]:
        """The learning rates that get a panel each; none where the experiment is no grid."""
        if not self.comparison.crossed:
            return []
        return sorted({cell.rate for cell in self.comparison.cells if cell.rate is not None})

    def colour(self, *, legend: Literal["stroke", "circle"] | None = None) -> alt.Color:
        """Each name in its own colour, with a legend of such symbols."""
        colours = [style.colour for style in self._styles()]
        shown = (
            alt.Legend(title=None, symbolType=legend, symbolStrokeWidth=3, symbolOpacity=1)
            if legend
            else None
        )
        return alt.Color("name:N", scale=self._scale(colours), legend=shown)

    def dash(self) -> alt.StrokeDash:
        """Each name in its own kind of line, told apart where colours are not."""
        dashes = [list(DASHES[style.line]) for style in self._styles()]
        return alt.StrokeDash("name:N", scale=self._scale(dashes), legend=alt.Legend(title=None))

    def shape(self) -> alt.Shape:
        """Each name with its own mark."""
        shapes = [SHAPES[style.marker] for style in self._styles()]
        return alt.Shape("name:N", scale=self._scale(shapes), legend=alt.Legend(title=None))

    def _styles(self) -> list[Style]:
        return [self.palette[self.comparison.experiment, name] for name in self.names]

    def _scale(self, looks: Sequence[Any]) -> alt.Scale:
        return alt.Scale(domain=list(self.names), range=list(looks))

    def rows(self) -> alt.Y:
        """Names as rows, the best on top."""
        axis = alt.Axis(labelLimit=220, ticks=False, grid=False)
        return alt.Y("name:N", sort=list(self.names), title=None, axis=axis)

    def panels(self, layers: alt.LayerChart, *, data: str) -> alt.LayerChart | alt.FacetChart:
        """One panel a learning rate in a grid, else the layers alone."""
        if not self.rates:
            return layers.properties(data=named(data), width=FITTING)
        order = [panel_name(rate) for rate in self.rates]
        column = alt.Column("panel:N", sort=order, title=None)
        return layers.properties(width=PANEL_PX).facet(column=column, data=named(data), spacing=12)


def layered(*charts: alt.Chart) -> alt.LayerChart:
    """Charts on one another; `alt.layer`, whose type says less."""
    return alt.LayerChart(layer=list(charts))


def named(data: str) -> alt.NamedData:
    """Rows that the page holds under this name."""
    return alt.NamedData(name=data)


def tips(*fields: str) -> list[alt.Tooltip]:
    """What hovering shows."""
    return [
        alt.Tooltip(f"{field}:{'Q' if field in NUMBERS else 'N'}", title=TIPS[field])
        for field in fields
    ]


def finished(chart: alt.TopLevelMixin, *, title: str) -> dict[str, Any]:
    """The specification; its description is what a screen reader says of the drawing."""
    # Altair checks every part against the schema, which takes most of a report's time. Ours are
    # fixed, and a test has them checked.
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec.pop("config", None)
    fit = {"autosize": {"type": "fit-x", "contains": "padding"}}
    return spec | {"description": title} | (fit if spec.get("width") == FITTING else {})
