"""The thresholds file: the reviewed accuracy bounds, one entry a case, dataset, tier and engine."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import msgspec

from harness.record import Threshold

Method = Literal["range", "tolerance"]
"""How a bound was made: the worst of a few seeds less their range, which promises no rate; or a
tolerance bound, which does."""

Key = tuple[str, str, str, str]
"""(case without its seed, dataset, tier, engine)."""


class ThresholdsError(ValueError):
    """A thresholds file that cannot be read; the message names the file and the field."""


@dataclass(frozen=True, kw_only=True)
class ThresholdEntry:
    """The bounds of one case, and what they were measured from. Accuracies are fractions.

    Raises:
        ValueError: neither a bound nor a reason for none, or a bound that no accuracy can be held
            against.
    """

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
    method: Method = "range"
    """How the bound was made."""
    margin: float | None = None
    """By `range`: distance of the bound from the worst or best of the measured."""
    rate: float | None = None
    """By `tolerance`: share of good runs that fall beyond the bound, at most."""
    confidence: float | None = None
    """By `tolerance`: chance that the bound keeps this rate."""
    reason: str | None = None
    """Why there is no bound, so that the case records and does not assert."""
    seeds: tuple[int, ...]
    """Seeds that it was measured from."""
    measured: tuple[float, ...]
    """Final test accuracy of each, in their order."""

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.lower, self.upper) if bound is not None]
        if bool(bounds) == (self.reason is not None):
            got = "both" if bounds else "neither"
            raise ValueError(
                f"{self.case}: expected a bound, lower or upper, or a reason for none; got {got}"
            )
        if any(not 0 <= bound <= 1 for bound in bounds) or bounds != sorted(bounds):
            raise ValueError(
                f"{self.case}: expected 0 <= lower <= upper <= 1, as accuracies are fractions; "
                f"got lower {self.lower}, upper {self.upper}"
            )

    @property
    def key(self) -> Key:
        """What an entry is found by."""
        return self.case, self.dataset, self.tier, self.engine

    @property
    def threshold(self) -> Threshold | None:
        """The bounds alone; `None` where the case does not assert."""
        return None if self.reason else Threshold(lower=self.lower, upper=self.upper)


@dataclass(frozen=True, kw_only=True)
class ThresholdsFile:
    """The whole file."""

    how: str
    """How the bounds were chosen, for its readers."""
    entries: tuple[ThresholdEntry, ...]
    """Sorted by key."""


def read_thresholds(path: Path) -> ThresholdsFile:
    """The thresholds in a file.

    Raises:
        ThresholdsError: unreadable, a field that does not fit, or two entries with one key.
    """
    try:
        file = msgspec.json.decode(path.read_bytes(), type=ThresholdsFile)
    except (OSError, msgspec.DecodeError) as error:
        raise ThresholdsError(f"{path}: expected a thresholds file; {error}") from None
    keys = [entry.key for entry in file.entries]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise ThresholdsError(f"{path}: expected one entry a case; {doubled[0]} has several")
    return file


def write_thresholds(path: Path, file: ThresholdsFile) -> None:
    """Write a thresholds file, sorted, one entry a line, so that a review sees what changes."""
    entries = sorted(file.entries, key=lambda entry: entry.key)
    lines = ",\n".join(f"  {_line(entry)}" for entry in entries)
    how = msgspec.json.encode(file.how).decode()
    path.write_text(f'{{"how": {how},\n "entries": [\n{lines}\n]}}\n', encoding="utf-8")


def _line(entry: ThresholdEntry) -> str:
    """An entry without the fields that say nothing of it."""
    # By way of `asdict`: msgspec passes over fields that a decoded entry left at their defaults.
    fields = {name: value for name, value in asdict(entry).items() if value is not None}
    return msgspec.json.encode(fields).decode()
