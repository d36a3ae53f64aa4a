"""Which dataset a session trains on, with downloads that fail, stall, lie and work."""

import http.server
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from lenet import download, fetch
from lenet.datasets import DATASETS, DataError, Dataset
from lenet.download import resolve
from tests.idx_files import contents, idx, shrink, write


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every request to a port of this machine where nothing listens."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mnist(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A small `mnist` to be found or fetched."""
    return shrink(monkeypatch, "mnist")


def fetch_by(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Have a small script in place of torchvision's downloader; `work` is its folder."""
    head = "import pathlib, sys, time; work = pathlib.Path(sys.argv[2]) / 'MNIST' / 'raw'\n"
    monkeypatch.setattr(download, "_fetch_command", lambda: [sys.executable, "-c", head + script])


def writing(files: int) -> str:
    """A script that fetches the first `files` files, black images of class 0, and packed ones."""
    script = "work.mkdir(parents=True)\n"
    names = list(DATASETS["mnist"].files)
    for name, array in list(zip(names, contents(), strict=True))[:files]:
        header = idx(array)[: -array.size]
        script += (
            f"name = {name!r}; (work / name).write_bytes({header!r} + bytes({array.size}))\n"
            "(work / (name + '.gz')).write_bytes(b'packed')\n"
        )
    return script


def files_under(root: Path) -> list[str]:
    """All files under `root`, hidden ones too."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_auto_takes_mnist_from_the_disk(tmp_path: Path, mnist: Dataset, offline: None) -> None:
    write(mnist, tmp_path)
    resolution = resolve("auto", root=tmp_path, files={})
    assert resolution.name == "mnist"
    assert resolution.why == f"mnist: found in {tmp_path / 'MNIST/raw'}."


def test_auto_without_mnist_takes_digits_and_says_so(tmp_path: Path, offline: None) -> None:
    resolution = resolve("auto", root=tmp_path, files={})
    assert resolution.name == "digits"
    assert resolution.why.startswith("digits, NOT mnist: ")
    for part in (str(tmp_path), "no answer from https://", "--data-root", "LENET_DATA"):
        assert part in resolution.why


def test_auto_refuses_a_damaged_mnist(tmp_path: Path, mnist: Dataset, offline: None) -> None:
    write(mnist, tmp_path)[0].write_bytes(b"\0")
    with pytest.raises(DataError, match="train-images-idx3-ubyte: expected"):
        resolve("auto", root=tmp_path, files={})


def test_named_mnist_that_cannot_be_had_is_one_clear_error(tmp_path: Path, offline: None) -> None:
    with pytest.raises(DataError) as caught:
        resolve("mnist", root=tmp_path, files={})
    message = str(caught.value)
    for part in (
        f"{tmp_path / 'MNIST/raw'} lacks train-images-idx3-ubyte, train-labels-idx1-ubyte",
        "could not be downloaded (no answer from https://",
        "Put *-ubyte.gz from https://",
        "--data-root",
        "LENET_DATA",
        "--dataset digits",
        "--dataset NAME=FILE.npz",
    ):
        assert part in message
    assert "\n" not in message
    assert files_under(tmp_path) == []


def test_digits_and_files_need_no_download(tmp_path: Path, offline: None) -> None:
    assert resolve("digits", root=tmp_path / "none", files={}).name == "digits"
    file = tmp_path / "own.npz"
    images, labels = np.zeros((4, 5, 5), dtype=np.uint8), np.arange(4)
    np.savez(file, x_train=images, y_train=labels, x_test=images, y_test=labels)
    resolution = resolve("own", root=tmp_path / "none", files={"own": file})
    assert resolution.why == f"own: read from {file}."
    file.write_bytes(file.read_bytes()[:-50])
    with pytest.raises(DataError, match=r"own\.npz"):
        resolve("own", root=tmp_path / "none", files={"own": file})


def test_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'minst' is not a dataset"):
        resolve("minst", root=tmp_path, files={})


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_whole_download_is_moved_into_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: Dataset, name: str
) -> None:
    fetch_by(monkeypatch, writing(4))
    root = tmp_path / "made" / "as needed"
    resolution = resolve(name, root=root, files={})
    assert resolution.why == f"mnist: downloaded into {root / 'MNIST/raw'}."
    assert files_under(root) == sorted(f"MNIST/raw/{file}" for file in mnist.files)


def unread(path: Path) -> tuple[int, int, int]:
    """What tells a file from another in its place, but for the time at which it was read."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def test_download_completes_a_folder_and_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: Dataset
) -> None:
    paths = write(mnist, tmp_path)
    paths[0].unlink()
    (tmp_path / "MNIST/raw/notes.txt").touch()
    before = unread(paths[1])
    fetch_by(monkeypatch, writing(4))
    resolve("mnist", root=tmp_path, files={})
    assert paths[0].is_file()
    assert unread(paths[1]) == before
    assert "MNIST/raw/notes.txt" in files_under(tmp_path)


def test_packed_files_on_disk_are_handed_to_torchvision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: Dataset
) -> None:
    packed = tmp_path / "MNIST/raw/train-images-idx3-ubyte.gz"
    packed.parent.mkdir(parents=True)
    packed.write_bytes(b"a user's own")
    check = "assert (work / 'train-images-idx3-ubyte.gz').read_bytes() == b\"a user's own\"\n"
    # No address to ask first: unpacking needs no network.
    check += "assert sys.argv[3] == ''\n"
    fetch_by(monkeypatch, check + writing(4).replace("parents=True", "exist_ok=True"))
    resolution = resolve("auto", root=tmp_path, files={}, download_seconds=0.001)
    assert resolution.why == f"mnist: unpacked into {packed.parent}."
    assert packed.read_bytes() == b"a user's own"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (writing(2) + "print('the line went dead'); sys.exit(1)", "the line went dead"),
        (writing(2) + "sys.exit(3)", "exit code 3"),
        (writing(2), "what came is not mnist: .*lacks t10k-images"),
        (writing(4) + "(work / name).write_bytes(b'?')", "what came is not mnist: .*t10k-labels"),
    ],
)
def test_download_that_is_not_whole_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: Dataset, script: str, reason: str
) -> None:
    fetch_by(monkeypatch, script)
    with pytest.raises(DataError, match=reason):
        resolve("mnist", root=tmp_path, files={})
    assert files_under(tmp_path) == []
    assert resolve("auto", root=tmp_path, files={}).name == "digits"


def test_stalled_download_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: Dataset
) -> None:
    fetch_by(monkeypatch, writing(2) + "time.sleep(600)")
    resolution = resolve("auto", root=tmp_path, files={}, download_seconds=1.5)
    assert resolution.name == "digits"
    assert "not done within 1.5 s" in resolution.why
    assert files_under(tmp_path) == []


def test_interrupt_ends_the_download_and_leaves_nothing(tmp_path: Path) -> None:
    root, sign = tmp_path / "root", tmp_path / "pid"
    child = writing(2).replace("work.mkdir", "work.parent.parent.mkdir(exist_ok=True); work.mkdir")
    child = (
        "import os, pathlib, sys, time; work = pathlib.Path(sys.argv[2]) / 'MNIST' / 'raw'\n"
        f"{child}sign = pathlib.Path({str(sign)!r}); part = sign.with_suffix('.part')\n"
        "part.write_text(str(os.getpid())); part.rename(sign); time.sleep(600)"
    )
    parent = (
        "import pathlib, signal, sys; from lenet import download\n"
        # A shell's background job inherits that interrupts are ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"download._fetch_command = lambda: [sys.executable, '-c', {child!r}]\n"
        f"download.resolve('mnist', root=pathlib.Path({str(root)!r}), files={{}})"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stderr=subprocess.DEVNULL)
    wait_for(sign)
    assert files_under(root) != []
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) != 0
    assert files_under(root) == []
    assert not psutil.pid_exists(int(sign.read_text()))


def wait_for(path: Path) -> None:
    """Return when `path` is there."""
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


def test_root_that_cannot_be_written_is_named(tmp_path: Path, mnist: Dataset) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"no download under .*file/data"):
        resolve("mnist", root=tmp_path / "file" / "data", files={})


class Garbage(http.server.BaseHTTPRequestHandler):
    """A proxy that knows no address, and answers every request with the same wrong bytes."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self.send_error(404)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"garbage")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def garbage(offline: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The addresses that were asked for, and answered with garbage."""
    # urllib reads the proxy from the environment once.
    monkeypatch.setattr(urllib.request, "_opener", None)
    monkeypatch.setattr(Garbage, "asked", [], raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Garbage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
        yield Garbage.asked
        server.shutdown()


def test_torchvision_refuses_what_is_not_the_file(
    tmp_path: Path, garbage: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The real downloader, which checks the hash of each packed file; in this process for speed."""
    url = DATASETS["fashion-mnist"].url
    assert fetch.main("FashionMNIST", str(tmp_path), url) == 1
    reason = capsys.readouterr().out
    assert "train-images-idx3-ubyte.gz" in reason
    assert "not found or corrupted" in reason
    assert f"{url}train-images-idx3-ubyte.gz" in garbage
