"""What pytest's command line says of a gate; free of what judging needs, which is slow to load."""

from argparse import ArgumentTypeError

import pytest

from harness.metrics import Metric, metric

DEFAULT_METRICS = ("test_accuracy", "diverged")
"""What is judged unless other metrics are named."""


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options of a gate."""
    group.addoption(
        "--gate",
        metavar="BASELINE",
        help="Judge the run by this baseline as it ends: a record file such as "
        "reports/baselines/NAME.jsonl.gz, or a run. As python -m harness.gate BASELINE RUN does.",
    )
    group.addoption(
        "--gate-metrics",
        metavar="NAME,...",
        type=_metrics,
        default=",".join(DEFAULT_METRICS),
        help="With --gate: what is judged. Default: %(default)s",
    )
    group.addoption(
        "--undecided",
        choices=("list", "fail"),
        default="list",
        help="With --gate: what undecided cells do. Default: %(default)s",
    )


def parse_metrics(text: str) -> tuple[Metric, ...]:
    """The metrics of a comma-separated list; raises ValueError on one that does not exist."""
    return tuple(metric(name.strip()) for name in dict.fromkeys(text.split(",")))


def _metrics(given: str) -> str:
    try:
        parse_metrics(given)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    return given
