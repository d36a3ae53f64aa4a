"""GateResult -> what GitHub Actions shows: annotations, and a step summary of at most 1 MiB."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.gate_result import GateResult
from harness.gate_text import ORDER, line, page
from harness.judge import Colour

SUMMARY_BYTES = 2**20
"""What GitHub takes of a step's summary; it shows nothing of a larger one."""
MOST_ANNOTATIONS = 10
"""Errors of one step that GitHub shows; further ones are dropped without a word."""


def publish(
    result: GateResult, *, names: tuple[str, str], environment: Mapping[str, str]
) -> list[str]:
    """Append the step's summary, and the annotations to print; nothing outside of GitHub Actions.

    Raises:
        OSError: the summary cannot be written.
    """
    if file := environment.get("GITHUB_STEP_SUMMARY"):
        path = Path(file)
        taken = path.stat().st_size if path.exists() else 0
        with path.open("a", encoding="utf-8") as stream:
            stream.write(summary(result, names=names, most_bytes=SUMMARY_BYTES - taken))
    return annotations(result) if environment.get("GITHUB_ACTIONS") == "true" else []


def annotations(result: GateResult) -> list[str]:
    """Workflow commands: an error for each regression or reason, a warning for all undecided."""
    found = list(_errors(result))
    if len(found) > MOST_ANNOTATIONS:
        more = len(found) - MOST_ANNOTATIONS + 1
        found = [*found[: MOST_ANNOTATIONS - 1], _command("error", "Gate", f"and {more} more")]
    undecided = result.counts["undecided"]
    if undecided:
        said = f"{undecided} cells are undecided; the step's summary lists the seeds they need"
        found.append(_command("warning", "Gate", said))
    return found


def summary(result: GateResult, *, names: tuple[str, str], most_bytes: int) -> str:
    """The result as Markdown; rows go, green ones first, until it fits."""
    for kept in _fewer(ORDER):
        note = "" if kept == ORDER else f"\nRows are left out for size; {_kept(kept)} here.\n"
        made = page(result, names=names, colours=kept) + note
        if len(made.encode()) <= most_bytes:
            return made
    return _cut(
        f"## Gate: {result.headline}\n\nThe tables are too large for this page.\n", most_bytes
    )


def _fewer(colours: tuple[Colour, ...]) -> Iterator[tuple[Colour, ...]]:
    """All of them, then ever fewer of the urgent ones, then none."""
    return (colours[:count] for count in range(len(colours), -1, -1))


def _kept(colours: tuple[Colour, ...]) -> str:
    return f"{', '.join(colours)} ones are" if colours else "none is"


def _cut(made: str, most_bytes: int) -> str:
    return made.encode()[: max(0, most_bytes)].decode(errors="ignore")


def _errors(result: GateResult) -> Iterator[str]:
    for reason in result.reasons:
        yield _command("error", "Gate could not judge", reason)
    for verdict in result.judgement.of("red") if result.judgement else ():
        yield _command("error", f"Regression in {'/'.join(verdict.pairs.cell)}", line(verdict))


def _command(kind: str, title: str, message: str) -> str:
    named = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={named}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
