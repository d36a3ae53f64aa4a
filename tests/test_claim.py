"""Claims as data: what makes no sense is refused, what is written can be read."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.claim import (
    CLAIMS,
    Claim,
    ClaimError,
    Claims,
    Fact,
    Finding,
    Paper,
    Reported,
    Statement,
    Term,
    cells,
    cells_for,
    check,
    paper_of,
    read_claims,
    write_claims,
)

TERM = Term(metric="test_accuracy", at=("optimizer/adam",))
CLAIM = Claim(
    id="D2-C31",
    place="6",
    text="Adam is best.",
    statements=(Statement(says="Adam ends above 98%", terms=(TERM,), bound=0.98),),
)
FOUND = Claims(
    reported=(Reported(id="D2-N05", place="6", text="Adam", value=0.99, term=TERM),),
    claims=(CLAIM, Claim(id="D2-C01", place="1", text="It was first.", reason="history")),
    findings=(
        Finding(
            claim="D2-C31",
            question="Does Adam win?",
            supported="Adam wins",
            contradicted="Adam loses",
        ),
    ),
)


def stated(**others: object) -> Claims:
    """The claims with another statement in the first."""
    statement = replace(CLAIM.statements[0], **others)  # type: ignore[arg-type]
    return replace(FOUND, claims=(replace(CLAIM, statements=(statement,)),))


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    write_claims(FOUND, tmp_path)
    found = read_claims([tmp_path / "nowhere", tmp_path])
    assert replace(found, written_at="") == FOUND
    assert datetime.fromisoformat(found.written_at).tzinfo is UTC
    write_claims(found, tmp_path)  # as a report does that keeps them
    assert read_claims([tmp_path]) == found


def test_a_run_without_claims_is_an_error_that_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match=r"expected claims\.json in one of them, found none"):
        read_claims([tmp_path])


@pytest.mark.parametrize("content", [b"{", b'{"claims": [{"id": 3}]}'])
def test_damaged_claims_are_an_error_with_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CLAIMS).write_bytes(content)
    with pytest.raises(ClaimError, match=r"claims\.json: "):
        read_claims([tmp_path])


NUMBER = FOUND.reported[0]
PAPER = Paper(
    id="D2", title="t", source="s", data="MNIST", experiments=("optimizer",), assumptions=()
)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (
            replace(FOUND, reported=(replace(NUMBER, reason="blank"),)),
            "D2-N05: expected a term, or a reason .*; got both",
        ),
        (
            replace(FOUND, reported=(replace(NUMBER, term=None, reason=" "),)),
            "D2-N05: expected a term, or a reason .*; got neither",
        ),
        (
            replace(FOUND, claims=(replace(CLAIM, statements=(), reason=" "),)),
            "D2-C31: expected statements or facts, or a reason .*; got neither",
        ),
        (
            stated(terms=(replace(TERM, metric="accurracy"),)),
            "metric: expected .*; got 'accurracy'",
        ),
        (stated(terms=(replace(TERM, chosen_by="luck"),)), "metric: expected .*; got 'luck'"),
        (stated(split="luck"), "metric: expected .*; got 'luck'"),
        (
            replace(FOUND, reported=(replace(NUMBER, readings=(replace(TERM, metric="x@9"),)),)),
            "metric: expected .*; got 'x@9'",
        ),
        (
            replace(FOUND, papers=(replace(PAPER, features="adam"),)),
            "expected a cell EXPERIMENT/VARIANT, got 'adam'",
        ),
        (replace(FOUND, claims=(CLAIM, CLAIM)), "D2-C31: expected one entry of this id"),
        (replace(FOUND, claims=(replace(CLAIM, statements=()),), findings=()), "got neither"),
        (replace(FOUND, claims=(replace(CLAIM, reason="why"),)), "got both"),
        (replace(FOUND, claims=()), "expected a claim's id, got 'D2-C31'"),
        (stated(terms=()), "'Adam ends above 98%': expected terms"),
        (stated(terms=(TERM, TERM), split="diverged"), "expected one term, .* got 2"),
        (stated(limit=0.01, bound=0.5, shows="within"), "expected a mean above or below"),
        (stated(split="diverged", of="spread"), "expected a mean above or below a bound"),
        (stated(limit=0.01, bound=1.5), "expected a share of runs between 0 and 1"),
        (stated(of="spread", shows="below"), "expected a spread to be shown above a bound"),
        (
            replace(
                FOUND, reported=(replace(FOUND.reported[0], term=replace(TERM, at=("adam",))),)
            ),
            "expected a cell EXPERIMENT/VARIANT, got 'adam'",
        ),
    ],
)
def test_claims_that_make_no_sense_are_refused(claims: Claims, said: str) -> None:
    with pytest.raises(ClaimError, match=said):
        check(claims)


def test_a_calculation_is_enough_for_a_claim() -> None:
    check(Claims(claims=(replace(CLAIM, statements=(), facts=(Fact(says="4 < 5", holds=True),)),)))


def test_the_claims_that_were_written_last_count_not_the_newest_file(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("new", "old", "undated", "without")]
    times = ("2026-11-22T08:00:00+00:00", "2026-11-21T09:00:00+00:00", "")
    for folder, time in zip(folders, times, strict=False):
        folder.mkdir()
        text = replace(FOUND, claims=(replace(CLAIM, text=folder.name),), findings=())
        write_claims(replace(text, written_at=time), folder)
    undated = folders[2] / CLAIMS
    undated.write_text(re.sub(r'"written_at": "[^"]+"', '"written_at": ""', undated.read_text()))
    assert read_claims(folders).claims[0].text == "new"
    assert read_claims(folders[::-1]).claims[0].text == "new"
    assert read_claims(folders[2:]).claims[0].text == "undated"
    undated.write_text("{")  # of no use to anyone
    assert read_claims(folders).claims[0].text == "new"


def test_cells_and_papers() -> None:
    assert cells(FOUND) == {"optimizer/adam"}
    assert (paper_of("D1-C09"), paper_of("X-C01")) == ("D1", "X")


@pytest.mark.parametrize("id", ["D2-C31", "D2-N05"])
def test_claim_or_number_tells_its_cells(id: str) -> None:
    assert cells_for(FOUND, id) == {"optimizer/adam"}


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("D2-N5", "expected the id of a claim or number, such as D2-N05"),
        ("?", r"such as D2-C31; got '\?'"),
        ("D2-C01", "D2-C01 asks for no training"),
    ],
)
def test_claim_without_cells_is_refused(id: str, said: str) -> None:
    with pytest.raises(ClaimError, match=said):
        cells_for(FOUND, id)
