"""Where the papers can be held against each other, and the findings that matter."""

from harness.claim import Claim, Finding

ACROSS: tuple[Claim, ...] = ()
FINDINGS: tuple[Finding, ...] = ()
