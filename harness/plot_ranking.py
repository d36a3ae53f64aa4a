"""Ranking -> Figure: a critical-difference diagram (Demsar 2006, figure 1)."""

import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.axes import (
    FONT_PT,
    INK,
    QUIET,
    TITLE_IN,
    Margins,
    canvas,
    plain,
    set_titles,
    text_width,
)
from harness.ranking import Ranked, Ranking, sentence

MOST_SHOWN = 30
"""Variants beyond which only the best are drawn."""
LONGEST = 44
"""Letters of a name: enough for one with its learning rate."""
BAR_IN, ROW_IN, NOTE_IN = 0.11, 0.21, 0.17
"""Height of a clique's bar with its gap, of a name's row, of a line of notes."""


def ranking_figure(ranking: Ranking) -> Figure:
    """Average ranks on an axis, best left; a thick bar joins variants that cannot be told apart."""
    shown, notes = ranking.ranked[:MOST_SHOWN], _notes(ranking)
    bars = stack(clip(ranking.cliques, len(shown)))
    depth_in = 0.12 + BAR_IN * len(bars)
    rows = (len(shown) + 1) // 2
    side = 0.3 + 1.1 * text_width([_said(each) for each in shown], most=LONGEST + 16)  # 1.1: bold
    figure, (ax,) = canvas(
        axes=(1, 1),
        size=(max(4.4, 0.16 * len(shown)), depth_in + ROW_IN * rows + 0.05),
        margins=Margins(
            left=side, right=side, top=TITLE_IN + 0.42, bottom=0.12 + NOTE_IN * len(notes)
        ),
    )
    plot_ranks(ax, shown, bars, depth_in=depth_in)
    set_titles(figure, title=sentence(ranking), subtitle=_subtitle(ranking))
    wide, high = figure.get_size_inches()
    for line, note in enumerate(reversed(notes)):
        place = (0.12 / wide, (0.08 + NOTE_IN * line) / high)
        fitting = min(FONT_PT - 1, (wide - 0.24) * 72 / 0.56 / len(note))
        figure.text(*place, note, fontsize=fitting, color=QUIET)
    return figure


def plot_ranks(
    ax: Axes, shown: Sequence[Ranked], bars: Sequence[Sequence[range]], *, depth_in: float
) -> Axes:
    """Leaders from each average rank to its name, the better half left; heights are in inches.

    `bars` has one entry a level of bars, as `stack` gives it; names begin `depth_in` below the
    axis.
    """
    last, rows = max(2, math.ceil(shown[-1].rank)), (len(shown) + 1) // 2
    ax.set_xlim(1 - 0.02 * (last - 1), last + 0.02 * (last - 1))
    ax.set_ylim(-depth_in - ROW_IN * rows, 0)
    _rank_axis(ax, last)
    for place, each in enumerate(shown):
        is_left = place < rows
        row = place if is_left else len(shown) - 1 - place
        _write(ax, each, height=-depth_in - ROW_IN * (row + 0.4), is_left=is_left)
    for level, cliques in enumerate(bars, start=1):
        for clique in cliques:
            found = [shown[place].rank for place in clique]
            reach = 0.006 * (ax.get_xlim()[1] - ax.get_xlim()[0])
            ax.plot(
                [min(found) - reach, max(found) + reach],
                [-BAR_IN * level] * 2,
                color=INK,
                linewidth=3.6,
                solid_capstyle="butt",
                zorder=3,
                gid="clique",
            )
    return ax


def clip(cliques: Iterable[range], most: int) -> list[range]:
    """The cliques as far as the first places go, those with two members or more there."""
    cut = [range(each.start, min(each.stop, most)) for each in cliques]
    kept: list[range] = []
    for each in cut:
        if len(each) > 1 and (not kept or each.stop > kept[-1].stop):
            kept.append(each)
    return kept


def stack(cliques: Iterable[range]) -> list[list[range]]:
    """The cliques on as few levels as will do, none on another."""
    levels: list[list[range]] = []
    for each in cliques:
        free = next((level for level in levels if level[-1].stop <= each.start), None)
        if free is None:
            levels.append([each])
        else:
            free.append(each)
    return levels


def _rank_axis(ax: Axes, last: int) -> None:
    """The axis on top, round ranks."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, last) if last <= 9 * step)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xticks(sorted({1, *range(step, last + 1, step)}))
    ax.set_xlabel("average rank (1 is best)", fontsize=FONT_PT, color=INK)
    ax.spines["top"].set_visible(True)
    ax.spines["top"].set_color(QUIET)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_yticks([])
    ax.grid(visible=False)


def _write(ax: Axes, each: Ranked, *, height: float, is_left: bool) -> None:
    edge = ax.get_xlim()[0 if is_left else 1]
    ax.plot(
        [each.rank, each.rank, edge],
        [0, height, height],
        color=QUIET,
        linewidth=0.8,
        clip_on=False,
        solid_joinstyle="miter",
    )
    ax.annotate(
        _said(each, is_left=is_left),
        (edge, height),
        xytext=(-4 if is_left else 4, 0),
        textcoords="offset points",
        ha="right" if is_left else "left",
        va="center",
        fontsize=FONT_PT,
        color=INK,
        weight="bold" if each.is_baseline else "normal",
        annotation_clip=False,
    )


def _said(each: Ranked, *, is_left: bool = True) -> str:
    """Name, average rank and mean accuracy, the rank beside the diagram."""
    name, rank, accuracy = plain(each.name, most=LONGEST), f"{each.rank:.2f}", each.accuracy
    percent = f"{100 * accuracy:.2f}%"
    return f"{name}  {percent}  {rank}" if is_left else f"{rank}  {name}  {percent}"


def _subtitle(ranking: Ranking) -> str:
    seeds = f"{len(ranking.seeds)} seed" + ("" if len(ranking.seeds) == 1 else "s")
    about = f"{ranking.experiment}: {ranking.label}, {seeds}."
    if ranking.test is None:
        return f"{about} No test fits so few seeds, so one bar joins all. Bold: baseline."
    friedman = "" if ranking.friedman_p is None else f"Friedman {_p(ranking.friedman_p)}. "
    return (
        f"{about} Bar: no two are told apart (paired {ranking.test} test, Holm over "
        f"{_pairs(ranking)}, {ranking.level:.0%}). {friedman}Bold: baseline."
    )


def _notes(ranking: Ranking) -> list[str]:
    """What the picture leaves out, or takes for granted."""
    notes = []
    if len(ranking.ranked) > MOST_SHOWN:
        notes.append(f"Shown: the best {MOST_SHOWN} of {len(ranking.ranked)} variants.")
    if ranking.test != "sign-flip":
        notes.append(
            f"t takes differences for normal; the sign-flip test, which does not, needs "
            f"{ranking.sign_flip_seeds} seeds for {_pairs(ranking)}."
        )
    if ranking.unjoined:
        said = [
            f"{ranking.ranked[each.first].name} and {ranking.ranked[each.second].name}"
            for each in ranking.unjoined
        ]
        notes.append(f"Not told apart either, though one between them is: {_listed(said, '; ')}.")
    if ranking.lacking:
        said = [f"{name} ({_seeds(found)})" for name, found in ranking.lacking.items()]
        notes.append(f"Not ranked, for want of seeds: {_listed(said, ', ')}.")
    if ranking.unused:
        notes.append(f"Not used, as not all have them: seeds {_listed(ranking.unused, ', ')}.")
    return [plain(note, most=220) for note in notes]


def _seeds(found: Sequence[int]) -> str:
    return f"has only {_listed(found, ', ')}" if found else "has none"


def _pairs(ranking: Ranking) -> str:
    return f"{len(ranking.pairs)} pair" + ("" if len(ranking.pairs) == 1 else "s")


def _listed(found: Sequence[object], between: str) -> str:
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return between.join(map(str, found[:3])) + more


def _p(p: float) -> str:
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"
