"""The claims of paper 2 on Adam, section 6, and on LeNet itself, section 7."""

import itertools

from bench.claims_paper2_cells import ADDED, IN_ANY_SETTING, KERAS, in_settings
from bench.recipes_paper2 import KERAS_BASE
from bench.stating import cells, is_above, is_below, is_more, is_ordered, term
from harness.claim import Claim, Fact, Statement
from lenet.flops import conv_multiply_adds, linear_multiply_adds

STEPS = 1_875
"""Steps of an epoch in batches of 32."""
FRAMES = 30
"""Images a second that count as real time."""


def _initialised(optimizer: str) -> tuple[str, ...]:
    kinds = ("glorot-uniform", "he-uniform", "pytorch", "normal")
    return cells("initialiser", *(f"{kind}-{optimizer}" for kind in kinds))


def _parameters() -> int:
    """Weights and biases of LeNet-5, from its sizes."""
    recipe = KERAS_BASE
    pairs = zip(recipe.stages, recipe.convs, strict=True)
    convs = sum(conv.maps * (stage.inputs[0] * conv.kernel**2 + conv.bias) for stage, conv in pairs)
    widths = (recipe.features, *recipe.linears, recipe.classes)
    return convs + sum((a + 1) * b for a, b in itertools.pairwise(widths))


PARAMETERS = _parameters()
MULTIPLY_ADDS = sum(conv_multiply_adds(KERAS_BASE)) + linear_multiply_adds(KERAS_BASE)
"""Of one image, forward."""


def _loses_little(change: str, amount: str, words: str) -> Statement:
    return Statement(
        says=f"{words} costs less than 5 points",
        terms=(
            term("test_accuracy", "pooling/average"),
            term(f"accuracy_under/{change}@{amount}", "pooling/average", weight=-1.0),
        ),
        shows="below",
        bound=0.05,
    )


ADAM = (
    Claim(
        id="D2-C31",
        place="6, 7",
        text="Adam is the best of the five.",
        statements=in_settings(
            lambda at: tuple(
                is_more(f"Adam ends above {words}", "test_accuracy", at["adam"], at[name])
                for name, words in (
                    ("rmsprop", "RMSprop"),
                    ("adagrad", "AdaGrad"),
                    ("sgd", "SGD"),
                    ("adadelta", "AdaDelta"),
                )
            )
        ),
        note=f"{IN_ANY_SETTING} `tuned_optimizer` gives each its best rate.",
        revised=ADDED,
    ),
    Claim(
        id="D2-C32",
        place="6",
        text="Adam is best because it fits each rate to first and second moments.",
        statements=(
            Statement(
                says="it does fit them: its steps in the first linear layer, beside their "
                "gradients, are over twice those in the first convolution",
                terms=(
                    term("effective_step/linear1@10", "optimizer_parts/adam"),
                    term("effective_step/conv1@10", "optimizer_parts/adam", weight=-2.0),
                ),
            ),
            is_more(
                "without the first moment it ends lower",
                "test_accuracy",
                "optimizer_parts/adam",
                "optimizer_parts/adam-no-momentum",
            ),
            is_more(
                "without the second moment it ends lower",
                "test_accuracy",
                "optimizer_parts/adam",
                "optimizer_parts/momentum",
            ),
        ),
        is_cause=True,
        note="Without the second moment it is SGD with momentum 0.9, which needs another rate: "
        "0.01, Keras' default. 10 epochs.",
    ),
    Claim(
        id="D2-C33",
        place="6",
        text="Adam depends little on the initial weights.",
        statements=(
            is_more(
                "over four initialisers SGD's accuracies lie further apart than Adam's",
                "test_accuracy",
                _initialised("sgd"),
                _initialised("adam"),
                over="range",
            ),
            is_above(
                "the worst of the four still takes Adam above 97%",
                "test_accuracy",
                _initialised("adam"),
                0.97,
                over="worst",
            ),
        ),
        note="5 epochs instead of 50, so a slow start still shows. RMSprop is trained beside them.",
    ),
    Claim(
        id="D2-C34",
        place="6, table 1",
        text="From worst to best: AdaDelta, SGD, AdaGrad, RMSProp, Adam.",
        statements=in_settings(
            lambda at: is_ordered(
                "test_accuracy",
                *(at[name] for name in ("adadelta", "sgd", "adagrad", "rmsprop", "adam")),
                names=("AdaDelta", "SGD", "AdaGrad", "RMSprop", "Adam"),
            )
        ),
        note=IN_ANY_SETTING,
        revised=ADDED,
    ),
)

CONCLUSION = (
    Claim(
        id="D2-C35",
        place="7",
        text="LeNet-5 solves MNIST with excellent accuracy.",
        statements=(is_above("with Adam it passes 98%", "test_accuracy", KERAS["adam"], 0.98),),
        note="Excellent is taken as 98%: a linear classifier gets about 92%, LeNet-5 in 1998 99%.",
    ),
    Claim(
        id="D2-C36",
        place="7",
        text="LeNet-5 has few parameters, and trains and answers fast.",
        facts=(
            Fact(
                says=f"{PARAMETERS:,} parameters, fewer than 100,000",
                holds=PARAMETERS < 100_000,
            ),
            Fact(
                says=f"{MULTIPLY_ADDS:,} multiply-adds an image, fewer than a million",
                holds=MULTIPLY_ADDS < 1_000_000,
            ),
        ),
        statements=(
            is_more(
                "the base network takes longer for an epoch with pools that leave 635,786 "
                "parameters than with 44,426",
                "epoch_yardsticks",
                "maxpool/k2-s1-p0-plain",
                "maxpool/k2-s2-p0-plain",
            ),
        ),
        note="A larger relative of paper 1 stands in for larger networks; an answer is a part of a "
        "step. The paper says that the one follows from the other, which is not tested: in LeNet-5 "
        "the convolutions hold 4% of the parameters and do 86% of the work.",
    ),
    Claim(
        id="D2-C37",
        place="7",
        text="LeNet-5 is fit for use in real time.",
        statements=(
            is_below(
                "an epoch of 1,875 steps on 32 images takes less than 62.5 s",
                "epoch_s",
                KERAS["sgd"],
                STEPS / FRAMES,
            ),
        ),
        note="Real time is taken as 30 images a second, a thirtieth of a second each. A step holds "
        "the answer to one image and much more, so it bounds its time from above. On the "
        "machine of the run, not on a small device.",
    ),
    Claim(
        id="D2-C38",
        place="7",
        text="LeNet-5 is robust.",
        statements=(
            _loses_little("shift", "2", "moving the test images by 2 pixels"),
            _loses_little("rotate", "15", "turning them by 15 degrees"),
            _loses_little("noise", "0.1", "noise of a tenth of the range of values"),
        ),
        note="Robust is given this meaning: a mild change of the test images costs less than 5 "
        "points. Adam, 10 epochs, trained on unchanged images.",
    ),
    Claim(
        id="D2-C39",
        place="7",
        text="Convolutional networks will go on building on LeNet.",
        reason="A forecast.",
    ),
)

CLAIMS: tuple[Claim, ...] = (*ADAM, *CONCLUSION)
