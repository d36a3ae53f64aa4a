"""The studies' pictures: verdicts, reported numbers beside ours, kernels and feature maps. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from harness.axes import (
    FONT_PT,
    INK,
    TITLE_IN,
    Margins,
    canvas,
    plain,
    set_titles,
    text_width,
)
from harness.claim import Paper, Word, paper_of
from harness.mosaic import Block, coloured, mosaic_figure
from harness.record import StepLoss
from harness.repeated import Repeated
from harness.verdict import Verdict

COLOUR: Mapping[Word, str] = {
    "supported": "#117733",
    "contradicted": "#CC6677",
    "undecided": "#DDCC77",
    "not testable": "#CCCCCC",
}
"""Of a verdict; told apart with any colour vision."""
OURS, THEIRS = "#332288", "#CC6677"
LONGEST = 60
"""Letters of a row's name."""
LOSSES_BESIDE = 2
"""Panels of losses in a row."""
MOST_MAPS = 16
"""Kernels or maps drawn in a row."""


def verdicts_figure(verdicts: Sequence[Verdict], names: Mapping[str, str]) -> Figure:
    """A bar a paper, cut by verdict; `names`: paper -> what its row is called."""
    labels = [plain(f"{paper} {name}", most=LONGEST) for paper, name in names.items()]
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(6.0, 0.42 * len(names)),
        margins=Margins(
            left=0.3 + text_width(labels, most=LONGEST), right=0.3, top=TITLE_IN, bottom=0.9
        ),
    )
    for row, paper in enumerate(reversed(list(names))):
        counts = Counter(v.word for v in verdicts if paper_of(v.claim.id) == paper)
        start = 0
        for word, colour in COLOUR.items():
            ax.barh(row, counts[word], left=start, color=colour, height=0.7)
            if counts[word]:
                middle = start + counts[word] / 2
                ink = "white" if word in ("supported", "contradicted") else INK
                ax.text(middle, row, str(counts[word]), ha="center", va="center", color=ink)
            start += counts[word]
    ax.set_yticks(range(len(labels)), labels[::-1])
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("claims", fontsize=FONT_PT)
    patches = [Patch(color=colour, label=word) for word, colour in COLOUR.items()]
    figure.legend(handles=patches, ncols=4, loc="lower center", frameon=False, fontsize=FONT_PT)
    decided = sum(verdict.word in ("supported", "contradicted") for verdict in verdicts)
    set_titles(
        figure,
        title=f"{decided} of {len(verdicts)} claims are decided",
        subtitle="By paired statistics over seeds, corrected within each paper, or by calculation",
    )
    return figure


def numbers_figure(paper: Paper, repeated: Sequence[Repeated]) -> Figure | None:
    """Each reported accuracy on its row, with our mean and where one more run of ours would lie."""
    rows = [
        each
        for each in repeated
        if each.metric and each.metric.unit == "%" and each.estimate and each.reported.value
    ]
    if not rows:
        return None
    names = [
        plain(f"{each.reported.id} {each.reading or each.reported.text}", most=LONGEST)
        for each in rows
    ]
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(4.6, 0.34 * len(rows) + 0.2),
        margins=Margins(
            left=0.3 + text_width(names, most=LONGEST), right=0.4, top=TITLE_IN, bottom=0.6
        ),
    )
    for row, each in enumerate(reversed(rows)):
        _number(ax, each, row)
    ax.set_yticks(range(len(rows)), names[::-1])
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlabel("accuracy, %", fontsize=FONT_PT)
    known = {each.reported.id for each in rows if each.is_alike is not None}
    alike = {each.reported.id for each in rows if each.is_alike}
    said = " in some reading" if any(each.reading for each in rows) else ""
    set_titles(
        figure,
        title=f"{paper.id}: {len(alike)} of {len(known)} reported accuracies could be one more "
        f"run of ours{said}"
        if known
        else f"{paper.id}: reported accuracies beside our first run",
        subtitle="Diamond: the paper. Dot: our mean; bar: where 95% of further runs would lie",
    )
    return figure


def kernels_figure(title: str, arrays: Mapping[str, NDArray[Any]]) -> Figure:
    """Kernels of each convolution after training, one row a layer; red above zero, blue below.

    `arrays`: layer -> kernels [maps, C, k, k], of which the first input channel is drawn.
    """
    return mosaic_figure(
        [
            Block(heading=name, rows=(coloured(kernels[:MOST_MAPS, 0], "signed"),))
            for name, kernels in arrays.items()
        ],
        title=title,
        subtitle="Kernels by the first input map; red: positive weights, blue: negative",
    )


def features_figure(title: str, maps: NDArray[Any]) -> Figure:
    """Feature maps of a convolution, one row an image: [images, maps, H, W]."""
    rows = [[coloured(each, "intensity") for each in found[:MOST_MAPS]] for found in maps]
    block = Block(
        heading="",
        rows=tuple(np.stack(row) for row in rows),
        labels=tuple(f"class {place}" for place in range(len(rows))),
    )
    return mosaic_figure(
        [block],
        title=title,
        subtitle="Maps of the last convolution, one row an image (the first test image of each "
        "class); light: high, each map on its own scale",
    )


def losses_figure(paper: Paper, losses: Mapping[str, Sequence[StepLoss]]) -> Figure:
    """Training loss by step: a panel a cell, a thin line a seed; `losses`: cell -> of each seed."""
    rows = -(-len(losses) // LOSSES_BESIDE)
    figure, axes = canvas(
        axes=(rows, min(len(losses), LOSSES_BESIDE)),
        size=(3.2, 1.9),
        margins=Margins(top=TITLE_IN + 0.3, bottom=0.6, between=0.75),
    )
    for ax, (cell, seeds) in zip(axes, losses.items(), strict=False):
        for each in seeds:
            known = [(step, loss) for step, loss in zip(each.step, each.loss, strict=True) if loss]
            ax.plot(*zip(*known, strict=True), color=OURS, linewidth=0.5, alpha=0.5)
        ax.set_yscale("log")
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_title(plain(cell, most=LONGEST), fontsize=FONT_PT, loc="left", color=INK)
    for ax in axes[max(0, len(losses) - LOSSES_BESIDE) : len(losses)]:
        ax.set_xlabel("step", fontsize=FONT_PT)
    for ax in axes[len(losses) :]:
        ax.set_visible(False)
    set_titles(
        figure,
        title=f"{paper.id}: training loss by step",
        subtitle="Of single batches, thinned evenly; a line a seed; logarithmic axis",
    )
    return figure


def _number(ax: Axes, each: Repeated, row: int) -> None:
    assert each.metric is not None
    assert each.estimate is not None
    scale = each.metric.scale
    if each.low is not None and each.high is not None:
        ends = [max(0.0, each.low * scale), min(100.0, each.high * scale)]
        ax.plot(ends, [row, row], color=OURS, linewidth=5, alpha=0.3, solid_capstyle="butt")
    ax.plot(each.estimate.mean * scale, row, "o", color=OURS, ms=6, mec="white", mew=0.6)
    value = each.reported.value or 0.0
    ax.plot(value * scale, row, "D", color=THEIRS, ms=6.5, mfc="none", mew=1.6)
