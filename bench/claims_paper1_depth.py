"""Paper 1, section 2.4: one to four convolutional layers.

As in section 2.3, small differences are looked at with the logits left alone (`plain`).
"""

from bench import claims_paper1_pooling
from bench.calculated import fits
from bench.recipes import DEPTHS
from bench.stating import (
    BAD,
    MARGIN,
    in_readings,
    interacts,
    is_above,
    is_below,
    is_more,
    is_more_varied,
    is_not_more,
    is_ordered,
    is_ratio_above,
    is_ratio_below,
    is_seen,
    stated_after,
)
from harness.claim import RARE, Claim, Fact, Statement
from lenet.settings import Conv, Pool


def rectified(depth: int, reading: str = "relu") -> str:
    """The cell with ReLU on the logits, as the paper has it, in one of the readings."""
    kind = "relu" if depth == 1 and reading in POOLS else reading
    return f"depth/{depth}-{kind}"


def plain(depth: int) -> str:
    """The cell with the logits left alone."""
    return f"depth/{depth}-plain"


POOLS = {"relu": "pools that leave maps of 4 x 4", "relu-other-pools": "other pools"}
"""What the paper's pools of 3 and 4 layers are taken for, by the end of the variant's name."""
RATES = {f"relu{end}": rate for end, rate in claims_paper1_pooling.RATES.items()}
UNSAID = POOLS | {"relu-lr0.1": RATES["relu-lr0.1"]}
PLAIN = UNSAID | {"plain": "logits left alone"}
EITHER_POOLS = (
    "The paper changed the pools of 3 and 4 layers and does not say how: two readings of them."
)
ANY_READING = (
    f"{EITHER_POOLS} Nor does section 2.4 name a rate: 0.01, or the 0.1 of the base code, which "
    "was added when runs at 0.01 were known."
)
PLAIN_ADDED = (
    "with the logits left alone when one seed was known; before, with ReLU on the logits alone."
)
COUNTS = ("1 layer", "2 layers", "3 layers", "4 layers")
DEEPER = ((3, "three"), (4, "four"))
IMAGE = (1, 28, 28)


def no_more_accurate(reading: str) -> tuple[Statement, ...]:
    """Three and four layers gain nothing that matters over two."""
    return tuple(
        is_not_more(
            f"{name} layers end less than 0.2 points above two",
            "test_accuracy",
            rectified(depth, reading),
            rectified(2, reading),
            margin=MARGIN,
        )
        for depth, name in DEEPER
    )


DEPTH = (
    Claim(
        id="D1-C39",
        place="2.4",
        text="More convolutional layers should be at least as accurate as fewer.",
        statements=tuple(
            is_more(
                f"{deeper} layers end less than 0.2 points below {deeper - 1}{where}",
                "test_accuracy",
                cell(deeper),
                cell(deeper - 1),
                by=-MARGIN,
            )
            for cell, where in ((rectified, ""), (plain, " with the logits left alone"))
            for deeper in (2, 3, 4)
        ),
        note="Said of networks at large, so asked with and without ReLU on the logits.",
    ),
    Claim(
        id="D1-C40",
        place="2.4",
        text="A deeper network should take longer to train.",
        statements=in_readings(
            POOLS,
            lambda pools: is_ordered(
                "epoch_yardsticks",
                *(rectified(depth, pools) for depth in DEPTHS),
                names=tuple(f"time of {count}" for count in COUNTS),
            ),
            known={"relu": 1},
        ),
        note="Time of an epoch over that of a yardstick beside it, a fixed piece of work, as "
        f"machines and hours differ. {EITHER_POOLS}",
        revised="when one seed was known; before, in seconds.",
    ),
    Claim(
        id="D1-C41",
        place="2.4",
        text="With the original pools maps get too small for a third and a fourth layer.",
        facts=(
            Fact(
                says="two layers of 5 x 5 with pools of 2 x 2 leave 4 x 4, on which a third kernel "
                "of 5 x 5 does not fit",
                holds=fits(IMAGE, (Conv(maps=6),) * 2, (Pool(),) * 2)
                and not fits(IMAGE, (Conv(maps=6),) * 3, (Pool(),) * 3),
            ),
        ),
    ),
    Claim(
        id="D1-C42",
        place="2.4",
        text="With one and with two layers every run is accurate.",
        statements=in_readings(
            RATES,
            lambda rate: tuple(
                statement
                for depth, name in ((1, "one layer"), (2, "two layers"))
                for at in [rectified(depth, rate)]
                for statement in (
                    is_above(f"{name}: above 90% on average", "test_accuracy", at, 0.9),
                    is_below(f"{name}: fewer bad runs than one in five", BAD, at, RARE),
                )
            ),
        ),
        note="Every run is taken for bad ones (below 90%) being rarer than one in five. At the "
        "rate of the model card, or at that of the base code.",
    ),
    Claim(
        id="D1-C43",
        place="2.4",
        text="Four layers do very badly.",
        statements=in_readings(
            UNSAID,
            lambda reading: (
                is_below("four layers end below 50%", "test_accuracy", rectified(4, reading), 0.5),
            ),
        ),
        note=f"Very badly: less than half of the images right. {ANY_READING}",
    ),
    Claim(
        id="D1-C44",
        place="2.4",
        text="Three layers give now a good, now a bad result.",
        statements=in_readings(
            UNSAID,
            lambda reading: (
                is_seen("a run with three layers ends below 90%", BAD, rectified(3, reading), 0.5),
                is_seen(
                    "a run with three layers ends above 90%",
                    "test_accuracy",
                    rectified(3, reading),
                    0.9,
                ),
                is_more_varied(
                    "runs with three layers differ more than with two",
                    "test_accuracy",
                    rectified(3, reading),
                    rectified(2, reading),
                ),
            ),
        ),
        note=ANY_READING,
    ),
    Claim(
        id="D1-C45",
        place="2.4",
        text="One layer trains a little faster than two.",
        statements=(
            is_more(
                "an epoch of two layers takes longer than one of one",
                "epoch_yardsticks",
                rectified(2),
                rectified(1),
            ),
            is_ratio_above(
                "an epoch of one layer takes more than half as long",
                "epoch_yardsticks",
                rectified(1),
                rectified(2),
                ratio=0.5,
            ),
        ),
        note="The paper's times are as 0.81 to 1; a little is taken for less than twice as fast.",
    ),
    Claim(
        id="D1-C46",
        place="2.4",
        text="Two layers are a little more accurate than one.",
        statements=in_readings(
            {"relu": "ReLU on the logits", "plain": "logits left alone"},
            lambda end: stated_after(
                0 if end == "plain" else 1,
                is_more(
                    "two layers end above one", "test_accuracy", f"depth/2-{end}", f"depth/1-{end}"
                ),
                is_not_more(
                    "two layers end less than 5 points above one",
                    "test_accuracy",
                    f"depth/2-{end}",
                    f"depth/1-{end}",
                    margin=0.05,
                ),
            ),
        ),
        note="As the card has it, or without the ReLU on the logits, as the paper saw no lost "
        "classes at these depths.",
        revised="when one seed was known; before, with the logits left alone only.",
    ),
    Claim(
        id="D1-C47",
        place="2.4",
        text="Three and four layers take several times as long as two.",
        statements=in_readings(
            POOLS,
            lambda pools: tuple(
                is_ratio_above(
                    f"an epoch of {name} layers takes more than twice one of two",
                    "epoch_yardsticks",
                    rectified(depth, pools),
                    rectified(2),
                    ratio=2.0,
                )
                for depth, name in DEEPER
            ),
        ),
        note=f"The paper has 3.75 and 4.65 times. {EITHER_POOLS}",
    ),
    Claim(
        id="D1-C48",
        place="2.4",
        text="Three and four layers are no more accurate than two, or less.",
        statements=in_readings(PLAIN, no_more_accurate, known={"plain": 1}),
        note=f"With ReLU on the logits, as the paper has it, or without. {ANY_READING}",
        revised=PLAIN_ADDED,
    ),
    Claim(
        id="D1-C49",
        place="2.4",
        text="Two layers are the best compromise of accuracy and time.",
        statements=in_readings(
            PLAIN,
            lambda reading: (
                is_more(
                    "two layers end more than 0.2 points above one (at 0.01, logits left alone)",
                    "test_accuracy",
                    plain(2),
                    plain(1),
                    by=MARGIN,
                ),
                *no_more_accurate(reading),
                is_more(
                    "an epoch of three layers takes longer than one of two",
                    "epoch_yardsticks",
                    rectified(3, reading),
                    rectified(2, reading),
                ),
            ),
            known={"plain": 1},
        ),
        note="One layer gives accuracy away, three and four add time and no accuracy. The first "
        f"with the logits left alone, as in D1-C46, the others as in D1-C48. {ANY_READING}",
        revised=PLAIN_ADDED,
    ),
    Claim(
        id="D1-C50",
        place="2.4",
        text="Accuracy falls with depth because gradients vanish.",
        statements=stated_after(
            1,
            is_more(
                "four layers end more than 0.2 points below two",
                "test_accuracy",
                plain(2),
                plain(4),
                by=MARGIN,
            ),
            is_ratio_below(
                "after an epoch the first layer's gradient is less than half as large with four "
                "layers as with two",
                "gradient_norm/conv1@1",
                plain(4),
                plain(2),
                ratio=0.5,
            ),
            interacts(
                "initial weights that keep gradients from shrinking help four layers a point more "
                "than two",
                "test_accuracy",
                with_both="depth/4-plain-he",
                with_first=plain(4),
                with_second="depth/2-plain-he",
                with_none=plain(2),
                by=0.01,
            ),
        ),
        is_cause=True,
        note="Measured: the gradient of the first layer. Removed: by He's initial weights, with "
        "which gradients keep their size. At 0.01 with the logits left alone, so that the rival "
        "cause, outputs that die under the ReLU there, has no part in it. Whether accuracy falls "
        "with depth with it is D1-C48.",
        revised="when a part of one seed was known; before, with ReLU on the logits.",
    ),
)
