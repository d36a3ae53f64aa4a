"""The claims of paper 2, section 6, on all optimizers but Adam: which is better, and why."""

from bench.claims_paper2_cells import (
    ADADELTA_RATES,
    ADDED,
    IN_ANY_SETTING,
    KERAS,
    SGD_RATES,
    ends_above,
    needs_more_epochs,
)
from bench.recipes_paper2 import KERAS as KERAS_CHOICES
from bench.recipes_paper2 import TORCH as TORCH_CHOICES
from bench.stating import (
    MARGIN,
    in_readings,
    interacts,
    is_more,
    is_not_more,
    stated_after,
)
from harness.claim import Claim

SPARSE = {"keras": "Keras' rates", "torch": "PyTorch's rates, 0.01 and 0.001"}


def _pair(rates: str, activation: str = "") -> tuple[str, str]:
    """AdaGrad and SGD for 10 epochs."""
    parts = "optimizer_parts/"
    if rates == "keras":
        return f"{parts}adagrad{activation}", f"{parts}sgd{activation}"
    sgd = f"{parts}sgd-rate0.001{activation}" if activation else "rate_dependence/sgd-lr0.001"
    return f"{parts}adagrad-rate0.01{activation}", sgd


SGD_AND_ADADELTA = (
    Claim(
        id="D2-C19",
        place="6",
        text="SGD is more accurate than AdaDelta.",
        statements=ends_above("sgd", "adadelta", "SGD ends above AdaDelta"),
        note=f"The paper's own gap is 0.8 points from one run each. {IN_ANY_SETTING}",
        revised=ADDED,
    ),
    Claim(
        id="D2-C20",
        place="6",
        text="SGD wins there because MNIST is small.",
        statements=(
            interacts(
                "SGD's lead is larger on 6,000 images than on 60,000, with as many steps",
                "test_accuracy",
                with_both="train_size/sgd-6000",
                with_first="train_size/sgd-60000",
                with_second="train_size/adadelta-6000",
                with_none="train_size/adadelta-60000",
            ),
            is_more(
                "SGD still leads where AdaDelta has a rate of 1 instead of 0.001",
                "test_accuracy",
                "rate_dependence/sgd-lr0.01",
                "rate_dependence/adadelta-lr1",
            ),
        ),
        is_cause=True,
        note="The first varies the cause; the second takes away another one, Keras' low rate for "
        "AdaDelta, on the same images. 10 epochs of 60,000 images or 100 of 6,000.",
    ),
    Claim(
        id="D2-C21",
        place="6",
        text="What AdaDelta adapts brings no notable gain on such data.",
        statements=(
            is_not_more(
                "at Keras' defaults AdaDelta is not above SGD by 0.2 points",
                "test_accuracy",
                KERAS["adadelta"],
                KERAS["sgd"],
                margin=MARGIN,
            ),
            is_not_more(
                "nor is it if each has the best of four rates",
                "test_accuracy",
                ADADELTA_RATES,
                SGD_RATES,
                margin=MARGIN,
                over="best",
            ),
        ),
        note="A notable gain is 0.2 points. The best rate is that of each seed, by test accuracy, "
        "for both alike; 10 epochs.",
    ),
    Claim(
        id="D2-C22",
        place="6",
        text="SGD gains from a loss surface that is smooth and has few local minima.",
        is_cause=True,
        reason="Would need the curvature of the loss and the loss along paths between trained "
        "networks, and a rougher surface of the same kind to compare with.",
    ),
    Claim(
        id="D2-C23",
        place="6",
        text="AdaDelta would be of more use on rough surfaces with many local minima.",
        statements=(
            interacts(
                "beside SGD, AdaDelta stands better on CIFAR-10 than on MNIST",
                "test_accuracy",
                with_both="cifar_added/adadelta-rate1",
                with_first="cifar_added/none",
                with_second="rate_dependence/adadelta-lr1",
                with_none="rate_dependence/sgd-lr0.01",
            ),
        ),
        note="Harder data stand in for a rough surface. SGD at 0.01 and AdaDelta at 1 on both; "
        "on CIFAR-10 a tanh network for 30 epochs, on MNIST a ReLU network for 10.",
    ),
)

ADAGRAD_AND_RMSPROP = (
    Claim(
        id="D2-C24",
        place="6",
        text="AdaGrad is more accurate than SGD.",
        statements=ends_above("adagrad", "sgd", "AdaGrad ends above SGD"),
        note=f"{IN_ANY_SETTING} What could have held SGD at 0.858 is tried in `sgd`.",
        revised=ADDED,
    ),
    Claim(
        id="D2-C25",
        place="6",
        text="AdaGrad wins because it handles sparse gradients well.",
        statements=in_readings(
            SPARSE,
            lambda rate: stated_after(
                1,
                is_more("AdaGrad ends above SGD", "test_accuracy", *_pair(rate)),
                is_more(
                    "at a step of SGD more of the first linear layer's gradient is near zero than "
                    "with tanh",
                    "sparse_gradients/linear1",
                    _pair(rate)[1],
                    _pair(rate, "-tanh")[1],
                ),
                interacts(
                    "and AdaGrad's lead is smaller by more than 0.2 points",
                    "test_accuracy",
                    with_both=_pair(rate)[0],
                    with_first=_pair(rate, "-tanh")[0],
                    with_second=_pair(rate)[1],
                    with_none=_pair(rate, "-tanh")[1],
                    by=MARGIN,
                ),
            ),
        ),
        is_cause=True,
        note="Near zero: below a hundredth of the layer's root mean square, at the last step of 10 "
        "epochs. Taken away: tanh, which is never zero, in the place of ReLU. At either library's "
        "rates, all else as in Keras.",
        revised="when one seed was known; before, more than half of that gradient near zero was "
        "asked for.",
    ),
    Claim(
        id="D2-C26",
        place="6",
        text="AdaGrad converges faster than SGD with its fixed rate.",
        statements=needs_more_epochs("sgd", "adagrad", "SGD needs more epochs to 90% than AdaGrad"),
        note=IN_ANY_SETTING,
        revised=ADDED,
    ),
    Claim(
        id="D2-C27",
        place="6",
        text="RMSProp is more accurate than AdaGrad.",
        statements=ends_above("rmsprop", "adagrad", "RMSprop ends above AdaGrad"),
        note=IN_ANY_SETTING,
        revised=ADDED,
    ),
    Claim(
        id="D2-C28",
        place="6",
        text="RMSProp gains from its momentum: smoother than AdaGrad, and out of local minima.",
        statements=stated_after(
            1,
            is_more(
                "momentum makes RMSprop more accurate",
                "test_accuracy",
                "optimizer_parts/rmsprop-momentum",
                "optimizer_parts/rmsprop",
            ),
            is_more(
                "with momentum RMSprop ends above AdaGrad",
                "test_accuracy",
                "optimizer_parts/rmsprop-momentum",
                "optimizer_parts/adagrad",
            ),
            is_more(
                "from recorded step to recorded step AdaGrad's loss changes more than that of "
                "RMSprop with momentum",
                "noise_from@9375",
                "optimizer_parts/adagrad",
                "optimizer_parts/rmsprop-momentum",
            ),
        ),
        is_cause=True,
        note="The paper sets no momentum and describes none in 4.4, and the default is "
        f"{KERAS_CHOICES['rmsprop'][0].momentum:g} in Keras and "
        f"{TORCH_CHOICES['rmsprop'][0].momentum:g} in PyTorch: what it ran had probably none to "
        "gain from. Asked here of a momentum of 0.9; 10 epochs, one loss in 19 is recorded. Local "
        "minima are not tested.",
        revised="when one seed was known; before, the defaults decided, and so contradicted.",
    ),
    Claim(
        id="D2-C29",
        place="6",
        text="RMSProp gains from averaging squared gradients instead of adding them up.",
        statements=(
            is_more(
                "after 10 epochs RMSprop's steps beside their gradients are larger than AdaGrad's",
                "effective_step@10",
                "optimizer_parts/rmsprop",
                "optimizer_parts/adagrad",
            ),
            is_more(
                "with the sum in place of the average, at the same rate, accuracy is lower",
                "test_accuracy",
                "optimizer_parts/rmsprop",
                "optimizer_parts/adagrad",
            ),
            is_more(
                "ten times the rate does not make up for the sum",
                "test_accuracy",
                "optimizer_parts/rmsprop",
                "optimizer_parts/adagrad-rate0.01",
            ),
        ),
        is_cause=True,
        note="AdaGrad is RMSprop with a sum (Keras starts it at 0.1), so it is RMSprop without the "
        "cause. The third asks whether it is more than the size of the steps. 10 epochs; other "
        "decays are `rmsprop-rho0.5` and `rmsprop-rho0.99`.",
    ),
    Claim(
        id="D2-C30",
        place="6",
        text="RMSProp converges faster than AdaGrad.",
        statements=needs_more_epochs(
            "adagrad", "rmsprop", "AdaGrad needs more epochs to 90% than RMSprop"
        ),
        note=IN_ANY_SETTING,
        revised=ADDED,
    ),
)

CLAIMS: tuple[Claim, ...] = (*SGD_AND_ADADELTA, *ADAGRAD_AND_RMSPROP)
