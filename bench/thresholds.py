"""The reviewed accuracy thresholds: one file, one entry a case, dataset, tier and engine."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from harness.record import Threshold

THRESHOLDS_FILE = Path(__file__).with_name("thresholds.json")


class ThresholdsError(ValueError):
    """A thresholds file that cannot be read; the message names the file and the field."""


@dataclass(frozen=True, kw_only=True)
class ThresholdEntry:
    """The bounds of one case, and what they were measured from. Accuracies are fractions."""

    case: str
    """Case id without its seed: `test_optimizer[adam]`."""
    dataset: str
    """Name of the dataset."""
    tier: str
    """smoke, short or paper."""
    engine: str
    """What trained."""
    lower: float | None = None
    """Least accuracy that passes."""
    upper: float | None = None
    """Greatest accuracy that passes: this case measurably does not learn in this tier."""
    measured: tuple[float, ...]
    """Final test accuracy of each seed it was measured from, in the order of `seeds`."""
    seeds: tuple[int, ...]
    """Those seeds."""
    margin: float
    """Distance of the bound from the worst (`lower`) or best (`upper`) of these."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What an entry is found by."""
        return self.case, self.dataset, self.tier, self.engine


@dataclass(frozen=True, kw_only=True)
class ThresholdsFile:
    """The whole file."""

    how: str
    """How the bounds were chosen, for its readers."""
    entries: tuple[ThresholdEntry, ...]
    """Sorted by key."""


def read_thresholds(path: Path = THRESHOLDS_FILE) -> ThresholdsFile:
    """The thresholds in a file.

    Raises:
        ThresholdsError: unreadable, a field that does not fit, or two entries with one key.
    """
    try:
        file = msgspec.json.decode(path.read_bytes(), type=ThresholdsFile)
    except (OSError, msgspec.DecodeError) as error:
        raise ThresholdsError(f"{path}: expected a thresholds file, {error}") from None
    keys = [entry.key for entry in file.entries]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise ThresholdsError(f"{path}: expected one entry a case; {doubled[0]} has several")
    return file


@cache
def _by_key() -> dict[tuple[str, str, str, str], Threshold]:
    entries = read_thresholds().entries
    return {entry.key: Threshold(lower=entry.lower, upper=entry.upper) for entry in entries}


def find_threshold(*, case: str, dataset: str, tier: str, engine: str) -> Threshold | None:
    """The bounds of a case; `None` where nothing was measured, so that it stays unjudged."""
    return _by_key().get((case, dataset, tier, engine))


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """A threshold as an assertion reads it: `assert accuracy in bounds`."""

    threshold: Threshold | None
    """The bounds; `None` contains every accuracy."""
    case: str
    """The case they are of, for the message."""

    def __contains__(self, accuracy: float) -> bool:
        if self.threshold is None:
            return True
        lower, upper = self.threshold.lower, self.threshold.upper
        return (lower is None or accuracy >= lower) and (upper is None or accuracy <= upper)

    def __repr__(self) -> str:
        if self.threshold is None:
            return f"<no threshold for {self.case}>"
        lower, upper = self.threshold.lower, self.threshold.upper
        low = "" if lower is None else f"at least {lower:.4f}"
        high = "" if upper is None else f"at most {upper:.4f}"
        return f"<{' and '.join(filter(None, (low, high)))}: thresholds.json, {self.case}>"
