"""Records and claims in, verdicts out: pure.

A statement is tested on both sides, for it and against it, by `harness.statement_tests`. A claim
that needs all its statements is shown by the weakest of them and refuted by any; one that needs any
is shown by one of them and refuted by all. Of several readings of a claim any one shows it, and all
together refute it. A statement is judged by seeds that were not known when it was made. The claims
of a paper are corrected together by Holm, so that the chance of a single false verdict among
them is at most 5%.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.claim import Claim, Claims, Statement, Word, paper_of
from harness.estimate import Estimate, estimate
from harness.inference import holm
from harness.metrics import Metric, metric
from harness.record import Record
from harness.statement_tests import LEAST_SEEDS, lies_so, needed
from harness.statement_values import Numbers, numbers_of, ratio_of
from harness.term_values import Cells, cells_of

Grounds = Literal["calculation", "sight", "statistics"]
"""By what a claim is decided: a calculation, a run that was seen, or a test over seeds."""
LEVEL = 0.05
"""Chance of any false verdict among the claims of a paper."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the runs say of one statement."""

    statement: Statement
    """The statement."""
    metric: Metric
    """In whose unit the numbers are."""
    shown: Numbers
    """The numbers of all seeds."""
    judged: Numbers
    """Those of seeds that count: all but what was known when it was stated."""
    level: float
    """What p has to be below on one side, for the first of its paper's claims."""
    ratio: float | None = None
    """Of a statement about a ratio, that of the two means, over the seeds that are told."""

    @property
    def told(self) -> Numbers:
        """What is told of it: the seeds that count, or all while there is none that does."""
        return self.judged if self.judged.seeds else self.shown

    @property
    def estimate(self) -> Estimate | None:
        """Mean and interval of the numbers that are told; `None` without any."""
        return estimate(self.told.values)

    @property
    def tells(self) -> bool:
        """There are numbers enough to lie on one side or the other."""
        return len(self.told.values) >= (2 if self.statement.of == "spread" else 1)

    @property
    def leans_against(self) -> bool:
        """The mean lies on the other side; not known without runs that tell."""
        return self.tells and not lies_so(self.statement, self.told.values)

    @property
    def is_unseen(self) -> bool:
        """It says that something happens at times, and in these runs it did not."""
        return self.statement.shows == "seen" and self.leans_against

    def seeds_needed(self, *, among: int) -> int | None:
        """Seeds that would decide it on the side where the numbers lie, as one of so many that each
        could; `None` if out of sight. Known ones and those that will not tell come on top."""
        is_sight, few = self.statement.shows == "seen", self.judged.seeds < LEAST_SEEDS
        basis = self.shown if few and not is_sight else self.judged
        need = needed(self.statement, basis.values, self.metric, level=self.level / among)
        if need is None:
            return None
        untold = 1 + basis.untold / basis.seeds if basis.seeds else 1.0
        return math.ceil(need * untold) + self.shown.seeds - self.judged.seeds


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the runs say of one claim."""

    claim: Claim
    """The claim."""
    word: Word
    """The verdict."""
    p: float
    """The smaller of both sides, doubled, corrected over the claims of the paper; 0 where a
    calculation or a run that was seen decided, 1 where nothing could."""
    results: tuple[Result, ...]
    """One a statement."""
    missing: tuple[str, ...]
    """Cells that it needs and that have no result yet."""

    @property
    def is_decided(self) -> bool:
        """It is supported or contradicted."""
        return self.word in ("supported", "contradicted")

    @property
    def grounds(self) -> Grounds:
        """What a decided claim is decided by."""
        if not self.results or _settled_by_facts(self.claim):
            return "calculation"
        is_shown = self.word == "supported" and self.p == 0
        return "sight" if is_shown and self._is_about_sight else "statistics"

    @property
    def _is_about_sight(self) -> bool:
        return all(found.statement.shows == "seen" for found in self.results)

    @property
    def seeds(self) -> int:
        """Seeds of the statement that has the fewest, in the reading that has most; 0 for none."""
        readings = _by_reading(self.results)
        return max((min(found.shown.seeds for found in own) for own in readings), default=0)

    @property
    def shown_in(self) -> str:
        """Of a supported claim with several readings, that which shows it best; else empty."""
        readings = _by_reading(self.results)
        if self.word != "supported" or len(readings) < 2:
            return ""
        best = min(readings, key=lambda own: _sides_of_one(self.claim, own)[0])
        return best[0].statement.reading

    @property
    def awaits_sight(self) -> bool:
        """Nothing speaks against it but that something said to happen at times was not seen yet."""
        if self.word != "undecided" or self.claim.needs != "all":
            return False
        against = [
            [found for found in own if found.leans_against] for own in _by_reading(self.results)
        ]
        return all(own and all(found.is_unseen for found in own) for own in against)

    @property
    def seeds_needed(self) -> int | None:
        """Seeds that would decide it where its numbers lie; `None` where that cannot be foreseen.

        One reading that shows it is enough, the soonest; to refute it takes all, the latest. Each
        statement that is needed is sure with that many with a power of 0.8.
        """
        readings = _by_reading(self.results)
        foreseen = [_foreseen(self.claim, own, readings=len(readings)) for own in readings]
        if any(is_for for _, is_for in foreseen):
            return min((need for need, is_for in foreseen if is_for and need), default=None)
        return _latest([need for need, _ in foreseen])


def judge(claims: Claims, records: Iterable[Record]) -> tuple[Verdict, ...]:
    """A verdict on each claim, in their order, corrected within each paper."""
    cells = cells_of(records)
    family = {paper: _open(claims, paper) for paper in {paper_of(c.id) for c in claims.claims}}
    drafts = [
        _draft(claim, cells, level=LEVEL / (2 * max(1, family[paper_of(claim.id)])))
        for claim in claims.claims
    ]
    return tuple(_corrected(drafts))


def _open(claims: Claims, paper: str) -> int:
    """Claims of a paper that statistics decide."""
    return sum(bool(claim.statements) and paper_of(claim.id) == paper for claim in claims.claims)


def _draft(claim: Claim, cells: Cells, *, level: float) -> Verdict:
    """The verdict before correction; its word is only set where no statistics are needed."""
    results = tuple(_result(each, cells, level=level) for each in claim.statements)
    asked = {cell for each in claim.statements for term in each.terms for cell in term.at}
    missing = tuple(sorted(cell for cell in asked if not cells.get(cell)))
    p_for, p_against = _sides(claim, results)
    word: Word = "undecided"
    if claim.reason:
        word = "not testable"
    elif not results or _settled_by_facts(claim):
        word = "supported" if _facts_hold(claim) else "contradicted"
    side: Word = "supported" if p_for <= p_against else "contradicted"
    return Verdict(
        claim=claim,
        word=word if word != "undecided" else side,
        p=1.0
        if claim.reason
        else 0.0
        if word != "undecided"
        else min(1.0, 2 * min(p_for, p_against)),
        results=results,
        missing=missing,
    )


def _corrected(drafts: Sequence[Verdict]) -> Iterable[Verdict]:
    """The verdicts with p corrected within each paper, and `undecided` where that is not enough."""
    papers: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        if draft.results and draft.word != "not testable":
            papers.setdefault(paper_of(draft.claim.id), []).append(place)
    adjusted = {
        place: p
        for places in papers.values()
        for place, p in zip(places, holm([drafts[each].p for each in places]), strict=True)
    }
    for place, draft in enumerate(drafts):
        p = adjusted.get(place, draft.p)
        word: Word = "undecided" if place in adjusted and p > LEVEL else draft.word
        yield Verdict(
            claim=draft.claim, word=word, p=p, results=draft.results, missing=draft.missing
        )


def _facts_hold(claim: Claim) -> bool:
    facts = [fact.holds for fact in claim.facts]
    return all(facts) if claim.needs == "all" else any(facts)


def _settled_by_facts(claim: Claim) -> bool:
    """Whether calculations alone decide: one fails where all are needed, one holds where any is."""
    if not claim.facts:
        return False
    return _facts_hold(claim) == (claim.needs == "any")


def _sides(claim: Claim, results: Sequence[Result]) -> tuple[float, float]:
    """p for and against the claim as a whole."""
    if not results:
        return 1.0, 1.0
    sides = [_sides_of_one(claim, own) for own in _by_reading(results)]
    p_for, p_against = zip(*sides, strict=True)
    return min(1.0, len(sides) * min(p_for)), max(p_against)


def _sides_of_one(claim: Claim, results: Sequence[Result]) -> tuple[float, float]:
    """The same in one reading."""
    count = len(results)
    p_for = [found.judged.p_for for found in results]
    p_against = [found.judged.p_against for found in results]
    if claim.needs == "all":
        return max(p_for), min(1.0, count * min(p_against))
    return min(1.0, count * min(p_for)), max(p_against)


def _by_reading(results: Sequence[Result]) -> list[list[Result]]:
    """The results of each reading."""
    return [
        [found for found in results if found.statement.reading == reading]
        for reading in dict.fromkeys(found.statement.reading for found in results)
    ]


def _foreseen(claim: Claim, results: Sequence[Result], *, readings: int) -> tuple[int | None, bool]:
    """Seeds that would decide one reading, and whether its numbers lie on the claim's side.

    What decides alone, a statement that fails where all are needed or one that holds where any is,
    decides as soon as it is sure itself, among as many as could; else all have to be. To show a
    claim is a try for each of its readings.
    """
    decides_against = claim.needs == "all"
    alone = [found for found in results if found.leans_against == decides_against]
    is_for = bool(alone) != decides_against
    among = (len(results) if alone else 1) * (readings if is_for else 1)
    needs = [found.seeds_needed(among=among) for found in alone or results]
    return (min(filter(None, needs), default=None) if alone else _latest(needs)), is_for


def _latest(needs: Sequence[int | None]) -> int | None:
    known = [need for need in needs if need is not None]
    return max(known) if known and len(known) == len(needs) else None


def _result(statement: Statement, cells: Cells, *, level: float) -> Result:
    later = _later(cells, statement.known) if statement.known else cells
    shown, judged = numbers_of(statement, cells), numbers_of(statement, later)
    return Result(
        statement=statement,
        metric=metric(statement.terms[0].metric),
        shown=shown,
        judged=judged,
        level=level,
        ratio=ratio_of(statement, later if judged.seeds else cells),
    )


def _later(cells: Cells, known: int) -> Cells:
    """The runs of seeds that were not known when a statement was made."""
    return {
        cell: [record for record in records if record.seed >= known]
        for cell, records in cells.items()
    }
