"""Paper 4: from rate 0.01 in 8 epochs to rate 0.02, momentum 0.9 and 20 epochs.

Batch size, activation, pooling and logits are unsaid. ASSUMPTION: the base network of paper 1 with
its logits left alone, and batches of 64; where that could decide (the start, which reached 0.54),
it is varied. What comes nearest to the start, a ReLU on the logits and batches of 256, walks the
whole path, too. The rate is constant, so the first 8 epochs of 20 are the 8 epochs of the paper:
one training answers for both, by its accuracy after epoch 8.
"""

from dataclasses import replace

from bench import recipes
from bench.recipes import BASE
from lenet.recipe import Recipe
from lenet.settings import Optimizer, Pool

Levels = tuple[str | int | float, ...]

PAPER_4 = replace(BASE, learning_rate=0.01, batch_size=64)
"""The start of its path, trained for 20 epochs, of which it had 8."""

RATES = (0.01, 0.02, 0.03)
MOMENTA = (0.0, 0.5, 0.9, 0.99)
"""Momentum 0.9 is the paper's; the others tell whether it is "suitable"."""


def grid() -> dict[Levels, Recipe]:
    """(momentum, rate) -> recipe; momenta that the paper has no word of at its final rate alone."""
    return {
        (f"m{momentum:g}", rate): replace(
            PAPER_4, optimizer=Optimizer(momentum=momentum), learning_rate=rate
        )
        for momentum in MOMENTA
        for rate in RATES
        if momentum in (0.0, 0.9) or rate == 0.02
    }


def rectified_grid() -> dict[Levels, Recipe]:
    """The paper's own part of the grid with a ReLU on the logits and batches of 256."""
    own = {levels: recipe for levels, recipe in grid().items() if levels[0] in ("m0", "m0.9")}
    return {levels: _rectified(recipe) for levels, recipe in own.items()}


def _rectified(recipe: Recipe) -> Recipe:
    """The reading that comes nearest to the paper's start."""
    return replace(recipe, output_activation="relu", batch_size=256)


def starts() -> dict[str, Recipe]:
    """The start with one unsaid setting changed: which of them gives 0.54 after 8 epochs?"""
    start = replace(PAPER_4, epochs=8)
    return {
        "assumed": start,
        "batch-16": replace(start, batch_size=16),
        "batch-256": replace(start, batch_size=256),
        "batch-512": replace(start, batch_size=512),
        "batch-1024": replace(start, batch_size=1024),
        "relu-on-logits": replace(start, output_activation="relu"),
        "relu-on-logits-batch-256": _rectified(start),
        "sigmoid": replace(start, activation="sigmoid"),
        "tanh": replace(start, activation="tanh"),
        "average-pooling": replace(start, pools=(Pool(kind="average"),) * 2),
        "padding-2": replace(start, input_padding=2),
    }


def seeds() -> dict[str, Recipe]:
    """What differs from run to run: both seeds, the weights' alone, or the order's alone.

    At the end of the path, of which the paper says that runs differ, and at its start, where ours
    differ most; both in both readings. Weights are held at three draws, as one may leave the order
    nothing to decide.
    """
    start = replace(PAPER_4, epochs=8)
    final = replace(PAPER_4, optimizer=Optimizer(momentum=0.9), learning_rate=0.02)
    return {
        f"{prefix}{name}": recipe
        for prefix, base in (
            ("", start),
            ("rectified-", _rectified(start)),
            ("final-", final),
            ("final-rectified-", _rectified(final)),
        )
        for name, recipe in (
            ("both", base),
            ("weights", replace(base, order_seed=0)),
            ("order", replace(base, weight_seed=0)),
            ("order-weights1", replace(base, weight_seed=1)),
            ("order-weights2", replace(base, weight_seed=2)),
        )
    }


def depths() -> dict[int, Recipe]:
    """Depth -> recipe at the final setting; a third layer with pools of stride 1 before it."""
    final = replace(PAPER_4, optimizer=Optimizer(momentum=0.9), learning_rate=0.02, epochs=8)
    return {depth: recipe for depth, recipe in recipes.depths(final).items() if depth <= 3}
