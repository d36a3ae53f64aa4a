"""What paper 2 reports."""

from bench.mnist_files import MNIST_FILES
from bench.recipes_paper2 import sgd_settings
from bench.stating import cells, term
from harness.claim import Paper, Reported

PAPER = Paper(
    id="D2",
    title="LeNet-5 under five optimizers",
    source="Sanchit Thakur (institution not given)",
    data="MNIST",
    experiments=(
        "optimizer",
        "sgd",
        "large_batches",
        "squared_error",
        "optimizer_parts",
        "rate_dependence",
        "train_size",
        "batch_size",
        "pooling",
        "initialiser",
    ),
    assumptions=(
        "All settings of the optimizers are the defaults of Keras, to which one-hot labels and a "
        "citation point; the same table at PyTorch's defaults stands beside it.",
        "Batches hold 32 images, Keras' default; 128 and 256 stand beside it, in `sgd` and in "
        "`large_batches`.",
        "The loss is cross-entropy, with the softmax in it; mean squared error, which takes "
        "one-hot labels, too, is in `squared_error`.",
        "Weights start by Glorot's uniform rule and biases at zero, as in Keras; at PyTorch's "
        "defaults they start as PyTorch's layers do.",
        "The convolutions have ReLU, like the linear layers; sigmoid, tanh and none are tried in "
        "`sgd`.",
        "Inputs are scaled to 0 to 1, and 28 x 28 images become 32 x 32 by two black pixels on "
        "each side.",
        "The network is the one described, without the sparse links, trainable pools and radial "
        "outputs of 1998.",
        "One run an optimizer is assumed of the paper, read after its 50th epoch; SGD has three "
        "decimals there, the others two.",
        "The abstract names three optimizers and the text five: five are run.",
        "AdaGrad is run in either library's form, Keras' with its sum started at 0.1; neither is "
        "quite the one described, which starts at 0 with epsilon under the root.",
        "Experiments that look for causes are briefer than the paper's 50 epochs: 10, or 5 for "
        "initialisers, as many steps for 6,000 images as for 60,000.",
    ),
)


def _others(optimizer: str) -> tuple[str, ...]:
    """The cells with an optimizer's Keras defaults in larger batches, or with another loss."""
    squared = cells("squared_error", optimizer)
    if optimizer == "sgd":
        tried = cells("sgd", *(name for name in sgd_settings() if name != "keras"))
        return (*tried, *squared)
    larger = cells("large_batches", f"{optimizer}-batch-128", f"{optimizer}-batch-256")
    return (*larger, *squared)


def _table(number: int, name: str, value: float, *, cell: str) -> Reported:
    return Reported(
        id=f"D2-N{number:02}",
        place="6, table 1",
        text=f"test accuracy with {name}",
        value=value,
        term=term("test_accuracy", f"optimizer/{cell}-keras"),
        readings=tuple(
            term("test_accuracy", other) for other in (f"optimizer/{cell}-torch", *_others(cell))
        ),
    )


REPORTED: tuple[Reported, ...] = (
    Reported(
        id="D2-T01",
        place="6, table 1",
        text="test accuracy by optimizer",
        reason="Its five values are D2-N01 to D2-N05.",
    ),
    Reported(
        id="D2-F01",
        place="3, figure 1",
        text="sample images of MNIST",
        reason="The figure is blank in our copy, and shows data, not results.",
    ),
    Reported(
        id="D2-F02",
        place="5, figure 2",
        text="drawing of LeNet-5",
        reason="The figure is blank in our copy; its sizes stand in the text and are those of our "
        "network.",
    ),
    Reported(
        id="D2-F03",
        place="6, figure 3",
        text="bars of test accuracy by optimizer",
        reason="The figure is blank in our copy; its values are D2-N01 to D2-N05.",
    ),
    _table(1, "AdaDelta", 0.85, cell="adadelta"),
    _table(2, "SGD", 0.858, cell="sgd"),
    _table(3, "AdaGrad", 0.94, cell="adagrad"),
    _table(4, "RMSProp", 0.98, cell="rmsprop"),
    _table(5, "Adam", 0.99, cell="adam"),
    Reported(
        id="D2-N06",
        place="6",
        text="gaps between neighbours: 0.8, 8.2, 4 and 1 points",
        reason="They follow from D2-N01 to D2-N05; the differences are judged in D2-C34.",
    ),
    Reported(
        id="D2-N07",
        place="2",
        text="chance of a right answer of adaptive methods in a cited binary problem",
        value=0.5,
        reason="Not of LeNet; worked out in D2-C04.",
    ),
    Reported(
        id="D2-N08",
        place="3, 6",
        text="images of MNIST (60,000 to train on, 10,000 to test on)",
        value=MNIST_FILES.train_images + MNIST_FILES.test_images,
        reason="A count of the data, not a result; our files are the same.",
    ),
    Reported(
        id="D2-N09",
        place="3",
        text="pixels a side of an image (values 0 to 255, 10 classes)",
        value=MNIST_FILES.side,
        reason="The shape of the data, not a result; our files are the same.",
    ),
    Reported(
        id="D2-N10",
        place="5",
        text="parameters of the network as described, worked out from its sizes",
        value=61_706,
        term=term("parameters", "optimizer/sgd-keras"),
    ),
)
