"""The findings that matter, each with the numbers behind it, as Markdown. Pure."""

from collections.abc import Iterable, Sequence

from harness.claim import Finding
from harness.papers_text import evidence, wanting
from harness.table import escape
from harness.verdict import Verdict

ABOUT = (
    "✓: the runs so far lie where the statement has them; ✗: they do not; ·: none tell. A "
    "question is one that they do not decide yet. Where an unsaid setting can be read in several "
    "ways (_in italics_), one reading that holds is enough."
)


def findings(told: Sequence[Finding], verdicts: Iterable[Verdict]) -> list[str]:
    """Heading and list; nothing without findings."""
    by_id = {verdict.claim.id: verdict for verdict in verdicts}
    items = [
        _item(number, finding, by_id[finding.claim]) for number, finding in enumerate(told, start=1)
    ]
    return [f"## The {len(told)} findings that matter", ABOUT, "\n".join(items)] if told else []


def headline(finding: Finding, verdict: Verdict) -> str:
    """A finding as its verdict has it."""
    if verdict.word == "supported":
        return finding.supported
    if verdict.word == "contradicted":
        return finding.contradicted
    return finding.question


def _item(number: int, finding: Finding, verdict: Verdict) -> str:
    standing = f"{verdict.claim.id}: {verdict.word}"
    if verdict.shown_in:
        standing += f", read as _{escape(verdict.shown_in)}_"
    if verdict.word == "undecided":
        standing += f", {wanting(verdict)}"
    if verdict.claim.needs == "any":
        standing += "; one of these is enough"
    first = f"{number}. **{escape(headline(finding, verdict))}** ({standing})"
    return "\n".join([first, *(f"    - {line}" for line in evidence(verdict))])
