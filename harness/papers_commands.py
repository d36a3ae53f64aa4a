"""What the runs of the studies took, and the commands that make them again. Pure."""

from collections.abc import Iterable, Mapping
from statistics import median_high

from harness.claim import Claims, Paper, cells
from harness.papers_text import counted
from harness.repetition import Repetition
from harness.table import escape


def whole_command(found: Repetition) -> str:
    """The one command that makes all runs again; empty without any."""
    if not found.cost:
        return ""
    papers = found.claims.papers
    names = [name for paper in papers for name in paper.experiments]
    seeds = max(_usual(found, paper.experiments) for paper in papers)
    command = _command(seeds, _stand_ins(found, papers))
    return (
        f"This trains every case with {counted(seeds)}{_more(found, names, seeds)}. "
        "`--resume RUN` goes on with a run of it, `--leave-out RECORDS` trains only what a kept "
        f"file of records lacks, `--claim ID` what one claim asks for.{_unasked(found)}"
        f"\n\n```console\n{command}\n```"
    )


def _usual(found: Repetition, names: Iterable[str]) -> int:
    """Seeds that most of these experiments have at most; 1 without any run."""
    known = [seeds for name in names if (seeds := _seeds(found, name))]
    return median_high(known) if known else 1


def _seeds(found: Repetition, name: str) -> int:
    """Seeds of the case of an experiment that has most."""
    cells = (cell for each in found.named(name) for cell in each.cells)
    return max((case.seed + 1 for cell in cells for case in cell.results), default=0)


def _more(found: Repetition, names: Iterable[str], seeds: int) -> str:
    """Which of these experiments have more."""
    more = {name: count for name in names if (count := _seeds(found, name)) > seeds}
    said = ", ".join(f"`{name}` has up to {count}" for name, count in more.items())
    return f" ({said})" if said else ""


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
    seeds = _usual(found, paper.experiments)
    command = _command(seeds, _stand_ins(found, [paper]), names=paper.experiments)
    return [
        f"{count:,} trainings, {minutes // 60} h {minutes % 60:02} min of training and "
        f"evaluation, summed over workers. Every case with {counted(seeds)}"
        f"{_more(found, paper.experiments, seeds)}, or on from where a run of it stopped with "
        "`--resume RUN`:",
        f"```console\n{command}\n```",
    ]


def _command(seeds: int, stand_ins: Mapping[str, str], *, names: Iterable[str] = ()) -> str:
    """What trains so many seeds; of these experiments, or of all."""
    options = "".join(f" --experiment {name}" for name in names)
    files = "".join(f" --stand-in {old}={name}.npz" for name, old in sorted(stand_ins.items()))
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
