"""What the page on the studies tells: claims, verdicts, numbers, comparisons, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.claim import Claims, paper_of
from harness.compare import Comparison
from harness.estimate import Estimate
from harness.overview import Overview
from harness.repeated import Repeated
from harness.verdict import Verdict

ACROSS = "X"
"""Id of what goes across papers."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What trainings took."""

    trainings: int
    """How many."""
    seconds: float
    """Of training and evaluation, summed."""
    spans: tuple[tuple[float, float], ...]
    """From when to when each took place, in seconds of UNIX time."""


@dataclass(frozen=True, kw_only=True)
class Untuned:
    """A contender of fair tuning at its usual rate, trained like the others."""

    rate: float
    """The learning rate."""
    accuracy: Estimate
    """Test accuracy."""


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """A contender of fair tuning at its best rate."""

    experiment: str
    """Which search."""
    name: str
    """The contender."""
    rate: float
    """The learning rate that did best on held-out training images, mean over seeds."""
    tried: tuple[float, ...]
    """All rates, the lowest first."""
    untuned: Untuned | None
    """What it does beside the search; `None` for not trained."""
    epochs: int
    """Epochs of each training."""
    batch_size: int
    """Images a step."""
    images_held_out: int
    """Training images that the rate is chosen on."""
    held_out: Estimate
    """Accuracy there."""
    accuracy: Estimate
    """Test accuracy of the same runs."""
    is_tied: bool
    """Another rate did as well, so that nothing was chosen."""

    @property
    def is_at_edge(self) -> bool:
        """The rate is the lowest or highest that was tried: a better one may lie beyond."""
        return self.rate in (self.tried[0], self.tried[-1])


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """All that the page tells."""

    claims: Claims
    """What the papers said."""
    verdicts: tuple[Verdict, ...]
    """One a claim, in their order."""
    repeated: tuple[Repeated, ...]
    """One a reported number, and one more for each other reading of it."""
    comparisons: tuple[Comparison, ...]
    """Of every experiment that has records; one training counts in all that ask for its recipe."""
    cost: Mapping[str, Cost]
    """Experiment -> what the trainings took that were made for it."""
    repeat: str
    """What trains all of it again, as options of `pytest bench/`."""
    tuned: tuple[Tuned, ...]
    """Contenders of fair tuning, the best by held-out images first in each search."""
    overview: Overview
    """The runs."""

    def verdicts_of(self, paper: str) -> list[Verdict]:
        """Those on the claims of a paper, by its id."""
        return [each for each in self.verdicts if paper_of(each.claim.id) == paper]

    def named(self, experiment: str) -> Iterable[Comparison]:
        """The comparisons of an experiment: none or one a set of conditions."""
        return (each for each in self.comparisons if each.experiment == experiment)
