"""The cells that the claims of paper 2 share, and the readings of what it leaves unsaid."""

from collections.abc import Callable, Mapping

from bench.stating import cells, in_readings, is_more
from harness.claim import Statement

FIVE = ("sgd", "adagrad", "rmsprop", "adam", "adadelta")
KERAS, TORCH = (
    {name: f"optimizer/{name}-{library}" for name in FIVE} for library in ("keras", "torch")
)
"""Optimizer -> its row of table 1, read as a library's defaults, batches of 32, 50 epochs."""


def _large(size: int, sgd: str) -> dict[str, str]:
    others = {name: f"large_batches/{name}-batch-{size}" for name in FIVE if name != "sgd"}
    return {"sgd": f"sgd/{sgd}batch-{size}", **others}


SETTINGS: Mapping[str, Mapping[str, str]] = {
    "Keras' defaults": KERAS,
    "PyTorch's defaults": TORCH,
    "Keras' in batches of 128": _large(128, ""),
    "Keras' in batches of 256": _large(256, ""),
    "Keras' with SGD at 0.001, batches of 128": _large(128, "rate-0.001-"),
    "Keras' with SGD at 0.001, batches of 256": _large(256, "rate-0.001-"),
    "Keras' with squared error, batches of 128": {name: f"squared_error/{name}" for name in FIVE},
}
"""Reading of library, rates, batch size and loss, which are unsaid -> cell by optimizer."""
KNOWN = {"Keras' with squared error, batches of 128": 1}
"""Readings that were added when so many seeds were known."""
IN_ANY_SETTING = (
    "Library, rates, batch size and loss are unsaid: at the defaults of either library, and in "
    "larger batches, with SGD at its rate or at a tenth of it, or with a squared error."
)


ADDED = "in the reading of a squared error, when one seed was known; before, without it."
"""How claims in these settings were stated anew."""


def in_settings(
    make: Callable[[Mapping[str, str]], tuple[Statement, ...]],
) -> tuple[Statement, ...]:
    """What `make` states of the five optimizers, in each reading of their settings."""
    return in_readings(
        {name: name for name in SETTINGS},
        lambda name: make(SETTINGS[name]),
        known=KNOWN,
    )


def ends_above(first: str, second: str, words: str) -> tuple[Statement, ...]:
    """One optimizer is more accurate than another, in each reading."""
    return in_settings(lambda at: (is_more(words, "test_accuracy", at[first], at[second]),))


def needs_more_epochs(first: str, second: str, words: str) -> tuple[Statement, ...]:
    """One optimizer takes longer to 90% than another, in each reading."""
    return in_settings(lambda at: (is_more(words, "epochs_to@0.9", at[first], at[second]),))


ADADELTA_RATES = cells(
    "rate_dependence", *(f"adadelta-lr{r}" for r in ("1", "0.1", "0.01", "0.001"))
)
ADAM_RATES = cells("rate_dependence", *(f"adam-lr{r}" for r in ("1", "0.1", "0.01", "0.001")))
SGD_RATES = cells("rate_dependence", *(f"sgd-lr{r}" for r in ("1", "0.1", "0.01", "0.001")))
"""Four rates each, 10 epochs."""
