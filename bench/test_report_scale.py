"""What does a report on a large run take, in seconds and in memory?

Runs of 1,000, 10,000 and 100,000 made-up records with 20 epochs each, and one with 80 epochs, are
written to a folder for the time being (3 GB) and reported on by `python -m harness.report`. Only
when it is named: `--experiment report_scale`. The table is printed; nothing is judged by it.
"""

import os
import shutil
from pathlib import Path

import pytest

from bench import options

SIZES = ((1_000, 20), (10_000, 20), (100_000, 20), (10_000, 80))
"""Records and epochs of each run."""


def test_report_scale(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What does a report on a large run take?"""
    if "report_scale" not in options.asked(request.config):
        pytest.skip("report_scale writes 3 GB: it runs only when --experiment names it")
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.skip("report_scale needs the machine for itself: run it without -n")
    from bench.report_scale import report, table, write_run

    found = []
    for records, epochs in SIZES:
        run = write_run(tmp_path / f"{records}x{epochs}", records=records, epochs=epochs)
        found.append(report(run, records=records, epochs=epochs))
        shutil.rmtree(run)
    with capsys.disabled():
        print(f"\n{table(found)}")
