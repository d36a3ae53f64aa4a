"""Profiles by hand-made times: shares, runs that never get there, the rule of the target."""

import io
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.palette import STYLES, Style
from harness.plot_profile import profile_figure
from harness.profile import (
    Profile,
    Target,
    Times,
    choose_target,
    profile,
    sentence,
)

TARGET = Target(accuracy=0.95, reached=3, runs=4, share=0.5)
TIMES: dict[str, list[float | None]] = {
    "sgd": [4.0, None, None],
    "adam": [1.0, 3.0, 2.0],
    "never": [None, None, None],
}


def drawn(panels: Mapping[str, Profile]) -> Figure:
    """The figure, rendered, which is where matplotlib warns or fails."""
    figure = profile_figure(panels, style_of=style_of, about="mnist, short, 3 seeds.")
    figure.savefig(io.BytesIO(), dpi=40)
    return figure


def style_of(name: str) -> Style:
    return STYLES[len(name) % len(STYLES)]


def texts(figure: Figure) -> str:
    return "\n".join(found.get_text() for found in figure.findobj(Text) if isinstance(found, Text))


def shares(found: Profile, within: float) -> dict[str, float]:
    return {each.variant: each.share(within) for each in found.curves}


def test_a_curve_counts_all_runs_and_never_reaches_one_with_censored_ones() -> None:
    found = profile(TIMES, target=TARGET, unit="s")
    assert [each.variant for each in found.curves] == ["adam", "sgd", "never"]
    assert shares(found, 2.0) == pytest.approx({"adam": 2 / 3, "sgd": 0, "never": 0})
    assert shares(found, 1e9) == pytest.approx({"adam": 1, "sgd": 1 / 3, "never": 0})
    assert [each.censored for each in found.curves] == [0, 2, 3]


@given(
    st.lists(st.none() | st.floats(0.01, 99), min_size=1, max_size=9),
    st.floats(0, 99),
    st.floats(0, 99),
)
def test_a_share_grows_with_time_up_to_the_share_of_those_that_got_there(
    times: list[float | None], one: float, other: float
) -> None:
    (curve,) = profile({"a": times}, target=TARGET, unit="s").curves
    assert 0 <= curve.share(min(one, other)) <= curve.share(max(one, other)) <= 1
    assert curve.share(99) == pytest.approx(1 - curve.censored / len(times))
    assert curve.half is None or curve.share(curve.half) >= 0.5


@pytest.mark.parametrize(
    ("best", "accuracy"),
    [
        ([0.99, 0.985, 0.6, None], 0.98),
        ([0.97, 0.97, 0.5, 0.5], 0.97),
        ([0.9699, 0.9699, 0.9699, 0.999], 0.95),
        ([0.96, 0.1, 0.1, 0.1], 0.95),
        ([1.0], 0.995),
    ],
)
def test_the_target_is_the_highest_step_that_half_reach_or_failing_that_fewer(
    best: list[float | None], accuracy: float
) -> None:
    target = choose_target(best)
    assert target is not None
    assert target.accuracy == accuracy
    assert f"({target.reached} of {len(best)})" in target.rule


def test_runs_that_learn_nothing_have_no_target() -> None:
    assert choose_target([0.1, 0.2, None]) is None
    assert choose_target([]) is None


def test_the_sentence_says_who_is_first_and_how_many_never_arrive() -> None:
    found = profile(TIMES, target=TARGET, unit="epochs")
    assert sentence(found) == (
        "adam is first with half of its runs at 95%: 2 epochs; 5 of 9 runs never are"
    )
    tied = profile({name: [1.0, 2.0] for name in "abcd"}, target=TARGET, unit="epochs")
    assert sentence(tied).startswith("a, b and 2 more are first with half of their runs at 95%")
    nobody = profile({"sgd": [1.0, None, None]}, target=TARGET, unit="s")
    assert sentence(nobody) == "No variant has half of its runs at 95%"


def test_the_line_is_the_curve_and_the_legend_counts() -> None:
    figure = drawn({"": profile(TIMES, target=TARGET, unit="s")})
    (line,) = (found for found in figure.axes[0].get_lines() if found.get_gid() == "sgd")
    heights = np.asarray(line.get_ydata())
    assert heights.max() - heights.min() == pytest.approx(1 / 3)
    assert line.get_drawstyle() == "steps-post"
    assert "sgd  1 of 3" in texts(figure)
    assert TARGET.rule in texts(figure)


def test_panels_share_one_axis_and_one_legend() -> None:
    panels = {
        "learning rate 0.1": profile(TIMES, target=TARGET, unit="epochs"),
        "learning rate 0.01": profile({"adam": [9.0, None]}, target=TARGET, unit="epochs"),
    }
    figure = drawn(panels)
    assert len({ax.get_xlim() for ax in figure.axes}) == 1
    assert "adam  4 of 5" in texts(figure)
    assert "adam at learning rate 0.1 is first" in texts(figure)


def test_what_cannot_be_drawn_together_is_refused() -> None:
    first = profile(TIMES, target=TARGET, unit="s")
    with pytest.raises(ValueError, match="all of one target and unit"):
        profile_figure(
            {"a": first, "b": profile(TIMES, target=TARGET, unit="epochs")},
            style_of=style_of,
            about="",
        )
    nobody = profile({"sgd": [None]}, target=TARGET, unit="s")
    with pytest.raises(ValueError, match="expected a run that reaches"):
        profile_figure({"": nobody}, style_of=style_of, about="")


def test_thirty_variants_and_hostile_names_are_drawn() -> None:
    name = "$\\frac{$ <script> \n " + "x" * 300
    times: Times = {f"{name}{n}": [float(n + seed + 1) for seed in range(6)] for n in range(30)}
    drawn({"": profile(times, target=TARGET, unit="s")})
