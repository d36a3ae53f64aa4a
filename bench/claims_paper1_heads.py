"""Paper 1, section 2.5: a recurrent layer in the place of a linear one.

Its own reading is taken to be `rnn-batch` and `lstm-batch`: PyTorch's default layer on 2-D input,
which reads the batch as one sequence, in the place of the first linear layer. `rnn` and `lstm` read
the 16 maps as steps; `last` is in the place of the layer that gives the logits, a reading that was
added when one seed of the others was known.
"""

from bench.recipes import HEAD_RATES
from bench.recipes_paper1 import LEARNING_RATES
from bench.stating import (
    cells,
    gains,
    in_readings,
    is_alike,
    is_below,
    is_more,
    is_mostly_alike,
    is_seen_apart,
    stated_after,
    term,
)
from harness.claim import Claim, Statement


def at(head: str, *rates: float) -> tuple[str, ...]:
    """Cells of a head at these rates."""
    return cells("recurrent", *(f"{head}-lr{rate:g}" for rate in rates))


def linear(reading: str, rate: float) -> tuple[str, ...]:
    """The cell with the linear head in this reading; with plain logits that of `activation`."""
    if reading in ("", MAPS):
        return at(LINEAR, rate)
    return cells("activation", f"relu-hidden-lr{rate:g}")


def recurrent(kind: str, reading: str) -> tuple[str, ...]:
    """Cells of a recurrent head in this reading, at the rates at which heads learn."""
    return at(kind if reading == MAPS else f"{kind}-batch{reading}", *LEARNING_RATES)


LINEAR, RNN, LSTM = "linear", "rnn-batch", "lstm-batch"
MAPS = "maps"
"""Key of the reading in which the maps are the steps."""
PLACES = {"": "ReLU on the logits", "-last": "the recurrent layer gives the logits"}
READINGS = {**PLACES, "-plain": "logits left alone"}
"""How a recurrent head is called in it -> the reading; `PLACES` has all three rates."""
BATCH = (
    "The batch is the sequence, as PyTorch's default has it; `rnn` and `lstm` read maps. That the "
    "recurrent layer gives the logits is a reading added when one seed of the others was known."
)


def _is_seen_above(
    says: str, first: tuple[str, ...], second: tuple[str, ...], *, by: float
) -> Statement:
    """In at least one seed all of the first heads end above the second by so much."""
    terms = term("test_accuracy", first, over="least"), term("test_accuracy", second, weight=-1.0)
    return Statement(says=says, terms=terms, shows="seen", bound=by)


HEADS = (
    Claim(
        id="D1-C51",
        place="2.5",
        text="Recurrent networks are made for data that has an order.",
        reason="background: nothing that a training could decide",
    ),
    Claim(
        id="D1-C52",
        place="2.5",
        text="A recurrent layer should do harm, as the order of images means nothing.",
        statements=in_readings(
            READINGS | {MAPS: "the maps are the sequence, ReLU on the logits"},
            lambda reading: stated_after(
                1,
                *(
                    is_more(
                        f"{says} is higher with the linear head than with the {head.upper()}",
                        metric,
                        tuple(cell for rate in LEARNING_RATES for cell in linear(reading, rate)),
                        recurrent(head, reading),
                    )
                    for head in ("rnn", "lstm")
                    for metric, says in (
                        ("test_accuracy", "accuracy at the end"),
                        ("mean_accuracy", "mean accuracy over epochs"),
                    )
                ),
            ),
        ),
        note="A hypothesis of the paper. Neither images nor maps have an order. Over rates 0.1 and "
        "0.01; at 0.001 heads hardly learn. That the missing order is why is not tested.",
        revised="when one seed was known; before, over batch and maps together, at three rates, "
        "then of RNN and LSTM together.",
    ),
    Claim(
        id="D1-C53",
        place="2.5",
        text="The gates of an LSTM may raise the accuracy.",
        statements=in_readings(
            READINGS,
            lambda reading: stated_after(
                1 if reading else 0,
                *(
                    is_more(
                        f"LSTM ends above RNN at {rate:g}",
                        "test_accuracy",
                        at(f"{LSTM}{reading}", rate),
                        at(f"{RNN}{reading}", rate),
                    )
                    for rate in (HEAD_RATES if reading in PLACES else LEARNING_RATES)
                ),
            ),
        ),
        needs="any",
        note=f"May: at one of its rates. {BATCH}",
        revised="when one seed was known; before, with ReLU on the logits alone.",
    ),
    Claim(
        id="D1-C54",
        place="2.5",
        text="At 0.1 the RNN learns as fast and as much as the linear head, every time.",
        statements=in_readings(
            READINGS,
            lambda reading: (
                is_alike(
                    "RNN ends within 2 points of linear",
                    "test_accuracy",
                    at(f"{RNN}{reading}", 0.1),
                    linear(reading, 0.1),
                    margin=0.02,
                ),
                is_alike(
                    "RNN is at 90% within two epochs of linear",
                    "epochs_to@0.9",
                    at(f"{RNN}{reading}", 0.1),
                    linear(reading, 0.1),
                    margin=2.0,
                ),
            ),
        ),
        note=f"The paper reads this off a plot: 2 points and 2 epochs are alike. {BATCH}",
    ),
    Claim(
        id="D1-C55",
        place="2.5",
        text="At 0.1 the LSTM ends below both others in some runs.",
        statements=in_readings(
            READINGS,
            lambda reading: stated_after(
                1,
                is_more(
                    "LSTM ends below linear and RNN on average",
                    "test_accuracy",
                    (*linear(reading, 0.1), *at(f"{RNN}{reading}", 0.1)),
                    at(f"{LSTM}{reading}", 0.1),
                ),
                _is_seen_above(
                    "in some run it ends more than 2 points below both",
                    (*linear(reading, 0.1), *at(f"{RNN}{reading}", 0.1)),
                    at(f"{LSTM}{reading}", 0.1),
                    by=0.02,
                ),
            ),
        ),
        note="The paper has two runs of three, too few to fix a share. Of three like heads one is "
        f"the last in a third of all runs: below both must mean more than that. {BATCH}",
        revised="when one seed was known; before, by 0.2 points in some run, and not on average.",
    ),
    Claim(
        id="D1-C56",
        place="2.5",
        text="At 0.01 the RNN stays close to the linear head, but for one run.",
        statements=in_readings(
            READINGS,
            lambda reading: stated_after(
                1,
                is_mostly_alike(
                    "in most runs RNN ends within 5 points of linear",
                    "test_accuracy",
                    at(f"{RNN}{reading}", 0.01),
                    linear(reading, 0.01),
                    limit=0.05,
                ),
                is_seen_apart(
                    "in some run RNN ends more than 10 points from linear",
                    "test_accuracy",
                    (*linear(reading, 0.01), *at(f"{RNN}{reading}", 0.01)),
                    by=0.1,
                ),
            ),
        ),
        note="Close: within 5 points in more than half of all runs; outlier: more than 10 points "
        "above or below, as the paper does not say which. One outlier of three runs fixes no "
        f"share of them. {BATCH}",
        revised="when one seed was known; before, close was asked of a run, or of the mean, and "
        "an outlier was below.",
    ),
    Claim(
        id="D1-C57",
        place="2.5",
        text="At 0.01 the LSTM gains accuracy more slowly than both others.",
        statements=in_readings(
            READINGS,
            lambda reading: tuple(
                is_more(
                    f"the mean accuracy over epochs is higher with {name} than with LSTM",
                    "mean_accuracy",
                    head,
                    at(f"{LSTM}{reading}", 0.01),
                )
                for head, name in (
                    (linear(reading, 0.01), "the linear head"),
                    (at(f"{RNN}{reading}", 0.01), "RNN"),
                )
            ),
        ),
        note=f"Slow: a low mean accuracy over epochs, the area below the curve. {BATCH}",
    ),
    Claim(
        id="D1-C58",
        place="2.5",
        text="At 0.001 RNN and linear head still behave alike.",
        statements=in_readings(
            PLACES,
            lambda reading: (
                is_alike(
                    "RNN ends within 5 points of linear",
                    "test_accuracy",
                    at(f"{RNN}{reading}", 0.001),
                    linear(reading, 0.001),
                    margin=0.05,
                ),
            ),
        ),
        note=f"5 points, as at this rate neither gets far in 20 epochs. {BATCH}",
    ),
    Claim(
        id="D1-C59",
        place="2.5",
        text="At 0.001 the LSTM stays at the low accuracy where it begins.",
        statements=in_readings(
            PLACES,
            lambda reading: (
                Statement(
                    says="LSTM ends less than 5 points above its first epoch",
                    terms=gains(
                        "", "test_accuracy", "test_accuracy@1", at(f"{LSTM}{reading}", 0.001)
                    ).terms,
                    shows="below",
                    bound=0.05,
                ),
                is_below(
                    "LSTM ends below 25%", "test_accuracy", at(f"{LSTM}{reading}", 0.001), 0.25
                ),
            ),
        ),
        note=f"Beginning is taken for the end of the first epoch. {BATCH}",
    ),
)
