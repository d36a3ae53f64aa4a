"""The claims of paper 4."""

from harness.claim import Claim

CLAIMS: tuple[Claim, ...] = ()
