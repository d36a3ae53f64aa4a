"""Paper 3 on CIFAR-10: activation, loss and rate; a row of adjustments; deeper networks.

Optimizer, pooling and the channels of the five-layer network are unsaid. ASSUMPTION: plain SGD, for
rates up to 0.1 and a momentum term suggest it; average pooling of 2 x 2, as LeNet-5 has it; Keras'
losses and initialisers, as the paper names Keras. Its final activation was at first that of the
rest of the model, or softmax: both are trained.
"""

from collections.abc import Mapping
from dataclasses import replace

from bench.recipes_paper2 import KERAS, with_choice
from lenet.recipe import Activation, Loss, Recipe
from lenet.settings import Conv, Init, Optimizer, Penalty, Pool

Levels = tuple[str | int | float, ...]

RATES = (0.1, 0.01, 0.001)
ACTIVATIONS: tuple[Activation, ...] = ("sigmoid", "tanh")
LOSSES: Mapping[str, Loss] = {"mse": "mse", "ce": "keras-cross-entropy"}
"""Name in case ids -> loss."""
ZEROS, GLOROT = Init(kind="zeros"), Init(kind="glorot-uniform")

FIRST_DEVIATION, SECOND_DEVIATION = 1 / 4704, 1 / 3702
"""Deviation of the biases that the paper gives: of the second convolution at first, and at last.

4704 is the number of values that the first convolution makes; no layer has 3702 (D3-Q11).
"""
INPUT_DEVIATION = 1 / 3072
"""ASSUMPTION: of the first convolution, by the same rule: one over the values that go in."""


def bias(mean: float, deviation: float) -> Init:
    """Biases drawn about a mean."""
    return Init(kind="normal", mean=mean, std=deviation)


def convs(
    *,
    mean: float | None = 0.5,
    second: float = SECOND_DEVIATION,
    kernel: int = 5,
    padding: int = 0,
) -> tuple[Conv, ...]:
    """The two convolutions; biases drawn about a mean, or zeros for `None`."""
    first, last = (
        (ZEROS, ZEROS) if mean is None else (bias(mean, INPUT_DEVIATION), bias(mean, second))
    )
    return (
        Conv(maps=6, kernel=kernel, padding=padding, bias_init=first),
        Conv(maps=16, kernel=kernel, padding=padding, bias_init=last),
    )


PLAIN = Recipe(
    dataset="cifar10",
    input_shape=(3, 32, 32),
    convs=(Conv(maps=6, bias=False), Conv(maps=16, bias=False)),
    pools=(Pool(kind="average"), Pool(kind="average")),
    activation="tanh",
    output_activation="tanh",
    linears=(120,),
    weight_init=GLOROT,
    bias_init=ZEROS,
    loss="keras-cross-entropy",
    learning_rate=0.01,
    batch_size=32,
    epochs=30,
)
"""The first trials: no bias in the convolutions, no 84-unit layer, inputs scaled to [0, 1]."""


def softmaxed(recipe: Recipe) -> Recipe:
    """The recipe with a softmax at its end.

    Keras' cross-entropy takes the logits from before the softmax, and so does ours: PyTorch's own.
    Where there is no softmax it divides the outputs by their sum.
    """
    if recipe.loss == "mse":
        return replace(recipe, output_activation="softmax")
    return replace(recipe, output_activation="identity", loss="cross-entropy")


ADJUSTED = replace(
    softmaxed(PLAIN),
    input_scaling="raw",
    convs=convs(),
    linears=(120, 84),
    penalty=Penalty(kernel_l2=1e-5),
)
"""After all adjustments, in the setting of table 5: tanh, cross-entropy, rate 0.01."""


def grid(base: Recipe, outputs: tuple[str, ...]) -> dict[Levels, Recipe]:
    """(activation, loss, output, rate) -> recipe; `same` is the hidden activation at the end."""
    found: dict[Levels, Recipe] = {}
    for output in outputs:
        for name, loss in LOSSES.items():
            for kind in ACTIVATIONS:
                own = replace(base, activation=kind, output_activation=kind, loss=loss)
                recipe = softmaxed(own) if output == "softmax" else own
                for rate in RATES:
                    found[kind, name, output, rate] = replace(recipe, learning_rate=rate)
    return found


def plain() -> dict[Levels, Recipe]:
    """Tables 1 and 2, with either reading of the final activation."""
    return grid(PLAIN, ("same", "softmax"))


def adjusted() -> dict[Levels, Recipe]:
    """Tables 3 and 4."""
    return grid(ADJUSTED, ("softmax",))


def one_added() -> dict[str, Recipe]:
    """Each adjustment alone, put on the first trials: tanh, cross-entropy, rate 0.01.

    `adadelta-rate1` is none of them: paper 2 holds that AdaDelta gains on harder data.
    """
    base = softmaxed(PLAIN)
    return {
        "none": base,
        "raw-inputs": replace(base, input_scaling="raw"),
        "conv-bias-zero": replace(base, convs=convs(mean=None)),
        "conv-bias-drawn": replace(base, convs=convs()),
        "layer-84": replace(base, linears=(120, 84)),
        "raw-inputs-bias-zero": replace(base, input_scaling="raw", convs=convs(mean=None)),
        "raw-inputs-bias": replace(base, input_scaling="raw", convs=convs()),
        "raw-inputs-bias-84": replace(base, input_scaling="raw", convs=convs(), linears=(120, 84)),
        "l2": replace(base, penalty=Penalty(kernel_l2=1e-5)),
        "batch-128": replace(base, batch_size=128),
        "glorot-normal": replace(base, weight_init=Init(kind="glorot-normal")),
        "random-normal": replace(base, weight_init=Init(kind="normal", std=0.05)),
        "max-pooling": replace(base, pools=(Pool(), Pool())),
        "standardised": replace(base, input_scaling="standardised"),
        "adadelta-rate1": with_choice(base, (KERAS["adadelta"][0], 1.0)),
    }


def one_removed() -> dict[str, Recipe]:
    """Each adjustment alone, taken from the final setting or moved.

    `relu-5x5-padded` has the kernels of `relu-5x5` and the map sizes of `relu-3x3`;
    `sigmoid-throughout` stands beside the sigmoid networks of `adjusted`.
    """
    base = ADJUSTED
    relu = replace(base, activation="relu", learning_rate=0.001)
    return {
        "none": base,
        "unit-inputs": replace(base, input_scaling="unit"),
        "no-conv-bias": replace(base, convs=PLAIN.convs),
        "bias-zero": replace(base, convs=convs(mean=None)),
        "bias-mean-0": replace(base, convs=convs(mean=0.0)),
        "bias-mean-1": replace(base, convs=convs(mean=1.0)),
        "bias-deviation-4704": replace(base, convs=convs(second=FIRST_DEVIATION)),
        "no-layer-84": replace(base, linears=(120,)),
        "batch-128": replace(base, batch_size=128),
        "momentum": replace(base, optimizer=Optimizer(momentum=0.9)),
        "output-tanh": replace(base, output_activation="tanh", loss=PLAIN.loss),
        "sigmoid-throughout": replace(
            base, activation="sigmoid", output_activation="sigmoid", loss=PLAIN.loss
        ),
        "max-pooling": replace(base, pools=(Pool(), Pool())),
        "relu-5x5": relu,
        "relu-3x3": replace(relu, convs=convs(kernel=3)),
        "relu-5x5-padded": replace(relu, convs=convs(padding=1)),
    }


def regularisers() -> dict[str, Recipe]:
    """L2 on kernels, biases and activities of the convolutions, singly and together.

    ASSUMPTION: strengths; the paper names 0.00001 on kernels alone. Keras' default is 0.01; the
    `strong` ones are of that order, and all three weigh on the loss.
    """
    penalties = {
        "none": Penalty(),
        "kernel-1e-5": Penalty(kernel_l2=1e-5),
        "kernel-1e-3": Penalty(kernel_l2=1e-3),
        "bias-1e-3": Penalty(bias_l2=1e-3),
        "activity-1e-5": Penalty(activity_l2=1e-5),
        "kernel-bias": Penalty(kernel_l2=1e-3, bias_l2=1e-3),
        "kernel-activity": Penalty(kernel_l2=1e-3, activity_l2=1e-5),
        "bias-activity": Penalty(bias_l2=1e-3, activity_l2=1e-5),
        "all": Penalty(kernel_l2=1e-3, bias_l2=1e-3, activity_l2=1e-5),
        "kernel-1e-2": Penalty(kernel_l2=1e-2),
        "all-strong": Penalty(kernel_l2=1e-2, bias_l2=1e-2, activity_l2=1e-3),
    }
    return {name: replace(ADJUSTED, penalty=penalty) for name, penalty in penalties.items()}


DEEP_MAPS = (6, 16, 32, 32, 32)
"""ASSUMPTION: the maps of the five layers, which the paper does not give."""


ENDS, ALL = (0, 4), (0, 1, 2, 3, 4)
"""Which of the five convolutions have a pool behind them."""
AVERAGE = Pool(kind="average")

DEEP = replace(ADJUSTED, activation="relu", learning_rate=0.001)
"""What five layers are put on: all of section 1, but for the ReLU of section 2."""


def deep() -> dict[Levels, Recipe]:
    """(network, rate) -> recipe: five 3 x 3 convolutions that keep the size.

    `halving` has all else of section 1; it pools with stride 2, as Keras' default does whatever the
    padding, behind each of them. `two-pools` does so behind the first and the last, and `unpadded`
    is that without padding, its maps smaller. ASSUMPTION: `halving-plain` has what is usual with
    ReLU instead, maximum pools, biases of zero and no L2, and `halving-plain-unit` inputs of 0 to 1
    as well, where the same rate makes far smaller steps. ASSUMPTION: strengths of the penalties;
    that on activities is small, as its sum goes over so many large values.
    """
    halving = five(padding=1, pool=AVERAGE, at=ALL)
    zeroed = tuple(replace(conv, bias_init=ZEROS) for conv in halving.convs)
    plain = replace(halving, pools=(Pool(),) * 5, convs=zeroed, penalty=Penalty())
    networks = {
        "halving": halving,
        "halving-plain": plain,
        "halving-plain-unit": replace(plain, input_scaling="unit"),
        "two-pools": five(padding=1, pool=AVERAGE, at=ENDS),
        "unpadded": five(padding=0, pool=AVERAGE, at=ENDS),
    }
    penalties = {
        "kernel": replace(DEEP.penalty, kernel_l2=1e-3),
        "bias": replace(DEEP.penalty, bias_l2=1e-3),
        "activity": replace(DEEP.penalty, activity_l2=1e-7),
    }
    found: dict[Levels, Recipe] = {
        (name, rate): replace(recipe, learning_rate=rate)
        for name, recipe in networks.items()
        for rate in (0.001, 0.01)
    }
    for name, penalty in penalties.items():
        found[f"halving-{name}-l2", 0.001] = replace(halving, penalty=penalty)
    return found


def keeping() -> dict[float, Recipe]:
    """Rate -> recipe of the paper's words to the letter: pooling keeps the size, too.

    10 epochs: one costs as much as 30 of `halving`, and the paper sees overfitting from epoch 5 on.
    """
    pool = replace(AVERAGE, kernel=3, stride=1, padding=1)
    network = replace(five(padding=1, pool=pool, at=ALL), epochs=10)
    return {rate: replace(network, learning_rate=rate) for rate in (0.001, 0.01)}


def five(*, padding: int, pool: Pool, at: tuple[int, ...]) -> Recipe:
    """Five convolutions, with a pool behind those at some places."""
    deviations = (INPUT_DEVIATION, *(SECOND_DEVIATION,) * 4)
    layers = tuple(
        Conv(maps=maps, kernel=3, padding=padding, bias_init=bias(0.5, deviation))
        for maps, deviation in zip(DEEP_MAPS, deviations, strict=True)
    )
    pools = tuple(pool if place in at else None for place in range(len(layers)))
    return replace(DEEP, convs=layers, pools=pools)
