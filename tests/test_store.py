"""A run's folder: made, found, locked, read, repaired, and refused where it is damaged."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.record import SCHEMA_VERSION, encode
from harness.store import (
    Run,
    StoreError,
    StoreWarning,
    create_run,
    find_run,
    open_run,
    read_manifest,
    read_records,
)
from tests.foreign import ROOT
from tests.records import make_record

RECORDS = [make_record(seed=seed) for seed in range(3)]
LINES = [encode(record) + b"\n" for record in RECORDS]


def new_run(runs: Path) -> Run:
    return create_run(
        runs,
        command=["pytest", "bench"],
        settings={"tier": "smoke"},
        machine={"processor": "x86-64"},
        versions={"pytest": "9"},
        commit="0" * 40,
        dirty=False,
    )


def written(folder: Path, *lines: bytes) -> Path:
    file = folder / "records.jsonl"
    file.write_bytes(b"".join(lines))
    return file


def test_new_run_can_be_read_at_once(tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs")
    assert read_records(run.folder) == []
    assert read_manifest(run.folder) == run.manifest
    assert run.manifest.run == run.folder.name
    run.plan(["a", "b", "a"])
    assert read_manifest(run.folder) == replace(run.manifest, planned=("a", "b"))
    run.close()


def test_each_record_is_on_disk_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    for count, record in enumerate(RECORDS, 1):
        run.append(record)
        assert read_records(run.folder) == RECORDS[:count]
    run.close()


def test_later_line_of_a_case_wins(tmp_path: Path) -> None:
    again = replace(RECORDS[0], outcome="failed")
    written(tmp_path, *LINES, encode(again) + b"\n")
    assert read_records(tmp_path) == [again, *RECORDS[1:]]


def test_runs_of_one_moment_have_folders_of_their_own(tmp_path: Path) -> None:
    runs = [new_run(tmp_path) for _ in range(20)]
    assert len({run.folder for run in runs}) == 20
    for run in runs:
        run.close()


def test_run_is_found_by_folder_name_or_file(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    run = new_run(runs)
    run.close()
    file = written(tmp_path, *LINES)
    assert find_run(run.name, runs=runs) == run.folder
    assert find_run(run.folder, runs=runs) == run.folder
    assert find_run(str(file), runs=runs) == file
    assert read_records(file) == RECORDS


def test_newest_run_is_the_one_started_last_whatever_its_name(tmp_path: Path) -> None:
    for _ in range(3):
        newest = new_run(tmp_path)
        newest.append(RECORDS[0])
        newest.close()
    (tmp_path / "no-run").mkdir()
    (tmp_path / "a-file").touch()
    renamed = newest.folder.rename(tmp_path / "0-renamed")
    assert find_run(runs=tmp_path) == renamed


def test_newest_run_is_one_with_records_and_it_is_said_what_was_passed_over(
    tmp_path: Path,
) -> None:
    taken, half, empty = (new_run(tmp_path) for _ in range(3))
    taken.append(RECORDS[0])
    written(half.folder, LINES[0][:-50])
    for run in (taken, half, empty):
        run.close()
    said: list[str] = []
    assert find_run(runs=tmp_path, notice=said.append) == taken.folder
    assert said == [
        f"{taken.folder}: the newest run with records; passed over: {empty.name}, {half.name}"
    ]
    with pytest.warns(StoreWarning, match="passed over"):
        find_run(runs=tmp_path)
    taken.discard()
    with pytest.raises(StoreError, match=f"found only {empty.name}, {half.name} without any"):
        find_run(runs=tmp_path)


def test_run_without_description_counts_by_its_records(tmp_path: Path) -> None:
    older = new_run(tmp_path)
    older.append(RECORDS[0])
    older.close()
    bare = tmp_path / "0-bare"
    bare.mkdir()
    os.utime(written(bare, *LINES), (4e9, 4e9))
    assert find_run(runs=tmp_path) == bare
    assert read_manifest(bare) is None
    assert read_records(bare) == RECORDS


def test_unknown_run_is_answered_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"runs: expected a run with records .*, found no run"):
        find_run(runs=tmp_path / "runs")
    with pytest.raises(StoreError, match=r"found nothing: .* holds no run"):
        find_run("gone", runs=tmp_path / "runs")
    names = []
    for _ in range(12):
        run = new_run(tmp_path / "runs")
        names.append(run.name)
        run.close()
    with pytest.raises(StoreError, match=f"gone: .* holds {names[-1]}, .* and 2 more"):
        find_run("gone", runs=tmp_path / "runs")
    (tmp_path / "runs" / "empty").mkdir()
    with pytest.raises(StoreError, match="found something else"):
        find_run("empty", runs=tmp_path / "runs")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "records.jsonl.gz").touch()
    with pytest.raises(StoreError, match=r"a folder with records\.jsonl\.gz in it: name that file"):
        find_run(tmp_path / "kept", runs=tmp_path / "runs")


DAMAGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "cut in the middle": lambda lines: [lines[0], lines[1][:-50] + b"\n", lines[2]],
    "a field of another type": lambda lines: [
        *(lines[0], lines[1].replace(b'"seed":1', b'"seed":"one"'), lines[2])
    ],
    "an empty line": lambda lines: [lines[0], b"\n", lines[2]],
    "a last line that is another JSON": lambda lines: [lines[0], b"{}"],
    "a last line that is no JSON": lambda lines: [lines[0], b"hello"],
    "a newer version": lambda lines: [
        *(
            lines[0],
            lines[1].replace(b'"schema_version":%d' % SCHEMA_VERSION, b'"schema_version":99'),
        )
    ],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_line_is_named(
    tmp_path: Path, damage: Callable[[list[bytes]], list[bytes]]
) -> None:
    file = written(tmp_path, *damage(LINES))
    with pytest.raises(StoreError, match=f"{re.escape(str(file))}:2: .*restore the file"):
        read_records(tmp_path)


@pytest.mark.parametrize("kept", [1, 30, -2])
def test_half_written_last_line_is_left_out_with_a_notice(tmp_path: Path, kept: int) -> None:
    file = written(tmp_path, *LINES[:2], LINES[2][:kept])
    before = file.read_bytes()
    notices: list[str] = []
    assert read_records(tmp_path, notice=notices.append) == RECORDS[:2]
    assert notices == [f"{file}:3: half-written last line, left out"]
    with pytest.warns(StoreWarning, match=":3: half-written last line, left out"):
        read_records(file)
    assert file.read_bytes() == before


def test_half_written_last_line_is_cut_off_when_the_run_is_resumed(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    folder.close()
    file = written(folder.folder, *LINES[:2], LINES[2][:-20])
    notices: list[str] = []
    run = open_run(folder.folder, notice=notices.append)
    assert notices == [f"{file}:3: half-written last line, removed: its case runs again"]
    run.append(RECORDS[2])
    run.close()
    assert file.read_bytes() == b"".join(LINES)


def test_last_line_that_lacks_its_end_alone_is_kept(tmp_path: Path) -> None:
    made = new_run(tmp_path)
    made.close()
    file = written(made.folder, *LINES[:2], LINES[2].rstrip())
    assert read_records(made.folder) == RECORDS
    run = open_run(made.folder)
    run.append(make_record(seed=9))
    run.close()
    assert file.read_bytes() == b"".join([*LINES, encode(make_record(seed=9)), b"\n"])


def test_damage_is_left_as_it_is_when_the_run_is_resumed(tmp_path: Path) -> None:
    made = new_run(tmp_path)
    made.close()
    file = written(made.folder, LINES[0], b"hello")
    open_run(made.folder).close()
    assert file.read_bytes() == LINES[0] + b"hello"


def test_run_belongs_to_one_session(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    with pytest.raises(StoreError, match="another session is writing this run"):
        open_run(run.folder)
    run.close()
    again = open_run(run.folder)
    with pytest.raises(StoreError, match="another session is writing this run"):
        open_run(run.folder)
    again.close()


def test_killed_process_leaves_its_records_and_no_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.test_store import RECORDS, new_run\n"
        "run = new_run(Path(sys.argv[1]))\n"
        "for record in RECORDS: run.append(record)\n"
        "print('written', flush=True); time.sleep(60)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        [folder] = tmp_path.iterdir()
        with pytest.raises(StoreError, match="another session"):
            open_run(folder)
        process.send_signal(signal.SIGKILL)
    run = open_run(folder)
    assert read_records(folder) == RECORDS
    run.close()


def test_only_a_recorded_run_is_resumed(tmp_path: Path) -> None:
    file = written(tmp_path, *LINES)
    for path in (tmp_path, file):
        with pytest.raises(StoreError, match=r"expected a run's folder with run\.json in it"):
            open_run(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"run": "a"', "truncated"),
        ('{"run": 1}', r"Expected `str`, got `int` - at `\$\.run`"),
        ('{"run": "a"}', "missing required field"),
    ],
)
def test_damaged_description_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(StoreError, match=rf"run\.json: expected the description .*{message}"):
        read_manifest(tmp_path)


def test_start_that_is_no_time_is_named(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    run.close()
    described = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps(described | {"started_at": "today"}))
    with pytest.raises(StoreError, match=r"started_at: expected a time by ISO 8601, got 'today'"):
        read_manifest(run.folder)


def test_missing_records_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"records\.jsonl: expected a file of records: No such"):
        read_records(tmp_path)
    with pytest.raises(StoreError, match=r"gone\.jsonl: expected a file of records: No such"):
        read_records(tmp_path / "gone.jsonl")
