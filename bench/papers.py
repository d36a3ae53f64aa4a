"""The four studies, and every number that they report."""

from bench.reported_paper1 import PAPER as PAPER_1
from bench.reported_paper1 import REPORTED as OF_PAPER_1
from bench.reported_paper2 import PAPER as PAPER_2
from bench.reported_paper2 import REPORTED as OF_PAPER_2
from bench.reported_paper3 import PAPER as PAPER_3
from bench.reported_paper3 import REPORTED as OF_PAPER_3
from bench.reported_paper4 import PAPER as PAPER_4
from bench.reported_paper4 import REPORTED as OF_PAPER_4

PAPERS = (PAPER_1, PAPER_2, PAPER_3, PAPER_4)
REPORTED = (*OF_PAPER_1, *OF_PAPER_2, *OF_PAPER_3, *OF_PAPER_4)
