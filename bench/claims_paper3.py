"""The claims of paper 3."""

from bench.claims_paper3_adjusting import CLAIMS as ADJUSTING
from bench.claims_paper3_deep import CLAIMS as DEEP
from bench.claims_paper3_final import CLAIMS as FINAL
from bench.claims_paper3_first import CLAIMS as FIRST
from harness.claim import Claim

CLAIMS: tuple[Claim, ...] = (*FIRST, *ADJUSTING, *FINAL, *DEEP)
