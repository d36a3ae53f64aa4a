"""A run read in columns: the same cases, errors and notices as of whole records, in less memory."""

import gzip
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness import columns
from harness.columns import cases_of, read_cases
from harness.compare import compare
from harness.record import Record, encode
from harness.store import StoreError, read_records
from harness.summary import CaseSummary, Shared
from harness.work_progress import WorkProgress, bytes_read
from tests.records import bench_records, make_epoch, make_record, make_untrained, write_run

ROOT = Path(__file__).parents[1]


def read(file: Path, *, chunk_bytes: int = 2**25, notices: list[str] | None = None) -> Any:
    told = [] if notices is None else notices
    return read_cases(file, notice=told.append, progress=io.StringIO(), chunk_bytes=chunk_bytes)


def mixed_records() -> list[Record]:
    """All sorts of cases, some twice, of which the later one counts."""
    noise = random.Random(1)
    records = [
        *bench_records(seeds=2, epochs=4),
        make_record(variant="nadam", seed=7, accuracies=(0.5, None, 0.7)),
        make_record(variant="nadam", seed=8, accuracies=(), outcome="error", reason="full"),
        make_untrained(variant="adamw", seed=9),
        make_record(variant="adamw", seed=5, epochs=(make_epoch(0.8, dead_outputs=0.2),)),
    ]
    return [*records, *(replace(each, test_accuracy=0.25) for each in noise.sample(records, 20))]


def as_version(record: Record, version: int) -> bytes:
    """A line as an older version of the package wrote it."""
    fields = msgspec.json.decode(encode(record)) | {"schema_version": version}
    del fields["measures"]
    if version < 4:
        del fields["lost_classes"]
    if version < 3:
        del fields["peak_memory_bytes"], fields["conditions"], fields["torch_layers"]
    return msgspec.json.encode(fields)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", mixed_records())


@pytest.mark.parametrize("chunk_bytes", [777, 20_000, 2**25])
def test_cases_are_those_of_whole_records(
    run: Path, chunk_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "cores", lambda: 1)
    found = read(run, chunk_bytes=chunk_bytes)
    assert found == cases_of(read_records(run))
    assert compare(found) == compare(read_records(run))
    assert compare(found)[0].cells[0].curve


def test_several_processes_read_the_same(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "cores", lambda: 2)
    found = read(run, chunk_bytes=20_000)
    assert found == cases_of(read_records(run))
    assert compare(found) == compare(read_records(run))
    lines = (run / "records.jsonl").read_bytes().splitlines(keepends=True)
    lines[100] = b'{"schema_version":3}\n'
    (run / "records.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(StoreError, match=r"records\.jsonl:101: .*missing required field"):
        read(run, chunk_bytes=20_000)


def test_a_packed_file_is_read_the_same(run: Path, tmp_path: Path) -> None:
    plain = (run / "records.jsonl").read_bytes()
    file = tmp_path / "kept.jsonl.gz"
    file.write_bytes(gzip.compress(plain))
    assert read(file) == read(run)
    assert read_records(file) == read_records(run)
    file.write_bytes(gzip.compress(plain)[:-1000])
    for reader in (read, read_records):
        with pytest.raises(StoreError, match=r"kept\.jsonl\.gz: expected a file of records: Compr"):
            reader(file)
    file.write_bytes(plain)
    with pytest.raises(StoreError, match=r"kept\.jsonl\.gz: .*: Not a gzipped file"):
        read(file)


def test_a_process_that_ends_early_is_an_error(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "cores", lambda: 2)
    monkeypatch.setattr(columns, "_CHILD", "import sys; sys.exit(3)")
    with pytest.raises(StoreError, match=r"records\.jsonl: .*exit code 3"):
        read(run, chunk_bytes=20_000)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_older_records_are_read(tmp_path: Path, version: int) -> None:
    records = [make_record(seed=seed, peak_memory_bytes=7) for seed in range(3)]
    file = tmp_path / "old.jsonl"
    file.write_bytes(b"".join(as_version(record, version) + b"\n" for record in records))
    assert read(file) == cases_of(read_records(file))
    assert {case.peak_memory_bytes for case in read(file)} == {None if version < 3 else 7}


def without(*path: str) -> Callable[[dict[str, Any]], object]:
    def cut(fields: dict[str, Any]) -> None:
        for name in path[:-1]:
            fields = fields[name]
        del fields[path[-1]]

    return cut


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "missing": without("seed"),
    "missing inside": without("dataset", "digest"),
    "no version": without("schema_version"),
    "newer version": lambda fields: fields.update(schema_version=99),
    "no number": lambda fields: fields["epochs"][1].update(test_accuracy="0.9"),
    "no whole number": lambda fields: fields["step_loss"].update(step=[1.5]),
    "null": lambda fields: fields.update(total_s=None),
    "no data": lambda fields: fields.update(dataset=None),
    "unknown outcome": lambda fields: fields.update(outcome="fine"),
    "true for a number": lambda fields: fields.update(seed=True),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_the_same_error(run: Path, damage: str) -> None:
    file = run / "records.jsonl"
    lines = file.read_bytes().splitlines()
    fields = json.loads(lines[4])
    DAMAGES[damage](fields)
    lines[4] = msgspec.json.encode(fields)
    file.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(StoreError) as expected:
        read_records(run)
    assert "records.jsonl:5: " in str(expected.value)
    for chunk_bytes in (5_000, 2**25):
        with pytest.raises(StoreError) as found:
            read(run, chunk_bytes=chunk_bytes)
        assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("line", [b"}{\n", b"\n", b"[]\n", b'{"seed":\n', b"\xff\n"])
def test_a_line_that_is_no_record_is_the_same_error(run: Path, line: bytes) -> None:
    file = run / "records.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:2], line, *lines[2:]]))
    with pytest.raises(StoreError) as expected:
        read_records(run)
    with pytest.raises(StoreError) as found:
        read(run)
    assert str(found.value) == str(expected.value)
    assert "records.jsonl:3: " in str(found.value)


def test_a_missing_file_is_the_same_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as expected:
        read_records(tmp_path / "none.jsonl")
    with pytest.raises(StoreError) as found:
        read(tmp_path / "none.jsonl")
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("chunk_bytes", [5_000, 2**25])
def test_a_half_written_last_line_is_said_and_left_out(run: Path, chunk_bytes: int) -> None:
    file = run / "records.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])  # its line end alone is missing
    told: list[str] = []
    assert read(run, chunk_bytes=chunk_bytes, notices=told) == cases_of(read_records(run))
    assert told == []
    file.write_bytes(whole[:-300])
    expected: list[str] = []
    records = read_records(run, notice=expected.append)
    assert read(run, chunk_bytes=chunk_bytes, notices=told) == cases_of(records)
    assert told == expected
    assert "half-written last line" in told[0]


def test_an_empty_file_has_no_case(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    assert read(tmp_path / "empty.jsonl") == ()


def test_equal_values_are_one_object(run: Path) -> None:
    found: tuple[CaseSummary, ...] = read(run)
    adam = [case for case in found if case.variant == "adam"]
    assert len(adam) == 2
    for name in ("variant", "machine", "versions", "dataset", "commit", "question", "factors"):
        assert getattr(adam[0], name) is getattr(adam[1], name)


def test_levels_keep_their_types() -> None:
    shared = Shared()
    first, second = shared({"depth": 1}), shared({"depth": 1.0})
    assert [type(level) for level in (*first.values(), *second.values())] == [int, float]


MEASURE = """
import io, sys
from pathlib import Path
from harness import epochs
from harness.columns import read_cases
from harness.memory import PeakMemory
from harness.store import read_records

peak = PeakMemory()

epochs.ROWS_AT_ONCE = 20_000
file, whole = Path(sys.argv[1]), sys.argv[2] == "whole"
if whole:
    records = read_records(file)
else:
    found = read_cases(file, notice=print, progress=io.StringIO(), chunk_bytes=2**20)
    [points] = epochs.mean_curves([[case.epochs for case in found]])
    assert len(points) == int(sys.argv[3])
print(peak.read_bytes() // 2**20)
"""


def peak_mb(file: Path, how: str, *, epochs: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, file, how, str(epochs)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a stretch")
def test_memory_does_not_grow_with_the_epochs(tmp_path: Path) -> None:
    files = {epochs: tmp_path / f"{epochs}.jsonl" for epochs in (200, 800)}
    for epochs, file in files.items():
        slim = replace(make_epoch(0.5), gradient_norm={}, dead_units={})
        record = encode(make_record(epochs=(slim,) * epochs))
        whole = [record.replace(b"adam-seed0", b"adam-seed%d" % n) for n in range(200)]
        file.write_bytes(b"\n".join(whole) + b"\n")
    columns_mb = [peak_mb(file, "columns", epochs=epochs) for epochs, file in files.items()]
    whole_mb = peak_mb(files[800], "whole", epochs=800)
    assert abs(columns_mb[1] - columns_mb[0]) < 15
    assert whole_mb > columns_mb[1] + 15  # what is measured can be seen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress(stream: io.StringIO, *, every_s: float, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a reading of 100 parts says."""
    monkeypatch.setenv("TERM", "xterm")
    now = [0.0]
    shown = bytes_read("records.jsonl", 10**9)
    with WorkProgress(total=10**9, show=shown, stream=stream, clock=lambda: now[0]) as watch:
        for part in range(1, 101):
            now[0] += every_s
            watch.at(part * 10**7)
    return stream.getvalue()


def test_a_moment_is_not_worth_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (io.StringIO(), Terminal()):
        assert progress(stream, every_s=0.01, monkeypatch=monkeypatch) == ""


def test_a_log_gets_few_lines_and_a_terminal_one_that_is_wiped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = progress(io.StringIO(), every_s=0.5, monkeypatch=monkeypatch).splitlines()
    assert lines[0] == "read 4% of records.jsonl (40 of 1,000 MB), 0:48 left"
    assert len(lines) == 4
    states = progress(Terminal(), every_s=0.5, monkeypatch=monkeypatch).split("\r")
    assert len(states) > 50
    assert "\n" not in "".join(states)
    assert states[-1] == ""
    assert states[-2].isspace()
    assert len(states[-2]) >= len(states[-3].rstrip())
