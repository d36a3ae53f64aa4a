"""Many lines by epoch: panels in which each line can be read, none lost, and bands told of."""

from collections.abc import Iterable, Mapping

import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.compare import Comparison, compare
from harness.palette import BASELINE, assign_styles
from harness.plot import epochs_figure
from harness.plot_panels import MOST_ALIKE, MOST_LINES, panels
from harness.record import Level, Record
from tests.records import make_record

POOLS, LOGITS = tuple(f"pool{n}" for n in range(5)), ("plain", "relu")


def words(*, variants: int, seeds: int = 2) -> Comparison:
    """A comparison over one factor; the later a variant, the more accurate."""
    return comparison_of(
        make_record(
            experiment="start",
            variant=f"v{n}",
            baseline="v0",
            seed=seed,
            accuracies=(0.5, 0.6 + n / 100 + seed / 1000),
        )
        for n in range(variants)
        for seed in range(seeds)
    )


def crossed(factors: Mapping[str, tuple[Level, ...]]) -> Comparison:
    """A comparison over two factors; each first level of the second is a baseline."""
    (one, first), (two, second) = factors.items()
    return comparison_of(
        make_record(
            experiment="maxpool",
            variant=f"{level}-{other}",
            baseline=f"{first[0]}-{other}",
            factors={one: level, two: other},
            seed=seed,
            accuracies=(0.5, 0.6 + 0.01 * place + 0.1 * turn),
        )
        for place, level in enumerate(first)
        for turn, other in enumerate(second)
        for seed in range(2)
    )


def comparison_of(records: Iterable[Record]) -> Comparison:
    (comparison,) = compare(records)
    return comparison


def drawn(comparison: Comparison) -> Figure:
    return epochs_figure(comparison, assign_styles([comparison]))


def names(ax: Axes) -> set[str]:
    return {found.get_text() for found in ax.texts}


def titles(figure: Figure) -> list[str]:
    return [ax.get_title(loc="left") for ax in figure.axes if ax.get_visible()]


def bands(figure: Figure) -> int:
    return sum(isinstance(each, PolyCollection) for ax in figure.axes for each in ax.collections)


def said(figure: Figure) -> str:
    return "\n".join(found.get_text() for found in figure.texts if isinstance(found, Text))


def test_few_lines_share_a_panel_with_their_bands() -> None:
    figure = drawn(words(variants=MOST_LINES))
    assert len(figure.axes) == 1
    assert bands(figure) == MOST_LINES
    assert "band: lowest to highest seed. " in said(figure)


@pytest.mark.parametrize("variants", [10, 22])
def test_more_of_one_factor_stand_by_accuracy_each_once(variants: int) -> None:
    figure = drawn(words(variants=variants))
    shown = [names(ax) for ax in figure.axes if ax.get_visible()]
    assert sorted(name for found in shown for name in found) == sorted(
        f"v{n}" for n in range(variants)
    )
    assert all(len(found) <= MOST_ALIKE for found in shown)
    assert f"v{variants - 1}" in shown[0]
    assert titles(figure)[0].endswith(f"of {variants} by accuracy")
    assert len({ax.get_ylim() for ax in figure.axes if ax.get_visible()}) > 1
    assert "each panel on its scale" in said(figure)


def test_a_second_factor_makes_a_panel_a_level_on_one_scale() -> None:
    figure = drawn(crossed({"pool": POOLS, "logits": LOGITS}))
    assert titles(figure) == ["logits: plain", "logits: relu"]
    assert [names(ax) for ax in figure.axes] == [set(POOLS), set(POOLS)]
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert "scale" not in said(figure)


def test_one_level_has_one_colour_in_all_panels_and_no_two_lines_one_look() -> None:
    comparison = crossed({"pool": POOLS, "logits": LOGITS})
    palette = assign_styles([comparison])
    for pool in POOLS:
        styles = [palette["maxpool", f"{pool}-{logits}"] for logits in LOGITS]
        assert len({style.colour for style in styles}) == 1
    assert len(set(palette.values())) == len(palette) == 10
    assert palette["maxpool", "pool0-plain"] == BASELINE
    left, right = drawn(comparison).axes
    assert {to_hex(line.get_color()) for line in left.get_lines()} == {
        to_hex(line.get_color()) for line in right.get_lines()
    }


def test_a_factor_with_too_many_levels_or_too_many_lines_splits_nothing() -> None:
    levels = tuple(f"level{n}" for n in range(7))
    assert [
        panel.title.partition(" by ")[2]
        for panel in panels(crossed({"pool": POOLS[:2], "change": levels}))
    ] == ["accuracy"] * 3
    many = tuple(f"pool{n}" for n in range(13))
    assert len(panels(crossed({"pool": many, "logits": LOGITS}))) == 5


def test_lines_of_a_full_panel_have_no_bands_and_the_figure_says_so() -> None:
    many = tuple(f"pool{n}" for n in range(10))
    figure = drawn(crossed({"pool": many, "logits": LOGITS}))
    assert not bands(figure)
    assert "no bands, as panels have more than 9 lines" in said(figure)
    grid = drawn(crossed({"head": many, "learning_rate": (0.01, 0.1)}))
    assert titles(grid) == ["learning rate 0.01", "learning rate 0.1"]
    assert not bands(grid)


def test_where_some_panels_are_full_the_others_keep_their_bands() -> None:
    full = crossed({"pool": tuple(f"pool{n}" for n in range(10)), "logits": LOGITS})
    kept = [cell for cell in full.cells if cell.variant != "pool9-relu"]
    (comparison,) = compare(record for cell in kept for record in cell.records)
    figure = drawn(comparison)
    assert bands(figure) == 9
    assert "none in a panel of more than 9 lines" in said(figure)
