"""The arithmetic that a recipe costs, by its sizes alone.

The same numbers as PyTorch's FLOP counter gives on the `meta` device, which a test compares for
every recipe of the bench; that counter takes seconds to load in each worker.
"""

import itertools

from lenet.recipe import Recipe

GATES = {"rnn": 1, "lstm": 4}
"""Matrix products a step, by recurrent layer."""


def conv_multiply_adds(recipe: Recipe) -> tuple[int, ...]:
    """Multiply-adds of each convolution, forward, one sample."""
    return tuple(
        stage.multiply_adds(conv.kernel)
        for stage, conv in zip(recipe.stages, recipe.convs, strict=True)
    )


def linear_multiply_adds(recipe: Recipe) -> int:
    """Multiply-adds of the linear layers, forward, one sample."""
    layers = [a * b for a, b in itertools.pairwise((recipe.features, *recipe.widths))]
    if recipe.head != "linear":
        del layers[recipe.head_layer - 1]
    return sum(layers)


def recurrent_multiply_adds(recipe: Recipe) -> tuple[int, int]:
    """Multiply-adds of a recurrent head, forward, one sample: by its inputs, by its hidden states.

    A head that reads the batch as its sequence takes one step a sample.
    """
    if recipe.head == "linear":
        return 0, 0
    steps = recipe.stages[-1].pooled[0] if recipe.head_sequence == "maps" else 1
    values, width = (recipe.features, *recipe.widths)[recipe.head_layer - 1 :][:2]
    gates = GATES[recipe.head]
    return gates * values * width, gates * steps * width * width


def training_flops(recipe: Recipe) -> int:
    """Floating-point operations of one training sample, forward and backward.

    A multiply-add is two; a product goes forward once and backward twice (to its weights and to its
    input). The images need no gradient, nor does the hidden state before the first step.
    Elementwise work is left out.
    """
    convs = conv_multiply_adds(recipe)
    inputs, hidden = recurrent_multiply_adds(recipe)
    products = sum(convs) + linear_multiply_adds(recipe) + inputs + hidden
    first_state = GATES.get(recipe.head, 0) * recipe.widths[recipe.head_layer - 1] ** 2
    return 6 * products - 2 * convs[0] - 2 * first_state
