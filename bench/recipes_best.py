"""The best recipe for each reference network at its own size, beyond the papers.

LeNet-5 with 61,706 parameters on MNIST (99.05% in 1998, 99.2% with distortions), and its form for
colour with 62,006 on CIFAR-10. The networks are given; what trains them is searched: augmentation,
decay, averaging, pooling. Candidates are trained without the last 10,000 training images, and
judged on these: the test set chooses nothing.
"""

from dataclasses import replace

from lenet.recipe import Recipe
from lenet.reference import LENET_5
from lenet.settings import Augmentation, Conv, Optimizer, Pool, Schedule

HELD_OUT = 10_000
"""Training images that candidates are judged on."""
TURNED = Augmentation(shift=2, rotate=10.0, zoom=0.1)
"""Digits moved, turned and zoomed."""
MIRRORED = Augmentation(shift=2, flip=True)
"""Photographs moved and mirrored."""

MNIST = replace(
    LENET_5,
    optimizer=Optimizer(momentum=0.9, nesterov=True),
    schedule=Schedule(kind="one-cycle", warmup=0.2),
    learning_rate=0.05,
    batch_size=128,
    epochs=20,
)
"""LeNet-5 by momentum and a one-cycle rate."""

CIFAR = Recipe(
    dataset="cifar10",
    input_shape=(3, 32, 32),
    input_scaling="standardised",
    convs=(Conv(maps=6), Conv(maps=16)),
    pools=(Pool(), Pool()),
    optimizer=Optimizer(momentum=0.9, nesterov=True, weight_decay=5e-4),
    schedule=Schedule(kind="one-cycle", warmup=0.2),
    learning_rate=0.05,
    batch_size=128,
    epochs=40,
)
"""LeNet-5 for colour: 5 x 5 kernels, maximum pooling, 120 and 84 units, as tutorials have it."""


MNIST_CHOICE, CIFAR_CHOICE = "turn-max-decay", "flip-shift-elu"
"""The candidates with the highest accuracy on held-out images."""


def mnist_best() -> dict[str, Recipe]:
    """The choice on all training images for twice as long, beside the plain candidate."""
    return {"plain": MNIST, "best": _at_last(mnist_candidates()[MNIST_CHOICE])}


def cifar_best() -> dict[str, Recipe]:
    """The same for colour."""
    return {"plain": CIFAR, "best": _at_last(cifar_candidates()[CIFAR_CHOICE])}


def mnist_candidates() -> dict[str, Recipe]:
    """What may train LeNet-5, on 50,000 images."""
    base = replace(MNIST, validation_size=HELD_OUT)
    turned = replace(base, augmentation=TURNED)
    maximum = replace(turned, pools=(Pool(), Pool()))
    return {
        "plain": base,
        "shift": replace(base, augmentation=Augmentation(shift=2)),
        "turn": turned,
        "turn-decay": _decaying(turned, 5e-4),
        "turn-averaged": replace(turned, averaging=0.15),
        "turn-max": maximum,
        "turn-max-decay": _decaying(maximum, 5e-4),
        "turn-max-slower": replace(maximum, learning_rate=0.02),
    }


def cifar_candidates() -> dict[str, Recipe]:
    """What may train its form for colour, on the training images less those held out."""
    base = replace(CIFAR, validation_size=HELD_OUT)
    mirrored = replace(base, augmentation=MIRRORED)
    return {
        "plain": base,
        "flip": replace(base, augmentation=Augmentation(flip=True)),
        "flip-shift": mirrored,
        "flip-shift-averaged": replace(mirrored, averaging=0.15),
        "flip-shift-less-decay": _decaying(mirrored, 1e-4),
        "flip-shift-slower": replace(mirrored, learning_rate=0.02),
        "flip-shift-elu": replace(mirrored, activation="elu"),
        "flip-shift-silu": replace(mirrored, activation="silu"),
    }


def _at_last(candidate: Recipe) -> Recipe:
    """With no image held out, for twice as long."""
    return replace(candidate, validation_size=0, epochs=2 * candidate.epochs)


def _decaying(recipe: Recipe, decay: float) -> Recipe:
    return replace(recipe, optimizer=replace(recipe.optimizer, weight_decay=decay))
