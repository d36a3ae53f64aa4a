"""The cells that the claims of paper 2 share."""

from bench.stating import cells

KERAS = {
    name: f"optimizer/{name}-keras" for name in ("sgd", "adagrad", "rmsprop", "adam", "adadelta")
}
"""Optimizer -> its row of table 1, read as Keras' defaults, 50 epochs."""

ADADELTA_RATES = cells(
    "rate_dependence", *(f"adadelta-lr{r}" for r in ("1", "0.1", "0.01", "0.001"))
)
SGD_RATES = cells("rate_dependence", *(f"sgd-lr{r}" for r in ("1", "0.1", "0.01", "0.001")))
"""Four rates each, 10 epochs."""
