"""What the sessions under test hold, and how they are read back."""

from tests.foreign import Bench, Ended

OUTCOMES = {
    "test_passes": "passed",
    "test_fails": "failed",
    "test_has_no_threshold": "unjudged",
    "test_raises_after_training": "error",
    "test_raises_before_training": "error",
}
MEASURED = [case for case in OUTCOMES if case != "test_raises_before_training"]
"""The cases that pytest-benchmark has an entry of."""
SEEDS = {f"test_case[{seed}]": "failed" if seed < 2 else "passed" for seed in range(6)}
FAILED = 1
INTERRUPTED = 2
REFUSED = 4
NOTHING_COLLECTED = 5


def outcomes(bench: Bench) -> dict[str, str]:
    """Case -> outcome, by the lines of the run's file: a case recorded twice is an error."""
    lines = bench.lines()
    found = {line["case"]: line["outcome"] for line in lines}
    assert len(found) == len(lines), "a case has two lines"
    return found


def benchmark_outcomes(bench: Bench) -> dict[str, str]:
    entries = bench.benchmarks().items()
    return {name: entry["extra_info"]["record"]["outcome"] for name, entry in entries}


def summary(ended: Ended) -> list[str]:
    """The lines of the section on the run."""
    lines = ended.printed.splitlines()
    start = max(
        number for number, line in enumerate(lines) if line.startswith("===") and " run " in line
    )
    return lines[start + 1 : -1]
