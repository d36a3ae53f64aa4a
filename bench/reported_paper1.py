"""What paper 1 reports."""

from bench.recipes_paper1 import OTHER_POOLS
from bench.stating import BLANK, term
from harness.claim import Paper, Reported

PAPER = Paper(
    id="D1",
    title="Five experiments on a small LeNet",
    source="Landry, Cabrera; University of Texas",
    data="MNIST",
    experiments=("activation", "maxpool", "depth", "recurrent", "protocol", "sigmoid"),
    assumptions=(
        "Rate 0.01, 20 epochs and batches of 256 are told in the model card alone; taken to hold "
        "in all experiments. Its base code trains at 0.1, in file order, up to 100 epochs: "
        "`protocol` has both, and poolings and depths are trained at 0.1, too.",
        "SGD has no momentum, weights start as PyTorch draws them and pixels lie in [0, 1].",
        "The rates of the activations are not listed; taken: 0.1, 0.01, 0.001 and 0.0001.",
        "All nonlinearities may or may not include the ReLU on the logits; both are trained, and "
        "the first is taken for the paper's.",
        "Poolings are told in words; taken: kernel 2, stride 2, padding 1 (A); 2, 1, 0 (B); "
        "3, 1, 0 (C); 3, 3, 1 (D).",
        "Two of its poolings are not named; taken: kernel 3 with stride 2, without padding and "
        "with.",
        "The third and the fourth convolution are taken to have 16 maps of 5 x 5, behind pools "
        "of stride 1 that leave 16 maps of 4 x 4; `relu-other-pools` has a pool of stride 2 "
        "elsewhere.",
        "The times are taken to be of whole trainings, on hardware that is not told.",
        "Which linear layer the recurrent one replaces is not told; taken: the first, with its "
        "width of 120. In the place of the last, which gives the logits, it is trained too.",
        "What the recurrent layer reads as its sequence is not told; taken: the batch, as "
        "PyTorch's default reads a 2-D input. With the 16 maps as steps it is trained too.",
        "The 99% of the model card are taken for test images after the last epoch.",
        "How often depth and activations were repeated is not told.",
    ),
    kernels=("protocol/card", "protocol/repository-20-shuffled"),
)

A_COUNT = "a count of the paper's own runs or recipes: there is nothing to measure"
SINGLE_RUNS = "single runs cannot be repeated"
DATA = "a property of the data, not of a training"

REPORTED: tuple[Reported, ...] = (
    Reported(
        id="D1-T01",
        place="2.4, table 1",
        text="training time by number of convolutional layers",
        reason="its four values are D1-N01 to D1-N04",
    ),
    Reported(
        id="D1-T02",
        place="Model card",
        text="layers of the base network",
        reason="a list of settings: the base network is built by it",
    ),
    Reported(
        id="D1-T03",
        place="Data card",
        text="images of MNIST for training and for testing",
        reason="its values are D1-N13",
    ),
    Reported(
        id="D1-F01",
        place="2.1, figure 1",
        text="kernels of both convolutions as heat maps",
        reason=f"{BLANK}: as in the model card, and at the base code's rate, which trains better",
    ),
    Reported(
        id="D1-F02",
        place="2.2, figure 2",
        text="accuracy by epoch of ReLU, tanh and sigmoid, one repetition",
        reason=BLANK,
    ),
    Reported(
        id="D1-F03",
        place="2.3, figure 3",
        text="accuracy by epoch of the seven poolings",
        reason=BLANK,
    ),
    Reported(
        id="D1-F04",
        place="2.4, figure 4",
        text="accuracy by epoch of one to four layers",
        reason=f"{BLANK}; its caption is that of figure 3",
    ),
    Reported(
        id="D1-F05",
        place="2.5, figure 5",
        text="accuracy by epoch of linear, RNN and LSTM head, one repetition",
        reason=BLANK,
    ),
    *(
        Reported(
            id=f"D1-N{depth:02d}",
            place="2.4, table 1",
            text=f"training time with {name}, on hardware not told, s",
            value=seconds,
            term=term("total_s", f"depth/{depth}-relu"),
            readings=(term("total_s", f"depth/{depth}-relu-other-pools"),)
            if depth in OTHER_POOLS
            else (),
        )
        for depth, name, seconds in (
            (1, "one layer", 128.0),
            (2, "two layers", 158.0),
            (3, "three layers", 593.0),
            (4, "four layers", 735.0),
        )
    ),
    Reported(
        id="D1-N05",
        place="2.4, table 1",
        text="these times over that of two layers: 0.81, 3.75 and 4.65",
        reason="derived from the rows above; the ratios are tested in D1-C45 and D1-C47",
    ),
    Reported(
        id="D1-N06",
        place="Model card",
        text="accuracy of the base network, images not told",
        value=0.99,
        term=term("test_accuracy", "protocol/card"),
        readings=tuple(
            term("test_accuracy", f"protocol/{name}")
            for name in (
                "card-plain",
                "repository",
                "repository-20",
                "repository-20-shuffled",
                "repository-20-plain",
            )
        ),
    ),
    Reported(
        id="D1-N07",
        place="2.3",
        text="repetitions of the pooling experiment",
        value=3.0,
        reason=A_COUNT,
    ),
    Reported(
        id="D1-N08",
        place="2.3",
        text="poolings held against the original",
        value=6.0,
        reason=A_COUNT,
    ),
    Reported(
        id="D1-N09",
        place="2.3",
        text="poolings that did well in two runs of three",
        value=4.0,
        reason=f"{SINGLE_RUNS}; that good and bad runs occur is tested in D1-C21, D1-C27, D1-C31 "
        "and D1-C34",
    ),
    Reported(
        id="D1-N10",
        place="2.3",
        text="runs of the original that did very well: the first and the third; badly: the second",
        reason=f"{SINGLE_RUNS}; that both kinds occur is tested in D1-C19",
    ),
    Reported(
        id="D1-N11",
        place="2.5",
        text="runs of three in which the LSTM ended below both others at 0.1",
        value=2.0,
        reason=f"{SINGLE_RUNS}; that it occurs is tested in D1-C55",
    ),
    Reported(
        id="D1-N12",
        place="2.5",
        text="runs of three with the RNN that stood apart at 0.01",
        value=1.0,
        reason=f"{SINGLE_RUNS}; that it occurs is tested in D1-C56",
    ),
    Reported(
        id="D1-N13",
        place="Data card",
        text="images of MNIST: 70,000, of which 60,000 for training and 10,000 for testing",
        reason=f"{DATA}; each record tells the images that it trained and tested on",
    ),
    Reported(
        id="D1-N14",
        place="Data card",
        text="images of 28 x 28 in grey, 10 classes",
        reason=DATA,
    ),
    Reported(
        id="D1-N15",
        place="Model card",
        text="parameters of the base network, from its layers",
        value=44_426.0,
        term=term("parameters", "protocol/card"),
    ),
)
