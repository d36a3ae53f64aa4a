"""What the runs of the studies took, and the commands that make them again. Pure."""

import math
from collections.abc import Iterable, Sequence

from harness.claim import Claims, Paper, cells
from harness.repetition import Repetition
from harness.table import escape


def whole_command(found: Repetition) -> str:
    """The one command that makes all runs again; empty without any."""
    if not found.cost:
        return ""
    trainings = sum(cost.trainings for cost in found.cost.values())
    return (
        f"This trains all {trainings:,} again, with the seeds that each cell has, but for cells "
        "that the bench no longer has, which it names; `--resume RUN` goes on with a run of it:"
        "\n\n"
        f"{_command(found, found.claims.papers)}\n\n"
        "More seeds: `--seeds N --leave-out RUN` in the place of `--repeat RUN` trains what it "
        f"lacks of N, with `--claim ID` only what one claim asks for.{_unasked(found)}"
    )


def _unasked(found: Repetition) -> str:
    """Experiments that claims ask for and that have no run: some run only when named."""
    names = sorted(asked(found.claims) - found.cost.keys())
    if not names:
        return ""
    options = " ".join(f"--experiment {escape(name)}" for name in names)
    return f" No runs yet of `{options}`."


def asked(claims: Claims) -> set[str]:
    """Every experiment that a claim or a reported number asks for."""
    return {cell.partition("/")[0] for cell in cells(claims)}


def cost_of(found: Repetition, paper: Paper) -> list[str]:
    """What the runs of a paper took, and the command that makes them again."""
    costs = [found.cost[name] for name in paper.experiments if name in found.cost]
    if not costs:
        return []
    seconds = sum(cost.seconds for cost in costs)
    clock = covered(span for cost in costs for span in cost.spans)
    return [
        f"{sum(cost.trainings for cost in costs):,} trainings: {_duration(seconds)} of training "
        f"and evaluation, summed over workers; {_duration(clock)} on the clock. Again, or on from "
        "where a run of it stopped with `--resume RUN`:",
        _command(found, [paper], names=paper.experiments),
    ]


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Length of the time in which something took place, (from, to) each; overlaps count once."""
    total, until = 0.0, -math.inf
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def _command(found: Repetition, papers: Sequence[Paper], *, names: Iterable[str] = ()) -> str:
    """What trains the cells and seeds there are again; of these experiments, or of all."""
    options = "".join(f" --experiment {name}" for name in names)
    stand_ins = sorted(_stand_ins(found, papers).items())
    files = "".join(f" --stand-in {old}={name}.npz" for name, old in stand_ins)
    command = f"pytest bench/ -n auto --tier paper {found.repeat}{options}{files}"
    return f"```console\n{command}\n```"


def _stand_ins(found: Repetition, papers: Iterable[Paper]) -> dict[str, str]:
    """Name of a file that a paper's recipes were trained on -> the dataset in whose place."""
    return {
        each.conditions.dataset: paper.dataset
        for paper in papers
        for name in paper.experiments
        for each in found.named(name)
        if each.conditions.dataset != paper.dataset
    }
