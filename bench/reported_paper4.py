"""What paper 4 reports."""

from bench.recipes_paper4 import starts
from bench.stating import BLANK, cells, term
from harness.claim import Paper, Reported, Term

STARTS = cells("start", *(name for name in starts() if name != "assumed"))
"""The start with one unsaid setting changed."""
MOMENTUM_READINGS = (
    "path/m0.9-lr0.01",
    "path/m0.9-lr0.03",
    *cells("rectified_path", "m0.9-lr0.01", "m0.9-lr0.02", "m0.9-lr0.03"),
)
"""The rates that momentum may have been added at, in both readings of the logits."""


def _readings(metric: str, *at: str) -> tuple[Term, ...]:
    return tuple(term(metric, cell) for cell in at)


PAPER = Paper(
    id="D4",
    title="Hyper-parameters of LeNet-5",
    source="Kim, Choi; Hanyang University",
    data="MNIST",
    losses=(
        *cells("start", "assumed", "relu-on-logits-batch-256"),
        *cells("path", "m0-lr0.03", "m0.9-lr0.02"),
        *cells("rectified_path", "m0-lr0.03", "m0.9-lr0.02"),
    ),
    experiments=("path", "rectified_path", "start", "run_to_run", "third_layer"),
    assumptions=(
        "Batch size is not told; taken: 64. `start` varies it, as it decides how far 8 epochs "
        "get; `rectified_path` has 256.",
        "Activation, padding and pooling are not told; taken: ReLU, no padding and max pooling, "
        "as in the base network of paper 1. `start` has tanh, sigmoid, average pooling and "
        "padding 2.",
        "Whether the logits go through a ReLU is not told; taken: no. `start` and "
        "`rectified_path` have it: with batches of 256 that comes nearest to the paper's first "
        "loss, batches of 512 alone to its accuracy.",
        "The layer from the maps to 120 is not listed; taken: a linear layer from 256 values.",
        "The first accuracy of 0.54 is taken for 8 epochs, as a later sentence has it.",
        "The rate at which momentum was added is not told; 0.01, 0.02 and 0.03 are trained.",
        "Rate 0.02 stands in the conclusion alone; taken for the runs with 20 epochs.",
        "Which loss is told, of the last batch, of an epoch or of the test images, is not said; "
        "0.01216 is below the least mean loss at 95% and is likely of one batch.",
        "Weights start as PyTorch draws them, images are shuffled and pixels lie in [0, 1].",
        "How many runs stand behind a number is not told; taken: one.",
    ),
)

REPORTED: tuple[Reported, ...] = (
    Reported(
        id="D4-F01",
        place="Introduction",
        text="drawing of the network",
        reason="a drawing without results, blank in our copy",
    ),
    Reported(
        id="D4-F02",
        place="Experiment 3",
        text="loss by step before tuning; its end, beside that of our last batch",
        value=1.28302,
        term=term("last_step_loss", "start/assumed"),
        readings=_readings("last_step_loss", *STARTS),
    ),
    Reported(
        id="D4-F03",
        place="Experiment 3",
        text="loss by step at rate 0.03; its end, beside our last batch of epoch 8",
        value=0.01216,
        term=term("batch_loss@7504", "path/m0-lr0.03"),
        readings=_readings("batch_loss@1880", "rectified_path/m0-lr0.03"),
    ),
    Reported(
        id="D4-F04",
        place="Experiment 3",
        text="loss by step with momentum 0.9; its end, beside our last batch of epoch 8 at "
        "rate 0.02",
        value=0.28957,
        term=term("batch_loss@7504", "path/m0.9-lr0.02"),
        readings=(
            *_readings("batch_loss@7504", *MOMENTUM_READINGS[:2]),
            *_readings("batch_loss@1880", *MOMENTUM_READINGS[2:]),
        ),
    ),
    Reported(
        id="D4-F05",
        place="Experiment 3",
        text="loss by step with 20 epochs",
        reason=f"{BLANK}; its accuracy is D4-N06",
    ),
    Reported(
        id="D4-F06",
        place="Experiments 1 and 2",
        text="pictures of the model's and the training's code",
        reason="no result, and blank in our copy",
    ),
    Reported(
        id="D4-N01",
        place="Introduction",
        text="accuracy aimed at",
        value=0.95,
        reason="an aim, not a result; D4-C01 tests whether it is reached",
    ),
    Reported(
        id="D4-N02",
        place="Experiment 3",
        text="accuracy before tuning, rate 0.01 (the loss, 1.28302, is D4-F02)",
        value=0.54,
        term=term("test_accuracy", "start/assumed"),
        readings=_readings("test_accuracy", *STARTS),
    ),
    Reported(
        id="D4-N03",
        place="Experiment 3",
        text="accuracy at rate 0.03 (the loss, 0.01216, is D4-F03)",
        value=0.95,
        term=term("test_accuracy@8", "path/m0-lr0.03"),
        readings=_readings("test_accuracy@8", "rectified_path/m0-lr0.03"),
    ),
    Reported(
        id="D4-N04",
        place="Experiment 3",
        text="step from which the loss swings at rate 0.03",
        value=1_000.0,
        reason="read off a plot, without a rule for when a loss swings; D4-C05 tests it",
    ),
    Reported(
        id="D4-N05",
        place="Experiment 3",
        text="accuracy with momentum 0.9, beside ours at rate 0.02 (the loss, 0.28957, is D4-F04)",
        value=0.89,
        term=term("test_accuracy@8", "path/m0.9-lr0.02"),
        readings=_readings("test_accuracy@8", *MOMENTUM_READINGS),
    ),
    Reported(
        id="D4-N06",
        place="Experiment 3",
        text="accuracy with 20 epochs, beside ours at rate 0.02 and momentum 0.9",
        value=0.99,
        term=term("test_accuracy", "path/m0.9-lr0.02"),
        readings=_readings("test_accuracy", "rectified_path/m0.9-lr0.02"),
    ),
    Reported(
        id="D4-N07",
        place="Conclusion",
        text="best setting: rate 0.02, momentum 0.9, 20 epochs",
        reason="a setting; D4-C14 tests whether it is best",
    ),
    Reported(
        id="D4-N08",
        place="Experiment 3",
        text="least mean cross-entropy: 0.035 at an accuracy of 0.95, 0.076 at 0.89, 0.319 at 0.54",
        reason="arithmetic: each wrong answer costs ln 2 or more",
    ),
)
