"""Commands as their users meet them: runs to give them, and how they must fail."""

from collections.abc import Callable, Sequence

import pytest

from harness.record import Record
from tests.records import make_record

Command = Callable[[Sequence[str]], int]
"""`main` of a command: its arguments -> its exit code."""


def few(seeds: int = 2, *, gain: float = 0.0, experiment: str = "optimizer") -> list[Record]:
    """Two variants of one experiment."""
    return [
        make_record(
            experiment=experiment,
            variant=variant,
            seed=seed,
            accuracies=(accuracy, accuracy + 0.02 + gain + seed / 1000),
        )
        for seed in range(seeds)
        for variant, accuracy in (("sgd", 0.5), ("adam", 0.9))
    ]


def failure(command: Command, arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What standard error says of a command that must fail with exit code 2, and only there."""
    assert command(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error
