"""What paper 3 reports."""

from harness.claim import Paper, Reported

PAPER = Paper(id="D3", title="", source="", data="", experiments=(), assumptions=())
REPORTED: tuple[Reported, ...] = ()
