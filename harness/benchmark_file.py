"""The `benchmark.json` of a run, which pytest-benchmark writes as the session ends."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from harness import bridge
from harness.store import Notice


class BenchmarkFile:
    """The run's own `benchmark.json`, in pytest-benchmark's format.

    pytest-benchmark writes one file. It is this one, unless the user named another: then the run
    gets a copy. A session that resumes only a part keeps the other part's entries.
    """

    def __init__(self, config: pytest.Config, file: Path, *, notice: Notice) -> None:
        self.file = file
        self.notice = notice
        # None where pytest-benchmark is switched off. Private names of its session: `json`, the
        # file that it writes at the end, and `benchmarks`, the entries that go there.
        self.session = config.pluginmanager.getplugin(bridge.SESSION_PLUGIN)
        self.named: Path | None = getattr(self.session, "json", None)
        self.before: list[dict[str, Any]] = []

    def before_saving(self) -> None:
        """Name the file; not where there is nothing to save, of which pytest-benchmark warns."""
        if not getattr(self.session, "benchmarks", None):
            self.session = None
            return
        self.before = self._entries()
        self.session.json = self.named or self.file

    def after_saving(self) -> None:
        """Copy the user's file, and add what an earlier session of the run measured."""
        if self.session is None:
            return
        if self.named:
            shutil.copyfile(self.named, self.file)
        if self.before:
            self._add(self.before)

    def _entries(self) -> list[dict[str, Any]]:
        """The benchmarks that an earlier session of the run wrote."""
        if not self.file.exists():
            return []
        try:
            entries: list[dict[str, Any]] = json.loads(self.file.read_bytes())["benchmarks"]
        except (ValueError, KeyError):
            self.notice(f"{self.file}: damaged, written anew with the cases of this session")
            return []
        return entries

    def _add(self, before: Iterable[dict[str, Any]]) -> None:
        output = json.loads(self.file.read_bytes())
        there = {entry["fullname"] for entry in output["benchmarks"]}
        output["benchmarks"] += [entry for entry in before if entry["fullname"] not in there]
        self.file.write_text(json.dumps(output, indent=4))
