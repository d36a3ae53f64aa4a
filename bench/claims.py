"""Every claim of the four studies and across them, and the findings that matter.

One file a paper: `claims_paper1.py` and so on. Which recipes, which metric, which statistic: what
would have to be so for the claim, as `harness.claim` has it.
"""

from bench.claims_across import ACROSS
from bench.claims_paper1 import CLAIMS as PAPER_1
from bench.claims_paper2 import CLAIMS as PAPER_2
from bench.claims_paper3 import CLAIMS as PAPER_3
from bench.claims_paper4 import CLAIMS as PAPER_4
from bench.findings import FINDINGS
from bench.papers import PAPERS, REPORTED
from harness.claim import Claims

CLAIMS = Claims(
    papers=PAPERS,
    reported=REPORTED,
    claims=(*PAPER_1, *PAPER_2, *PAPER_3, *PAPER_4, *ACROSS),
    findings=FINDINGS,
)
"""What a run of the paper tier is judged by."""
