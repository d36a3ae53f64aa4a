"""History: what one training was, epoch by epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

from lenet.recipe import Recipe

STEP_POINTS = 1_000
"""Points that a thinned loss curve has at most."""


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One epoch; losses and norms may be non-finite where the training diverged."""

    train_loss: float
    """Mean loss over the epoch's own batches, penalties left out."""
    train_accuracy: float
    """Running accuracy over the epoch's own batches, a fraction."""
    test_loss: float
    """Mean loss over the test images after the epoch."""
    test_accuracy: float
    """Accuracy on the test images after the epoch, a fraction."""
    validation_accuracy: float | None
    """Accuracy on the held-out training images, a fraction; `None` without any."""
    train_s: float
    """Seconds of training."""
    evaluate_s: float
    """Seconds of the evaluation that followed."""
    gradient_norm: dict[str, float]
    """Layer -> Euclidean norm of the loss gradient over its parameters, on the probe images."""
    dead_units: dict[str, float]
    """Layer -> share of units that are inactive on every probe image."""
    saturated_units: dict[str, float]
    """Layer -> share of outputs within 1% of a bound of the activation, on the probe images."""
    effective_step: dict[str, float]
    """Layer -> norm of the epoch's last update over that of its gradient: for SGD, the rate."""


@dataclass(frozen=True, kw_only=True)
class History:
    """One training of a recipe."""

    recipe: Recipe
    """What was trained."""
    seed: int
    """Its pairing number: weights and data order derive from it."""
    order_seed: int
    """What the data order derives from: `seed`, unless it was set apart."""
    epochs: tuple[Epoch, ...]
    """One entry a finished epoch."""
    step_losses: tuple[float, ...]
    """Loss of every step's batch, in order."""
    parameters: int
    """Trainable parameters."""
    flops: int
    """Floating-point operations of one training sample, forward and backward."""
    diverged: bool
    """A loss or a weight stopped being finite."""

    @property
    def test_accuracy(self) -> float:
        """Test accuracy after the last epoch, a fraction."""
        return self.epochs[-1].test_accuracy

    @property
    def best_epoch(self) -> int:
        """First epoch (from 1) of the highest test accuracy: for display, never for a choice."""
        accuracies = [epoch.test_accuracy for epoch in self.epochs]
        return accuracies.index(max(accuracies)) + 1

    @property
    def best_validation_epoch(self) -> int | None:
        """First epoch (from 1) of the highest validation accuracy; `None` without validation."""
        accuracies = [epoch.validation_accuracy for epoch in self.epochs]
        known = [accuracy for accuracy in accuracies if accuracy is not None]
        return accuracies.index(max(known)) + 1 if known else None

    @property
    def total_s(self) -> float:
        """Seconds of training and evaluation together."""
        return sum(epoch.train_s + epoch.evaluate_s for epoch in self.epochs)


def thin(values: Sequence[float], points: int = STEP_POINTS) -> tuple[tuple[int, ...], list[float]]:
    """Steps (from 1) and values, evenly thinned to at most `points`, first and last kept."""
    count = len(values)
    if count <= points:
        steps = list(range(1, count + 1))
    else:
        steps = sorted({1 + round(i * (count - 1) / (points - 1)) for i in range(points)})
    return tuple(steps), [values[step - 1] for step in steps]
