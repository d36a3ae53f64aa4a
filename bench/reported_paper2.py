"""What paper 2 reports."""

from harness.claim import Paper, Reported

PAPER = Paper(id="D2", title="", source="", data="", experiments=(), assumptions=())
REPORTED: tuple[Reported, ...] = ()
