"""The accuracy axis of interactive figures: limits and ticks as in the saved figures. Pure.

Vega-Lite has no logit scale. So accuracies are placed by us, in percent or as logits, and the ticks
are labelled with what they mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from scipy.special import logit

from harness.axes import LEAST, MOST, Scale, accuracy_label, accuracy_limits, accuracy_ticks

PERCENT_OF_LOGIT = "format(100 / (1 + exp(-datum.value)), '.4~g')"
"""Label of a tick, in the words of Vega's expressions."""


@dataclass(frozen=True, kw_only=True)
class AccuracyAxis:
    """An axis that holds some accuracies."""

    low: float
    """Lower end, a fraction."""
    high: float
    """Upper end, a fraction."""
    scale: Scale
    """How it is laid out."""

    @classmethod
    def of(cls, accuracies: Sequence[float]) -> "AccuracyAxis":
        """The axis that shows these accuracies, fractions."""
        low, high, scale = accuracy_limits(accuracies)
        return cls(low=low, high=high, scale=scale)

    def place(self, accuracy: float | None) -> float | None:
        """Where an accuracy stands, in the axis' own units; at its end if it lies beyond."""
        if accuracy is None:
            return None
        inside = min(max(accuracy, self.low), self.high)
        if self.scale == "linear":
            return 100 * inside
        return float(logit(min(max(inside, LEAST), MOST)))

    def x(self, field: str) -> alt.X:
        """The axis as an x channel."""
        return alt.X(f"{field}:Q", scale=self._scale(), axis=self._axis())

    def y(self, field: str) -> alt.Y:
        """The axis as a y channel."""
        return alt.Y(f"{field}:Q", scale=self._scale(), axis=self._axis())

    def _scale(self) -> alt.Scale:
        ends = [self.place(self.low), self.place(self.high)]
        return alt.Scale(domain=ends, nice=False, zero=False, clamp=True)

    def _axis(self) -> alt.Axis:
        at = accuracy_ticks(self.low, self.high, self.scale)
        ticks = [place for tick in at if (place := self.place(tick)) is not None]
        label = PERCENT_OF_LOGIT if self.scale == "logit" else "format(datum.value, '.4~g')"
        return alt.Axis(values=ticks, labelExpr=label, title=accuracy_label(self.scale))
