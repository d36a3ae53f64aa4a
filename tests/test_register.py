"""The register of statements, held against the claims and the kept records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import register
from bench.claims import CLAIMS
from bench.stating import is_above, is_alike, is_below, is_more, is_not_more, stated_after
from harness.claim import Claim, Statement
from harness.equal_recipes import shared
from harness.record import Record
from harness.store import read_records
from tests.records import make_record

KEPT = Path(__file__).parents[1] / "reports/papers/records.jsonl.gz"
NOW = datetime(2026, 11, 22, tzinfo=UTC)

Finished = Mapping[str, Mapping[int, datetime]]
"""Cell -> seed -> when its training ended."""


def finished(records: Iterable[Record]) -> Finished:
    found: dict[str, dict[int, datetime]] = defaultdict(dict)
    for record in records:
        ended = datetime.fromisoformat(record.finished_at)
        found[f"{record.experiment}/{record.variant}"][record.seed] = ended
    return found


def untold(claims: Iterable[Claim], made: Mapping[str, str], found: Finished) -> list[str]:
    """Statements that say of fewer seeds than were known that they were."""
    return [
        f"{claim.id}, {statement.says!r}: {seeds} known, {statement.known} told"
        for claim in claims
        for statement in claim.statements
        if (seeds := known(statement, made[register.fingerprint(claim.id, statement)], found))
        > statement.known
    ]


def known(statement: Statement, made: str, found: Finished) -> int:
    """How many seeds all of its cells had before it was made."""
    time = datetime.fromisoformat(made)
    before = [
        {seed for seed, ended in found.get(cell, {}).items() if ended < time}
        for term in statement.terms
        for cell in term.at
    ]
    return max(set.intersection(*before), default=-1) + 1


def claim(*statements: Statement) -> Claim:
    return Claim(id="D1-C01", place="1", text="t", statements=statements)


def test_every_statement_is_registered() -> None:
    """`python -m bench.register` writes down what is new."""
    there = {each for each, _ in register.statements(CLAIMS.claims)}
    assert there == register.read().keys()


def test_statements_tell_of_the_seeds_that_were_known() -> None:
    assert untold(CLAIMS.claims, register.read(), finished(shared(read_records(KEPT)))) == []


def test_a_statement_made_after_a_seed_has_to_tell_of_it() -> None:
    statement = is_above("s", "test_accuracy", ("depth/2", "depth/3"), 0.5)
    ended = finished(
        replace(make_record(experiment="depth", variant=variant, seed=seed), finished_at=at)
        for variant, seed, at in (
            ("2", 0, "2026-11-21T10:00:00+00:00"),
            ("2", 1, "2026-11-21T11:00:00+00:00"),
            ("3", 0, "2026-11-21T12:00:00+00:00"),
        )
    )
    made = register.registered([claim(statement)], {}, now=NOW)
    assert untold([claim(statement)], made, ended) == ["D1-C01, 's': 1 known, 0 told"]
    assert untold([claim(*stated_after(1, statement))], made, ended) == []
    earlier = dict.fromkeys(made, "2026-11-21T09:00:00+00:00")
    assert untold([claim(statement)], earlier, ended) == []


def test_a_statement_keeps_its_time_and_a_changed_one_gets_a_new_one() -> None:
    first, other = (is_above("s", "test_accuracy", "depth/2", bound) for bound in (0.5, 0.6))
    earlier = register.registered([claim(first)], {}, now=datetime(2026, 11, 1, tzinfo=UTC))
    both = register.registered([claim(first, other)], earlier, now=NOW)
    assert sorted(both.values()) == ["2026-11-01T00:00:00+00:00", "2026-11-22T00:00:00+00:00"]
    assert register.registered([claim(first)], both, now=NOW) == earlier


A = is_more("a", "test_accuracy", "depth/2", "depth/3", by=0.01)


@pytest.mark.parametrize(
    "same",
    [
        replace(A, says="b", reading="r", known=3),
        is_not_more("turned", "test_accuracy", "depth/2", "depth/3", margin=0.01),
        is_not_more("turned twice", "test_accuracy", "depth/3", "depth/2", margin=-0.01),
    ],
    ids=lambda each: each.says,
)
def test_words_and_sides_are_no_part_of_what_is_tested(same: Statement) -> None:
    assert register.fingerprint("D1-C01", same) == register.fingerprint("D1-C01", A)


@pytest.mark.parametrize(
    "other",
    [
        replace(A, bound=0.02),
        replace(A, bound=-0.01),
        replace(A, of="spread"),
        replace(A, shows="seen"),
        is_alike("within", "test_accuracy", "depth/2", "depth/3", margin=0.01),
        is_more("metric", "lost_classes", "depth/2", "depth/3", by=0.01),
        is_more("cell", "test_accuracy", "depth/2", "depth/4", by=0.01),
        is_more("over", "test_accuracy", "depth/2", "depth/3", by=0.01, over="best"),
    ],
    ids=lambda each: f"{each.says}, {each.shows} {each.bound} {each.of}",
)
def test_what_is_tested_tells_statements_apart(other: Statement) -> None:
    assert register.fingerprint("D1-C01", other) != register.fingerprint("D1-C01", A)


def test_a_statement_belongs_to_its_claim_and_a_bound_of_zero_has_no_sign() -> None:
    assert register.fingerprint("D1-C02", A) != register.fingerprint("D1-C01", A)
    above, below = (make("s", "test_accuracy", "depth/2", 0.0) for make in (is_above, is_below))
    assert register.fingerprint("D1-C01", above) == register.fingerprint("D1-C01", below)
    first, turned = (
        is_more("s", "test_accuracy", *cells) for cells in (("a/1", "a/2"), ("a/2", "a/1"))
    )
    assert register.fingerprint("D1-C01", first) == register.fingerprint("D1-C01", turned)
