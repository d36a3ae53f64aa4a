"""The claims of paper 3."""

from harness.claim import Claim

CLAIMS: tuple[Claim, ...] = ()
