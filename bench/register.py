"""When each statement on the studies was made: a register, as clinical trials have one.

Runs that were known when a statement was made do not judge it. Which those are, a date tells, not a
memory: `python -m bench.register` writes down the statements that are new, with the time of now,
and the tests hold what a statement says of itself (`known`) against the register and the records.

The bound is a part of a statement, the side of it that is claimed is not: turning it turns the
verdict's word, not what is tested.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from harness.claim import Claim, Statement

REGISTER = Path(__file__).with_name("register.json")
"""Fingerprint of a statement -> UTC time at which it was made, ISO 8601."""


def fingerprint(claim: str, statement: Statement) -> str:
    """What tells a statement on a claim from all others: what is tested, not its words."""
    either = replace(statement, says="", reading="", known=0)
    if statement.shows in ("above", "below"):
        either = _one_way_round(either)
    return hashlib.sha256(msgspec.json.encode((claim, either))).hexdigest()[:16]


def _one_way_round(statement: Statement) -> Statement:
    """Of a bound that a sum lies above, or its negative below, always the same one."""
    terms = sorted(statement.terms, key=lambda term: (term.metric, term.at))
    sign = math.copysign(1.0, terms[0].weight)
    return replace(
        statement,
        terms=tuple(replace(term, weight=sign * term.weight) for term in terms),
        bound=sign * statement.bound + 0.0,  # no -0.0
        shows="above",
    )


def statements(claims: Iterable[Claim]) -> Iterator[tuple[str, Statement]]:
    """Each with its fingerprint."""
    for claim in claims:
        for statement in claim.statements:
            yield fingerprint(claim.id, statement), statement


def read(path: Path = REGISTER) -> dict[str, str]:
    """The register; empty where there is none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def registered(
    claims: Iterable[Claim], earlier: Mapping[str, str], *, now: datetime
) -> dict[str, str]:
    """The register of these claims; what stands in the earlier one keeps its time."""
    time = now.isoformat(timespec="seconds")
    return {each: earlier.get(each, time) for each, _ in statements(claims)}


def main() -> None:
    """Write down what is new."""
    from bench.claims import CLAIMS  # many recipes

    earlier = read()
    found = registered(CLAIMS.claims, earlier, now=datetime.now(UTC))
    REGISTER.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    new, gone = found.keys() - earlier.keys(), earlier.keys() - found.keys()
    print(f"{REGISTER.name}: {len(found)} statements, {len(new)} new, {len(gone)} gone")


if __name__ == "__main__":
    main()
