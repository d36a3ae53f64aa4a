"""The claims of paper 3 on its adjustments, one by one: section 1."""

from bench.claims_paper3_cells import first
from bench.stating import (
    CIFAR_MARGIN,
    in_readings,
    interacts,
    is_more,
    is_not_more,
    stated_after,
)
from harness.claim import Claim, Statement


def _ends_higher(says: str, experiment: str, first: str, second: str, by: float = 0) -> Statement:
    """Of two variants of an experiment, the first is more accurate in the end."""
    at = (f"{experiment}/{first}", f"{experiment}/{second}")
    return is_more(says, "test_accuracy", *at, by=by)


def _interaction(both: str, first: str, second: str, words: str) -> tuple[Statement, Statement]:
    """Two penalties together do over a point more, or less, than the sum of both alone."""
    above = interacts(
        f"penalties on {words} together add over a point to the sum of both",
        "test_accuracy",
        with_both=f"cifar_regulariser/{both}",
        with_first=f"cifar_regulariser/{first}",
        with_second=f"cifar_regulariser/{second}",
        with_none="cifar_regulariser/none",
        by=CIFAR_MARGIN,
    )
    below = Statement(
        says=f"or they take over a point from it ({words})",
        terms=above.terms,
        shows="below",
        bound=-CIFAR_MARGIN,
    )
    return above, below


AT_FIRST = "all else as in the first trials with softmax on the outputs"
INPUTS = {"conv-bias": "inputs still normalised", "raw-inputs-bias": "inputs raw before"}
"""How a variant with biases begins -> whether the paper had dropped normalisation before."""

FIRST_ADJUSTMENTS = (
    Claim(
        id="D3-C07",
        place="1",
        text="Of three kernel initialisers Glorot uniform does best.",
        statements=(
            _ends_higher("it beats Glorot normal", "cifar_added", "none", "glorot-normal"),
            _ends_higher("it beats random normal", "cifar_added", "none", "random-normal"),
        ),
        note="Changed alone in the first trials, as the paper says: tanh, cross-entropy, softmax, "
        "rate 0.01. Random normal has Keras' deviation of 0.05.",
    ),
    Claim(
        id="D3-C08",
        place="1",
        text="Inputs without normalisation give better results.",
        statements=(
            *in_readings(
                {"unit-inputs": "normalised: divided by 255"},
                lambda normalised: (
                    _ends_higher(
                        f"values up to 255 do better than values up to 1, {AT_FIRST}",
                        "cifar_added",
                        "raw-inputs",
                        "none",
                    ),
                    _ends_higher(
                        "so they do in the final setting", "cifar_removed", "none", normalised
                    ),
                ),
            ),
            *in_readings(
                {"standardised": "normalised: mean 0, deviation 1"},
                lambda normalised: stated_after(
                    1,
                    _ends_higher(
                        f"values up to 255 do better than standardised ones, {AT_FIRST}",
                        "cifar_added",
                        "raw-inputs",
                        normalised,
                    ),
                ),
            ),
        ),
        note="The paper does not say how it normalised.",
        revised="when one seed was known; before, divided by 255 alone.",
    ),
    Claim(
        id="D3-C09",
        place="1",
        text="That is because larger inputs keep units out of the flat parts of the activation.",
        statements=(
            is_more(
                "with values up to 1, more units of the first convolution are in the flat parts "
                "after 1 epoch",
                "saturated_units/conv1@1",
                "cifar_added/none",
                "cifar_added/raw-inputs",
            ),
            is_more(
                "in the final setting, scaling back to 1 puts more units there",
                "saturated_units/conv1@1",
                "cifar_removed/unit-inputs",
                "cifar_removed/none",
            ),
        ),
        is_cause=True,
        note="In the flat parts is within 1% of a bound of tanh, over 1,000 training images. The "
        "second takes the large inputs away again.",
    ),
    Claim(
        id="D3-C10",
        place="1",
        text="A bias in the convolutions raises accuracy markedly.",
        statements=in_readings(
            INPUTS,
            lambda bias: (
                _ends_higher(
                    f"a bias that starts at zero adds over a point, {AT_FIRST}",
                    "cifar_added",
                    f"{bias}-zero",
                    "raw-inputs" if "raw" in bias else "none",
                    by=CIFAR_MARGIN,
                ),
            ),
        ),
        note="Markedly is a point. What the final setting loses without a bias is "
        "`no-conv-bias` in `cifar_removed`.",
    ),
    Claim(
        id="D3-C11",
        place="1",
        text="Biases that do not start at zero raise it further.",
        statements=in_readings(
            INPUTS,
            lambda bias: (
                _ends_higher(
                    f"biases drawn about 0.5 do better than zeros, {AT_FIRST}",
                    "cifar_added",
                    "raw-inputs-bias" if "raw" in bias else "conv-bias-drawn",
                    f"{bias}-zero",
                ),
            ),
        ),
        note="The final setting with zeros is `bias-zero` in `cifar_removed`.",
    ),
    Claim(
        id="D3-C12",
        place="1",
        text="It may be so for the same reason: fewer units in the flat parts.",
        statements=(
            is_more(
                "with zeros, more units of the first convolution are in flat parts after 1 epoch",
                "saturated_units/conv1@1",
                "cifar_added/conv-bias-zero",
                "cifar_added/conv-bias-drawn",
            ),
            is_more(
                "in the final setting, going back to zeros puts more units there",
                "saturated_units/conv1@1",
                "cifar_removed/bias-zero",
                "cifar_removed/none",
            ),
        ),
        is_cause=True,
        note="Within 1% of a bound of tanh. The paper states it as a possibility.",
    ),
    Claim(
        id="D3-C13",
        place="1",
        text="With the forgotten 84-unit layer put in, accuracy falls to that of the first trials.",
        statements=(
            _ends_higher(
                "the layer costs over a point, with raw inputs and drawn biases in force",
                "cifar_added",
                "raw-inputs-bias",
                "raw-inputs-bias-84",
                by=CIFAR_MARGIN,
            ),
            is_not_more(
                "with it, accuracy ends no more than a point above the first trials",
                "test_accuracy",
                "cifar_added/raw-inputs-bias-84",
                "cifar_added/none",
                margin=CIFAR_MARGIN,
            ),
        ),
        note="The paper does not say which adjustments were in force. The first trials with the "
        "same activation, loss and rate, their final activation softmax.",
    ),
    Claim(
        id="D3-C14",
        place="1",
        text="That is because more layers shrink what is propagated back, and leave units in the "
        "flat parts.",
        statements=(
            is_more(
                "with the layer, the gradient of the first convolution is smaller after 1 epoch",
                "gradient_norm/conv1@1",
                "cifar_added/raw-inputs-bias",
                "cifar_added/raw-inputs-bias-84",
            ),
            is_more(
                "with the layer, more units of the second convolution are in the flat parts",
                "saturated_units/conv2@1",
                "cifar_added/raw-inputs-bias-84",
                "cifar_added/raw-inputs-bias",
            ),
            _ends_higher(
                "without the layer the final setting is more accurate",
                "cifar_removed",
                "no-layer-84",
                "none",
            ),
        ),
        is_cause=True,
        note="The third takes the layer, and what it does to gradients, away.",
    ),
)

REGULARISERS = (
    Claim(
        id="D3-C15",
        place="1",
        text="Penalties on kernels, biases and activities depend on one another in complex ways.",
        statements=(
            *_interaction("kernel-bias", "kernel-1e-3", "bias-1e-3", "kernels and biases"),
            *_interaction(
                "kernel-activity", "kernel-1e-3", "activity-1e-5", "kernels and activities"
            ),
            *_interaction("bias-activity", "bias-1e-3", "activity-1e-5", "biases and activities"),
        ),
        needs="any",
        note="Complex is taken as: two together differ by over a point from the sum of what each "
        "does alone. L2 on the convolutions; 0.001 on kernels and biases, 0.00001 on activities, "
        "for the paper gives no strengths.",
    ),
    Claim(
        id="D3-C16",
        place="1",
        text="L2 of 0.00001 on the kernels is the best penalty found.",
        statements=tuple(
            _ends_higher(f"it beats {words}", "cifar_regulariser", "kernel-1e-5", name)
            for name, words in (
                ("none", "no penalty"),
                ("kernel-1e-3", "0.001 on kernels"),
                ("bias-1e-3", "0.001 on biases"),
                ("activity-1e-5", "0.00001 on activities"),
                ("kernel-bias", "kernels and biases together"),
                ("kernel-activity", "kernels and activities together"),
                ("bias-activity", "biases and activities together"),
                ("all", "all three together"),
                ("kernel-1e-2", "0.01 on kernels"),
                ("all-strong", "all three, stronger"),
            )
        ),
        note="Among our eleven settings: the paper does not list its own.",
    ),
    Claim(
        id="D3-C17",
        place="1",
        text="A bias deviation of 1/3702 instead of 1/4704 in the second convolution adds 1%.",
        statements=(
            _ends_higher(
                "it adds over half a point",
                "cifar_removed",
                "none",
                "bias-deviation-4704",
                by=0.005,
            ),
        ),
        note="Either value moves biases of 0.5 by less than 0.001. Whether the 1% is of points or "
        "of the accuracy is not said; half a point is about its smaller reading.",
    ),
    Claim(
        id="D3-C18",
        place="1",
        text="Regularisation is a strong means to steer a training.",
        statements=stated_after(
            1,
            _ends_higher(
                "all three penalties add over 2 points", "cifar_regulariser", "all", "none", by=0.02
            ),
            *(
                is_more(
                    f"{words} narrow the gap between training and test by over 5 points",
                    "gap",
                    "cifar_regulariser/none",
                    f"cifar_regulariser/{strength}",
                    by=0.05,
                )
                for strength, words in (("all", "they"), ("all-strong", "stronger ones"))
            ),
        ),
        needs="any",
        note="To steer is to gain accuracy, or to overfit less; any penalty that is large enough "
        "takes accuracy away. Strong is one of these, at either of our two strengths.",
        revised="when one seed was known; before, two points taken away were enough, too.",
    ),
)

FINAL_ADJUSTMENTS = (
    Claim(
        id="D3-C19",
        place="1",
        text="Biases drawn about 0.5 do better than about 0 or 1.",
        statements=(
            _ends_higher("0.5 beats 0", "cifar_removed", "none", "bias-mean-0"),
            _ends_higher("0.5 beats 1", "cifar_removed", "none", "bias-mean-1"),
        ),
        note="In the final setting: tanh, cross-entropy, rate 0.01.",
    ),
    Claim(
        id="D3-C20",
        place="1",
        text="During the search sigmoid or tanh as output beat softmax; in the end softmax won.",
        statements=(
            *(
                is_more(
                    f"at first {words} does better with {name} at the output than with softmax",
                    "test_accuracy",
                    first(group),
                    first(group, output="softmax"),
                    over="best",
                )
                for group, words, name in (
                    ("tanh-mse", "tanh with squared error", "tanh"),
                    ("sigmoid-ce", "sigmoid with cross-entropy", "sigmoid"),
                )
            ),
            _ends_higher("in the end softmax beats tanh", "cifar_removed", "none", "output-tanh"),
            is_more(
                "in the end softmax beats sigmoid in the sigmoid network",
                "test_accuracy",
                "cifar_adjusted/sigmoid-ce-softmax-lr0.01",
                "cifar_removed/sigmoid-throughout",
            ),
        ),
        note="The first trials stand in for the search, in the two groups that the paper says "
        "learn, at their best rates. On TensorFlow Keras' cross-entropy takes the values before a "
        "final sigmoid, which makes sigmoid and softmax one training there; ours takes the "
        "outputs.",
    ),
    Claim(
        id="D3-C21",
        place="1",
        text="Momentum did not help.",
        statements=(
            is_not_more(
                "momentum adds no more than a point",
                "test_accuracy",
                "cifar_removed/momentum",
                "cifar_removed/none",
                margin=CIFAR_MARGIN,
            ),
        ),
        note="Momentum 0.9, which the paper leaves open, at the same rate of 0.01, in the final "
        "setting.",
    ),
    Claim(
        id="D3-C22",
        place="1",
        text="Going from batches of 128 to 32 gave the largest gain of all.",
        statements=(
            _ends_higher(
                "batches of 128 in the final setting cost accuracy",
                "cifar_removed",
                "none",
                "batch-128",
            ),
            *(
                is_more(
                    f"they cost more than {words}",
                    "test_accuracy",
                    cell,
                    "cifar_removed/batch-128",
                )
                for cell, words in (
                    ("cifar_removed/unit-inputs", "inputs of 0 to 1"),
                    ("cifar_removed/no-conv-bias", "no biases in the convolutions"),
                    ("cifar_removed/bias-zero", "biases that start at zero"),
                    ("cifar_removed/bias-deviation-4704", "the other deviation of the biases"),
                    ("cifar_regulariser/none", "no penalty on kernels"),
                )
            ),
        ),
        note="Each adjustment is taken back alone. The 84-unit layer is left out, for it gave no "
        "gain there, and so is the final activation, which was put back to what it had been.",
    ),
)

CLAIMS: tuple[Claim, ...] = (*FIRST_ADJUSTMENTS, *REGULARISERS, *FINAL_ADJUSTMENTS)
