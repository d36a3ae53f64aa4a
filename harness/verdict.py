"""Records and claims in, verdicts out: pure.

A statement is tested on both sides, for it and against it, by `harness.statement_tests`. A claim
that needs all its statements is shown by the weakest of them and refuted by any; one that needs any
is shown by one of them and refuted by all. Of several readings of a claim any one shows it, and all
together refute it. The claims of a paper are corrected together by Holm, so that the chance of a
single false verdict among them is at most 5%.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from harness.claim import Claim, Claims, Statement, Word, paper_of
from harness.estimate import Estimate, estimate
from harness.inference import holm
from harness.metrics import Metric, metric
from harness.record import Record
from harness.statement_tests import BothSides, both_sides, lies_so, needed, paired, unpaired
from harness.term_values import BySeed, Cells, by_seed, cells_of

LEVEL = 0.05
"""Chance of any false verdict among the claims of a paper."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the runs say of one statement."""

    statement: Statement
    """The statement."""
    metric: Metric
    """In whose unit the numbers are."""
    values: tuple[float, ...]
    """The numbers, one a seed."""
    level: float
    """What p has to be below on one side, for the first of its paper's claims."""
    p_for: float
    """Chance of such numbers if it were only just not so; not corrected."""
    p_against: float
    """Chance of such numbers if it were only just so; not corrected."""
    ratio: float | None = None
    """Of a statement about a ratio, that of the two means."""

    @property
    def estimate(self) -> Estimate | None:
        """Mean and interval of the numbers; `None` without any."""
        return estimate(self.values)

    @property
    def leans_against(self) -> bool:
        """The mean lies on the other side; not known without any run."""
        return bool(self.values) and not lies_so(self.statement, self.values)

    @property
    def is_unseen(self) -> bool:
        """It says that something happens at times, and in these runs it did not."""
        return self.statement.shows == "seen" and self.leans_against

    @property
    def seeds_needed(self) -> int | None:
        """Seeds that would decide it on the side where the numbers lie; `None` if out of sight."""
        return needed(self.statement, self.values, self.metric, level=self.level)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the runs say of one claim."""

    claim: Claim
    """The claim."""
    word: Word
    """The verdict."""
    p: float
    """The smaller of both sides, doubled, corrected over the claims of the paper; 0 where a
    calculation decided, 1 where nothing could."""
    results: tuple[Result, ...]
    """One a statement."""
    missing: tuple[str, ...]
    """Cells that it needs and that have no result yet."""

    @property
    def seeds(self) -> int:
        """Seeds of the statement that has the fewest; 0 for none."""
        counts = [found.estimate.n if found.estimate else 0 for found in self.results]
        return min(counts, default=0)

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

        One reading that shows it is enough, the soonest; to refute it takes all, the latest.
        """
        readings = [_foreseen(self.claim, own) for own in _by_reading(self.results)]
        shown = [need for need, is_for in readings if is_for and need is not None]
        if any(is_for for _, is_for in readings):
            return min(shown, default=None)
        return _latest([need for need, _ in readings])


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
    p_for, p_against = [found.p_for for found in results], [found.p_against for found in results]
    if claim.needs == "all":
        return max(p_for), min(1.0, count * min(p_against))
    return min(1.0, count * min(p_for)), max(p_against)


def _by_reading(results: Sequence[Result]) -> list[list[Result]]:
    """The results of each reading."""
    return [
        [found for found in results if found.statement.reading == reading]
        for reading in dict.fromkeys(found.statement.reading for found in results)
    ]


def _foreseen(claim: Claim, results: Sequence[Result]) -> tuple[int | None, bool]:
    """Seeds that would decide one reading, and whether its numbers lie on the claim's side.

    What decides alone, a statement that fails where all are needed or one that holds where any is,
    decides as soon as it is sure itself; else all have to be.
    """
    decides_against = claim.needs == "all"
    alone = [found for found in results if found.leans_against == decides_against]
    if alone:
        needs = [found.seeds_needed for found in alone]
        return min((need for need in needs if need is not None), default=None), not decides_against
    return _latest([found.seeds_needed for found in results]), decides_against


def _latest(needs: Sequence[int | None]) -> int | None:
    known = [need for need in needs if need is not None]
    return max(known) if known and len(known) == len(needs) else None


def _result(statement: Statement, cells: Cells, *, level: float) -> Result:
    read = metric(statement.terms[0].metric)
    values = _numbers(statement, cells)
    test: BothSides = paired(read, is_share=statement.limit is not None)
    if statement.split:
        ones, zeros = _split(statement, cells)
        values, test = [value - fmean(zeros) for value in ones], unpaired(zeros)
    p_for, p_against = both_sides(statement, values, test)
    return Result(
        statement=statement,
        metric=read,
        values=tuple(values),
        level=level,
        p_for=p_for,
        p_against=p_against,
        ratio=_ratio(statement, cells),
    )


def _ratio(statement: Statement, cells: Cells) -> float | None:
    """First mean over second of `first - ratio x second`; `None` for anything else."""
    weights = [term.weight for term in statement.terms]
    if len(weights) != 2 or weights[0] != 1.0 or weights[1] == -1.0 or statement.bound:
        return None
    first, second = (by_seed(term, cells) for term in statement.terms)
    shared = first.keys() & second.keys()
    below = sum(second[seed] for seed in shared)
    return sum(first[seed] for seed in shared) / below if below else None


def _numbers(statement: Statement, cells: Cells) -> list[float]:
    """The number of each seed that every term has."""
    terms = [by_seed(term, cells) for term in statement.terms]
    if statement.of == "spread":
        terms = [_distances(values) for values in terms]
    shared = sorted(set.intersection(*(set(values) for values in terms)))
    weights = [term.weight for term in statement.terms]
    sums = [
        sum(weight * values[seed] for weight, values in zip(weights, terms, strict=True))
        for seed in shared
    ]
    limit = statement.limit
    return sums if limit is None else [float(abs(each) <= limit) for each in sums]


def _distances(values: BySeed) -> BySeed:
    """Distance of each seed from the median, as in the test of Brown and Forsythe."""
    middle = median(values.values()) if values else 0.0
    return {seed: abs(value - middle) for seed, value in values.items()}


def _split(statement: Statement, cells: Cells) -> tuple[list[float], list[float]]:
    """Numbers of the runs in which the split metric is 1, and of those in which it is 0.

    From each the mean of the second kind in its cell is taken, so that cells may differ; a cell
    with one kind alone tells nothing. Runs of one seed are alike, whatever their cells: of each
    kind a seed has one number, their mean.
    """
    by_kind: dict[bool, dict[int, list[float]]] = {True: {}, False: {}}
    for cell in statement.terms[0].at:
        found = _kinds(statement, cells.get(cell, ()))
        if all(found.values()):
            middle = fmean(value for _, value in found[False])
            for kind, runs in found.items():
                for seed, value in runs:
                    by_kind[kind].setdefault(seed, []).append(value - middle)
    ones, zeros = ([fmean(own) for own in by_kind[kind].values()] for kind in (True, False))
    return ones, zeros


def _kinds(statement: Statement, records: Sequence[Record]) -> dict[bool, list[tuple[int, float]]]:
    """(seed, number) of the runs of one cell, by whether the split metric is 1."""
    read, split = metric(statement.terms[0].metric), metric(statement.split)
    found: dict[bool, list[tuple[int, float]]] = {True: [], False: []}
    for record in records:
        value, which = read.read(record), split.read(record)
        if value is not None and which is not None:
            found[which == 1].append((record.seed, value))
    return found
