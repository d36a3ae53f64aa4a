"""The claims of paper 1."""

from harness.claim import Claim

CLAIMS: tuple[Claim, ...] = ()
