"""Claims, made-up runs of them, and a run's folder."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.claim import (
    Claim,
    Claims,
    Fact,
    Finding,
    Paper,
    Reported,
    Statement,
    Term,
    write_claims,
)
from harness.papers import RecordedRun, repetition
from harness.papers_page import papers_page
from harness.record import Record, encode
from harness.store import RECORDS
from tests.records import make_record

ADAM, SGD = (Term(metric="test_accuracy", at=(f"optimizer/{name}",)) for name in ("adam", "sgd"))
BETTER = Statement(says="Adam ends above SGD", terms=(ADAM, replace(SGD, weight=-1.0)))
CLAIMS = Claims(
    papers=(
        Paper(
            id="D2",
            title="five optimizers",
            source="one author",
            data="MNIST",
            experiments=("optimizer",),
            assumptions=("Batches of 32.",),
            kernels=("optimizer/adam",),
            features="optimizer/adam",
            losses=("optimizer/adam", "depth/9"),
        ),
    ),
    reported=(
        Reported(id="D2-N01", place="6", text="Adam", value=0.99, term=ADAM),
        Reported(id="D2-N02", place="6", text="SGD", value=0.858, term=SGD),
        Reported(id="D2-F01", place="3", text="samples", reason="the figure is blank"),
    ),
    claims=(
        Claim(id="D2-C01", place="1", text="It shaped the field.", reason="history"),
        Claim(id="D2-C31", place="6", text="Adam is best.", statements=(BETTER,)),
        Claim(
            id="D2-C36", place="7", text="It is small.", facts=(Fact(says="61,706", holds=True),)
        ),
        Claim(
            id="D2-C40",
            place="7",
            text="Never run.",
            statements=(replace(BETTER, terms=(replace(ADAM, at=("depth/9",)),)),),
        ),
    ),
    findings=(
        Finding(
            claim="D2-C31",
            question="Does Adam lead?",
            supported="Adam leads",
            contradicted="Adam does not lead",
        ),
        Finding(
            claim="D2-C40",
            question="Does depth win?",
            supported="Deeper wins",
            contradicted="Deeper loses",
        ),
    ),
)


def records(*, adam: float = 0.985, sgd: float = 0.975, tier: str = "paper") -> list[Record]:
    steps = (0.0, 0.0004, -0.0003, 0.0002)
    return [
        make_record(
            variant=name, seed=seed, tier=tier, accuracies=[0.9, mean + step], run="mnist-run"
        )
        for name, mean in (("sgd", sgd), ("adam", adam))
        for seed, step in enumerate(steps)
    ]


def loaded(found: list[Record]) -> RecordedRun:
    return RecordedRun(name="mnist-run", path="runs/mnist-run", records=tuple(found), manifest=None)


def page(found: list[Record]) -> str:
    return papers_page(repetition(CLAIMS, [loaded(found)]), {})


def table_lines(text: str) -> dict[str, str]:
    """First cell -> line, of every table."""
    lines = (line for line in text.splitlines() if line.startswith("| "))
    heads = ((re.sub(r"<a id=.*?></a>", "", line.split("|")[1]).strip(), line) for line in lines)
    return dict(heads)


def written(folder: Path, found: list[Record]) -> Path:
    """A run's folder with these records, the claims, and artifacts of the first Adam run."""
    (folder / "artifacts").mkdir(parents=True)
    kernels = np.zeros((3, 6, 1, 5, 5), np.float16)
    maps = np.ones((10, 16, 4, 4), np.float16)
    arrays: Any = {"kernels/conv1": kernels, "features/conv2": maps}
    np.savez(folder / "artifacts/adam.npz", **arrays)
    lines = [
        replace(each, artifacts="artifacts/adam.npz") if each.variant == "adam" else each
        for each in found
    ]
    (folder / RECORDS).write_bytes(b"".join(encode(each) + b"\n" for each in lines))
    write_claims(CLAIMS, folder)
    return folder
