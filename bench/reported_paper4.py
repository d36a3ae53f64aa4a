"""What paper 4 reports."""

from harness.claim import Paper, Reported

PAPER = Paper(id="D4", title="", source="", data="", experiments=(), assumptions=())
REPORTED: tuple[Reported, ...] = ()
