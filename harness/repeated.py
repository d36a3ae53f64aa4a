"""A reported number beside the runs that repeat it: pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import stdev

import scipy

from harness.claim import Reported, Term
from harness.estimate import CONFIDENCE, Estimate, estimate
from harness.metrics import Metric, metric
from harness.statement_tests import LEAST_SEEDS
from harness.term_values import Cells, by_seed


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A reported number beside ours."""

    reported: Reported
    """What the paper has."""
    metric: Metric | None
    """In whose unit; `None` where nothing was measured in its place."""
    estimate: Estimate | None
    """Ours, over seeds."""
    low: float | None
    """Where a further run of ours would lie with 95%: lower end. `None` for too few runs."""
    high: float | None
    """Upper end."""
    reading: str = ""
    """The cells, and the metric if it is another, where this is another reading of the number."""

    @property
    def cells(self) -> tuple[str, ...]:
        """What was measured in its place."""
        return self.reported.term.at if self.reported.term else ()

    @property
    def is_alike(self) -> bool | None:
        """Whether the paper's number could be one more run of ours; `None` if that is not known.

        The number is given to so many decimals, and may be anything that rounds to it.
        """
        value, rounding = self.reported.value, self._rounding
        if value is None or self.low is None or self.high is None:
            return None
        return self.low - rounding <= value <= self.high + rounding

    @property
    def is_within_seen(self) -> bool:
        """Whether it lies between the lowest and the highest of our runs."""
        value, rounding, found = self.reported.value, self._rounding, self.estimate
        if value is None or found is None:
            return False
        return found.lowest - rounding <= value <= found.highest + rounding

    @property
    def decimals(self) -> int:
        """Decimals of the paper's number, in the recorded unit."""
        if self.reported.decimals is not None:
            return self.reported.decimals
        return max(0, -int(Decimal(f"{self.reported.value or 0:.10g}").as_tuple().exponent))

    @property
    def _rounding(self) -> float:
        return float(0.5 * 10.0**-self.decimals)


def repeat(reported: Reported, cells: Cells) -> tuple[Repeated, ...]:
    """A reported number beside the runs that repeat it, and beside those of other readings."""
    if reported.term is None:
        return (Repeated(reported=reported, metric=None, estimate=None, low=None, high=None),)
    return (
        _repeated(reported, reported.term, cells),
        *(
            _repeated(reported, term, cells, reading=_reading(reported.term, term))
            for term in reported.readings
        ),
    )


def _reading(first: Term, other: Term) -> str:
    cells = ", ".join(other.at)
    return cells if other.metric == first.metric else f"{cells}: {metric(other.metric).label}"


def _repeated(reported: Reported, term: Term, cells: Cells, *, reading: str = "") -> Repeated:
    values, read = list(by_seed(term, cells).values()), metric(term.metric)
    low, high = _further_run(values, read)
    return Repeated(
        reported=reported,
        metric=read,
        estimate=estimate(values),
        low=low,
        high=high,
        reading=reading,
    )


def _further_run(values: Sequence[float], read: Metric) -> tuple[float | None, float | None]:
    """The interval that holds one further run with 95%: t, with the deviation of single runs.

    What is the same in every run is so in a further one.
    """
    found = estimate(values)
    if found and read.is_fixed:
        return found.mean, found.mean
    if found is None or found.n < LEAST_SEEDS:
        return None, None
    deviation = max(stdev(values), read.resolution)
    half = float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, found.n - 1))
    half *= deviation * math.sqrt(1 + 1 / found.n)
    return found.mean - half, found.mean + half
