"""The claims of paper 2, sections 1 to 3: introduction, related work and data."""

from bench import binary_problem as binary
from bench.claims_paper2_cells import KERAS
from bench.mnist_files import MNIST_FILES
from bench.stating import cells, is_above, term
from harness.claim import Claim, Fact, Statement


def _right(rule: binary.Rule) -> float:
    return binary.right_share(rule)


INTRODUCTION = (
    Claim(
        id="D2-C01",
        place="abstract, 1",
        text="LeNet-5 was a breakthrough and shaped the networks that came after it.",
        reason="History: no training tells.",
    ),
    Claim(
        id="D2-C02",
        place="1",
        text="LeNet-5 serves eight kinds of task, from characters and number plates to gestures.",
        reason="Six of the eight kinds need images that are not at hand (plates, medical pictures, "
        "faces, documents, gestures, letters); for digits see D2-C35, for objects D2-C03.",
    ),
    Claim(
        id="D2-C03",
        place="1",
        text="The network is good for more than digits.",
        statements=(
            is_above(
                "on CIFAR-10 it ends above 45%",
                "test_accuracy",
                "cifar_adjusted/tanh-ce-softmax-lr0.01",
                0.45,
            ),
        ),
        note="CIFAR-10 stands in for all other pictures, trained as in table 4 of paper 3. A "
        "linear classifier on its pixels gets about 40%; five points more count as good for it. "
        "Trained on 40,000 of its images, which costs accuracy. FashionMNIST and KMNIST are "
        "not at hand.",
    ),
)

RELATED_WORK = (
    Claim(
        id="D2-C04",
        place="2",
        text="On a certain binary problem plain gradient descent gets everything right, adaptive "
        "methods only half (Wilson et al.).",
        facts=(
            Fact(
                says="gradient descent gets all unseen samples right",
                holds=_right(binary.descent) == 1.0,
            ),
            Fact(says="AdaGrad gets half of them right", holds=_right(binary.adagrad) == 0.5),
            Fact(says="RMSprop gets half of them right", holds=_right(binary.rmsprop) == 0.5),
            Fact(says="Adam gets half of them right", holds=_right(binary.adam) == 0.5),
        ),
        note="Worked out on the problem as its authors build it, with six samples: a linear model "
        "on more features than samples, which no LeNet is. As many unseen samples of each label.",
    ),
    Claim(
        id="D2-C05",
        place="2",
        text="Soydaner compared seven adaptive optimizers on four data sets.",
        reason="Tells what another paper did. The seven are trained here, in `optimizer` and "
        "`optimizer_parts`, but two of its four data sets are not at hand.",
    ),
)

DATASET = (
    Claim(
        id="D2-C06",
        place="3",
        text="The digits are centred and all of one size.",
        facts=(
            Fact(
                says="the centre of mass of every image lies within "
                f"{MNIST_FILES.farthest_centre} pixels of the same point",
                holds=MNIST_FILES.farthest_centre < 1,
            ),
            Fact(
                says=f"the longer side of the box about a digit is {MNIST_FILES.longest_side} "
                f"pixels in all but {MNIST_FILES.other_boxes} images",
                holds=MNIST_FILES.other_boxes
                < 0.001 * (MNIST_FILES.train_images + MNIST_FILES.test_images),
            ),
        ),
        note="Measured once over all 70,000 images. The shorter side differs from digit to digit.",
    ),
    Claim(
        id="D2-C07",
        place="3",
        text="A pixel of 0 is white, one of 255 is black.",
        facts=(
            Fact(
                says="0 is the ground: every corner pixel is "
                f"{MNIST_FILES.highest_corner} in all 70,000 images",
                holds=MNIST_FILES.highest_corner == MNIST_FILES.lowest == 0,
            ),
            Fact(
                says=f"ink goes up to {MNIST_FILES.highest}: each image has a pixel of at least "
                f"{MNIST_FILES.least_ink}",
                holds=MNIST_FILES.least_ink > 250 and MNIST_FILES.highest == 255,
            ),
        ),
        note="White is taken for the ground and black for ink, as on paper. Tools that take the "
        "values for brightness show it the other way round.",
    ),
    Claim(
        id="D2-C08",
        place="3",
        text="MNIST is small and simple; what does well on it need not do so on harder data.",
        statements=(
            is_above("LeNet-5 passes 98% on MNIST", "test_accuracy", KERAS["adam"], 0.98),
            Statement(
                known=1,
                says="it ends more than 20 points above the best of four LeNets like paper 3's on "
                "CIFAR-10",
                terms=(
                    term("test_accuracy", KERAS["adam"]),
                    term(
                        "test_accuracy",
                        cells("cifar_removed", "none", "max-pooling", "relu-5x5", "relu-3x3"),
                        over="best",
                        weight=-1.0,
                    ),
                ),
                bound=0.2,
            ),
        ),
        note="Levels of like networks stand in for the order of recipes, for no recipe is trained "
        "on both data sets in the same way. CIFAR-10 is trained on 40,000 images, which costs "
        "accuracy. The best recipe that we found for such a network there, `best_cifar`, is no "
        "recipe of any paper.",
        revised="when some of these cells had one seed; before, that no LeNet passes 70% on "
        "CIFAR-10.",
    ),
)

CLAIMS: tuple[Claim, ...] = (*INTRODUCTION, *RELATED_WORK, *DATASET)
