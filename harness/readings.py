"""Numbers read from one record: what a metric with arguments is made of.

Epochs count from 1; `None` is the last one. Accuracies are fractions, times seconds.
"""

from collections.abc import Mapping
from itertools import pairwise
from statistics import fmean

from harness.record import EpochRecord, Record


def accuracy_at(record: Record, epoch: int | None) -> float | None:
    """Test accuracy after an epoch; `None` where the training has no such epoch."""
    found = _epoch(record, epoch)
    return found.test_accuracy if found else None


def epochs_to(record: Record, accuracy: float) -> float | None:
    """The first epoch with this test accuracy, or one more than there were: restricted time."""
    if not record.epochs:
        return None
    reached = _first(record, accuracy)
    return float(len(record.epochs) + 1 if reached is None else reached)


def seconds_to(record: Record, accuracy: float) -> float | None:
    """Seconds of training to this test accuracy; one mean epoch more than all for a run that never
    gets there, as `epochs_to` has it, so that a run that misses it at the end is not one that
    reaches it there."""
    if not record.epochs:
        return None
    reached = _first(record, accuracy)
    seconds = [epoch.train_s for epoch in record.epochs[:reached]]
    return sum(seconds) + (0.0 if reached else fmean(seconds))


def in_yardsticks(record: Record, seconds: float | None) -> float | None:
    """A time over that of the yardstick between the epochs of the same case: what a machine that
    others share makes slow is slow in both."""
    beside = record.timing.yardstick_s
    return None if seconds is None or not beside else seconds / beside


def never(record: Record, accuracy: float) -> float | None:
    """1 for a run that never had this test accuracy: the censored ones of `epochs_to`."""
    return float(_first(record, accuracy) is None) if record.epochs else None


def ends_below(record: Record, accuracy: float) -> float | None:
    """1 for a run that ends below this test accuracy, or without one."""
    if not record.epochs:
        return None
    return float(record.test_accuracy is None or record.test_accuracy < accuracy)


def loses_class(record: Record) -> float | None:
    """1 for a run that ends with a class that no test image is given."""
    return None if record.lost_classes is None else float(record.lost_classes > 0)


def measured(record: Record, name: str, layer: str) -> float | None:
    """What the record measured of a layer, or of all where none is named."""
    return record.measures.get(f"{name}/{layer}" if layer else name)


def gain_within(record: Record, epochs: int) -> float | None:
    """Test accuracy that the first epochs reach, as a share of the best of all epochs."""
    known = _known(record)
    return max(known[:epochs]) / max(known) if known and max(known) > 0 else None


def mean_accuracy(record: Record) -> float | None:
    """Test accuracy, mean over epochs: the area under the learning curve."""
    known = _known(record)
    return fmean(known) if known and len(known) == len(record.epochs) else None


def steepest(record: Record) -> float | None:
    """The epoch with the largest rise of test accuracy; the first one rises from chance."""
    known = _known(record)
    if not known or len(known) < len(record.epochs):
        return None
    start = 1 / record.dataset.classes if record.dataset else 0.0
    rises = [after - before for before, after in pairwise([start, *known])]
    return float(1 + rises.index(max(rises)))


def gap(record: Record) -> float | None:
    """Running train accuracy less test accuracy, after the last epoch."""
    last = _epoch(record, None)
    if last is None or last.train_accuracy is None or last.test_accuracy is None:
        return None
    return last.train_accuracy - last.test_accuracy


def lowest_loss_epoch(record: Record) -> float | None:
    """The epoch of the lowest test loss: past it the network overfits."""
    losses = [epoch.test_loss for epoch in record.epochs]
    known = [loss for loss in losses if loss is not None]
    return float(1 + losses.index(min(known))) if known else None


def test_loss(record: Record, epoch: int | None) -> float | None:
    """Mean loss over the test images after an epoch."""
    found = _epoch(record, epoch)
    return found.test_loss if found else None


def train_loss(record: Record, epoch: int | None) -> float | None:
    """Mean loss over the batches of an epoch."""
    found = _epoch(record, epoch)
    return found.train_loss if found else None


def last_step_loss(record: Record) -> float | None:
    """Loss of the last batch of the training."""
    return record.step_loss.loss[-1] if record.step_loss.loss else None


def batch_loss(record: Record, step: int) -> float | None:
    """Loss of the last recorded batch up to a step; `None` where the training is shorter."""
    pairs = list(zip(record.step_loss.step, record.step_loss.loss, strict=True))
    if not pairs or pairs[-1][0] < step:
        return None
    return next((loss for found, loss in reversed(pairs) if found <= step), None)


def steps_to_loss(record: Record, loss: float) -> float | None:
    """The first recorded step with a training loss this low, or one more than the last."""
    if not record.step_loss.step:
        return None
    reached = _first_as_low(record, loss)
    return float(record.step_loss.step[-1] + 1 if reached is None else reached)


def never_as_low(record: Record, loss: float) -> float | None:
    """1 for a run without a recorded loss this low: the censored ones of `steps_to_loss`."""
    return float(_first_as_low(record, loss) is None) if record.step_loss.step else None


def _first_as_low(record: Record, loss: float) -> int | None:
    pairs = zip(record.step_loss.step, record.step_loss.loss, strict=True)
    return next((step for step, found in pairs if found is not None and found <= loss), None)


def step_noise(record: Record, first: int, last: int) -> float | None:
    """Mean absolute change of the loss from a recorded step to the next, `first` to `last`."""
    pairs = zip(record.step_loss.step, record.step_loss.loss, strict=True)
    losses = [loss for step, loss in pairs if first <= step <= last and loss is not None]
    changes = [abs(after - before) for before, after in pairwise(losses)]
    return fmean(changes) if changes else None


def gradient_norm(record: Record, layer: str, epoch: int | None) -> float | None:
    """Norm of a layer's gradient on the probe images; without a layer that of all."""
    found = _epoch(record, epoch)
    if found is None:
        return None
    if layer:
        return found.gradient_norm.get(layer)
    norms = list(found.gradient_norm.values())
    known = [norm for norm in norms if norm is not None]
    return sum(norm**2 for norm in known) ** 0.5 if len(known) == len(norms) else None


def dead_units(record: Record, layer: str, epoch: int | None) -> float | None:
    """Share of a layer's units that no probe image makes active; without a layer the mean."""
    found = _epoch(record, epoch)
    return _share(found.dead_units, layer) if found else None


def effective_step(record: Record, layer: str, epoch: int | None) -> float | None:
    """Norm of an epoch's last update of a layer over that of its gradient; else their mean."""
    found = _epoch(record, epoch)
    if found is None or not found.effective_step:
        return None
    if layer:
        return found.effective_step.get(layer)
    known = [size for size in found.effective_step.values() if size is not None]
    return fmean(known) if len(known) == len(found.effective_step) else None


def saturated_units(record: Record, layer: str, epoch: int | None) -> float | None:
    """Share of a layer's outputs near a bound of its activation; without a layer the mean."""
    found = _epoch(record, epoch)
    return _share(found.saturated_units, layer) if found else None


def _share(shares: Mapping[str, float], layer: str) -> float | None:
    if layer:
        return shares.get(layer)
    return fmean(shares.values()) if shares else None


def _epoch(record: Record, epoch: int | None) -> EpochRecord | None:
    if not record.epochs or (epoch is not None and not 1 <= epoch <= len(record.epochs)):
        return None
    return record.epochs[-1 if epoch is None else epoch - 1]


def _known(record: Record) -> list[float]:
    return [epoch.test_accuracy for epoch in record.epochs if epoch.test_accuracy is not None]


def _first(record: Record, accuracy: float) -> int | None:
    """The first epoch with at least this test accuracy."""
    epochs = enumerate(record.epochs, start=1)
    return next(
        (
            n
            for n, each in epochs
            if each.test_accuracy is not None and each.test_accuracy >= accuracy
        ),
        None,
    )
