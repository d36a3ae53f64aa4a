"""What a class is shown of an experiment: which cases, and their pictures.

The cases: of the variants with an accuracy the best and the worst by mean final accuracy, and the
baseline that the best is compared with; a variant that is two of these is shown once. Pictures of
one training are of the variant's median seed by final accuracy, of an even number of seeds the
lower one in the middle. Pictures of layers over epochs are of the first 30 seeds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from matplotlib.figure import Figure

from harness.artifacts import Artifacts, read_artifacts
from harness.compare import ACCURACY, Cell, Comparison
from harness.diagnosis import (
    confusion_finding,
    dead_finding,
    features_finding,
    gradient_finding,
    kernels_finding,
    layer_series,
    wrong_finding,
)
from harness.plot_teaching import (
    confusion_figure,
    feature_maps_figure,
    kernels_by_epoch_figure,
    wrong_figure,
)
from harness.plot_teaching_epochs import dead_units_figure, gradient_norms_figure
from harness.record import Record
from harness.store import Notice

FindArtifacts = Callable[[str, str], Path | None]
"""(run, file named by a record) -> where it lies, `None` if it is not there."""
ReadRecord = Callable[[str, str], Record]
"""(node id, run) -> the whole record."""

RULE = (
    "The baseline, the best and the worst variant by mean final accuracy. Kernels, maps and "
    "mistakes are of the seed with the median accuracy."
)
"""Which cases are shown, for a reader."""


KINDS = {
    "kernels": "Kernels",
    "maps": "Feature maps",
    "confusion": "Confusion matrix",
    "mistakes": "Most confident mistakes",
}
"""Pictures of one training, in their order, and how they are called."""
MOST_SEEDS = 30
"""Runs of a variant whose layers are drawn over epochs."""


class Result(Protocol):
    """What has to be known of a run of a case."""

    @property
    def nodeid(self) -> str:
        """pytest's node id."""

    @property
    def run(self) -> str:
        """Name of the run."""

    @property
    def seed(self) -> int:
        """Pairing number."""

    @property
    def test_accuracy(self) -> float | None:
        """Final test accuracy, a fraction."""

    @property
    def artifacts(self) -> str | None:
        """File under the run's folder."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Illustration:
    """A figure and what it shows."""

    title: str
    """What it is of: `Kernels of adam (best), seed 3`."""
    figure: Figure
    """The figure."""
    alternative: str
    """The same in words, for those who cannot see it."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A variant that is shown, and why."""

    cell: Cell
    """The variant."""
    roles: tuple[str, ...]
    """`baseline`, `best`, `worst`, or several of them."""

    @property
    def name(self) -> str:
        """For titles: `adam (best)`."""
        return f"{self.cell.spoken} ({', '.join(self.roles)})"

    @property
    def median(self) -> Result:
        """Its result with the median accuracy."""
        known = [each for each in self.cell.results if each.test_accuracy is not None]
        ordered = sorted(known, key=lambda each: (each.test_accuracy or 0.0, each.seed))
        return ordered[(len(ordered) - 1) // 2]


def teaching_figures(
    comparison: Comparison,
    find_artifacts: FindArtifacts,
    *,
    read_record: ReadRecord,
    notice: Notice,
) -> dict[str, Illustration]:
    """Name -> figure, in the order in which they are to be shown; the names are fit for files.

    What cannot be drawn, for a file or an array is not there, is told in one notice.
    """
    shown = shown_cases(comparison)
    made = {
        f"{kind}-{case.roles[0]}": drawn
        for kind, case, drawn in _case_figures(comparison, shown, find_artifacts, notice)
    }
    ordered = sorted(made, key=lambda name: list(KINDS).index(name.rpartition("-")[0]))
    return _epoch_figures(shown, read_record) | {name: made[name] for name in ordered}


def shown_cases(comparison: Comparison) -> tuple[Shown, ...]:
    """The cases that are shown, each once: see the rule above."""
    known = [cell for cell in comparison.cells if cell.accuracy is not None]
    if not known:
        return ()
    best, worst = max(known, key=_mean), min(known, key=_mean)
    roles = [("baseline", cell) for cell in known if cell.variant == best.baseline]
    if _mean(best) > _mean(worst):
        roles += [("best", best), ("worst", worst)]
    roles = roles or [("first", best)]
    cells = {cell.variant: cell for _, cell in roles}
    return tuple(
        Shown(cell=cell, roles=tuple(role for role, other in roles if other is cell))
        for cell in cells.values()
    )


def _mean(cell: Cell) -> float:
    return cell.accuracy.mean if cell.accuracy else 0.0


def _epoch_figures(shown: tuple[Shown, ...], read_record: ReadRecord) -> dict[str, Illustration]:
    variants = {
        case.cell.spoken: [
            read_record(each.nodeid, each.run) for each in case.cell.results[:MOST_SEEDS]
        ]
        for case in shown
    }
    notes = {case.cell.spoken: _note(case) for case in shown}
    records = [record for found in variants.values() for record in found]
    made = {}
    if layer_series(records, "dead_units"):
        made["dead-units"] = Illustration(
            title="Dead units",
            figure=dead_units_figure(variants, notes),
            alternative=f"Share of dead units by layer over epochs. {dead_finding(variants)}.",
        )
    if layer_series(records, "gradient_norm"):
        made["gradient-norms"] = Illustration(
            title="Gradient norms",
            figure=gradient_norms_figure(variants, notes),
            alternative=f"Gradient norm by layer over epochs. {gradient_finding(variants)}.",
        )
    return made


def _case_figures(
    comparison: Comparison,
    shown: tuple[Shown, ...],
    find_artifacts: FindArtifacts,
    notice: Notice,
) -> Iterator[tuple[str, Shown, Illustration]]:
    """(kind, case, figure) of all that the artifacts hold; the rest is told in one notice."""
    lacking: dict[str, list[str]] = {}
    for case in shown:
        if case.median.artifacts is None:  # such a suite keeps none
            continue
        found = _artifacts(case.median, find_artifacts, notice)
        if found is None:  # which was told
            continue
        drawn = _drawn(found, case)
        yield from ((kind, case, figure) for kind, figure in drawn.items())
        absent = [kind for kind in KINDS if kind not in drawn and not _is_faultless(found, kind)]
        if absent:
            lacking.setdefault(", ".join(absent), []).append(case.cell.spoken)
    if lacking:
        said = "; ".join(f"{kinds} of {', '.join(names)}" for kinds, names in lacking.items())
        notice(
            f"experiment {comparison.experiment}: no artifacts to draw {said}. Runs made by this "
            "version, read from their own folder, have them"
        )


def _artifacts(result: Result, find_artifacts: FindArtifacts, notice: Notice) -> Artifacts | None:
    """What a result left, nothing if its file is not there; `None` if that cannot be read."""
    path = find_artifacts(result.run, result.artifacts or "")
    return read_artifacts(path, notice=notice) if path else Artifacts()


def _is_faultless(found: Artifacts, kind: str) -> bool:
    """No mistake is there to be drawn."""
    return kind == "mistakes" and found.wrong is not None


def _drawn(found: Artifacts, case: Shown) -> dict[str, Illustration]:
    """Kind -> figure of what there is."""
    made: dict[str, tuple[Figure, str]] = {}
    if found.kernels:
        figure = kernels_by_epoch_figure(found.kernels, name=case.name)
        made["kernels"] = (figure, kernels_finding(found.kernels))
    if found.features:
        figure = feature_maps_figure(found.features, found.pixels, name=case.name)
        made["maps"] = (figure, features_finding(found.features))
    if found.confusion is not None:
        figure = confusion_figure(found.confusion, name=case.name)
        made["confusion"] = (figure, confusion_finding(found.confusion))
    if found.wrong is not None and len(found.wrong.label):
        figure = wrong_figure(found.wrong, name=case.name)
        made["mistakes"] = (figure, wrong_finding(found.wrong))
    accuracy = ACCURACY.show(case.median.test_accuracy)
    return {
        kind: Illustration(
            title=(title := f"{KINDS[kind]} of {case.name}, seed {case.median.seed}"),
            figure=figure,
            alternative=f"{title}, {accuracy}% of test images right: {said}.",
        )
        for kind, (figure, said) in made.items()
    }


def _note(case: Shown) -> str:
    """Second line over a panel: `best: 97.12% right`."""
    return f"{', '.join(case.roles)}: {ACCURACY.show(_mean(case.cell))}% right"
