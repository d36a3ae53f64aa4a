"""Paper 1, section 2.5: a recurrent layer in the place of a linear one.

Its own reading is taken to be `rnn-batch` and `lstm-batch`: PyTorch's default layer on 2-D input,
which reads the batch as one sequence. `rnn` and `lstm` read the 16 maps as steps.
"""

from bench.recipes import HEAD_RATES
from bench.recipes_paper1 import LEARNING_RATES
from bench.stating import cells, gains, in_readings, is_alike, is_below, is_more, term
from harness.claim import Claim, Statement


def at(head: str, *rates: float) -> tuple[str, ...]:
    """Cells of a head at these rates."""
    return cells("recurrent", *(f"{head}-lr{rate:g}" for rate in rates))


LINEAR, RNN, LSTM = "linear", "rnn-batch", "lstm-batch"
READINGS = {"": "ReLU on the logits", "-plain": "logits left alone"}
"""How a head is called with such logits -> the reading."""
BATCH = "The batch is the sequence, as PyTorch's default has it; `rnn` and `lstm` read maps."


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
        statements=(
            is_more(
                "the linear head ends above RNN and LSTM that read the batch, over three rates",
                "test_accuracy",
                at(LINEAR, *HEAD_RATES),
                (*at(RNN, *HEAD_RATES), *at(LSTM, *HEAD_RATES)),
            ),
            is_more(
                "the linear head ends above RNN and LSTM that read the maps",
                "test_accuracy",
                at(LINEAR, *LEARNING_RATES),
                (*at("rnn", *LEARNING_RATES), *at("lstm", *LEARNING_RATES)),
            ),
            is_more(
                "its mean accuracy over epochs is above theirs that read the batch",
                "mean_accuracy",
                at(LINEAR, *HEAD_RATES),
                (*at(RNN, *HEAD_RATES), *at(LSTM, *HEAD_RATES)),
            ),
        ),
        note="A hypothesis of the paper; neither images nor maps have an order, so it is asked of "
        "both readings, RNN and LSTM taken together.",
    ),
    Claim(
        id="D1-C53",
        place="2.5",
        text="The gates of an LSTM change the outcome and may raise the accuracy.",
        statements=tuple(
            is_more(
                f"LSTM ends above RNN at {rate:g}", "test_accuracy", at(LSTM, rate), at(RNN, rate)
            )
            for rate in HEAD_RATES
        ),
        needs="any",
        note=f"May: at one of three rates. {BATCH}",
    ),
    Claim(
        id="D1-C54",
        place="2.5",
        text="At 0.1 the RNN learns as fast and as much as the linear head, every time.",
        statements=in_readings(
            READINGS,
            lambda logits: (
                is_alike(
                    "RNN ends within 2 points of linear",
                    "test_accuracy",
                    at(f"{RNN}{logits}", 0.1),
                    at(f"{LINEAR}{logits}", 0.1),
                    margin=0.02,
                ),
                is_alike(
                    "RNN is at 90% within two epochs of linear",
                    "epochs_to@0.9",
                    at(f"{RNN}{logits}", 0.1),
                    at(f"{LINEAR}{logits}", 0.1),
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
            lambda logits: (
                is_more(
                    "LSTM ends below linear and RNN on average",
                    "test_accuracy",
                    (*at(f"{LINEAR}{logits}", 0.1), *at(f"{RNN}{logits}", 0.1)),
                    at(f"{LSTM}{logits}", 0.1),
                ),
                _is_seen_above(
                    "in some run it ends more than 2 points below both",
                    (*at(f"{LINEAR}{logits}", 0.1), *at(f"{RNN}{logits}", 0.1)),
                    at(f"{LSTM}{logits}", 0.1),
                    by=0.02,
                ),
            ),
        ),
        note="The paper has two runs of three, too few to fix a share. Of three like heads one is "
        f"the last in a third of all runs: below both must mean more than that. {BATCH}",
    ),
    Claim(
        id="D1-C56",
        place="2.5",
        text="At 0.01 the RNN stays close to the linear head, but for one run.",
        statements=in_readings(
            READINGS,
            lambda logits: (
                _is_seen_above(
                    "in some run RNN ends no more than 5 points below linear",
                    at(f"{RNN}{logits}", 0.01),
                    at(f"{LINEAR}{logits}", 0.01),
                    by=-0.05,
                ),
                _is_seen_above(
                    "in some run RNN ends more than 10 points below linear",
                    at(f"{LINEAR}{logits}", 0.01),
                    at(f"{RNN}{logits}", 0.01),
                    by=0.1,
                ),
            ),
        ),
        note="Close: less than 5 points below; outlier: more than 10 points below. That both occur "
        f"is asked, as one outlier of three runs fixes no share. {BATCH}",
    ),
    Claim(
        id="D1-C57",
        place="2.5",
        text="At 0.01 the LSTM gains accuracy more slowly than both others.",
        statements=in_readings(
            READINGS,
            lambda logits: tuple(
                is_more(
                    f"the mean accuracy over epochs is higher with {name} than with LSTM",
                    "mean_accuracy",
                    at(f"{head}{logits}", 0.01),
                    at(f"{LSTM}{logits}", 0.01),
                )
                for head, name in ((LINEAR, "the linear head"), (RNN, "RNN"))
            ),
        ),
        note=f"Slow: a low mean accuracy over epochs, the area below the curve. {BATCH}",
    ),
    Claim(
        id="D1-C58",
        place="2.5",
        text="At 0.001 RNN and linear head still behave alike.",
        statements=(
            is_alike(
                "RNN ends within 5 points of linear",
                "test_accuracy",
                at(RNN, 0.001),
                at(LINEAR, 0.001),
                margin=0.05,
            ),
        ),
        note=f"5 points, as at this rate neither gets far in 20 epochs. {BATCH}",
    ),
    Claim(
        id="D1-C59",
        place="2.5",
        text="At 0.001 the LSTM stays at the low accuracy where it begins.",
        statements=(
            Statement(
                says="LSTM ends less than 5 points above its first epoch",
                terms=gains("", "test_accuracy", "test_accuracy@1", at(LSTM, 0.001)).terms,
                shows="below",
                bound=0.05,
            ),
            is_below("LSTM ends below 25%", "test_accuracy", at(LSTM, 0.001), 0.25),
        ),
        note=f"Beginning is taken for the end of the first epoch. {BATCH}",
    ),
)
