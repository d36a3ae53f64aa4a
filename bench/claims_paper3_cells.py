"""The cells that the claims of paper 3 share: activation, loss and rate."""

from bench.recipes_paper3 import one_added, one_removed
from bench.stating import cells
from lenet.recipe import Recipe

GROUPS = ("sigmoid-mse", "tanh-mse", "sigmoid-ce", "tanh-ce")
"""Activation and loss."""
RATES = ("0.1", "0.01", "0.001")
LEARNED = 0.15
"""Accuracy from which a network has learned something, where chance is 0.10."""


TANH_CE = "cifar_adjusted/tanh-ce-softmax-lr0.01"
"""The paper's best network of section 1."""
RELU_5, RELU_3 = "cifar_removed/relu-5x5", "cifar_removed/relu-3x3"
"""Its networks of section 2."""
OURS = ("max-pooling", "standardised", "adadelta-rate1", "relu-5x5-padded")
"""Of what is added or taken away, what the paper does not have."""
FIVE = {
    "halving": "all else as in section 1",
    "halving-plain": "maximum pools, biases of zero, no L2",
    "halving-plain-unit": "the same on inputs of 0 to 1",
    "two-pools": "pools behind the first and the last layer alone",
    "keeping": "pools that keep the size, as the words have it, 10 epochs",
}
"""Network of five layers -> what else section 3 is taken to have."""
FIVE_UNSAID = "Section 3 tells the layers alone: five readings of the rest."


def handed_on(recipe: Recipe) -> int:
    """Values that the convolutions give, of all layers together."""
    sizes = (stage.convolved for stage in recipe.stages)
    return sum(maps * height * width for maps, height, width in sizes)


def five(network: str, rate: str = "0.001") -> str:
    """The cell of a network of five layers."""
    if network == "keeping":
        return f"cifar_keeping/lr{rate}"
    return f"cifar_deep/{network}-lr{rate}"


def tried() -> tuple[str, ...]:
    """Every network of section 1: first trials, one adjustment more or less, adjusted ones."""
    return (
        *first(*GROUPS),
        *first(*GROUPS, output="softmax"),
        *cells("cifar_added", *(name for name in one_added() if name not in OURS)),
        *cells("cifar_removed", *(n for n in one_removed() if n not in OURS and "relu" not in n)),
        *adjusted(*GROUPS),
    )


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
