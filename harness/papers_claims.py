"""The claims with their verdicts as tables: what follows at a glance, the grounds behind a click.

Pure. Markdown has nothing that folds; code hosts and browsers take HTML's, in a cell too.
"""

from collections.abc import Sequence

from harness.papers_reading import anchor, grounds_in_words
from harness.papers_text import by_reading, evidence, wanting
from harness.table import Column, escape, markdown_table, prose
from harness.verdict import Verdict


def claims_table(verdicts: Sequence[Verdict]) -> str:
    """Each claim, its verdict, and how its statements stand; measurements and terms folded away."""
    if not verdicts:
        return "None."
    (_, ids, _), *rest = _claims(verdicts)
    anchored = [f"{anchor(id)}{id}" for id in ids]
    return markdown_table(
        [
            ("id", anchored, False),
            *rest,
            ("what we measured", [_grounds(each) for each in verdicts], False),
        ]
    )


def claims_list(verdicts: Sequence[Verdict]) -> str:
    """Each claim and its verdict, for a terminal."""
    return markdown_table(_claims(verdicts)) if verdicts else "None."


def _claims(verdicts: Sequence[Verdict]) -> list[Column]:
    return [
        ("id", [verdict.claim.id for verdict in verdicts], False),
        ("place", [escape(verdict.claim.place) for verdict in verdicts], False),
        ("claim", [_claim(verdict) for verdict in verdicts], False),
        ("verdict", [_verdict(verdict) for verdict in verdicts], False),
    ]


def _claim(verdict: Verdict) -> str:
    cause = " _(a cause)_" if verdict.claim.is_cause else ""
    revised = " _(stated anew)_" if verdict.claim.revised else ""
    return f"{prose(verdict.claim.text)}{cause}{revised}"


def _verdict(verdict: Verdict) -> str:
    """The word, the reading that carries it, and what an undecided claim waits for."""
    shown = f", read as _{escape(verdict.shown_in)}_" if verdict.shown_in else ""
    waits = f", {wanting(verdict)}" if verdict.word == "undecided" else ""
    return f"**{verdict.word}**{grounds_in_words(verdict)}{shown}{waits}"


def _grounds(verdict: Verdict) -> str:
    """One measurement as it is, marks of several; what stands behind them folded away."""
    if verdict.claim.reason:
        return prose(verdict.claim.reason)
    lines = evidence(verdict)
    terms = _terms(verdict)
    if len(lines) == 1 and len(verdict.results) + len(verdict.claim.facts) == 1:
        return f"{lines[0]} {_folded('how', terms)}" if terms else lines[0]
    return _folded(_marks(verdict), [*lines, *terms])


def _terms(verdict: Verdict) -> list[str]:
    """What was taken for what, and what was known when."""
    claim = verdict.claim
    enough = ["One of these is enough."] if claim.needs == "any" else []
    note = [prose(claim.note)] if claim.note else []
    revised = [f"Stated anew {prose(claim.revised)}"] if claim.revised else []
    return [*enough, *note, *revised]


def _marks(verdict: Verdict) -> str:
    """`✓✗ or ✓✓`: a mark for each statement, readings apart, then the calculations."""
    readings = " or ".join(marks for _, marks, _ in by_reading(verdict))
    facts = "".join("✓" if fact.holds else "✗" for fact in verdict.claim.facts)
    return " ".join(part for part in (readings, facts) if part)


def _folded(head: str, lines: Sequence[str]) -> str:
    return f"<details><summary>{head}</summary>{'<br>'.join(lines)}</details>"
