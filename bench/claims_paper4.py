"""The claims of paper 4.

`path` trains for 20 epochs at a constant rate: its accuracy after epoch 8 is that of the paper's 8
epochs. Batch size, activation, pooling and logits are assumed (`bench.recipes_paper4`). What hangs
on them is stated in two readings: the assumed one, and that which comes nearest to the paper's
start.
"""

from bench.claims_paper4_runs import EITHER, READINGS, RUN_TO_RUN
from bench.stating import (
    MARGIN,
    gains,
    in_readings,
    is_above,
    is_below,
    is_more,
    is_not_more,
    is_seen,
    is_seen_between,
    stated_after,
    term,
)
from harness.claim import Claim, Statement, Term

FINAL = "path/m0.9-lr0.02"
FIRST_START = "start/assumed"
"""The start, trained for the paper's 8 epochs and no longer."""
EIGHT = "test_accuracy@8"
RATES = ("0.01", "0.02", "0.03")
STEPS_OF_8_EPOCHS = {"path": 7504, "rectified_path": 1880}
"""Experiment -> of 938 batches of 64, of 235 of 256."""
FIRST = {"path": FIRST_START, "rectified_path": "start/relu-on-logits-batch-256"}
"""Experiment -> its start, trained for 8 epochs."""
ENDS = {"path": (6000, 17000), "rectified_path": (1500, 4240)}
"""Experiment -> steps from which the last fifth of 8 epochs and the last tenth of 20 begin."""


RATE_UNSAID = "The paper does not say at which rate; one of 0.01, 0.02 and 0.03 is enough."
BATCH_ASSUMED = (
    "Batches of 64 are assumed; experiment `start` shows what other batch sizes and logits give."
)


def _noise_after_1000(path: str, rate: str, sign: float = 1.0) -> tuple[Term, Term]:
    """Mean change of the loss by step from step 1,000 to the end of 8 epochs, from two means."""
    at, last = f"{path}/m0-lr{rate}", STEPS_OF_8_EPOCHS[path]
    left = last - 1000
    return (
        term(f"noise_until@{last}", at, weight=sign * last / left),
        term("noise_until@1000", at, weight=-sign * 1000 / left),
    )


def swings_more(path: str) -> Statement:
    """The loss of the higher rate swings, as it is said to."""
    terms = _noise_after_1000(path, "0.03"), _noise_after_1000(path, "0.01", sign=-1.0)
    return Statement(
        says="from step 1,000 to the end of 8 epochs the loss changes more at 0.03 than at 0.01",
        terms=(*terms[0], *terms[1]),
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="D4-C01",
        place="Introduction",
        text="LeNet can be brought above 95% on MNIST.",
        statements=(is_above("the final setting ends above 95%", "test_accuracy", FINAL, 0.95),),
    ),
    Claim(
        id="D4-C02",
        place="Experiment 1",
        text="Two convolutional layers are enough for images of 28 x 28 in one channel.",
        statements=(
            is_above("two layers end above 95%", "test_accuracy", "third_layer/2", 0.95),
            is_not_more(
                "a third layer gains less than 0.2 points",
                "test_accuracy",
                "third_layer/3",
                "third_layer/2",
                margin=MARGIN,
            ),
        ),
        note="Enough: the paper's aim of 95% is reached, and a third layer does not pay. At the "
        "final rate and momentum, 8 epochs.",
    ),
    Claim(
        id="D4-C03",
        place="Experiment 3",
        text="Rate 0.01, 8 epochs and no momentum give an accuracy of only 0.54, at a loss of "
        "1.28302.",
        statements=in_readings(
            READINGS,
            lambda path: stated_after(
                6,
                is_seen_between("a run ends between 44 and 64%", FIRST[path], 0.44, 0.64),
                is_seen("a run ends with a test loss above 1", "test_loss", FIRST[path], 1.0),
            ),
        ),
        note="The paper has one run: one of ours within ten points of it is asked for, and one "
        f"with a loss of more than 1. {EITHER} {BATCH_ASSUMED}",
        revised="when six seeds were known; before, of the mean, to which no single run need be "
        "near.",
    ),
    Claim(
        id="D4-C04",
        place="Experiment 3",
        text="Rate 0.03 instead of 0.01 lifts the accuracy to 0.95 and lowers the loss to 0.01216.",
        statements=in_readings(
            READINGS,
            lambda path: (
                *stated_after(
                    6,
                    is_more(
                        "0.03 is more than 20 points above 0.01 after 8 epochs",
                        EIGHT,
                        f"{path}/m0-lr0.03",
                        f"{path}/m0-lr0.01",
                        by=0.2,
                    ),
                ),
                is_above("0.03 is above 94.5% after 8 epochs", EIGHT, f"{path}/m0-lr0.03", 0.945),
                is_more(
                    "the training loss of 0.03 is lower in epoch 8",
                    "train_loss@8",
                    f"{path}/m0-lr0.01",
                    f"{path}/m0-lr0.03",
                ),
            ),
        ),
        note="The paper's rise is one of 41 points; half of it is asked for. A mean loss of "
        "0.01216 is out of reach at 95%, where it is 0.035 at least; the direction is tested. "
        f"{EITHER}",
        revised="when six seeds were known; before, 0.03 above 0.01 by any amount.",
    ),
    Claim(
        id="D4-C05",
        place="Experiment 3",
        text="At 0.03 the loss swings from step 1,000 or so on.",
        statements=in_readings(
            READINGS,
            lambda path: (
                Statement(
                    says="at 0.03 the loss changes more by step in 8 epochs than up to step 1,000",
                    terms=(
                        term(f"noise_until@{STEPS_OF_8_EPOCHS[path]}", f"{path}/m0-lr0.03"),
                        term("noise_until@1000", f"{path}/m0-lr0.03", weight=-1.0),
                    ),
                ),
                *stated_after(6, swings_more(path)),
            ),
            known={"rectified_path": 6},
        ),
        note="Swing is taken for the mean change of the loss between recorded steps. That of all 8 "
        "epochs is the larger if, and only if, it grows after step 1,000. A drawing of batch "
        f"losses always looks restless. {EITHER}",
        revised="when six seeds were known; before, in the first reading alone, and the second "
        "half of it otherwise.",
    ),
    Claim(
        id="D4-C06",
        place="Experiment 3",
        text="0.9 is a suitable momentum.",
        statements=(
            *(
                is_not_more(
                    f"{name} ends less than 0.2 points above 0.9",
                    "test_accuracy",
                    f"path/{momentum}-lr0.02",
                    FINAL,
                    margin=MARGIN,
                )
                for momentum, name in (
                    ("m0", "no momentum"),
                    ("m0.5", "0.5"),
                    ("m0.99", "0.99"),
                )
            ),
            is_more(
                "without momentum 95% takes more epochs than with 0.9",
                "epochs_to@0.95",
                "path/m0-lr0.02",
                FINAL,
            ),
        ),
        note="Suitable: none of 0, 0.5 and 0.99 is better by more than 0.2 points, and it is "
        "faster than none. At rate 0.02.",
    ),
    Claim(
        id="D4-C07",
        place="Experiment 3",
        text="With momentum 0.9 the loss falls fast.",
        statements=tuple(
            is_more(
                f"at {rate} a batch loss of 0.3 takes more steps without momentum",
                "steps_to_loss@0.3",
                f"path/m0-lr{rate}",
                f"path/m0.9-lr{rate}",
            )
            for rate in RATES
        ),
        note="Fast: in fewer steps than without, at each rate that it may have been.",
    ),
    Claim(
        id="D4-C08",
        place="Experiment 3",
        text="Momentum 0.9 with 8 epochs gives 0.89 and misses 95%.",
        statements=in_readings(
            READINGS,
            lambda path: tuple(
                is_below(
                    f"at {rate} below 95% after 8 epochs", EIGHT, f"{path}/m0.9-lr{rate}", 0.95
                )
                for rate in RATES
            ),
        ),
        needs="any",
        note=f"{RATE_UNSAID} {EITHER}",
    ),
    Claim(
        id="D4-C09",
        place="Experiment 3",
        text="After 8 epochs momentum is less accurate (0.89) than rate 0.03 without it (0.95).",
        statements=in_readings(
            READINGS,
            lambda path: tuple(
                is_more(
                    f"rate 0.03 without is above rate {rate} with momentum",
                    EIGHT,
                    f"{path}/m0-lr0.03",
                    f"{path}/m0.9-lr{rate}",
                )
                for rate in RATES
            ),
        ),
        needs="any",
        note=f"Follows from the two numbers. {RATE_UNSAID} {EITHER}",
    ),
    Claim(
        id="D4-C10",
        place="Experiment 3",
        text="20 epochs instead of 8 lift the accuracy past 95%, to 99%.",
        statements=in_readings(
            READINGS,
            lambda path: (
                is_below("below 95% after 8 epochs", EIGHT, f"{path}/m0.9-lr0.02", 0.95),
                is_above("above 98.5% after 20", "test_accuracy", f"{path}/m0.9-lr0.02", 0.985),
                gains(
                    "20 epochs are more accurate than 8",
                    "test_accuracy",
                    EIGHT,
                    f"{path}/m0.9-lr0.02",
                ),
            ),
        ),
        note="At rate 0.02 and momentum 0.9, as its conclusion has them. 98.5% is the least that "
        f"rounds to 99%. {EITHER}",
    ),
    Claim(
        id="D4-C11",
        place="Experiment 3",
        text="Against the swinging loss more epochs are better than a lower rate.",
        statements=in_readings(
            READINGS,
            lambda path: (
                *stated_after(6, swings_more(path)),
                Statement(
                    says="0.03 for 20 epochs is more accurate than 0.01 for 8",
                    terms=(
                        term("test_accuracy", f"{path}/m0-lr0.03"),
                        term(EIGHT, f"{path}/m0-lr0.01", weight=-1.0),
                    ),
                ),
                Statement(
                    says="the loss of 0.03 at its end swings less than that of 0.01 at its end",
                    terms=(
                        term(f"noise_from@{ENDS[path][0]}", FIRST[path]),
                        term(f"noise_from@{ENDS[path][1]}", f"{path}/m0-lr0.03", weight=-1.0),
                    ),
                ),
            ),
        ),
        note="There has to be a swing, D4-C05, for a remedy. The end: the last fifth of 8 epochs "
        f"(7,504 steps of 64 images), the last tenth of 20 (18,760). {EITHER}",
        revised="when six seeds were known; before, no swing was asked for.",
    ),
    *RUN_TO_RUN,
    Claim(
        id="D4-C14",
        place="Conclusion",
        text="Rate 0.02, momentum 0.9 and 20 epochs are the best of what was tried.",
        statements=in_readings(
            READINGS,
            lambda path: (
                *(
                    Statement(
                        says=f"the final setting ends above {says} after 8 epochs",
                        terms=(
                            term("test_accuracy", f"{path}/m0.9-lr0.02"),
                            term(EIGHT, cell, weight=-1.0),
                        ),
                    )
                    for says, cell in (
                        ("0.01 without momentum", f"{path}/m0-lr0.01"),
                        ("0.03 without momentum", f"{path}/m0-lr0.03"),
                        ("itself", f"{path}/m0.9-lr0.02"),
                    )
                ),
                *(
                    is_not_more(
                        f"{says} ends less than 0.2 points above it after 20 epochs",
                        "test_accuracy",
                        cell,
                        f"{path}/m0.9-lr0.02",
                        margin=MARGIN,
                    )
                    for says, cell in (
                        ("0.01 without momentum", f"{path}/m0-lr0.01"),
                        ("0.03 without momentum", f"{path}/m0-lr0.03"),
                        ("0.01 with momentum", f"{path}/m0.9-lr0.01"),
                        ("0.03 with momentum", f"{path}/m0.9-lr0.03"),
                    )
                ),
            ),
        ),
        note="Better than each step of the path, and not worse by 0.2 points than the rest of the "
        "grid of its rates, momenta and epochs, of which the paper does not say what it tried. "
        f"{EITHER}",
    ),
)
