"""What the runs of the studies took, and the commands that make them again. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from harness.claim import Claims, Paper, cells
from harness.compare import Comparison
from harness.repetition import Repetition
from harness.table import escape


def whole_command(found: Repetition) -> str:
    """The one command that makes all runs again; empty without any."""
    if not found.cost:
        return ""
    command = _command(found.comparisons, _stand_ins(found, found.claims.papers))
    return (
        "This trains every case with as many seeds as any has here. `--resume RUN` goes on with a "
        "run of it, `--leave-out RECORDS` trains only what a kept file of records lacks, `--claim "
        f"ID` what one claim asks for.{_unasked(found)}\n\n```console\n{command}\n```"
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
    count, minutes = sum(c.trainings for c in costs), round(sum(c.seconds for c in costs) / 60)
    comparisons = [each for name in paper.experiments for each in found.named(name)]
    command = _command(comparisons, _stand_ins(found, [paper]), names=paper.experiments)
    return [
        f"{count:,} trainings, {minutes // 60} h {minutes % 60:02} min of training and "
        "evaluation, summed over workers. Every case, with as many seeds as any has, "
        "or on from where a run of it stopped with `--resume RUN`:",
        f"```console\n{command}\n```",
    ]


def _command(
    comparisons: Sequence[Comparison], stand_ins: Mapping[str, str], *, names: Iterable[str] = ()
) -> str:
    """What trains as many seeds as there are; of these experiments, or of all."""
    cases = [case for each in comparisons for cell in each.cells for case in cell.results]
    options = "".join(f" --experiment {name}" for name in names)
    files = "".join(f" --stand-in {old}={name}.npz" for name, old in sorted(stand_ins.items()))
    seeds = max(case.seed for case in cases) + 1
    return f"pytest bench/ -n auto --tier paper --seeds {seeds}{options}{files}"


def _stand_ins(found: Repetition, papers: Iterable[Paper]) -> dict[str, str]:
    """Name of a file that a paper's recipes were trained on -> the dataset in whose place."""
    return {
        each.conditions.dataset: paper.dataset
        for paper in papers
        for name in paper.experiments
        for each in found.named(name)
        if each.conditions.dataset != paper.dataset
    }
