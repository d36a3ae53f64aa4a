"""Two runs' cases -> RunComparison: what changed from one to the other, case by case. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from harness.columns import cases_of
from harness.compare import CompareError, by_seed, group_by
from harness.estimate import Estimate, estimate, paired_difference
from harness.factors import natural
from harness.metrics import METRICS, Metric
from harness.record import Record
from harness.summary import CaseSummary

COMPARED = (METRICS["test_accuracy"], METRICS["epoch_s"])
"""The metrics that two runs are compared by."""

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One metric of one case in two runs. Where they share seeds, all is over those alone."""

    before: Estimate | None
    """In the first run; over all its seeds if none is shared."""
    after: Estimate | None
    """In the second run; over all its seeds if none is shared."""
    difference: Estimate | None
    """Second less first, paired by seed; `None` if no seed is shared."""


@dataclass(frozen=True, kw_only=True)
class CaseChange:
    """One variant of an experiment in two runs."""

    experiment: str
    """The question it belongs to."""
    variant: str
    """The recipe's name within the experiment."""
    conditions: str
    """Dataset, its digest and tier: `mnist (sha256:5e5e5e5e), short`."""
    changes: dict[str, Change]
    """Metric name -> what became of it."""
    seeds_before: int
    """Runs of it in the first run."""
    seeds_after: int
    """Runs of it in the second run."""
    same_recipe: bool
    """The recipe is the same in both."""
    exclusive: bool
    """All times of both were taken with the machine to itself."""


@dataclass(frozen=True, kw_only=True)
class RunComparison:
    """Two runs, as far as they hold the same cases."""

    before: str
    """Name of the first run."""
    after: str
    """Name of the second run."""
    cases: tuple[CaseChange, ...]
    """Cases in both, in natural order of experiment and variant."""
    only_before: tuple[str, ...]
    """Cases that the second run lacks, as `experiment/variant (dataset, tier)`."""
    only_after: tuple[str, ...]
    """Cases that the first run lacks."""
    other_circumstances: tuple[str, ...]
    """Engine, device, machine or versions in which the runs differ: a cause beside the code."""


def compare_runs(
    before: Iterable[Record | CaseSummary],
    after: Iterable[Record | CaseSummary],
    *,
    names: tuple[str, str],
) -> RunComparison:
    """What changed from the cases of one run to those of another.

    A case is the same if experiment, variant, dataset with its digest, and tier are; engine and
    device may differ, since runs are also compared to learn what these do.

    Cases that raised are in neither.

    Raises:
        CompareError: no case in common, or one that occurs twice in the same run.
    """
    first, second = (
        [case for case in cases_of(records) if not case.raised] for records in (before, after)
    )
    ours, theirs = (group_by(cases, _key) for cases in (first, second))
    shared = sorted(ours.keys() & theirs.keys(), key=_order)
    if not shared:
        raise CompareError(
            f"expected runs with cases in common, but {names[0]!r} holds {_sorts(ours)} and "
            f"{names[1]!r} holds {_sorts(theirs)}: choose two runs of one dataset and tier"
        )
    return RunComparison(
        before=names[0],
        after=names[1],
        cases=tuple(_case(ours[key], theirs[key]) for key in shared),
        only_before=_titles(ours.keys() - theirs.keys()),
        only_after=_titles(theirs.keys() - ours.keys()),
        other_circumstances=_other_circumstances(first, second),
    )


def _key(record: CaseSummary) -> Key:
    data = record.trained_on
    return (record.experiment, record.variant, data.name, record.tier, data.digest)


def _conditions(key: Key) -> str:
    _, _, dataset, tier, digest = key
    return f"{dataset} ({digest[:15]}), {tier}"


def sections(comparison: RunComparison) -> dict[str, list[CaseChange]]:
    """Heading -> its cases: an experiment, with its conditions where there are several sets."""
    several = len({case.conditions for case in comparison.cases}) > 1
    found: dict[str, list[CaseChange]] = {}
    for case in comparison.cases:
        title = f"{case.experiment}: {case.conditions}" if several else case.experiment
        found.setdefault(title, []).append(case)
    return found


def _order(key: Key) -> tuple[object, ...]:
    return (*(natural(part) for part in key[:2]), key)


def _titles(keys: Iterable[Key]) -> tuple[str, ...]:
    return tuple(f"{key[0]}/{key[1]} ({key[2]}, {key[3]})" for key in sorted(keys, key=_order))


def _sorts(groups: Collection[Key]) -> str:
    """`depth, optimizer on mnist (sha256:5e5e5e5e), short`: enough to see what does not match."""
    if not groups:
        return "no result"
    kinds: dict[tuple[str, str, str], set[str]] = {}
    for experiment, _, dataset, tier, digest in groups:
        kinds.setdefault((dataset, digest, tier), set()).add(experiment)
    return "; ".join(
        f"{', '.join(sorted(found))} on {dataset} ({digest[:15]}), {tier}"
        for (dataset, digest, tier), found in sorted(kinds.items())
    )


def _case(before: Sequence[CaseSummary], after: Sequence[CaseSummary]) -> CaseChange:
    both = (*before, *after)
    return CaseChange(
        experiment=before[0].experiment,
        variant=before[0].variant,
        conditions=_conditions(_key(before[0])),
        changes={metric.name: _change(before, after, metric) for metric in COMPARED},
        seeds_before=len(before),
        seeds_after=len(after),
        same_recipe=len({record.recipe_id for record in both}) == 1,
        exclusive=all(record.timing.exclusive for record in both),
    )


def _change(before: Sequence[CaseSummary], after: Sequence[CaseSummary], metric: Metric) -> Change:
    read = attrgetter(metric.name)
    ours, theirs = by_seed(before, read), by_seed(after, read)
    difference = paired_difference(ours, theirs)
    if difference is not None:
        shared = ours.keys() & theirs.keys()
        ours, theirs = ({seed: side[seed] for seed in shared} for side in (ours, theirs))
    return Change(
        before=estimate(list(ours.values())),
        after=estimate(list(theirs.values())),
        difference=difference,
    )


def _other_circumstances(
    before: Sequence[CaseSummary], after: Sequence[CaseSummary]
) -> tuple[str, ...]:
    """What else differs, one line each: `device: cpu in the first, cuda in the second`."""
    ours, theirs = _circumstances(before), _circumstances(after)
    return tuple(
        f"{name}: {_either(ours, name)} in the first, {_either(theirs, name)} in the second"
        for name in dict.fromkeys((*ours, *theirs))
        if ours.get(name) != theirs.get(name)
    )


def _either(found: dict[str, set[str]], name: str) -> str:
    return " or ".join(sorted(found.get(name, {"not given"})))


def _circumstances(records: Sequence[CaseSummary]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for record in records:
        facts = {
            "engine": record.engine,
            "device": record.device,
            "workers": record.timing.workers,
            "threads": record.timing.threads,
            **{f"machine {name}": value for name, value in record.machine.items()},
            **{f"version of {name}": value for name, value in record.versions.items()},
        }
        for name, value in facts.items():
            found.setdefault(name, set()).add(str(value))
    return found
