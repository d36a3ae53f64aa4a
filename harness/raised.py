"""The record of a case that raised before its training left one: what it was to be, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from harness import environment
from harness.record import Level, Record, StepLoss, TimingRecord
from harness.recorder import paragraph
from harness.store import Manifest


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What is known of a case before anything of it is trained; each as `Record` has it."""

    experiment: str
    """The experiment it belongs to."""
    question: str
    """What that experiment asks."""
    variant: str
    """The recipe's name within the experiment."""
    baseline: str
    """The variant that it is compared with."""
    factors: Mapping[str, Level]
    """What was varied, factor -> level."""
    seed: int
    """Pairing number."""
    recipe: Mapping[str, Any]
    """The recipe as JSON, as the experiment names it."""
    recipe_id: str
    """The recipe's identity."""
    tier: str
    """smoke, short or paper."""
    engine: str
    """What was to train it."""
    device: str
    """Where, as it was asked for."""
    workers: int
    """Worker processes that share the machine."""


def error_record(facts: CaseFacts, report: pytest.TestReport, manifest: Manifest) -> Record:
    """The record of a case whose test failed, by its report, and kept no record of its own."""
    return Record(
        run=manifest.run,
        nodeid=report.nodeid,
        case=report.nodeid.rpartition("::")[2],
        experiment=facts.experiment,
        question=facts.question,
        variant=facts.variant,
        baseline=facts.baseline,
        factors=dict(facts.factors),
        seed=facts.seed,
        recipe=dict(facts.recipe),
        recipe_id=facts.recipe_id,
        tier=facts.tier,
        engine=facts.engine,
        device=facts.device,
        outcome="error",
        reason=reason(report),
        diverged=False,
        test_accuracy=None,
        best_test_accuracy=None,
        best_epoch=None,
        epoch_s=None,
        total_s=0.0,
        parameters=None,
        flops=None,
        epochs=(),
        step_loss=StepLoss(step=(), loss=()),
        dataset=None,
        timing=_timing(facts, report),
        machine=manifest.machine,
        versions=manifest.versions,
        commit=manifest.commit,
        dirty=manifest.dirty,
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def reason(report: pytest.TestReport) -> str:
    """Why a test failed: its exception, or what xdist says of a worker that crashed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr or report.outcome) if crash is None else crash.message
    return paragraph(text.removeprefix("Failed: "))  # of pytest.fail, whose message is the reason


def _timing(facts: CaseFacts, report: pytest.TestReport) -> TimingRecord:
    return TimingRecord(
        workers=facts.workers,
        threads=environment.threads(),  # the share of each worker, which inherits it from here
        wall_s=report.duration,
        cpu_s=None,
        foreign_cpu_s=None,
        exclusive=False,
        yardstick_s=None,
    )
