"""The cells that the claims of paper 3 share: activation, loss and rate."""

from bench.stating import cells

GROUPS = ("sigmoid-mse", "tanh-mse", "sigmoid-ce", "tanh-ce")
"""Activation and loss."""
RATES = ("0.1", "0.01", "0.001")
LEARNED = 0.15
"""Accuracy from which a network has learned something, where chance is 0.10."""


def first(*groups: str, output: str = "same") -> tuple[str, ...]:
    """Tables 1 and 2, at all three rates; `same` is a final activation like the hidden one."""
    return _at_rates("cifar_first", groups, output)


LOGITS = {
    "same": "sigmoid's cross-entropy takes outputs over their sum",
    "softmax": "it takes the values before the sigmoid, as Keras on TensorFlow",
}
"""End of the variant's name -> what Keras' cross-entropy makes of a final sigmoid."""


def trials(*groups: str, sigmoid_ce: str) -> tuple[str, ...]:
    """Tables 1 and 2 at all three rates, with either reading of sigmoid with cross-entropy."""
    return tuple(
        cell
        for group in groups
        for cell in first(group, output=sigmoid_ce if group == "sigmoid-ce" else "same")
    )


def adjusted(*groups: str) -> tuple[str, ...]:
    """Tables 3 and 4, at all three rates."""
    return _at_rates("cifar_adjusted", groups, "softmax")


def others(group: str) -> tuple[str, ...]:
    """All groups but one."""
    return tuple(each for each in GROUPS if each != group)


def _at_rates(experiment: str, groups: tuple[str, ...], output: str) -> tuple[str, ...]:
    names = (f"{group}-{output}-lr{rate}" for group in groups for rate in RATES)
    return cells(experiment, *names)
