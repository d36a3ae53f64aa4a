"""Options of the bench: what is refused, and how; and what is listed without running."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bench import names, options, planning
from bench.claims import CLAIMS
from bench.tiers import TIERS
from harness.claim import cells_for
from tests.bench_runs import Session, run_bench, write_images
from tests.foreign import ROOT

REFUSED = 4
KEPT_RECORDS = ROOT / "reports/papers/records.jsonl.gz"
"""Records of the tier `paper`."""

ALONE = {
    **dict.fromkeys(
        ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"
    ),
    "CUDA_VISIBLE_DEVICES": "",
}
"""A machine without a network and without a GPU."""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--experiment", "depth", "--experiment", "deep", "-n", "2"),
            r"ERROR: --experiment: expected one of activation, .*depth, .*tuned.*; got 'deep'",
        ),
        (("--experiment", "deep", "--collect-only"), "got 'deep'"),
        (
            ("--dataset", "nope"),
            "ERROR: 'nope' is not a dataset; the built-in ones are auto, mnist",
        ),
        (
            ("--dataset", "mnist", "--data-root", "{empty}"),
            r"ERROR: mnist is not on disk .* and could not be downloaded .*--dataset digits",
        ),
        (
            ("--dataset", "mine={damaged}", "--tier", "short"),
            r"ERROR: .*damaged\.npz: .* cannot be read",
        ),
        (
            ("--dataset", "mine={damaged}", "--collect-only"),
            r"ERROR: .*damaged\.npz: .* cannot be read",
        ),
        (("--device", "cuda"), "ERROR: --device cuda: expected a CUDA device that PyTorch can use"),
        (
            ("--device", "cuda", "--engine", "fast"),
            "ERROR: --device cuda: expected a CUDA device that PyTorch can use",
        ),
        (("--thresholds", "{empty}/no.json"), r"ERROR: .*no\.json: expected a thresholds file; "),
        (("--time-budget", "10"), "argument --time-budget: expected a time such as 90s, 10m or"),
        (("--seeds", "0"), "argument --seeds: expected a whole number of at least 1; got '0'"),
        (
            ("--claim", "D1-C15", "-n", "2"),
            "ERROR: --claim D1-C15: expected --tier paper beside it, .*; got --tier smoke",
        ),
        (
            ("--claim", "D1C15", "--tier", "paper"),
            "ERROR: --claim D1C15: expected the id of a claim or number, such as D1-C15",
        ),
        (
            ("--claim", "D2-C01", "--tier", "paper"),
            "ERROR: --claim D2-C01: D2-C01 asks for no training",
        ),
        (
            ("--claim", "D1C15", "--experiment", "depth", "--tier", "paper", "-n", "2"),
            "expected the id of a claim or number, .*; got 'D1C15'",
        ),
        (
            ("--claim", "D1-C20", "--tier", "paper", "--gate", "{empty}"),
            "ERROR: --gate: judges whole experiments, which --claim leaves in part",
        ),
        (
            ("--leave-out", "{empty}", "-n", "2"),
            r"ERROR: --leave-out .*empty: expected a run's folder, .* found something else",
        ),
        (
            ("--repeat", "{empty}", "-n", "2"),
            r"ERROR: --repeat .*empty: expected a run's folder, .* found something else",
        ),
        (
            ("--repeat", str(KEPT_RECORDS), "--tier", "short"),
            r"ERROR: --repeat .*: expected records of the tier .*, short; got records of paper",
        ),
        (("--benchmark-cprofile=cumtime",), "would train an extra epoch"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_run_is_one_error(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    damaged = write_images(tmp_path / "damaged.npz", shape=(16, 16), train=20, test=8)
    content = bytearray(damaged.read_bytes())
    content[1_000:1_100] = bytes(100)
    damaged.write_bytes(content)
    given = [each.format(empty=empty, damaged=damaged) for each in arguments]
    if "--tier" not in given:
        given += ["--tier", "smoke"]
    ended = run_bench(tmp_path / "session", *given, variables=ALONE)
    assert ended.code == REFUSED, ended.printed
    assert len(re.findall("^ERROR", ended.printed, re.MULTILINE)) == 1, ended.printed
    assert re.search(said, ended.printed), ended.printed
    assert "Traceback" not in ended.printed
    assert "INTERNALERROR" not in ended.printed
    assert not list((tmp_path / "session").glob("runs/*"))


def listed(ended: Session) -> list[str]:
    """The cases that a session with `--collect-only -q` names."""
    assert ended.code == 0, ended.printed
    return re.findall(r"^bench/test_\w+\.py::(test_\w+\[.*\])$", ended.printed, re.MULTILINE)


def test_listing_tells_the_time_of_each_tier_and_what_a_budget_leaves(tmp_path: Path) -> None:
    ended = run_bench(tmp_path, "--collect-only", "-q", "--tier", "paper", "--time-budget", "20m")
    assert ended.code == 0, ended.printed
    estimate = (
        r"estimated time of one seed here with -n \d+: smoke [\d.]+ (s|min|h), short .*, paper"
    )
    assert re.search(estimate, ended.printed), ended.printed
    said = re.search(r"time budget 20 min: (\d+) cases?, seed 0 in part \((.*)\)", ended.printed)
    assert said, ended.printed
    listed = re.findall(
        r"^bench/test_\w+\.py::test_(\w+)\[.*-seed(\d)\]", ended.printed, re.MULTILINE
    )
    whole = sum(len(each.paper_variants) for each in planning.all_experiments().values())
    assert len(listed) == int(said[1]) < whole
    assert {seed for _, seed in listed} == {"0"}
    assert {name for name, _ in listed} >= {part.split()[0] for part in said[2].split(", ")}
    assert "throughput" not in ended.printed  # it has no estimate
    assert not (tmp_path / "runs").exists()


def test_listing_holds_what_was_asked_for(tmp_path: Path) -> None:
    """Without an experiment that has an estimate, nothing is timed and torch is not loaded."""
    ended = run_bench(tmp_path, "--collect-only", "-q", "--experiment", "throughput")
    assert ended.code == 0
    assert sorted(re.findall(r"test_throughput\[.*\]", ended.printed)) == [
        f"test_throughput[{program}-{threads}]"
        for program in ("dataloader", "fast", "matmul", "torch")
        for threads in ("1core", "all")
    ]
    assert "estimated" not in ended.printed
    assert re.search(r"8/\d+ tests collected", ended.printed)


def test_listing_holds_what_a_claim_asks_for(tmp_path: Path) -> None:
    given = ("--collect-only", "-q", "--tier", "paper", "--seeds", "2")
    claims = ("--claim", "D1-C15", "--claim", "D4-N02")
    whole = listed(run_bench(tmp_path / "whole", *given, *claims))
    asked = {cell for id in claims[1::2] for cell in cells_for(CLAIMS, id)}
    names = {f"test_{cell.replace('/', '[')}-seed{seed}]" for cell in asked for seed in range(2)}
    assert set(whole) == names
    part = listed(run_bench(tmp_path / "part", *given, *claims, "--experiment", "sigmoid"))
    assert set(part) == {name for name in names if name.startswith("test_sigmoid")}


def test_every_option_has_a_help_text(tmp_path: Path) -> None:
    ended = run_bench(tmp_path, "--help")
    assert ended.code == 0
    _, _, group = ended.printed.partition("training experiments:")
    for option in (
        "--tier",
        "--seeds",
        "--experiment",
        "--claim",
        "--leave-out",
        "--repeat",
        "--time-budget",
        "--thresholds",
        "--dataset",
        "--stand-in",
        "--data-root",
        "--device",
        "--engine",
        "--max-seeds",
    ):
        assert re.search(rf"^  {option}[ =]\S+\s+[A-Z]\w+ ", group, re.MULTILINE), option
    words = " ".join(ended.printed.split())
    for said in (
        "NAME is one of activation, depth, maxpool, optimizer, recurrent, report_scale, "
        "throughput; or, unasked only in the tier paper, cifar_first, ",
        "; or, run only when named, search_mnist, best_mnist, search_cifar, best_cifar, "
        "cifar_keeping, plants, speedrun, tuned",
        "in hours, minutes and seconds: 90s, 10m, 1h30m.",
        "RUN is its folder, or its name under --runs. Finished cases are replayed",
        "A dataset that is not there is downloaded into it.",
    ):
        assert said in words


def test_names_are_read_without_importing_what_they_name(tmp_path: Path) -> None:
    found = names.in_sources()
    assert found.keys() == planning.known_names()
    experiments = planning.all_experiments()
    on_request = {name for name, each in experiments.items() if each.on_request}
    assert {name for name, when in found.items() if when == names.NAMED} == on_request
    own = {name: each.own_tier for name, each in experiments.items() if each.own_tier}
    assert {name: when for name, when in found.items() if when in TIERS} == own
    assert own["path"] == "paper"
    (tmp_path / "test_broken.py").write_text("def test_broken(:")
    (tmp_path / "test_mine.py").write_text(
        "import nowhere\n"
        "@nowhere.experiment({}, on_request=True)\ndef test_asked(trial): ...\n"
        "@nowhere.experiment({}, on_request=False)\ndef test_unasked(trial): ...\n"
        "@nowhere.experiment({}, own_tier='paper')\ndef test_long(trial): ...\n"
        "def helper(): ...\n"
    )
    assert names.in_sources(tmp_path) == {
        "asked": names.NAMED,
        "unasked": names.ALWAYS,
        "long": "paper",
    }


def test_cases_are_none_while_a_module_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a listing of costs never hides pytest's own report of the module."""
    given = {"tier": "smoke", "seeds": 2}
    fake = SimpleNamespace(getoption=given.get)
    config = cast("pytest.Config", fake)
    count = sum(len(each.variants) for each in planning.all_experiments().values())
    assert len(options.cases(config)) == 2 * count

    def refuse(name: str) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(planning.PlanError):
        planning.all_experiments()
    assert options.cases(config) == {}
