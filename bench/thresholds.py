"""The bounds of each case, as its assertion reads them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.record import Threshold
from harness.thresholds import Key, read_thresholds

THRESHOLDS_FILE = Path(__file__).with_name("thresholds.json")
"""The reviewed file, unless `--thresholds` names another."""


@cache
def known_thresholds(file: Path) -> dict[Key, Threshold | None]:
    """The thresholds in a file; raises `ThresholdsError` where it cannot be read."""
    return {entry.key: entry.threshold for entry in read_thresholds(file).entries}


def find_threshold(
    *, case: str, dataset: str, tier: str, engine: str, file: Path
) -> Threshold | None:
    """The bounds of a case; `None` where there are none, so that it stays unjudged."""
    return known_thresholds(file).get((case, dataset, tier, engine))


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
        return f"<{' and '.join(filter(None, (low, high)))}: threshold of {self.case}>"
