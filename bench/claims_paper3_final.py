"""The claims of paper 3 on its results: end of section 1, and ReLU in section 2."""

from math import comb

from bench.claims_paper3_cells import (
    LEARNED,
    LOGITS,
    RELU_3,
    RELU_5,
    TANH_CE,
    adjusted,
    first,
    handed_on,
    others,
    trials,
)
from bench.recipes_paper3 import one_removed
from bench.stating import (
    in_readings,
    is_above,
    is_alike,
    is_below,
    is_more,
    stated_after,
)
from harness.claim import Claim, Fact

RELU_5_PADDED = "cifar_removed/relu-5x5-padded"
TEST_ACCURACY = 0.5475
"""Of the network whose ten images are shown."""
IMAGES = 10


def _chance_of_wrong(least: int) -> float:
    """Chance that at least so many of the ten images are wrong."""
    right = TEST_ACCURACY
    counts = range(least, IMAGES + 1)
    return sum(comb(IMAGES, n) * (1 - right) ** n * right ** (IMAGES - n) for n in counts)


WRONG = IMAGES * (1 - TEST_ACCURACY)
RELU = one_removed()
SMALL_KERNELS, LARGE_KERNELS = (handed_on(RELU[name]) for name in ("relu-3x3", "relu-5x5"))
WITH_PADDING = handed_on(RELU["relu-5x5-padded"])

RESULTS = (
    Claim(
        id="D3-C23",
        place="1",
        text="After the adjustments tanh with cross-entropy is best.",
        statements=tuple(
            is_more(
                f"at its best rate it ends above {words}",
                "test_accuracy",
                adjusted("tanh-ce"),
                adjusted(group),
                over="best",
            )
            for group, words in (
                ("tanh-mse", "tanh with squared error"),
                ("sigmoid-ce", "sigmoid with cross-entropy"),
                ("sigmoid-mse", "sigmoid with squared error"),
            )
        ),
        note="The best rate of each seed, for all alike.",
    ),
    Claim(
        id="D3-C24",
        place="1",
        text="Then come tanh with squared error, close behind it sigmoid with cross-entropy, and "
        "last sigmoid with squared error.",
        statements=(
            is_more(
                "tanh with squared error ends above sigmoid with cross-entropy",
                "test_accuracy",
                adjusted("tanh-mse"),
                adjusted("sigmoid-ce"),
                over="best",
            ),
            is_alike(
                "by no more than 5 points",
                "test_accuracy",
                adjusted("tanh-mse"),
                adjusted("sigmoid-ce"),
                margin=0.05,
                over="best",
            ),
            is_more(
                "sigmoid with cross-entropy ends above sigmoid with squared error",
                "test_accuracy",
                adjusted("sigmoid-ce"),
                adjusted("sigmoid-mse"),
                over="best",
            ),
        ),
        note="At the best rate of each seed. Close is 5 points; the paper's own values for squared "
        "error are blank in our copy. That tanh with cross-entropy is ahead is D3-C23.",
    ),
    Claim(
        id="D3-C25",
        place="1",
        text="The best group changes through the adjustments, from tanh with squared error to tanh "
        "with cross-entropy.",
        statements=in_readings(
            LOGITS,
            lambda end: (
                is_more(
                    "before, tanh with squared error ends above all others",
                    "test_accuracy",
                    first("tanh-mse"),
                    trials(*others("tanh-mse"), sigmoid_ce=end),
                    over="best",
                ),
                is_more(
                    "after, tanh with cross-entropy ends above all others",
                    "test_accuracy",
                    adjusted("tanh-ce"),
                    adjusted(*others("tanh-ce")),
                    over="best",
                ),
            ),
        ),
        note="At first with a final activation like the hidden one, afterwards with softmax.",
    ),
    Claim(
        id="D3-C26",
        place="1, table 5",
        text="Maps of the last convolution partly set the object apart from the background.",
        reason="Would need to know which pixels are the object; CIFAR-10 does not tell.",
    ),
    Claim(
        id="D3-C27",
        place="1, table 5",
        text="Some of the maps stress edges.",
        statements=(
            is_above(
                "the map of the second convolution that follows edges most has a correlation above "
                "0.5 with them",
                "edge_correlation/conv2",
                TANH_CE,
                0.5,
            ),
        ),
        note="Edges are the size of Sobel's gradient; its correlation with a map over pixels, mean "
        "over the first test image of each class.",
    ),
    Claim(
        id="D3-C28",
        place="1",
        text="Many of the ten images shown are wrongly labelled, although the network is right on "
        "54%.",
        facts=(
            Fact(
                says=f"at {TEST_ACCURACY:.2%} one expects {WRONG:.1f} wrong of {IMAGES}: 4 or more "
                f"in {_chance_of_wrong(4):.0%} of such draws",
                holds=WRONG > 4 and _chance_of_wrong(4) > 0.5,
            ),
        ),
        note="Many is taken as four or more. It is so because the network is right on 54%, not in "
        "spite of it; the ten images themselves are blank in our copy.",
    ),
)

RELU_AND_KERNELS = (
    Claim(
        id="D3-C29",
        place="2",
        text="ReLU with 3 x 3 kernels at 0.001 learns and ends like tanh with cross-entropy.",
        statements=in_readings(
            {"0.01": "tanh at its best rate, 0.01", "0.001": "tanh at 0.001, too"},
            lambda rate: stated_after(
                1 if rate == "0.001" else 0,
                is_alike(
                    "they end within 2 points of one another",
                    "test_accuracy",
                    RELU_3,
                    f"cifar_adjusted/tanh-ce-softmax-lr{rate}",
                    margin=0.02,
                ),
                is_alike(
                    "they get to 40% within 2 epochs of one another",
                    "epochs_to@0.4",
                    RELU_3,
                    f"cifar_adjusted/tanh-ce-softmax-lr{rate}",
                    margin=2,
                ),
            ),
        ),
        note="Which rate of tanh the paper means is not said.",
        revised="when a part of one seed was known; before, beside 0.01 alone.",
    ),
    Claim(
        id="D3-C30",
        place="2",
        text="ReLU with 5 x 5 kernels at 0.001 has a curve like sigmoid's: a slow start, then a "
        "step.",
        statements=(
            is_below("after 1 epoch it is below 15%", "test_accuracy@1", RELU_5, LEARNED),
            is_above("its steepest epoch is not the first", "steepest_epoch", RELU_5, 1.5),
            is_above("it ends above 30%", "test_accuracy", RELU_5, 0.3),
            *stated_after(
                1, is_below("after 3 epochs it is below 15%", "test_accuracy@3", RELU_5, LEARNED)
            ),
        ),
        note="Slow: flat for three epochs.",
        revised="when one seed was known; before, flat for one epoch.",
    ),
    Claim(
        id="D3-C31",
        place="2",
        text="Smaller kernels probably hand on enough values to pass the first hurdle sooner.",
        statements=stated_after(
            1,
            is_more(
                "5 x 5 kernels need more epochs to 30% than 3 x 3",
                "epochs_to@0.3",
                RELU_5,
                RELU_3,
            ),
            is_more(
                "so they do beside 5 x 5 kernels with padding, which hand on as much as 3 x 3",
                "epochs_to@0.3",
                RELU_5,
                RELU_5_PADDED,
            ),
        ),
        facts=(
            Fact(
                says="3 x 3 kernels hand on more values than 5 x 5, "
                f"{SMALL_KERNELS:,} instead of {LARGE_KERNELS:,}, and padding brings 5 x 5 to "
                f"{WITH_PADDING:,}",
                holds=SMALL_KERNELS > LARGE_KERNELS and WITH_PADDING == SMALL_KERNELS,
            ),
        ),
        is_cause=True,
        note="Padding separates how much is handed on from how large the kernels are. The first "
        "hurdle is passed at 30%.",
        revised="when one seed was known; before, the hurdle was passed at 15%, which all three "
        "reach in their second epoch.",
    ),
)

CLAIMS: tuple[Claim, ...] = (*RESULTS, *RELU_AND_KERNELS)
