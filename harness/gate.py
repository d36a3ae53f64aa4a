"""The command line `python -m harness.gate BASELINE RUN`: did anything get worse?

Exit code: 0, no cell is red and at least one is green, undecided ones are listed; 1, a regression;
2, could not judge, with what to do. `--promote RUN` makes a run the baseline instead, and prints
what changes.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import gate_github, gate_junit, promote
from harness.gate_options import DEFAULT_METRICS, parse_metrics
from harness.gate_result import NOT_JUDGED, PASSED, GateResult, refused
from harness.gate_sides import Question, find_side, gate
from harness.gate_text import text
from harness.judge import LEVEL
from harness.metrics import Metric
from harness.store import RUNS, StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = parser().parse_args(arguments)
    if options.promote:
        return _promote(options)
    if not options.baseline or not options.run:
        parser().error("expected BASELINE and RUN, or --promote RUN")
    result = _gate(options)
    names = (options.baseline, options.run)
    print(text(result, names=names))
    return publish(result, names=names, junit=options.junit_xml, environment=os.environ)


def parser() -> argparse.ArgumentParser:
    """The options, each with its help."""
    found = argparse.ArgumentParser(
        prog="python -m harness.gate",
        description="Judge a run by a baseline: red where a metric got worse beyond chance and "
        "beyond what matters, green where such a loss is ruled out, else undecided.",
        epilog="Exit code: 0 no regression, and something is shown; 1 a regression; 2 could not "
        "judge. On GitHub Actions it annotates, and writes the step's summary.",
    )
    found.add_argument(
        "baseline",
        nargs="?",
        metavar="BASELINE",
        help="what to judge by: a record file such as reports/baselines/NAME.jsonl.gz, or a run",
    )
    found.add_argument(
        "run", nargs="?", metavar="RUN", help="what to judge: a run, or a record file"
    )
    _add_question(found)
    found.add_argument(
        "--junit-xml",
        type=Path,
        metavar="FILE",
        help="write the verdicts as JUnit XML too, a test case for each cell and metric",
    )
    found.add_argument(
        "--promote",
        metavar="RUN",
        help="make this run the baseline: write its records to --output and print what changes",
    )
    found.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="with --promote: the file to write. Default: "
        f"{promote.BASELINES}/DATASET-TIER-ENGINE.jsonl.gz",
    )
    found.add_argument(
        "--runs",
        type=Path,
        default=RUNS,
        metavar="DIR",
        help="folder in which runs are looked for by name. Default: %(default)s",
    )
    return found


def _add_question(found: argparse.ArgumentParser) -> None:
    found.add_argument(
        "--metrics",
        type=_metrics,
        default=parse_metrics(",".join(DEFAULT_METRICS)),
        metavar="NAME,...",
        help="what is judged, such as test_accuracy@3,epochs_to@0.95,epoch_s; times only where "
        f"both sides were timed exclusively. Default: {','.join(DEFAULT_METRICS)}",
    )
    found.add_argument(
        "--undecided",
        choices=("list", "fail"),
        default="list",
        help="what undecided cells do: they are listed, or the gate could not judge. Default: "
        "%(default)s",
    )
    found.add_argument(
        "--experiment",
        action="append",
        default=[],
        metavar="NAME",
        help="judge only this experiment; may be given several times. Default: all",
    )
    found.add_argument(
        "--level",
        type=_level,
        default=LEVEL,
        metavar="SHARE",
        help="share of gates over unchanged code that may show any red. Default: %(default)s",
    )


def publish(
    result: GateResult,
    *,
    names: tuple[str, str],
    junit: Path | None,
    environment: Mapping[str, str],
) -> int:
    """Write the result where a CI reads it; returns the exit code, which a lost file makes 2."""
    try:
        if junit:
            junit.write_text(gate_junit.xml(result), encoding="utf-8")
        for annotation in gate_github.publish(result, names=names, environment=environment):
            print(annotation)
    except OSError as error:
        print(f"gate: error: expected to write the result: {error}", file=sys.stderr)
        return NOT_JUDGED
    return result.code


def _gate(options: argparse.Namespace) -> GateResult:
    try:
        baseline, run = (
            find_side(name, runs=options.runs, notice=_note)
            for name in (options.baseline, options.run)
        )
    except StoreError as error:
        return refused(str(error))
    question = Question(
        metrics=options.metrics,
        experiments=tuple(options.experiment),
        undecided=options.undecided,
        level=options.level,
    )
    return gate(baseline, run, question, notice=_note)


def _promote(options: argparse.Namespace) -> int:
    try:
        run = find_side(options.promote, runs=options.runs, notice=_note)
        for said in promote.promote(run, options.output, notice=_note):
            print(said)
    except (StoreError, promote.PromoteError, OSError) as error:
        print(f"gate: error: {error}", file=sys.stderr)
        return NOT_JUDGED
    return PASSED


def _metrics(given: str) -> tuple[Metric, ...]:
    try:
        return parse_metrics(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _level(given: str) -> float:
    try:
        level = float(given)
    except ValueError:
        level = 0.0
    if not 0 < level < 0.5:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 0.5; got {given!r}")
    return level


def _note(said: str) -> None:
    print(f"gate: {said}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
