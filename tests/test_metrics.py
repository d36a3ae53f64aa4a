"""Metrics with arguments, read from records whose answers are plain."""

from dataclasses import replace

import pytest

from harness.metrics import METRICS, metric, metric_names
from harness.record import Record, StepLoss
from tests.records import make_record


def record(*accuracies: float | None) -> Record:
    return make_record(accuracies=accuracies, epoch_s=2.0)


LEARNS = record(0.2, 0.5, 0.96, 0.97)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("test_accuracy", 0.97),
        ("test_accuracy@2", 0.5),
        ("test_accuracy@5", None),
        ("best_test_accuracy", 0.97),
        ("mean_accuracy", 0.6575),
        ("gain_within@2", 0.5 / 0.97),
        ("epochs_to@0.95", 3.0),
        ("epochs_to@0.99", 5.0),  # never: one more than there were
        ("seconds_to@0.95", 6.0),
        ("seconds_to@0.99", 10.0),
        ("never@0.95", 0.0),
        ("never@0.99", 1.0),
        ("below@0.97", 0.0),
        ("below@0.98", 1.0),
        ("steepest_epoch", 3.0),
    ],
)
def test_readings_of_accuracies(name: str, value: float | None) -> None:
    found = metric(name).read(LEARNS)
    assert found == (None if value is None else pytest.approx(value))


def test_the_first_epoch_rises_from_chance() -> None:
    assert metric("steepest_epoch").read(record(0.5, 0.8, 0.81)) == 1.0


def test_a_run_whose_numbers_were_not_finite_ends_below_and_never_arrives() -> None:
    lost = record(0.3, None)
    assert metric("below@0.2").read(lost) == 1.0
    assert metric("never@0.5").read(lost) == 1.0
    assert metric("epochs_to@0.5").read(lost) == 3.0
    assert metric("mean_accuracy").read(lost) is None
    assert metric("steepest_epoch").read(lost) is None


def test_readings_of_steps() -> None:
    steps = StepLoss(step=(1, 2, 3, 4), loss=(2.0, 1.0, 0.5, 1.5))
    found = replace(LEARNS, step_loss=steps)
    assert metric("steps_to_loss@1").read(found) == 2.0
    assert metric("steps_to_loss@0.1").read(found) == 5.0
    assert metric("steps_to_loss@0.1").censored(found)
    assert not metric("steps_to_loss@1").censored(found)
    assert metric("noise_until@2").read(found) == 1.0
    assert metric("noise_from@3").read(found) == 1.0
    assert metric("noise_from@4").read(found) is None
    assert metric("last_step_loss").read(found) == 1.5
    assert metric("batch_loss@3").read(found) == 0.5
    assert metric("batch_loss@9").read(found) is None  # the training is shorter


def test_what_was_measured_is_read_by_layer() -> None:
    found = replace(LEARNS, measures={"patterned_kernels": 0.5, "patterned_kernels/conv1": 0.75})
    assert metric("patterned_kernels").read(found) == 0.5
    assert metric("patterned_kernels/conv1").read(found) == 0.75
    assert metric("patterned_kernels/conv2").read(found) is None
    assert metric("edge_correlation/conv1").read(found) is None
    assert metric("patterned_kernels/conv1").label.startswith("kernels of conv1 with a pattern")


def test_a_lost_class_is_counted_where_it_is_known() -> None:
    found = [replace(LEARNS, lost_classes=count) for count in (None, 0, 3)]
    assert [metric("lost_classes").read(each) for each in found] == [None, 0, 3]
    assert [metric("loses_class").read(each) for each in found] == [None, 0.0, 1.0]


def test_times_over_the_yardstick_beside_them() -> None:
    slow = replace(LEARNS, timing=replace(LEARNS.timing, yardstick_s=0.5))
    assert metric("epoch_yardsticks").read(slow) == 4.0
    assert metric("yardsticks_to@0.95").read(slow) == 12.0
    unknown = replace(LEARNS, timing=replace(LEARNS.timing, yardstick_s=None))
    assert metric("epoch_yardsticks").read(unknown) is None


def test_readings_of_layers() -> None:
    epochs = tuple(
        replace(
            epoch,
            gradient_norm={"conv1": 3.0, "output": 4.0},
            dead_units={"conv1": 0.0, "output": 0.5},
            saturated_units={"conv1": 0.2, "output": 0.4},
            train_accuracy=0.99,
        )
        for epoch in LEARNS.epochs
    )
    found = replace(LEARNS, epochs=epochs)
    assert metric("gradient_norm/conv1@1").read(found) == 3.0
    assert metric("gradient_norm").read(found) == 5.0
    assert metric("dead_units/output").read(found) == 0.5
    assert metric("dead_units@2").read(found) == 0.25
    assert metric("saturated_units").read(found) == pytest.approx(0.3)
    assert metric("saturated_units/conv9").read(found) is None
    assert metric("gap").read(found) == pytest.approx(0.02)


def test_labels_say_the_arguments() -> None:
    assert metric("epochs_to@0.95").heading == "epochs to 95%"
    assert metric("dead_units/output@3").heading == "dead units of output, %"
    assert metric("test_accuracy@5").heading == "test accuracy after epoch 5, %"
    assert metric("test_accuracy") is METRICS["test_accuracy"]


@pytest.mark.parametrize(
    "name",
    ["accuracy", "epochs_to", "test_accuracy@0", "mean_accuracy@3", "gap/conv1", "below@1.2.3", ""],
)
def test_an_unknown_metric_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"expected one of test_accuracy, .*epochs_to@ACCURACY"):
        metric(name)


def test_names_are_told_with_their_arguments() -> None:
    assert {"gradient_norm[/LAYER][@EPOCH]", "noise_from@STEP", "gap"} < set(metric_names())
