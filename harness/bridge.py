"""Lets pytest-benchmark work under pytest-xdist.

pytest-benchmark switches itself off where it sees xdist. With this bridge each worker times its
benchmarks as a serial run would and sends them to the controller on the test's own report, so that
a crashed worker loses only the case it was in. The controller hands them to its benchmark session,
which prints, saves and compares them as one result, in collection order.

    worker:      session.benchmarks -> _pack -> report.harness_benchmarks
    controller:  report.harness_benchmarks -> _unpack -> session.benchmarks -> table, JSON, ...

A plugin calls `register(config)` from its `pytest_configure`; nothing else is needed.
"""

import math
from array import array
from collections.abc import Generator, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_benchmark
from pytest_benchmark import plugin, stats
from pytest_benchmark.fixture import BenchmarkFixture

SUPPORTED = ">=5.3,<6"
REPORT_ATTRIBUTE = "harness_benchmarks"

# Every private name of pytest-benchmark that is touched here, with what it is needed for.
SESSION_PLUGIN = "pytest-benchmark"  # the name under which its BenchmarkSession is a plugin
SESSION_NAMES = (
    "benchmarks",  # the entries measured so far: taken away in a worker, put in in the controller
    "disabled",  # set on seeing xdist, and cleared again here
    "only",  # --benchmark-only, hidden while the session is made: it refuses it with `disabled`
    "xdist_warning",  # tells that xdist and not the user set `disabled`; else asks for a warning
)
METADATA_NAMES = (
    "as_dict",  # one entry's description, with the timer as a name; its statistics need a round
    "cprofile_stats",  # the profile of --benchmark-cprofile, or None
    "fixture",  # holds has_error, which keeps an entry out of the JSON
    "has_error",
    "iterations",
    "stats",
)
STATS_NAMES = ("data",)  # seconds of each round, already divided by iterations
FIXTURE_NAMES = (
    "_make_stats",  # makes the entry of a replayed benchmark and adds it to the session
    "enabled",  # the opposite of `disabled`, set while a replay measures nothing
)

# Options set here before the session is made: what the controller does, no worker may do too.
CONTROLLER_OPTIONS = (
    "benchmark_json",
    "benchmark_save",
    "benchmark_autosave",
    "benchmark_compare",
)
SWITCHES = ("benchmark_only", "benchmark_skip", "benchmark_disable", "benchmark_enable")


def register(config: pytest.Config) -> None:
    """Start the bridge; without pytest-benchmark (`-p no:benchmark`) there is nothing to do.

    To be called from `pytest_configure`: pytest-benchmark makes its session there, last of all.
    """
    if config.pluginmanager.is_registered(plugin):
        config.pluginmanager.register(_bridge_for(config), "harness-bridge")


def _bridge_for(config: pytest.Config) -> "Bridge":
    if hasattr(config, "workerinput"):  # set by xdist, in its workers alone
        return WorkerBridge(config)
    if config.getoption("dist", "no") != "no":  # `default` serves where xdist is absent
        return ControllerBridge(config)
    return Bridge(config)


def replay(benchmark: BenchmarkFixture, rounds_s: Sequence[float]) -> None:
    """Fill the fixture as if `benchmark.pedantic` had measured these rounds, and run nothing.

    `rounds_s` holds the seconds of each round. Where benchmarks are disabled the fixture counts
    as used and nothing is recorded.

    Raises:
        FixtureAlreadyUsed: the fixture has measured something already.
        ValueError: no round, or a duration that is negative or not finite.
    """
    fixture: Any = benchmark  # its methods are untyped
    enabled = fixture.enabled
    if enabled:
        _check_rounds(rounds_s)
    fixture.disabled = True  # so pedantic notes that the fixture is used, and measures nothing
    try:
        fixture.pedantic(int)
    finally:
        fixture.disabled = not enabled
    if enabled:
        entry = fixture._make_stats(iterations=1)
        entry.stats.data.extend(float(seconds) for seconds in rounds_s)


def _check_rounds(rounds_s: Sequence[float]) -> None:
    if len(rounds_s) == 0:
        raise ValueError(
            "replay() needs the seconds of one round or more, got none: a case recorded untimed "
            "can be replayed with --benchmark-disable only"
        )
    for position, seconds in enumerate(rounds_s):
        if not (isinstance(seconds, int | float) and 0 <= seconds < math.inf):
            raise ValueError(
                f"replay() needs finite, non-negative seconds, got {seconds!r} in round {position}"
            )


def check_private_names(config: pytest.Config) -> None:
    """Refuse a pytest-benchmark without a private name that the bridge touches.

    Raises:
        pytest.UsageError: names what is missing, the version found and the versions supported.
    """
    missing = list(_missing_names(config))
    if missing:
        raise pytest.UsageError(
            f"harness.bridge needs {', '.join(missing)}, which pytest-benchmark "
            f"{pytest_benchmark.__version__} lacks; it supports versions {SUPPORTED}: install one "
            f"with: pip install 'pytest-benchmark{SUPPORTED}'"
        )


def _missing_names(config: pytest.Config) -> Iterator[str]:
    session = config.pluginmanager.getplugin(SESSION_PLUGIN)
    if session is None:
        yield f"a plugin registered as {SESSION_PLUGIN!r}"
    owners = [
        ("config.option", config.option, CONTROLLER_OPTIONS + SWITCHES),
        ("BenchmarkSession", session, SESSION_NAMES),
        ("BenchmarkFixture", BenchmarkFixture, FIXTURE_NAMES),
    ]
    try:
        entry = _entry(_PROBE, iterations=1, options={})
        owners += [("Metadata", entry, METADATA_NAMES), ("Stats", entry.stats, STATS_NAMES)]
    except (AttributeError, TypeError) as error:
        yield f"Metadata(fixture, iterations, options) ({error})"
    for owner, holder, names in owners:
        yield from (f"{owner}.{name}" for name in names if not hasattr(holder, name))


class Bridge:
    """What holds in every process, also in a serial run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @property
    def session(self) -> Any:
        """pytest-benchmark's session: made late in `pytest_configure`."""
        return self.config.pluginmanager.getplugin(SESSION_PLUGIN)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        check_private_names(self.config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_benchmark_generate_json(self, benchmarks: list[Any]) -> None:
        # A target that skips or fails the test leaves an entry that counts as good and has no
        # round: its statistics raise, and take the results of the whole run with them.
        for entry in benchmarks:
            if not entry:
                entry.fixture.has_error = True

    @pytest.hookimpl(trylast=True)
    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        output_json.update({key: _finite(value) for key, value in output_json.items()})


class _DistributedBridge(Bridge):
    """Undoes what pytest-benchmark does to its session on seeing xdist."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        only, _, disable, enable = (config.getoption(name, False) for name in SWITCHES)
        self.only = only and (enable or not disable)  # disabled by the user: refused, as serially
        if self.only:
            config.option.benchmark_only = False
            config.option.benchmark_skip = False  # pytest-benchmark too lets --benchmark-only win

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        super().pytest_sessionstart()
        if self.session.xdist_warning:
            self.session.xdist_warning = False
            self.session.disabled = False
        if self.only:
            self.session.only = self.config.option.benchmark_only = True


class WorkerBridge(_DistributedBridge):
    """Sends what was measured, test by test; saves and compares nothing itself."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        for name in CONTROLLER_OPTIONS:
            setattr(config.option, name, None)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":  # the last report: fixtures may add to extra_info until here
            position = item.session.items.index(item)
            packed = [_pack(entry, position=position) for entry in self.session.benchmarks]
            setattr(report, REPORT_ATTRIBUTE, packed)
            self.session.benchmarks.clear()  # in place: each fixture holds this list's append
        return report


class ControllerBridge(_DistributedBridge):
    """Collects what the workers send and hands it to the session before that saves it."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self.arrived: list[dict[str, Any]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # Taken off the report: it is bytes in part, which no JSON log of reports can hold.
        self.arrived += vars(report).pop(REPORT_ATTRIBUTE, ())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        self.arrived.sort(key=lambda packed: packed["position"])
        self.session.benchmarks += [_unpack(packed) for packed in self.arrived]
        return (yield)


def _pack(entry: Any, *, position: int) -> dict[str, Any]:
    """An entry as xdist can send it; `position` is the test's place in the collection."""
    described = entry.as_dict(stats=False)
    described.pop("cprofile", None)  # made anew from the profile
    profile = getattr(entry.cprofile_stats, "stats", {})
    packed = {
        "position": position,
        "options": described.pop("options"),
        "described": described,
        "has_error": entry.has_error,
        "profile": {function: timings[:4] for function, timings in profile.items()},
        "iterations": entry.iterations,
        "rounds_s": array("d", entry.stats.data).tobytes(),  # a fast benchmark has 100,000s
    }
    return {key: _plain(value) for key, value in packed.items()}


def _unpack(packed: dict[str, Any]) -> Any:
    profile = packed["profile"]
    fixture = SimpleNamespace(
        **packed["described"],
        has_error=packed["has_error"],
        cprofile_stats=SimpleNamespace(stats=profile) if profile else None,
    )
    entry = _entry(fixture, iterations=packed["iterations"], options=packed["options"])
    entry.stats.data.extend(array("d", packed["rounds_s"]))
    return entry


_PROBE = SimpleNamespace(
    **dict.fromkeys(("name", "fullname", "group", "param", "params"), ""),
    extra_info={},
    has_error=False,
    cprofile_stats=None,
)


def _entry(fixture: SimpleNamespace, *, iterations: int, options: dict[str, Any]) -> Any:
    metadata: Any = stats.Metadata
    return metadata(fixture, iterations=iterations, options=options)


def _plain(value: object) -> object:
    """The value in the types that xdist can send; JSON writes it the same as the original."""
    match value:
        case None | bool() | bytes():
            return value
        case int():
            return int(value)
        case float():
            return float(value)
        case str():
            return str.__str__(value)  # of an enum that is a str, its value
        case dict():
            return {_plain(key): _plain(entry) for key, entry in value.items()}
        case list():
            return [_plain(entry) for entry in value]
        case tuple():
            return tuple(_plain(entry) for entry in value)
    return f"UNSERIALIZABLE[{value!r}]"  # pytest-benchmark's own words for it in its JSON


def _finite(value: object) -> object:
    """The value with null for each NaN or infinity, which JSON does not have."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _finite(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_finite(entry) for entry in value]
    return value
