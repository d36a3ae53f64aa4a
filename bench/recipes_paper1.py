"""Paper 1 in its own protocol: five experiments on the base network, and what its claims ask more.

`recipes.PAPER_1` is the model card: SGD 0.01, batch 256, 20 epochs, ReLU on the logits. Section 2
does not repeat these settings. ASSUMPTION: they hold throughout; poolings and depths are trained at
the 0.1 of the base code, too (`relu-lr0.1`). Each experiment has both readings of "all
nonlinearities": with the one on the logits (`relu`, named after it) and without it (`plain`).
"""

from collections.abc import Mapping
from dataclasses import replace

from bench import recipes
from bench.recipes import PAPER_1
from lenet.recipe import Activation, Recipe
from lenet.settings import Init, Optimizer, Pool

Levels = tuple[str | int | float, ...]

READINGS: Mapping[str, bool] = {"relu": True, "plain": False}
"""Reading -> whether the logits go through the ReLU too."""

ACTIVATIONS: tuple[Activation, ...] = ("relu", "tanh", "sigmoid")
RATES = recipes.ACTIVATION_RATES

POOLS: Mapping[str, Pool] = {
    **recipes.POOLS,
    "k4-s3-p1": Pool(kernel=4, stride=3, padding=1),  # ASSUMPTION: variant D in another size
    "k2-s3-p0": Pool(kernel=2, stride=3, padding=0),  # ASSUMPTION: another of the two not named
}
"""Pooling of section 2.3, with a second reading of two variants."""

OTHER_POOLS: Mapping[int, tuple[Pool, ...]] = {
    3: (Pool(stride=1), Pool(stride=1), Pool()),
    4: (Pool(stride=1), Pool(stride=1), Pool(), Pool(stride=1)),
}
"""Depth -> other pools that leave maps large enough, 7 x 7 and 2 x 2: a second reading of what
`recipes.DEPTHS` assumes."""

LEARNING_RATES = (0.1, 0.01)
"""Rates at which heads are trained in other readings, too; at the third none learns."""

WIDE = 171
"""Width of the first linear layer that gives the original pooling as many parameters as variant A:
61,817 against 61,706."""

REPOSITORY = replace(PAPER_1, learning_rate=0.1, shuffle=False, epochs=100)
"""As the linked repository trains: rate 0.1, file order, up to 100 epochs. Its early stop, which
looks at test images, is left out."""


def logits(recipe: Recipe, is_rectified: bool) -> Recipe:
    """The recipe with or without the ReLU on its logits."""
    return replace(recipe, output_activation="relu" if is_rectified else "identity")


def activations() -> dict[Levels, Recipe]:
    """(activation, logits, rate) -> recipe; the activation goes on the logits too, or not.

    ASSUMPTION: rates 0.1 to 0.0001, as section 2.2 names none.
    """
    found: dict[Levels, Recipe] = {}
    for kind in ACTIVATIONS:
        for where, output in (("throughout", kind), ("hidden", "identity")):
            for rate in RATES:
                recipe = replace(PAPER_1, activation=kind, learning_rate=rate)
                found[kind, where, rate] = replace(recipe, output_activation=output)
    return found


def pools() -> dict[Levels, Recipe]:
    """(pool, logits) -> recipe; `k2-s2-p0-wide` has the parameters of `k2-s2-p1`."""
    made = {name: replace(PAPER_1, pools=(pool, pool)) for name, pool in POOLS.items()}
    made["k2-s2-p0-wide"] = replace(PAPER_1, linears=(WIDE, 84))
    found: dict[Levels, Recipe] = {
        (name, reading): logits(recipe, is_rectified)
        for name, recipe in made.items()
        for reading, is_rectified in READINGS.items()
    }
    for name in (*recipes.POOLS, "k2-s2-p0-wide"):
        found[name, "relu-lr0.1"] = replace(made[name], learning_rate=0.1)
    return found


def depths() -> dict[Levels, Recipe]:
    """(depth, logits) -> recipe; `he` draws larger weights, so that gradients do not shrink.

    With PyTorch's initialisation values and gradients get smaller from layer to layer; with He's
    they do not: that takes vanishing gradients away, and makes all values and gradients larger.
    `relu-other-pools` shrinks the maps of 3 and 4 layers elsewhere.
    """
    made = recipes.depths(PAPER_1)
    found: dict[Levels, Recipe] = {
        (depth, reading): logits(recipe, is_rectified)
        for depth, recipe in made.items()
        for reading, is_rectified in READINGS.items()
    }
    for depth, reading in ((2, "relu"), (2, "plain"), (4, "plain")):
        he = replace(found[depth, reading], weight_init=Init(kind="he-uniform"))
        found[depth, f"{reading}-he"] = he
    for depth, recipe in made.items():
        found[depth, "relu-lr0.1"] = replace(recipe, learning_rate=0.1)
    found[2, "relu-other-pools"] = found[2, "relu"]
    for depth, pools in OTHER_POOLS.items():
        found[depth, "relu-other-pools"] = replace(made[depth], pools=pools)
    return found


def heads() -> dict[Levels, Recipe]:
    """(head, rate) -> recipe; `rnn-batch` and `lstm-batch` read the batch as their sequence.

    PyTorch's default recurrent layer takes a 2-D input for one unbatched sequence: each image's
    answer then depends on those before it. `rnn` and `lstm` read the 16 maps as 16 steps, at the
    rates at which they learn. All have the ReLU on the logits, which loses classes; without it,
    `plain`, heads alone differ. They stand in the place of the first linear layer; in `last`, of
    the one that gives the logits, which are then left alone and within -1 and 1.
    """
    found: dict[Levels, Recipe] = {}
    for (head, rate), recipe in recipes.heads(PAPER_1).items():
        if head == "linear" or rate in LEARNING_RATES:
            found[head, rate] = recipe
        if head != "linear":
            found[f"{head}-batch", rate] = replace(recipe, head_sequence="batch")
    for head in ("linear", "rnn-batch", "lstm-batch"):
        for rate in LEARNING_RATES:
            found[f"{head}-plain", rate] = logits(found[head, rate], is_rectified=False)
    for head in ("rnn-batch", "lstm-batch"):
        for rate in recipes.HEAD_RATES:
            plain = logits(found[head, rate], is_rectified=False)
            found[f"{head}-last", rate] = replace(plain, head_layer=len(plain.widths))
    return found


def protocols() -> dict[str, Recipe]:
    """Model card and linked repository, which differ in rate, order and epochs."""
    return {
        "card": PAPER_1,
        "card-plain": logits(PAPER_1, is_rectified=False),
        "repository": REPOSITORY,
        "repository-20": replace(REPOSITORY, epochs=20),
        "repository-20-shuffled": replace(REPOSITORY, epochs=20, shuffle=True),
        "repository-20-plain": logits(replace(REPOSITORY, epochs=20), is_rectified=False),
    }


def sigmoid_settings() -> dict[str, Recipe]:
    """Sigmoid on hidden layers with one setting changed that section 2.2 left alone."""
    base = replace(PAPER_1, activation="sigmoid", output_activation="identity", learning_rate=0.1)
    return {
        "none": base,
        "rate-1": replace(base, learning_rate=1.0),
        "momentum": replace(base, optimizer=Optimizer(momentum=0.9)),
        "adam": replace(base, optimizer=Optimizer(kind="adam"), learning_rate=0.001),
        "glorot": replace(
            base, weight_init=Init(kind="glorot-uniform"), bias_init=Init(kind="zeros")
        ),
        "standardised": replace(base, input_scaling="standardised"),
        "batch-32": replace(base, batch_size=32),
    }
