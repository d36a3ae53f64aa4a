"""The findings that matter, each with the numbers behind it, as Markdown. Pure."""

from collections.abc import Iterable, Sequence

from harness.claim import Finding
from harness.papers_text import by_reading, evidence, wanting
from harness.table import escape
from harness.verdict import Verdict

MANY = 8
"""Statements beyond which the numbers of a finding are folded away behind their marks."""


def findings(told: Sequence[Finding], verdicts: Iterable[Verdict], *, folded: bool) -> list[str]:
    """Heading and list; nothing without findings. `folded`: where HTML can be shown."""
    if not told:
        return []
    by_id = {verdict.claim.id: verdict for verdict in verdicts}
    answered = sum(by_id[finding.claim].is_decided for finding in told)
    items = [
        _item(number, finding, by_id[finding.claim], folded=folded)
        for number, finding in enumerate(told, start=1)
    ]
    heading = f"## The {len(told)} findings that matter, {answered} of them decided"
    return [heading, "\n".join(items)]


def headline(finding: Finding, verdict: Verdict) -> str:
    """A finding as its verdict has it."""
    if verdict.word == "supported":
        return finding.supported
    if verdict.word == "contradicted":
        return finding.contradicted
    return finding.question


def _item(number: int, finding: Finding, verdict: Verdict, *, folded: bool) -> str:
    id = verdict.claim.id
    standing = f"{f'[{id}](#{id.lower()})' if folded else id}: {verdict.word}"
    if verdict.shown_in:
        standing += f", read as _{escape(verdict.shown_in)}_"
    if verdict.word == "undecided":
        standing += f", {wanting(verdict)}"
    if verdict.claim.needs == "any":
        standing += "; one of these is enough"
    first = f"{number}. **{escape(headline(finding, verdict))}** ({standing})"
    many = folded and len(verdict.results) > MANY
    lines = [_folded(line) for line in by_reading(verdict)] if many else evidence(verdict)
    return "\n".join([first, *(f"    - {line}" for line in lines)])


def _folded(reading: tuple[str, str, str]) -> str:
    """The marks of a reading, its numbers behind a click."""
    name, marks, numbers = reading
    return f"<details><summary>{marks} <i>{escape(name)}</i></summary>{numbers}</details>"
