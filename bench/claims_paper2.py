"""The claims of paper 2."""

from bench.claims_paper2_conclusion import CLAIMS as CONCLUSION
from bench.claims_paper2_data import CLAIMS as DATA
from bench.claims_paper2_methods import CLAIMS as METHODS
from bench.claims_paper2_results import CLAIMS as RESULTS
from harness.claim import Claim

CLAIMS: tuple[Claim, ...] = (*DATA, *METHODS, *RESULTS, *CONCLUSION)
