"""The claims of paper 3 on its results: end of section 1, ReLU in section 2, depth in section 3."""

from math import comb

from bench.claims_paper3_cells import (
    FIVE,
    FIVE_UNSAID,
    LEARNED,
    LOGITS,
    TANH_CE,
    adjusted,
    first,
    five,
    others,
    trials,
    tried,
)
from bench.recipes_paper3 import deep, one_removed
from bench.stating import (
    cells,
    in_readings,
    is_above,
    is_alike,
    is_below,
    is_more,
    is_not_more,
    stated_after,
)
from harness.claim import Claim, Fact
from lenet.recipe import Recipe

RELU_5, RELU_3 = "cifar_removed/relu-5x5", "cifar_removed/relu-3x3"
RELU_5_PADDED = "cifar_removed/relu-5x5-padded"
TEST_ACCURACY = 0.5475
"""Of the network whose ten images are shown."""
IMAGES = 10


def _handed_on(recipe: Recipe) -> int:
    """Values that the convolutions give, of all layers together."""
    sizes = (stage.convolved for stage in recipe.stages)
    return sum(maps * height * width for maps, height, width in sizes)


def _chance_of_wrong(least: int) -> float:
    """Chance that at least so many of the ten images are wrong."""
    right = TEST_ACCURACY
    counts = range(least, IMAGES + 1)
    return sum(comb(IMAGES, n) * (1 - right) ** n * right ** (IMAGES - n) for n in counts)


WRONG = IMAGES * (1 - TEST_ACCURACY)
NETWORKS, RELU = deep(), one_removed()
PADDED, UNPADDED = (_handed_on(NETWORKS[name, 0.001]) for name in ("two-pools", "unpadded"))
SMALL_KERNELS, LARGE_KERNELS = (_handed_on(RELU[name]) for name in ("relu-3x3", "relu-5x5"))
WITH_PADDING = _handed_on(RELU["relu-5x5-padded"])

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

DEPTH = (
    Claim(
        id="D3-C32",
        place="3",
        text="Five convolutions learn faster, with a very quick first phase.",
        statements=in_readings(
            FIVE,
            lambda network: (
                is_more(
                    "after 1 epoch they are ahead of the network of section 2",
                    "test_accuracy@1",
                    five(network),
                    RELU_3,
                ),
                is_more(
                    "and of the paper's best of section 1",
                    "test_accuracy@1",
                    five(network),
                    TANH_CE,
                ),
            ),
        ),
        note=f"{FIVE_UNSAID} The best of section 1 is the paper's.",
    ),
    Claim(
        id="D3-C33",
        place="3",
        text="It overfits from epoch 5 or 6 on.",
        statements=in_readings(
            FIVE,
            lambda network: (
                is_above(
                    "the test loss is lowest after epoch 3",
                    "lowest_loss_epoch",
                    five(network),
                    3.5,
                ),
                is_below("and before epoch 8", "lowest_loss_epoch", five(network), 7.5),
                is_above(
                    "in the end it is over 5 points better on training images than on test images",
                    "gap",
                    five(network),
                    0.05,
                ),
            ),
        ),
        note="Epochs 4 to 7 count as 5 or 6. 40,000 training images instead of 50,000 make epochs "
        f"shorter and overfitting likelier. {FIVE_UNSAID}",
    ),
    Claim(
        id="D3-C34",
        place="3",
        text="More values inside the network make it learn faster, as in section 2.",
        statements=(
            is_more(
                "without padding, five layers need more epochs to 40%",
                "epochs_to@0.4",
                cells("cifar_deep", "unpadded-lr0.001", "unpadded-lr0.01"),
                cells("cifar_deep", "two-pools-lr0.001", "two-pools-lr0.01"),
            ),
        ),
        facts=(
            Fact(
                says=f"with padding the layers hand on {PADDED:,} values, without {UNPADDED:,}",
                holds=PADDED > UNPADDED,
            ),
        ),
        is_cause=True,
        note="Equal depth and equal pools; leaving the padding out takes the cause away. Mean of "
        "rates 0.001 and 0.01, all else as in section 1; a run that never gets there counts as "
        "31.",
    ),
    Claim(
        id="D3-C35",
        place="3",
        text="It is the most accurate of all, in fewer epochs.",
        statements=in_readings(
            FIVE,
            lambda network: (
                *stated_after(
                    1,
                    is_more(
                        "its best epoch is above that of all networks of sections 1 and 2",
                        "best_test_accuracy",
                        five(network),
                        (*tried(), RELU_3, RELU_5),
                        over="best",
                    ),
                ),
                is_more(
                    "the paper's best of section 1 needs more epochs to 50%",
                    "epochs_to@0.5",
                    TANH_CE,
                    five(network),
                ),
            ),
        ),
        note="Epochs of section 3 are not given, so the best of 30 is taken on both sides. All "
        "networks: the first trials, each adjustment added or taken away, and the adjusted ones, "
        "some sixty: the best of so many is high by chance, too. "
        f"{FIVE_UNSAID}",
        revised="when a part of one seed was known; before, beside adjusted and ReLU networks "
        "alone.",
    ),
    Claim(
        id="D3-C36",
        place="3",
        text="At a rate of 0.01 it is slightly worse than at 0.001.",
        statements=in_readings(
            FIVE,
            lambda network: (
                is_more(
                    "0.001 has the better best epoch",
                    "best_test_accuracy",
                    five(network),
                    five(network, "0.01"),
                ),
                is_not_more(
                    "by less than 10 points",
                    "best_test_accuracy",
                    five(network),
                    five(network, "0.01"),
                    margin=0.1,
                ),
            ),
        ),
        note="Slightly: the paper has 4.31 points; ten, or a training that fails, would not be. "
        f"The best epoch of 30, as for D3-N17 and D3-N18. {FIVE_UNSAID}",
    ),
    Claim(
        id="D3-C37",
        place="3",
        text="Penalties on kernels, biases or activities make it worse, as tried.",
        statements=tuple(
            is_more(
                f"it is more accurate without one on {words}",
                "test_accuracy",
                five("halving"),
                f"cifar_deep/halving-{name}-l2-lr0.001",
            )
            for name, words in (
                ("kernel", "kernels"),
                ("bias", "biases"),
                ("activity", "activities"),
            )
        ),
        note="Strengths are ours: 0.001, 0.001 and 0.0000001, that on kernels in the place of the "
        "0.00001 of section 1, the others beside it. That other penalties might gain is left open "
        "by the paper, and here.",
    ),
    Claim(
        id="D3-C38",
        place="3",
        text="It is the better choice for most uses.",
        statements=in_readings(
            FIVE,
            lambda network: (
                is_more(
                    "its best epoch is above that of the paper's best network of section 1",
                    "best_test_accuracy",
                    five(network),
                    TANH_CE,
                ),
                is_more(
                    "and it takes less time to 50%",
                    "yardsticks_to@0.5",
                    TANH_CE,
                    five(network),
                ),
            ),
        ),
        note=f"Better is taken as: more accurate, and sooner at a like accuracy. {FIVE_UNSAID}",
    ),
)

CLAIMS: tuple[Claim, ...] = (*RESULTS, *RELU_AND_KERNELS, *DEPTH)
