"""Where the papers can be held against each other.

Each comparison is a claim of ours: which difference between the recipes explains that the papers
disagree. It was written before the runs that decide it, but where `revised` says otherwise.
"""

from bench.claims_across_advice import ADVICE
from bench.claims_across_results import RESULTS
from harness.claim import Claim

ACROSS: tuple[Claim, ...] = (*RESULTS, *ADVICE)
