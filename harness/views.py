"""Comparison -> the figures that stand still on every page: ranks, and time to a target. Pure."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from harness import profile as profiles
from harness.compare import Cell, Comparison
from harness.curves import first_reaching
from harness.factors import show_level
from harness.palette import Palette, name_of
from harness.plot_profile import profile_figure
from harness.plot_ranking import ranking_figure
from harness.profile import Profile, Target, Unit, choose_target
from harness.ranking import rank
from harness.sentences import about


def views(comparison: Comparison, palette: Palette) -> dict[str, Figure]:
    """Name -> figure, for those that the experiment has enough runs for."""
    found: dict[str, Figure] = {}
    ranking = rank(comparison)
    if ranking is not None:
        found["ranks"] = ranking_figure(ranking)
    target = choose_target(
        [case.best_test_accuracy for cell in comparison.cells for case in cell.results]
    )
    if target is not None:
        found["time-to-target"] = time_to_target_figure(comparison, palette, target)
    return found


def time_to_target_figure(comparison: Comparison, palette: Palette, target: Target) -> Figure:
    """Share of runs at the target by time: in seconds, or in epochs where times were shared."""
    exclusive = all(cell.exclusive for cell in comparison.cells)
    unit: Unit = "s" if exclusive else "epochs"
    return profile_figure(
        _panels(comparison, target, unit),
        style_of=lambda name: palette[comparison.experiment, name],
        about=about(comparison),
    )


def _panels(comparison: Comparison, target: Target, unit: Unit) -> dict[str, Profile]:
    """One profile a learning rate in a grid, else one of all variants."""
    times = _times(comparison.cells, target, unit)
    rates = {cell.rate for cell in comparison.cells} if comparison.crossed else {None}
    panels: dict[str, Profile] = {}
    for rate in sorted(rates, key=lambda rate: rate or 0.0):
        own = {
            name_of(comparison, cell): found
            for cell, found in zip(comparison.cells, times, strict=True)
            if rate is None or cell.rate == rate
        }
        title = "" if rate is None else f"learning rate {show_level(rate)}"
        panels[title] = profiles.profile(own, target=target, unit=unit)
    return panels


def _times(cells: Sequence[Cell], target: Target, unit: Unit) -> list[list[float | None]]:
    """Cell by cell, each run's time to the target; `None` where it never got there."""
    return [
        [None if at is None else at.train_s if unit == "s" else float(at.epoch) for at in found]
        for found in (list(reached.values()) for reached in first_reaching(cells, target.accuracy))
    ]
