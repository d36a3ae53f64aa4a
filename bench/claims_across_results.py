"""Where the papers have other accuracies for what seems the same, and why."""

from bench.recipes import POOLS
from bench.stating import (
    MARGIN,
    cells,
    in_readings,
    interacts,
    is_above,
    is_below,
    is_more,
    is_not_more,
    is_ratio_below,
    is_seen_between,
    stated_after,
)
from harness.claim import Claim, Statement

FIRST, REMOVED, DEEP = "cifar_first", "cifar_removed", "cifar_deep"


def _weak_sgd(size: str) -> tuple[Statement, ...]:
    """Paper 2's SGD by a low rate and large batches together, and by neither alone."""
    both = f"sgd/rate-0.001-batch-{size}"
    return (
        *_as_low(f"rate 0.001 with batches of {size}", both, batches=size),
        is_above("rate 0.001 alone ends above 90%", "test_accuracy", "sgd/rate-0.001", 0.9),
    )


def _squared_error() -> tuple[Statement, ...]:
    """The same by a squared error and large batches."""
    alone = "sgd/squared-error"
    return (
        *_as_low("a squared error with batches of 128", "squared_error/sgd", batches="128"),
        is_above("a squared error alone ends above 90%", "test_accuracy", alone, 0.9),
    )


def _as_low(what: str, cell: str, *, batches: str) -> tuple[Statement, ...]:
    """What Keras' defaults are not: between 80 and 90%; larger batches alone are not it either."""
    larger = f"sgd/batch-{batches}"
    return (
        is_above("Keras' defaults end above 97%", "test_accuracy", "sgd/keras", 0.97),
        is_below(f"{what} ends below 90%", "test_accuracy", cell, 0.9),
        is_above(f"{what} ends above 80%", "test_accuracy", cell, 0.8),
        is_above(f"batches of {batches} alone end above 90%", "test_accuracy", larger, 0.9),
    )


START = "start/assumed"
"""Paper 4's start with batches of 64, its logits left alone."""


def _beginning_and_end() -> tuple[Statement, ...]:
    """Paper 1's card is not 99% accurate, and paper 4's final setting is."""
    return (
        *stated_after(
            1,
            is_below(
                "paper 1's card, with ReLU on the logits or without, whichever is better, ends "
                "below 98.5%",
                "test_accuracy",
                cells("protocol", "card", "card-plain"),
                0.985,
                over="best",
            ),
        ),
        is_above(
            "rate 0.02 with momentum 0.9, logits left alone and batches of 64 end above 98.5%",
            "test_accuracy",
            "path/m0.9-lr0.02",
            0.985,
        ),
    )


def _by_both(both: str) -> tuple[Statement, ...]:
    """Batches and a ReLU on the logits together give paper 4's 0.54, and neither does alone."""
    alone = {
        "batches of 256 alone end": "start/batch-256",
        "ReLU on the logits alone, with batches of 64, ends": "start/relu-on-logits",
    }
    return (
        *_beginning_and_end(),
        is_above("batches of 512 alone end above 64%", "test_accuracy", "start/batch-512", 0.64),
        *stated_after(
            6,
            is_seen_between(
                "with ReLU on the logits and batches of 256 a run ends between 44 and 64%",
                both,
                0.44,
                0.64,
            ),
            *(
                is_above(f"{says} above 64%", "test_accuracy", at, 0.64)
                for says, at in alone.items()
            ),
            is_more(
                "with neither it ends more than 20 points above both together",
                "test_accuracy",
                START,
                both,
                by=0.2,
            ),
        ),
    )


def _by_batches(large: str) -> tuple[Statement, ...]:
    """Larger batches give it alone."""
    return (
        *_beginning_and_end(),
        *stated_after(
            18,
            is_seen_between("with batches of 512 a run ends between 44 and 64%", large, 0.44, 0.64),
            is_more(
                "with batches of 64 it ends more than 20 points above",
                "test_accuracy",
                START,
                large,
                by=0.2,
            ),
        ),
    )


RESULTS: tuple[Claim, ...] = (
    Claim(
        id="X-C01",
        place="D1, D4",
        text="At rate 0.01 paper 1 has 99% and paper 4 has 0.54. Paper 1's training does not "
        "get to 99% at 0.01, paper 4's final setting does; large batches explain so low a start, "
        "of 256 with a ReLU on the logits and neither alone, or of 512.",
        statements=(
            *in_readings(
                {"start/relu-on-logits-batch-256": "batches of 256 and a ReLU on the logits"},
                _by_both,
            ),
            *in_readings({"start/batch-512": "batches of 512"}, _by_batches),
        ),
        is_cause=True,
        note="ReLU on the logits and batches of 256 are paper 1's model card, stopped after 8 "
        "epochs: its runs lose classes, a different number in each, so one that ends within ten "
        "points of 0.54 is asked for. Seeds 6 to 17 judge what was stated after six, 18 to 29 "
        "what was stated after 18: numbers fixed before those were trained.",
        revised="when one seed of paper 1's card was known, and six of paper 4, none of batches of "
        "512; before, of the mean of runs, without batches or the ReLU alone, and with a statement "
        "on paper 1's rate. When 18 were known, of batches of 512 alone, which the first reading "
        "excludes.",
    ),
    Claim(
        id="X-C02",
        place="D1, D2",
        text="Plain SGD has 99% in paper 1 and 85.8% in paper 2. Keras' defaults do not give "
        "85.8%; a tenth of their rate with larger batches does, or a squared error with them.",
        statements=(
            *in_readings({"128": "batches of 128", "256": "batches of 256"}, _weak_sgd),
            *in_readings(
                {"squared": "a squared error"}, lambda _: _squared_error(), known={"squared": 1}
            ),
        ),
        is_cause=True,
        note="Of SGD's number alone: which setting gives the other four is seen beside D2-N01 to "
        "D2-N05. With batches of 128, or of 256, or with a squared error. The other candidates for "
        "SGD, activations of the convolutions and ReLU on the logits, are in experiment `sgd`. 50 "
        "epochs each.",
        revised="when one seed was known; before, without the reading of a squared error.",
    ),
    Claim(
        id="X-C03",
        place="D1, D3",
        text="Tanh is best and sigmoid fails in paper 1; in paper 3 sigmoid learns with "
        "cross-entropy and tanh does not, at 0.01. Keras' cross-entropy on outputs that are no "
        "probabilities stops tanh; smaller batches or Glorot's weights let sigmoid learn.",
        statements=(
            is_below(
                "on CIFAR-10 tanh on the outputs stays below 15%",
                "test_accuracy",
                f"{FIRST}/tanh-ce-same-lr0.01",
                0.15,
            ),
            is_above(
                "there tanh with softmax on the outputs ends above 30%",
                "test_accuracy",
                f"{FIRST}/tanh-ce-softmax-lr0.01",
                0.3,
            ),
            is_more(
                "so it ends above sigmoid, as in paper 1",
                "test_accuracy",
                f"{FIRST}/tanh-ce-softmax-lr0.01",
                f"{FIRST}/sigmoid-ce-softmax-lr0.01",
            ),
            is_more(
                "on MNIST batches of 32 or Glorot's weights, as paper 3 has, lift sigmoid by more "
                "than 30 points",
                "test_accuracy",
                cells("sigmoid", "batch-32", "glorot"),
                "sigmoid/none",
                by=0.3,
                over="best",
            ),
        ),
        is_cause=True,
    ),
    Claim(
        id="X-C04",
        place="D1, D3",
        text="More layers do no good in paper 1 and are best in paper 3. What keeps them back in "
        "paper 1 are the ReLU on the logits, under which classes die, and small steps.",
        statements=(
            *stated_after(
                1,
                interacts(
                    "the ReLU on the logits costs paper 1's four layers more than its two",
                    "test_accuracy",
                    with_both="depth/4-plain",
                    with_first="depth/4-relu",
                    with_second="depth/2-plain",
                    with_none="depth/2-relu",
                ),
                is_more(
                    "without it, at rate 0.01, three layers end more than 0.2 points below two",
                    "test_accuracy",
                    "depth/2-plain",
                    "depth/3-plain",
                    by=MARGIN,
                ),
            ),
            is_more(
                "at rate 0.02 with momentum 0.9 three layers end less than 0.2 points below two",
                "test_accuracy",
                "third_layer/3",
                "third_layer/2",
                by=-MARGIN,
            ),
            is_more(
                "on CIFAR-10 five layers end above two of 3 x 3",
                "test_accuracy",
                f"{DEEP}/halving-lr0.001",
                f"{REMOVED}/relu-3x3",
            ),
        ),
        is_cause=True,
        note="The third and fourth have no ReLU on the logits. Five layers have other widths, "
        "pools and padding than two. Four layers at small steps are D1-C50.",
        revised="when one seed was known; before, that four layers gain more than 10 points "
        "without the ReLU, whatever two gain, and nothing of three at 0.01.",
    ),
    Claim(
        id="X-C05",
        place="D1, D3",
        text="Both blame vanishing gradients. That is right for sigmoid, whose gradients are "
        "small after an epoch, and wrong for paper 1's ReLU, where outputs die.",
        statements=(
            is_more(
                "with ReLU on the logits more classes are lost than without",
                "lost_classes",
                cells("maxpool", *(f"{name}-relu" for name in POOLS)),
                cells("maxpool", *(f"{name}-plain" for name in POOLS)),
            ),
            is_ratio_below(
                "after an epoch sigmoid's gradient in the first layer is less than a tenth of "
                "tanh's on MNIST",
                "gradient_norm/conv1@1",
                "activation/sigmoid-hidden-lr0.01",
                "activation/tanh-hidden-lr0.01",
                ratio=0.1,
            ),
            is_ratio_below(
                "after an epoch it is less than a tenth of tanh's on CIFAR-10",
                "gradient_norm/conv1@1",
                f"{FIRST}/sigmoid-ce-softmax-lr0.01",
                f"{FIRST}/tanh-ce-softmax-lr0.01",
                ratio=0.1,
            ),
            *stated_after(
                1,
                is_not_more(
                    "with that ReLU, initial weights that keep gradients from shrinking save less "
                    "than half a class",
                    "lost_classes",
                    "depth/2-relu",
                    "depth/2-relu-he",
                    margin=0.5,
                ),
            ),
        ),
        is_cause=True,
        note="Tanh is the network that learns. The last is D1-C13 the other way round: both cannot "
        "hold. What is said of depth is D1-C50, of the 84-unit layer D3-C14.",
        revised="when one seed was known; before, without initial weights.",
    ),
)
