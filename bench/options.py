"""The options of the bench, and what the others make of them.

Nothing here imports torch before it has to: workers are told their threads before they load it.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench import earlier, names, planning, session
from bench.cells import CellKey, read_cells, split_cell
from bench.experiment import Case
from bench.thresholds import THRESHOLDS_FILE
from bench.tiers import TIERS, Tier
from harness import environment
from harness.claim import ClaimError, cells_for
from harness.plugin import worker_count
from harness.recorder import recorder
from lenet.datasets import AUTO, DataError
from lenet.engine import ENGINES


def add_options(parser: pytest.Parser) -> None:
    """Add the options of the group "bench"."""
    group = parser.getgroup("bench", "training experiments")
    _add_what_to_run(group)
    _add_what_on(group)
    _add_rounds(group)


def _add_what_to_run(group: pytest.OptionGroup) -> None:
    tiers = "; ".join(f"{each.name}: {each.summary}" for each in TIERS.values())
    group.addoption(
        "--tier",
        choices=tuple(TIERS),
        default="short",
        help=f"How long each training is ({tiers}). Default: %(default)s",
    )
    group.addoption(
        "--seeds",
        type=_positive,
        default=None,
        metavar="N",
        help="Train every case with seeds 0 to N-1. Default: 1",
    )
    group.addoption(
        "--experiment",
        action="append",
        default=[],
        metavar="NAME",
        help=f"Run only this experiment; may be given several times. {_experiments()}",
    )
    group.addoption(
        "--claim",
        action="append",
        default=[],
        metavar="ID",
        help="Run only what this claim or number of the four studies asks for, such as D1-C20; may "
        "be given several times. With --tier paper; --experiment beside it narrows further",
    )
    group.addoption(
        "--leave-out",
        action="append",
        default=[],
        metavar="RUN",
        help="Leave out every case that this run, or file of records, has of the same recipe, tier "
        "and engine: to add seeds to what is kept, as a run of its own. With --tier paper that may "
        "be another experiment's, as the report on the studies counts it in both. A case that "
        "raised there is not left out. May be given several times",
    )
    group.addoption(
        "--repeat",
        action="append",
        default=[],
        metavar="RUN",
        help="Train again what this run, or file of records, has of the tier that is asked for: "
        "the same cells with the same seeds, by the recipes of today. May be given several times; "
        "--experiment, --claim and --seeds beside it narrow further",
    )
    group.addoption(
        "--time-budget",
        type=_seconds,
        metavar="TIME",
        help="Run what fits in about this much time, given in hours, minutes and seconds: 90s, "
        "10m, 1h30m. Cases are chosen before the first one starts, whole seeds of all as far as "
        "they go, by a rough estimate; a run that takes longer is not cut off. Without --seeds, as "
        f"many seeds as fit, {planning.MAX_SEEDS} at most. --collect-only shows what would run. "
        "Default: no limit",
    )
    group.addoption(
        "--thresholds",
        type=Path,
        default=THRESHOLDS_FILE,
        metavar="FILE",
        help="Judge by the accuracy thresholds in this file, which python -m harness.calibrate "
        "makes from a run of yours. Default: bench/thresholds.json",
    )


def _add_rounds(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--until-decided",
        action="store_true",
        help="With --gate: run rounds of seeds, each only for the cells that are still undecided, "
        "until none is or --max-seeds are there. --seeds is the round, 5 by default. The gate's "
        "level is spent over the rounds.",
    )
    group.addoption(
        "--max-seeds",
        type=_positive,
        metavar="N",
        help="With --until-decided: the most seeds of any cell",
    )
    group.addoption("--cells", metavar="FILE", type=Path, help=argparse.SUPPRESS)


def _add_what_on(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--dataset",
        default=AUTO,
        metavar="NAME[=FILE.npz]",
        help="Train every recipe on this dataset: mnist, fashion-mnist, kmnist, cifar10, digits, "
        "or a name of yours with its file (x_train, y_train, x_test, y_test). auto is MNIST "
        "where it can be had, else digits. Default: %(default)s",
    )
    group.addoption(
        "--stand-in",
        action="append",
        default=[],
        metavar="DATASET=FILE.npz",
        help="Where a recipe names a dataset that you cannot have, such as cifar10, train it on "
        "this file; records carry the file's name. May be given several times",
    )
    group.addoption(
        "--data-root",
        metavar="DIR",
        help="Folder that holds the datasets, each as torchvision lays it out (MNIST in "
        "DIR/MNIST/raw). A dataset that is not there is downloaded into it. Default: the "
        "environment variable LENET_DATA, else your cache folder (on Linux ~/.cache/lenet)",
    )
    group.addoption(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="Where to train. auto is a GPU if there is one. Default: %(default)s",
    )
    group.addoption(
        "--engine",
        choices=("auto", *ENGINES),
        default="auto",
        help="What trains: torch is PyTorch; fast has kernels of its own for the CPU, compiled "
        "once for each machine (some 25 s). auto is fast on a CPU, torch on a GPU. Default: "
        "%(default)s",
    )


def _experiments() -> str:
    """What `--experiment` can name, as a sentence or two."""
    by_time: dict[str, list[str]] = {}
    for name, when in names.in_sources().items():
        by_time.setdefault(when, []).append(name)
    said = f"NAME is one of {', '.join(by_time.pop(names.ALWAYS, []))}"
    asked = by_time.pop(names.NAMED, [])
    for tier, found in by_time.items():
        said += f"; or, unasked only in the tier {tier}, {', '.join(found)}"
    return said + (f"; or, run only when named, {', '.join(asked)}" if asked else "")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1; got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        return session.parse_seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def tier(config: pytest.Config) -> Tier:
    """The tier that is asked for."""
    return TIERS[config.getoption("tier")]


def seeds(config: pytest.Config) -> int:
    """Seeds of every case; without `--seeds` as many as are repeated, or fit a time budget."""
    without: int = 1 if config.getoption("time_budget") is None else planning.MAX_SEEDS
    repeated = earlier.repeated(config)
    if repeated is not None:
        without = max(seed for _, _, seed in repeated) + 1
    return config.getoption("seeds") or without


def cases(config: pytest.Config) -> dict[str, Case]:
    """Test name -> case, of every experiment there is; none where a module cannot be imported."""
    try:
        return planning.cases_by_name(tier(config), seeds=seeds(config))
    except planning.PlanError:
        return {}  # pytest's own report of it, as it collects the module, says more


def asked(config: pytest.Config) -> list[str]:
    """The experiments that `--experiment` names; without it, those that `--claim` asks for, or
    that are repeated."""
    names: list[str] = config.getoption("experiment")
    cells = claimed(config) or earlier.repeated(config) or ()
    return names or sorted({experiment for experiment, *_ in cells})


def claimed(config: pytest.Config) -> set[CellKey] | None:
    """The cells that `--claim` asks for; `None` without it.

    Raises:
        pytest.UsageError: another tier than the papers' own; no such claim, or one without cells.
    """
    ids: list[str] = config.getoption("claim")
    if not ids:
        return None
    if tier(config).name != "paper":
        raise pytest.UsageError(
            f"--claim {ids[0]}: expected --tier paper beside it, as claims are held against the "
            f"papers' own protocol; got --tier {tier(config).name}"
        )
    from bench.claims import CLAIMS  # many recipes

    try:
        return {split_cell(cell) for id in ids for cell in cells_for(CLAIMS, id)}
    except ClaimError as error:
        raise pytest.UsageError(f"--claim {', '.join(ids)}: {error}") from None


def chosen_cells(config: pytest.Config) -> set[CellKey] | None:
    """The cells to train of the experiments that run; `None` for all."""
    listed: Path | None = config.getoption("cells")
    found = [claimed(config), read_cells(listed) if listed else None]
    given = [each for each in found if each is not None]
    return set.intersection(*given) if given else None


def check(config: pytest.Config) -> None:
    """Refuse what does not exist, or does not go together; raises `pytest.UsageError`."""
    claimed(config)
    earlier.left_out(config)
    earlier.repeated(config)
    for option in ("claim", "leave_out", "repeat"):
        if config.getoption(option) and config.getoption("gate") is not None:
            raise pytest.UsageError(
                f"--gate: judges whole experiments, which --{option.replace('_', '-')} leaves in "
                "part: leave one of them out, or judge the runs together by python -m harness.gate"
            )
    try:
        if names := asked(config):
            planning.check_names(names, planning.known_names())
    except planning.PlanError as error:
        raise pytest.UsageError(str(error)) from None


def budget_yardsticks(config: pytest.Config) -> float | None:
    """The time budget in yardsticks of this machine, over all workers; `None` without one."""
    seconds: float | None = config.getoption("time_budget")
    if seconds is None:
        return None
    return seconds * worker_count(config) / yardstick_s(threads=environment.threads())


def yardstick_s(*, threads: int) -> float:
    """Seconds of the yardstick here and now, with so many compute threads; loads torch."""
    import torch

    from bench import yardstick

    torch.set_num_threads(threads)
    return yardstick.measure()


def settings(config: pytest.Config) -> Mapping[str, Any]:
    """The settings of the run; where none is recorded, as under `--collect-only`, the like."""
    found = recorder(config)
    if found is not None:
        return found.settings
    if _NOMINAL not in config.stash:  # once: a yardstick measured again is another
        nominal = nominal_settings(config, tier_name=tier(config).name)
        config.stash[_NOMINAL] = {
            **nominal,
            "stand_in_files": _stand_ins(config),
            "budget_yardsticks": budget_yardsticks(config),
        }
    return config.stash[_NOMINAL]


def nominal_settings(config: pytest.Config, *, tier_name: str) -> Mapping[str, Any]:
    """What a tier would train on, its sizes, and the engine that would train."""
    option = config.getoption
    try:
        return {
            **session.nominal_data(tier_name=tier_name, dataset=option("dataset")),
            "engine": session.chosen_engine(option("engine"), option("device")),
        }
    except (DataError, session.DeviceError) as error:
        raise pytest.UsageError(str(error)) from None


def _stand_ins(config: pytest.Config) -> dict[str, tuple[str, str]]:
    try:
        return session.stand_in_files(config.getoption("stand_in"))
    except DataError as error:
        raise pytest.UsageError(str(error)) from None


_NOMINAL = pytest.StashKey[Mapping[str, Any]]()
