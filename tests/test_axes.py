"""Names at the ends of lines: an early end has its own, and no leader looks like more line."""

import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from harness.axes import Label, Margins, canvas, label_ends

LONG, SHORT = Label(x=10, y=0.5, text="long", colour="#332288"), "#CC6677"


def axes_with(*lines: tuple[list[float], list[float]]) -> Axes:
    """Axes of 0 to 10.5 and 0 to 1 with these lines."""
    _, (ax,) = canvas(axes=(1, 1), size=(5.0, 4.0), margins=Margins(right=2.0))
    ax.set_xlim(0, 10.5)
    ax.set_ylim(0, 1)
    for x, y in lines:
        ax.plot(x, y)
    return ax


def place_of(ax: Axes, text: str) -> tuple[float, float]:
    """Where a name begins, in shares of the axes."""
    (found,) = (each for each in ax.texts if each.get_text() == text)
    assert isinstance(found, Text)
    x, y = found.get_position()
    return float(x), float(y)


def leaders(ax: Axes) -> list[Line2D]:
    return [line for line in ax.get_lines() if line.get_transform() == ax.transAxes]


def test_a_line_that_ends_early_has_its_name_at_its_own_end_and_no_leader() -> None:
    ax = axes_with(([0, 10], [0.5, 0.5]), ([0, 2], [0.1, 0.8]))
    label_ends(ax, [LONG, Label(x=2, y=0.8, text="short", colour=SHORT)])
    x, y = place_of(ax, "short")
    assert 2 / 10.5 < x < 2 / 10.5 + 0.05
    assert y == pytest.approx(0.8)
    assert place_of(ax, "long")[0] > 1
    (leader,) = leaders(ax)
    assert leader.get_color() == LONG.colour


def test_where_another_line_passes_the_leader_is_dotted_and_lies_behind() -> None:
    ax = axes_with(([0, 10], [0.5, 0.5]), ([0, 2], [0.1, 0.5]))
    label_ends(ax, [LONG, Label(x=2, y=0.5, text="short", colour=SHORT)])
    assert place_of(ax, "short")[0] > 1
    full, dotted = leaders(ax)
    assert full.get_linestyle() == "-"
    assert dotted.get_linestyle() == "--"  # Matplotlib's word for any pattern of dashes
    assert dotted.get_zorder() < full.get_zorder()


def test_two_lines_that_end_at_one_early_point_have_names_apart() -> None:
    ax = axes_with(([0, 2], [0.1, 0.5]), ([0, 2], [0.9, 0.5]))
    label_ends(ax, [Label(x=2, y=0.5, text=name, colour=SHORT) for name in ("one", "two")])
    assert place_of(ax, "one")[0] < 1 < place_of(ax, "two")[0]


def test_a_name_that_would_leave_the_axes_stands_outside() -> None:
    ax = axes_with(([0, 9], [0.5, 0.5]))
    label_ends(ax, [Label(x=9, y=0.5, text="a name of many letters", colour=SHORT)])
    assert place_of(ax, "a name of many letters")[0] > 1
