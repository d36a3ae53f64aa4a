"""Pairing -> GateResult: the verdicts, the exit code, and why it is that one. Pure."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from harness.inference import LEAST_T_SEEDS
from harness.judge import Colour, Judgement
from harness.pairing import Pairing

Policy = Literal["list", "fail"]
"""What undecided cells do to a gate without a red one: they are listed, or it fails."""

PASSED, REGRESSION, NOT_JUDGED = 0, 1, 2
"""Exit codes."""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """What a gate came to."""

    code: int
    """Exit code: 0 passed, 1 a regression, 2 could not judge."""
    headline: str
    """The outcome in one sentence."""
    reasons: tuple[str, ...]
    """Why it could not judge, each with what to do."""
    judgement: Judgement | None
    """The verdicts; `None` where there are none."""
    fresh: tuple[str, ...]
    """Cells that the baseline lacks."""

    @property
    def counts(self) -> dict[Colour, int]:
        """Colour -> cells of it."""
        found = Counter(self.judgement.cells.values()) if self.judgement else Counter()
        return {colour: found[colour] for colour in ("red", "green", "undecided", "censored")}


def refused(*reasons: str) -> GateResult:
    """A gate that could not judge."""
    return GateResult(
        code=NOT_JUDGED,
        headline="could not judge",
        reasons=reasons,
        judgement=None,
        fresh=(),
    )


def conclude(pairing: Pairing, judgement: Judgement, *, undecided: Policy) -> GateResult:
    """The outcome of a gate whose pairs were judged."""
    code, headline, reasons = _outcome(judgement, undecided=undecided)
    return GateResult(
        code=code,
        headline=headline,
        reasons=reasons,
        judgement=judgement,
        fresh=pairing.fresh,
    )


def _outcome(judgement: Judgement, *, undecided: Policy) -> tuple[int, str, tuple[str, ...]]:
    counts = Counter(judgement.cells.values())
    if counts["red"]:
        return REGRESSION, f"a regression in {_cells(counts['red'])}", ()
    if not judgement.can_decide:
        return NOT_JUDGED, "could not judge", (_too_few(judgement),)
    if counts["undecided"] and undecided == "fail":
        reason = (
            f"{_cells(counts['undecided'])} undecided, which --undecided fail does not let pass: "
            "run the number of seeds that each line names, or take --undecided list"
        )
        return NOT_JUDGED, "could not judge", (reason,)
    if not counts["green"]:
        reason = "no cell is green, so nothing is shown: run more seeds, or choose other metrics"
        return NOT_JUDGED, "could not judge", (reason,)
    return PASSED, _passed(counts), ()


def _passed(counts: Counter[Colour]) -> str:
    open_ones = f", {_cells(counts['undecided'])} undecided" if counts["undecided"] else ""
    return f"no regression: {_cells(counts['green'])} green{open_ones}"


def _too_few(judgement: Judgement) -> str:
    seeds = max(len(verdict.pairs.rows) for verdict in judgement.verdicts)
    return (
        f"{seeds} seeds are too few for any decision over {judgement.tests} tests at "
        f"{judgement.level:g}: t asks for {LEAST_T_SEEDS}, the permutation test for "
        f"{judgement.least_sign_flip}: run both sides with more seeds"
    )


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
