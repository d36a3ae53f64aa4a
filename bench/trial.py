"""A trial: one case handed to a test, trained or replayed, and its record kept.

Free of torch, so that the bench is listed in a moment; training is loaded with the first case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.experiment import Case
from bench.session import data_source
from bench.thresholds import Bounds, find_threshold
from harness.bridge import replay
from harness.raised import CaseFacts
from harness.record import Record, Threshold
from harness.recorder import Recorder
from lenet.checks import RecipeError
from lenet.datasets import DataError


@dataclass(frozen=True, kw_only=True, repr=False)
class Trial:
    """One case in one test: `run()` it, then assert that the accuracy is in `threshold`."""

    case: Case
    """What is to be trained."""
    item: pytest.Item
    """The test."""
    benchmark: BenchmarkFixture
    """pytest-benchmark's fixture: one round is one epoch."""
    recorder: Recorder
    """Where the record goes, and where a finished one comes from."""
    workers: int
    """Worker processes of this session."""

    def __repr__(self) -> str:
        return f"<trial {self.item.name}>"  # an assertion that fails shows it, in few words

    def run(self) -> float:
        """Final test accuracy, a fraction: of the training, or of the record under `--resume`.

        A recipe that does not fit the images, or data that cannot be read, fail the test with what
        they say, and no traceback: there is nothing to look for in the code.
        """
        try:
            return self._run()
        except (RecipeError, DataError) as error:
            said = f"{type(error).__name__}: {error}"
            raise pytest.fail.Exception(said, pytrace=False) from None

    def _run(self) -> float:
        record = self._finished
        if record is None:
            record = self._trained()
        else:
            replay(self.benchmark, [epoch.train_s for epoch in record.epochs])
            self.recorder.keep(self.item, record)
        return float("nan") if record.test_accuracy is None else record.test_accuracy

    @property
    def threshold(self) -> Bounds:
        """The bounds of this case; of a replayed one those that it was judged by then."""
        return Bounds(threshold=self._threshold, case=self._key)

    def _trained(self) -> Record:
        from bench.training import train_case  # loads torch

        return self._keep(
            train_case(
                self.case,
                benchmark=self.benchmark,
                settings=self.recorder.settings,
                folder=self.recorder.folder,
                workers=self.workers,
                keep=self._keep,
            )
        )

    def _keep(self, record: Record) -> Record:
        named = replace(
            record,
            run=self.recorder.run,
            nodeid=self.item.nodeid,
            case=self.item.name,
            threshold=self._threshold,
        )
        self.recorder.keep(self.item, named)
        return named

    @property
    def _finished(self) -> Record | None:
        return self.recorder.finished(self.item.nodeid)

    @property
    def _key(self) -> str:
        return f"{self.item.name.partition('[')[0]}[{self.case.variant.name}]"

    @property
    def _threshold(self) -> Threshold | None:
        if self._finished is not None:
            return self._finished.threshold
        settings = self.recorder.settings
        return find_threshold(
            case=self._key,
            dataset=data_source(self.case.variant.recipe, settings)[0],
            tier=self.case.tier.name,
            engine=settings["engine"],
            file=Path(settings["thresholds"]),
        )


def facts_of(case: Case, settings: Mapping[str, Any]) -> CaseFacts:
    """What is known of a case before it is trained."""
    recipe = case.variant.recipe
    return CaseFacts(
        experiment=case.experiment,
        question=case.question,
        variant=case.variant.name,
        baseline=case.variant.baseline,
        factors=case.variant.factors,
        seed=case.seed,
        recipe=recipe.to_dict(),
        recipe_id=recipe.identity,
        tier=case.tier.name,
        engine=settings["engine"],
        device=settings["device"],
        workers=settings["workers"],
    )
