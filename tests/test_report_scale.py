"""The runs that `bench/test_report_scale.py` makes, and how it measures and tells."""

from itertools import islice
from pathlib import Path

import msgspec
import pytest

from bench.report_scale import Measurement, cases, lines, report, table, write_run
from harness.record import decode, encode
from harness.store import read_records
from tests.records import make_record


def test_made_up_records_have_the_shape_of_real_ones(tmp_path: Path) -> None:
    count = len(cases()) + 3
    run = write_run(tmp_path / "run", records=count, epochs=4)
    found = read_records(run)
    assert len(found) == count
    assert {len(record.epochs) for record in found} == {4}
    assert {record.seed for record in found} == {0, 1}
    assert {len(record.step_loss.loss) for record in found} == {1_000}
    (line,) = islice(lines(4), 1)
    assert [*msgspec.json.decode(line)] == [*msgspec.json.decode(encode(make_record()))]
    assert decode(line) == found[0]


def test_a_report_is_measured(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", records=len(cases()), epochs=2)
    found = report(run, records=len(cases()), epochs=2)
    assert (run / "report" / "README.md").is_file()
    assert found.seconds > 0
    assert found.cpu_s > 0.1
    assert found.peak_bytes > 30e6
    assert found.size_bytes == (run / "records.jsonl").stat().st_size
    (run / "records.jsonl").write_text("}{\n")
    with pytest.raises(RuntimeError, match=r"exit code 2.*records\.jsonl:1"):
        report(run, records=1, epochs=2)


def test_the_table_tells_what_is_worse_than_linear() -> None:
    sizes = [(1_000, 20, 2.0), (10_000, 20, 10.0), (100_000, 20, 150.0), (10_000, 80, 30.0)]
    text = table(
        [
            Measurement(
                records=records,
                epochs=epochs,
                size_bytes=10**7,
                seconds=seconds,
                cpu_s=7.0,
                peak_bytes=10**8,
            )
            for records, epochs, seconds in sizes
        ]
    )
    rows = [line.split() for line in text.splitlines()[2:]]
    assert [row[4:-2] for row in rows[:3]] == [["2.00"], ["1.00", "0.50"], ["1.50", "1.50"]]
    assert rows[3] == ["10,000", "80", "10", "30.0", "3.00", "7.0", "100"]
