"""What paper 1 reports."""

from harness.claim import Paper, Reported

PAPER = Paper(id="D1", title="", source="", data="", experiments=(), assumptions=())
REPORTED: tuple[Reported, ...] = ()
