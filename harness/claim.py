"""What a paper reported and claimed, and what a verdict on it is: data, read from a run's folder.

A claim is decided by statements about numbers, one a seed. Each is the sum of terms, a metric of
one cell or of several taken together, and is held against a bound. A cell is an experiment and a
variant, `activation/tanh-hidden-lr0.01`. `bench` writes these as it starts a run; `harness` knows
only these types, and reads them from `claims.json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.metrics import metric

CLAIMS = "claims.json"
"""The file in a run's folder."""

Over = Literal["mean", "best", "worst", "range", "least", "most"]
"""How a term takes several cells together, seed by seed. `best` and `worst` go by the metric's
better direction, `least` and `most` by number, `range` is most less least."""
Shows = Literal["above", "below", "within", "seen"]
"""What is to be shown of the mean: above the bound, below it, no further from zero than it; or
that a run with a value above the bound is seen at all."""
Of = Literal["mean", "spread"]
"""The mean over seeds, or how far seeds lie from their median."""
Word = Literal["supported", "contradicted", "undecided", "not testable"]
"""The words of a verdict."""


RARE = 0.2
"""What happens in fewer than one run of five does not happen "sometimes"."""


class ClaimError(ValueError):
    """Claims that cannot be read or do not make sense; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """A number a seed: a metric of a cell, or of several cells taken together."""

    metric: str
    """A name that `harness.metrics.metric` takes."""
    at: tuple[str, ...]
    """Cells, each `EXPERIMENT/VARIANT`."""
    weight: float = 1.0
    """Factor in the sum; 1 and -1 make a difference."""
    over: Over = "mean"
    """How several cells are taken together."""
    chosen_by: str = ""
    """Metric by which one of several cells is chosen, seed by seed, in the place of `over`: one
    that does not look at test images, where the number does."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Something about a mean over seeds that is so or not."""

    says: str
    """In our words, with the direction: `tanh ends above ReLU`."""
    terms: tuple[Term, ...]
    """What is summed, seed by seed; only seeds that every term has."""
    shows: Shows = "above"
    """On which side of the bound."""
    bound: float = 0.0
    """In the recorded unit of the first term's metric."""
    of: Of = "mean"
    """Of the numbers, or of how much they vary: of each term its distance from its own median."""
    split: str = ""
    """Metric that is 1 in some runs and 0 in others. If given, the statement is about how much
    higher the number is in runs of the first kind than in those of the second in the same cell,
    over those of the term's cells that have both kinds (`harness.kinds`)."""
    limit: float | None = None
    """If given, the number of a seed is 1 where the sum is no further from zero than this and 0
    where it is: the statement is about the share of such runs."""
    reading: str = ""
    """What an unsaid setting is taken for. Statements of one reading belong together; a claim that
    is stated in several readings is shown where one of them shows it, refuted where all do."""
    known: int = 0
    """Seeds that were known when it was stated. They are shown, and do not count: what suggests a
    statement is no test of it."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that a calculation decides, without any training."""

    says: str
    """In our words, with the figures."""
    holds: bool
    """What the calculation gave."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of a paper."""

    id: str
    """`D1-C09`."""
    place: str
    """Section of the paper."""
    text: str
    """The claim, in our words."""
    statements: tuple[Statement, ...] = ()
    """What would have to be so."""
    facts: tuple[Fact, ...] = ()
    """What a calculation says."""
    needs: Literal["all", "any"] = "all"
    """Whether all of these must hold, or one of them."""
    is_cause: bool = False
    """It says why something happens: decided by measuring the cause and by removing it."""
    reason: str = ""
    """Why it cannot be tested; empty where it can."""
    note: str = ""
    """What stands in for words that cannot be tested as they are, or what was assumed."""
    revised: str = ""
    """What was known when it was stated anew, and how it was stated before; empty where no run of
    it was known."""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One number that a paper reports."""

    id: str
    """`D2-N01`."""
    place: str
    """Section, table or figure."""
    text: str
    """What it is, in our words."""
    value: float | None = None
    """In the recorded unit of the metric (an accuracy as a fraction); `None` for no number."""
    decimals: int | None = None
    """Decimals of the value in that unit; `None` for as many as its digits say, without the zeros
    at its end."""
    term: Term | None = None
    """What we measured in its place."""
    readings: tuple[Term, ...] = ()
    """What we measured in other readings of what the paper leaves unsaid."""
    reason: str = ""
    """Why there is nothing to compare; empty where there is."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One study."""

    id: str
    """`D1`."""
    title: str
    """Its subject, in our words."""
    source: str
    """Authors and institution."""
    data: str
    """The data it used."""
    experiments: tuple[str, ...]
    """Our experiments that repeat its own, in its order."""
    assumptions: tuple[str, ...]
    """What it leaves unsaid and what was taken, one sentence each."""
    kernels: tuple[str, ...] = ()
    """Cells whose kernels are drawn, as a figure of the paper does."""
    features: str = ""
    """Cell whose feature maps are drawn."""
    losses: tuple[str, ...] = ()
    """Cells whose loss by step is drawn."""
    dataset: str = "mnist"
    """What its recipes are trained on, by the name that `--stand-in` takes."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One of the findings that matter, told as the verdict on a claim has it."""

    claim: str
    """The claim's id."""
    question: str
    """The headline as long as it is undecided, or cannot be tested."""
    supported: str
    """The headline if it is supported."""
    contradicted: str
    """And if it is contradicted."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """All that is known of the papers before anything is measured."""

    papers: tuple[Paper, ...] = ()
    """In order."""
    reported: tuple[Reported, ...] = ()
    """In the papers' order."""
    claims: tuple[Claim, ...] = ()
    """In the papers' order; comparisons across papers have ids `X-...`."""
    findings: tuple[Finding, ...] = ()
    """The most important first."""
    written_at: str = ""
    """UTC time at which a run was told of them, ISO 8601; empty until then."""


def paper_of(id: str) -> str:
    """`D1` of `D1-C09`; `X` for what goes across papers."""
    return id.partition("-")[0]


def check(found: Claims) -> None:
    """Refuse claims that do not make sense.

    Raises:
        ClaimError: an id that occurs twice; a claim with neither statement nor fact nor reason, or
            with a reason beside them; a statement that no test fits; a number with a term and a
            reason, or without either; a finding on an unknown claim; an unknown metric; a cell
            without its experiment.
    """
    ids = [claim.id for claim in found.claims] + [each.id for each in found.reported]
    for id in ids:
        if ids.count(id) > 1:
            raise ClaimError(f"{id}: expected one entry of this id, got several")
    for claim in found.claims:
        if bool(claim.reason.strip()) == bool(claim.statements or claim.facts):
            raise ClaimError(
                f"{claim.id}: expected statements or facts, or a reason why there are none; got "
                f"{'both' if claim.reason.strip() else 'neither'}"
            )
        for statement in claim.statements:
            _check_statement(claim, statement)
    for each in found.reported:
        if bool(each.reason.strip()) == bool(each.term):
            raise ClaimError(
                f"{each.id}: expected a term, or a reason why there is nothing to compare; got "
                f"{'both' if each.term else 'neither'}"
            )
    for name in _metrics(found):
        try:
            metric(name)
        except ValueError as error:
            raise ClaimError(str(error)) from None
    for finding in found.findings:
        if finding.claim not in ids:
            raise ClaimError(f"findings: expected a claim's id, got {finding.claim!r}")
    for cell in cells(found) | drawn(found):
        if cell.count("/") != 1:
            raise ClaimError(f"expected a cell EXPERIMENT/VARIANT, got {cell!r}")


def _check_statement(claim: Claim, statement: Statement) -> None:
    terms, says = statement.terms, f"{claim.id}, {statement.says!r}"
    if not terms or not all(term.at for term in terms):
        raise ClaimError(f"{says}: expected terms, each with a cell; got {terms}")
    if statement.split and len(terms) > 1:
        raise ClaimError(
            f"{says}: expected one term, as runs of two kinds are compared within its cells; got "
            f"{len(terms)}"
        )
    if (statement.split or statement.limit is not None) and (
        statement.of == "spread" or statement.shows not in ("above", "below")
    ):
        raise ClaimError(
            f"{says}: expected a mean above or below a bound, as it has a split or a limit; got "
            f"{statement.of!r}, {statement.shows!r}"
        )
    if statement.limit is not None and not 0 < statement.bound < 1:
        raise ClaimError(
            f"{says}: expected a share of runs between 0 and 1 as its bound; got {statement.bound}"
        )
    if statement.of == "spread" and len(terms) == 1 and statement.shows != "above":
        raise ClaimError(
            f"{says}: expected a spread to be shown above a bound, or beside another's, as that of "
            f"few runs is too small by itself; got {statement.shows!r}"
        )


def cells(found: Claims) -> set[str]:
    """Every cell that a claim or a reported number asks for."""
    return {cell for term in terms(found) for cell in term.at}


def drawn(found: Claims) -> set[str]:
    """Every cell of which a picture of its kernels, maps or losses is drawn."""
    return {
        cell
        for paper in found.papers
        for cell in (*paper.kernels, paper.features, *paper.losses)
        if cell
    }


def _metrics(found: Claims) -> set[str]:
    """The names of all metrics that are read."""
    splits = {each.split for claim in found.claims for each in claim.statements}
    read = {name for term in terms(found) for name in (term.metric, term.chosen_by)}
    return (splits | read) - {""}


def cells_for(found: Claims, id: str) -> set[str]:
    """The cells that one claim, or one reported number, asks for.

    Raises:
        ClaimError: there is none of this id, or it asks for none.
    """
    claims = [claim for claim in found.claims if claim.id == id]
    reported = [each for each in found.reported if each.id == id]
    if not claims and not reported:
        ids = [claim.id for claim in found.claims] + [each.id for each in found.reported]
        near = get_close_matches(id, ids, n=3, cutoff=0.5) or ids[:1]
        raise ClaimError(
            f"expected the id of a claim or number, such as {', '.join(near)}; got {id!r}"
        )
    asked = cells(Claims(claims=tuple(claims), reported=tuple(reported)))
    if not asked:
        raise ClaimError(f"{id} asks for no training: the report says why, or what was calculated")
    return asked


def terms(found: Claims) -> list[Term]:
    """Every term of a claim or a reported number."""
    asked = [term for claim in found.claims for each in claim.statements for term in each.terms]
    asked += [each.term for each in found.reported if each.term]
    return asked + [term for each in found.reported for term in each.readings]


def write_claims(found: Claims, folder: Path) -> None:
    """Write `claims.json` into a run's folder; claims that were read keep their time."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    dated = replace(found, written_at=found.written_at or now)
    (folder / CLAIMS).write_bytes(msgspec.json.format(msgspec.json.encode(dated), indent=1))


def read_claims(folders: Sequence[Path]) -> Claims:
    """The claims that these runs were started with; of several, those that were written last.

    A file's own time does not count: a copy, or a checkout, has a new one.

    Raises:
        ClaimError: none of them has any, or what it has cannot be read.
    """
    paths = [folder / CLAIMS for folder in folders if (folder / CLAIMS).is_file()]
    if paths:
        return _decoded(max(paths, key=_written_at))
    names = ", ".join(str(folder) for folder in folders)
    raise ClaimError(
        f"{names}: expected {CLAIMS} in one of them, found none; a run of the bench has it: name "
        "the run's folder, not its records alone"
    )


class _Dated(msgspec.Struct):
    """The one field of claims that tells which are the latest."""

    written_at: str = ""


def _written_at(path: Path) -> str:
    """Empty where the file is damaged, too: whoever needs it is told."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Dated).written_at
    except msgspec.MsgspecError:
        return ""


def _decoded(path: Path) -> Claims:
    try:
        found: Any = msgspec.json.decode(path.read_bytes(), type=Claims)
        check(found)
    except (msgspec.MsgspecError, ClaimError) as error:
        raise ClaimError(
            f"{path}: {error}: --resume the run, which writes its claims anew, or name a run of "
            "today's bench beside it"
        ) from None
    claims: Claims = found
    return claims
