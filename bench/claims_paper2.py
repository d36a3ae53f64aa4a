"""The claims of paper 2."""

from harness.claim import Claim

CLAIMS: tuple[Claim, ...] = ()
