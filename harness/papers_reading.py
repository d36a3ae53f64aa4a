"""How to read the page on the studies, and how many claims are decided and by what. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from harness.claim import RARE, Word
from harness.repetition import ACROSS, Repetition
from harness.statement_tests import LEAST_SEEDS, unseen_rate
from harness.table import escape, markdown_table
from harness.verdict import LEVEL, Verdict

WORDS: tuple[Word, ...] = get_args(Word)


def introduction(found: Repetition) -> str:
    """What is on the page, and how much of it is decided, by what."""
    across = len(found.verdicts_of(ACROSS))
    claims, rows = len(found.verdicts) - across, found.claims.reported
    beside = sum(row.term is not None for row in rows)
    decided = [verdict for verdict in found.verdicts if verdict.is_decided]
    by = Counter(verdict.grounds for verdict in decided)
    return (
        f"{len(found.claims.papers)} studies of LeNet: {claims} claims, {across} more of ours, "
        f"most of them across papers, and {len(rows)} tables, figures and numbers, {beside} of "
        "them beside our own runs, each other one with a reason. "
        f"{len(decided)} claims and comparisons are decided so far: {by['statistics']} by "
        f"statistics over seeds, {by['sight']} as runs show what is said to happen at times, "
        f"{by['calculation']} by a calculation."
    )


def counts(found: Repetition, *, linked: bool = True) -> str:
    """How many claims of each paper have which verdict, with links to what each paper says."""
    papers = [*(paper.id for paper in found.claims.papers), ACROSS]
    of = {paper: Counter(each.word for each in found.verdicts_of(paper)) for paper in papers}
    calculated = {
        paper: sum(v.is_decided and v.grounds == "calculation" for v in found.verdicts_of(paper))
        for paper in papers
    }
    return markdown_table(
        [
            ("paper", _names(found, linked=linked), False),
            ("by, data", [*(_about(found, paper) for paper in papers[:-1]), ""], False),
            *((word, [str(of[paper][word]) for paper in papers], True) for word in WORDS[:2]),
            ("of these calculated", [str(calculated[paper]) for paper in papers], True),
            *((word, [str(of[paper][word]) for paper in papers], True) for word in WORDS[2:]),
            ("claims", [str(of[paper].total()) for paper in papers], True),
        ]
    )


def anchor(id: str) -> str:
    """Where a link to an id leads."""
    return f'<a id="{id.lower()}"></a>'


def _names(found: Repetition, *, linked: bool) -> list[str]:
    titles = {
        paper.id: f"paper {number}, {paper.id}: {escape(paper.title)}"
        for number, paper in enumerate(found.claims.papers, start=1)
    } | {ACROSS: f"{ACROSS}: across the papers"}
    if not linked:
        return list(titles.values())
    return [f"[{title}](#{paper.lower()})" for paper, title in titles.items()]


def _about(found: Repetition, id: str) -> str:
    paper = next(paper for paper in found.claims.papers if paper.id == id)
    return f"{escape(paper.source)}; {escape(paper.data)}"


GLOSSARY = (
    "**96.32% (95.75 to 96.90), 6 seeds**: the mean over seeds and its 95% interval, of this "
    "number alone. A claim is judged together with all others of its paper, which takes more: an "
    "interval may be clear of its bound and the claim undecided.",
    "**A seed** fixes a training's initial weights and the order of its images. Differences are "
    "taken between trainings of one seed; **points** are percentage points of accuracy.",
    f"**✓** the runs so far lie where the statement has them, **✗** they do not, **·** none tell. "
    f"A mark **in brackets** stands on fewer than {LEAST_SEEDS} seeds that count, which tell next "
    "to nothing. "
    "A bold line that ends in a question mark is not decided yet.",
    "_In italics_: one reading of what a paper leaves unsaid; one that holds is enough. "
    "**Logits left alone**, or **plain**: without the ReLU that some recipes have on the outputs. "
    "A **lost class** is one that the network gives to no test image. A **yardstick** is the time "
    "of a fixed piece of work beside a training, as machines and hours differ.",
)


def bullets(points: Sequence[str]) -> str:
    """As a Markdown list."""
    return "\n".join(f"- {point}" for point in points)


def reading(found: Repetition) -> str:
    """What the words of the verdicts and the columns mean."""
    anew = sum(any(s.known for s in v.claim.statements) for v in found.verdicts)
    missed = (1 - RARE) ** 6
    return bullets(
        (
            f"**Supported, contradicted**: shown with a chance of {LEVEL:.0%} of any false verdict "
            "among the claims of a paper. Student's t on one number a seed, mostly a difference; "
            "the binomial test for shares of runs; permutations of signs for how much runs vary, "
            "and of seeds for runs of two kinds; Holm's correction. What is said to happen "
            f'"sometimes" is shown by a run of it, and contradicted where {RARE:.0%} of runs or '
            "more are excluded.",
            "**Undecided**: not yet. The number of seeds that would do is foretold from the spread "
            f"so far, for each statement with a power of 0.8. The {LEVEL:.0%} are those of one "
            "look at a number of seeds fixed beforehand: seeds added because a verdict was wanting "
            "are a second look.",
            f"**Stated anew**: {anew} claims, or a part of them, when some seeds were known. What "
            "suggests a statement is no test of it: it is judged by seeds that were not `known "
            "before`, and those are told as long as there are no others.",
            "**Epochs and steps to a target**: a training that ends before it gets there counts as "
            "one more than it had; where that leaves open on which side a seed lies, the seed is "
            "left out and told.",
            f"Means suppose that the seeds at hand show every kind of run. One that {RARE:.0%} of "
            f"runs are stays unseen in 6 seeds with a chance of {missed:.0%}; one in "
            f"{1 / unseen_rate(6, chance=LEVEL):.1f} with one of {LEVEL:.0%}.",
            "**One more run of ours?** Whether a reported number lies where one further run of "
            "ours would, with 95%.",
            "A training that several experiments ask for counts in each of them.",
            "**What we measured**: a mark for each statement; readings are parted by `or`, "
            "calculations stand last. Click for the numbers, and for what was taken for what.",
        )
    )


def grounds_in_words(verdict: Verdict) -> str:
    """Behind the word of a decided claim: what decided it, where that is no test."""
    words = {"calculation": " (calculated)", "sight": " (seen to happen)", "statistics": ""}
    return words[verdict.grounds] if verdict.is_decided else ""
