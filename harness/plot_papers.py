"""The studies' pictures: verdicts, reported numbers beside ours, kernels and feature maps. Pure."""

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from harness.axes import (
    FONT_PT,
    INK,
    RULE,
    TITLE_IN,
    Margins,
    accuracy_axis,
    canvas,
    plain,
    set_titles,
    text_width,
)
from harness.claim import Paper, Word, paper_of
from harness.compare import group_by
from harness.mosaic import Block, Pixels, coloured, mosaic_figure, photos
from harness.plotters import plot_span
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
Standing = Literal["like our runs", "not excluded", "excluded", "untold"]
"""How a reported number stands to our runs."""
STANDINGS: tuple[Standing, ...] = ("like our runs", "not excluded", "excluded", "untold")
"""The nearest first."""
SPELT = {1: "one", 2: "two"}
"""Numbers as words."""
OURS, THEIRS = "#332288", "#CC6677"
LINE = 50
"""Letters of a line of a reported number's name."""
SHORT_OF_ENDS = (0.02, 0.998)
"""Ends of intervals between these widen the axis; beyond them there is an arrow."""
LONGEST = 60
"""Letters of a row's name."""
LOSSES_BESIDE = 2
"""Panels of losses in a row."""
FAR_LOSSES = 100.0
"""Ratio of the highest to the lowest loss from which an axis needs no ticks but powers of ten."""
CLASSES: Mapping[str, tuple[str, ...]] = {
    "cifar10": (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
}
"""Dataset -> what its classes are called, by label."""
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
    by = Counter(verdict.grounds for verdict in verdicts if verdict.is_decided)
    set_titles(
        figure,
        title=f"{by.total()} of {len(verdicts)} claims are decided",
        subtitle=f"{by['statistics']} by statistics over seeds, corrected within each paper, "
        f"{by['sight']} by what was seen to happen, {by['calculation']} by a calculation",
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
    names = [_two_lines(f"{each.reported.id} {_said(each)}") for each in rows]
    lines = [line for name in names for line in name.split("\n")]
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(4.6, 0.36 * len(rows) + 0.2),
        margins=Margins(left=0.3 + text_width(lines, most=LINE + 2), right=0.9, top=TITLE_IN),
    )
    accuracy_axis(ax, "x", _to_hold(rows))
    ax.set_ylim(-0.6, len(rows) - 0.4)
    for row, each in enumerate(reversed(rows)):
        _number(ax, each, row)
    ax.set_yticks(range(len(rows)), names[::-1])
    _part_numbers(ax, rows)
    several = " The nearest reading counts." if any(r.reading for r in rows) else ""
    set_titles(
        figure,
        title=f"{paper.id}, reported accuracies: {standings_sentence(rows)}",
        subtitle="Diamond: the paper. Dot: our mean, hollow without an interval; bar: where one "
        f"further run lies with 95%.{several}",
    )
    return figure


def standings_sentence(rows: Sequence[Repeated]) -> str:
    """How many reported numbers are like our runs, and how many not; each by its nearest reading.

    Not excluded is a number that our interval holds though none of our runs was there.
    """
    by_id = group_by(rows, lambda each: each.reported.id)
    found = [min(map(_standing, own), key=STANDINGS.index) for own in by_id.values()]
    most = [max(each.estimate.n for each in own if each.estimate) for own in by_id.values()]
    few = {n for n, standing in zip(most, found, strict=True) if standing == "untold"}
    seeds = " or ".join(SPELT.get(n, str(n)) for n in sorted(few))
    untold = f"with {seeds} seed" + ("" if few == {1} else "s")
    counts = Counter(found)
    said = [(counts[each], untold if each == "untold" else each) for each in STANDINGS]
    return ", ".join(f"{count} {words}" for count, words in said if count)


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


def features_figure(
    title: str, maps: NDArray[Any], *, dataset: str = "", pixels: NDArray[np.uint8] | None = None
) -> Figure:
    """Feature maps of a convolution, one row an image: [images, maps, H, W].

    `dataset`: its name, by which classes have theirs; `pixels` [images, C, H, W]: the images
    themselves, each drawn ahead of its maps.
    """
    rows = [np.stack([coloured(each, "intensity") for each in found[:MOST_MAPS]]) for found in maps]
    if pixels is not None:
        images = photos(pixels)
        rows = [_ahead(image, row) for image, row in zip(images, rows, strict=True)]
    said = "" if pixels is None else "; ahead of them the image"
    return mosaic_figure(
        [Block(heading="", rows=tuple(rows), labels=class_names(dataset, len(rows)))],
        title=title,
        subtitle="Maps of the last convolution, one row an image (the first test image of each "
        f"class){said}; light: high, each map on its own scale",
    )


def _ahead(image: Pixels, maps: Pixels) -> Pixels:
    """The image [H, W, 3] and its maps [M, h, w, 3] in a row, enlarged to the same size."""
    high, wide = (math.lcm(image.shape[axis], maps.shape[axis + 1]) for axis in (0, 1))
    large = [
        each.repeat(high // each.shape[1], axis=1).repeat(wide // each.shape[2], axis=2)
        for each in (image[None], maps)
    ]
    return np.concatenate(large)


def class_names(dataset: str, count: int) -> tuple[str, ...]:
    """What the classes of a dataset are called: `class 0` where it is not known.

    A name such as `cifar10-40k` says that the file is a part of CIFAR-10, so its labels are too.
    """
    known = CLASSES.get(dataset.partition("-")[0], ())
    return known if len(known) == count else tuple(f"class {place}" for place in range(count))


def losses_figure(paper: Paper, losses: Mapping[str, Sequence[StepLoss]]) -> Figure:
    """Training loss by step: a panel a cell, a thin line a seed; `losses`: cell -> of each seed."""
    rows = -(-len(losses) // LOSSES_BESIDE)
    figure, axes = canvas(
        axes=(rows, min(len(losses), LOSSES_BESIDE)),
        size=(3.2, 1.9),
        margins=Margins(top=TITLE_IN + 0.3, between=0.85, below=0.8),
    )
    for ax, (cell, seeds) in zip(axes, losses.items(), strict=False):
        _losses(ax, seeds)
        ax.set_title(plain(cell, most=LONGEST), fontsize=FONT_PT, loc="left", color=INK)
    for ax in axes[len(losses) :]:
        ax.set_visible(False)
    set_titles(
        figure,
        title=f"{paper.id}: training loss by step",
        subtitle="Of single batches, thinned evenly; a line a seed; logarithmic axes, each panel "
        "on its own",
    )
    return figure


def _losses(ax: Axes, seeds: Sequence[StepLoss]) -> None:
    """Losses by step on a logarithmic axis with round ticks, few of them."""
    known = [
        [(step, loss) for step, loss in zip(each.step, each.loss, strict=True) if loss]
        for each in seeds
    ]
    for points in known:
        ax.plot([x for x, _ in points], [y for _, y in points], color=OURS, lw=0.5, alpha=0.5)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator(_loss_ticks(*ax.get_ylim())))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(_thousands))
    ax.set_xlabel("step", fontsize=FONT_PT)
    ax.set_ylabel("training loss", fontsize=FONT_PT)


def _loss_ticks(low: float, high: float) -> list[float]:
    """Powers of ten within the limits; where they are near each other 1, 2 and 5 times those."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    times = (1.0,) if high / low > FAR_LOSSES else (1.0, 2.0, 5.0)
    found = [factor * 10.0**power for power in powers for factor in times]
    return [tick for tick in found if low <= tick <= high]


def _thousands(step: float, _: float) -> str:
    """`500`, `2.5k`, `10k`."""
    return f"{step / 1000:g}k" if step >= 1000 else f"{step:g}"


def _standing(each: Repeated) -> Standing:
    """How a reported number stands to our runs; an interval that excludes nothing shows no more."""
    if each.is_alike is None or each.low is None or each.high is None:
        return "untold"
    if not each.is_alike:
        return "excluded"
    tells = each.low > 0.0 or each.high < 1.0
    return "like our runs" if tells and each.is_within_seen else "not excluded"


def _to_hold(rows: Iterable[Repeated]) -> list[float]:
    """What the axis has to hold: means, reported numbers, ends of intervals short of 0 and 1."""
    low, high = SHORT_OF_ENDS
    ends = [end for each in rows for end in (each.low, each.high) if end and low <= end <= high]
    means = [each.estimate.mean for each in rows if each.estimate]
    return [*means, *(each.reported.value or 0.0 for each in rows), *ends]


def _number(ax: Axes, each: Repeated, row: int) -> None:
    assert each.estimate is not None
    left, right = ax.get_xlim()
    if each.low is not None and each.high is not None:
        plot_span(ax, each.low, each.high, row=row, colour=OURS)
        ends = [end for end in (each.low, each.high) if left <= end <= right]
        ax.vlines(ends, row - 0.25, row + 0.25, color=OURS, linewidth=0.8, alpha=0.7)
    mean, value = (min(max(x, left), right) for x in (each.estimate.mean, each.reported.value or 0))
    inside = "white" if each.low is None else OURS
    ax.plot(mean, row, "o", color=OURS, ms=4.5, mfc=inside, mew=1.1)
    ax.plot(value, row, "D", color=THEIRS, ms=7.5, mfc="none", mew=1.4)
    many = "1 seed" if each.estimate.n == 1 else f"{each.estimate.n} seeds"
    place = (1.03, row)
    ax.annotate(
        many, place, xycoords=("axes fraction", "data"), va="center", fontsize=FONT_PT, color=INK
    )


def _part_numbers(ax: Axes, rows: Sequence[Repeated]) -> None:
    """A line between rows of two reported numbers, none between readings of one."""
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    for row, (lower, upper) in enumerate(pairwise(reversed(rows))):
        if lower.reported.id != upper.reported.id:
            ax.axhline(row + 0.5, color=RULE, linewidth=0.8, zorder=0.5)


def _said(each: Repeated) -> str:
    return each.reading or each.reported.text


def _two_lines(text: str) -> str:
    """A row's name in two lines at most; of a longer one the first and the last."""
    lines = textwrap.wrap(plain(text, most=1000), LINE, break_on_hyphens=False) or [""]
    return "\n".join(lines) if len(lines) <= 2 else f"{lines[0]} …\n{lines[-1]}"
