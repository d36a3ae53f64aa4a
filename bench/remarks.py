"""What the bench says on the terminal, beside the lines of pytest and of the harness."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from tabulate import tabulate

from bench import earlier, options, planning
from bench.experiment import Case, Experiment
from bench.session import ARTIFACT_BYTES
from bench.tiers import TIERS
from harness.environment import cores
from harness.recorder import arrived

THERE = pytest.StashKey[list[Experiment]]()
"""The experiments that were collected, of which a session runs some."""


class Remarks:
    """A pytest plugin for the process that writes to the terminal."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.dropped: dict[str, tuple[str, ...]] = {}
        """Case -> arrays that its artifacts lack."""
        self._said_budget = False

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> list[str]:
        """What the time budget leaves; with `--collect-only`, what each tier would take here."""
        nodeids = [item.nodeid for item in items]
        lines = self._budget(nodeids)
        experiments = self._of_any_tier()
        if self.config.getoption("collectonly") and experiments:
            narrowed = any(self.config.getoption(each) for each in ("claim", *earlier.NAMING))
            lines.append(self._estimate_of(nodeids) if narrowed else self._estimate(experiments))
        return lines

    def pytest_report_header(self) -> list[str]:
        """What is left out, or repeated."""
        if not any(self.config.getoption(option) for option in earlier.NAMING):
            return []
        there = options.cases(self.config).values()
        return earlier.told(self.config, {(case.experiment, case.variant.name) for case in there})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """The same, of the first worker that has collected its cases."""
        if self._said_budget:
            return
        self._said_budget = True
        reporter: Any = self.config.pluginmanager.getplugin("terminalreporter")
        for line in self._budget(ids):
            if reporter.isatty:  # xdist has written its workers' state, without a line end
                reporter.write_line("")
            reporter.write_line(line)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a case had to leave out."""
        arrival = arrived(report)
        if arrival and arrival.record.artifacts_dropped:
            self.dropped[arrival.record.case] = arrival.record.artifacts_dropped

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which artifacts are not whole, and how the programs of `throughput` compare."""
        if self.dropped:
            terminalreporter.section("artifacts")
            terminalreporter.write_line(dropped_sentence(self.dropped))
        session: Any = getattr(self.config, "_benchmarksession", None)
        measured = [each for each in getattr(session, "benchmarks", []) if is_throughput(each)]
        if measured:
            terminalreporter.section("throughput")
            terminalreporter.write_line(throughput_table(measured))

    def _of_any_tier(self) -> list[Experiment]:
        """The experiments that this session would run in one tier or another."""
        there, asked = self.config.stash.get(THERE, []), options.asked(self.config)
        return [
            each
            for each in there
            if any(planning.is_wanted(each, asked, tier=tier) for tier in TIERS)
        ]

    def _budget(self, nodeids: Iterable[str]) -> list[str]:
        budget_s: float | None = self.config.getoption("time_budget")
        if budget_s is None or not options.cases(self.config):
            return []
        chosen = self._cases(nodeids)
        share = self._cost(chosen) / options.settings(self.config)["budget_yardsticks"]
        return [planning.budget_sentence(chosen, budget_s=budget_s, work_s=share * budget_s)]

    def _cases(self, nodeids: Iterable[str]) -> list[Case]:
        cases = options.cases(self.config)
        names = [nodeid.rpartition("::")[2] for nodeid in nodeids]
        return [cases[name] for name in names if name in cases]

    def _cost(self, cases: Iterable[Case]) -> float:
        """Yardsticks of them all."""
        return sum(planning.costs(cases, options.settings(self.config)).values())

    def _estimate_of(self, nodeids: Iterable[str]) -> str:
        """What the very cases that are listed would take."""
        chosen, workers = self._cases(nodeids), cores()
        seconds = self._cost(chosen) * options.yardstick_s(threads=1) / workers
        cases = "1 case" if len(chosen) == 1 else f"{len(chosen)} cases"
        return f"estimated time of the {cases} here with -n {workers}: {planning.duration(seconds)}"

    def _estimate(self, experiments: Iterable[Experiment]) -> str:
        workers = cores()
        seconds = planning.estimate_s(
            experiments,
            options.asked(self.config),
            settings_of={
                name: options.nominal_settings(self.config, tier_name=name) for name in TIERS
            },
            yardstick_s=options.yardstick_s(threads=1),
        )
        tiers = ", ".join(
            f"{name} {planning.duration(total / workers)}" for name, total in seconds.items()
        )
        return f"estimated time of one seed here with -n {workers}: {tiers}"


def dropped_sentence(dropped: Mapping[str, Sequence[str]]) -> str:
    """Which arrays were left out, of how many cases, and where it says of which."""
    names = sorted({name for arrays in dropped.values() for name in arrays})
    cases = "1 case has" if len(dropped) == 1 else f"{len(dropped)} cases have"
    return (
        f"{cases} more than {ARTIFACT_BYTES / 2**20:g} MiB of artifacts; left out: "
        f"{', '.join(names)} (by case: artifacts_dropped in the records)"
    )


def is_throughput(benchmark: Any) -> bool:
    """Whether an entry of pytest-benchmark is a program of `test_throughput` that was timed."""
    return benchmark.group == "throughput" and bool(benchmark.stats.data)


def throughput_table(benchmarks: Iterable[Any]) -> str:
    """Seconds an epoch, fastest round; times as fast as others on as many cores, as `x OTHER`."""
    fastest = {
        (each.params["threads"], each.params["program"]): each.stats.min for each in benchmarks
    }
    work = {each.params["threads"]: each.extra_info["flops"] for each in benchmarks}
    rows = [
        {
            "cores": threads,
            "program": program,
            "s / epoch": f"{seconds:.2f}",
            "GFLOP/s": f"{work[threads] / seconds / 1e9:.0f}",
            **{
                f"x {other}": f"{fastest[threads, other] / seconds:.2f}"
                for other in ("dataloader", "torch", "matmul")
                if (threads, other) in fastest
            },
        }
        for (threads, program), seconds in sorted(fastest.items(), key=lambda entry: entry[0][0])
    ]
    return tabulate(rows, headers="keys", disable_numparse=True, stralign="right")
