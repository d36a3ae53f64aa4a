"""The ten findings that matter: as a question, and as either verdict has it."""

from harness.claim import Finding

FINDINGS: tuple[Finding, ...] = (
    Finding(
        claim="D1-C20",
        question="Is the ReLU on the logits, which kills classes, why some of paper 1's runs go "
        "badly?",
        supported="A ReLU on the logits kills whole classes: the runs that went badly in paper 1 "
        "owe it to that, not to their pooling.",
        contradicted="The runs that went badly in paper 1 do not owe it to the ReLU on the logits.",
    ),
    Finding(
        claim="D1-C60",
        question="Does the training that paper 1 states give the accuracy that it states?",
        supported="The training that paper 1 states gives the accuracy that it states.",
        contradicted="The training that paper 1 states does not give the accuracy that it states.",
    ),
    Finding(
        claim="X-C01",
        question="Do large batches give the 0.54 with which paper 4 begins, alone or with a ReLU "
        "on the logits?",
        supported="Large batches can give the 0.54 with which paper 4 begins.",
        contradicted="Large batches do not explain the 0.54 with which paper 4 begins, neither "
        "alone nor with a ReLU on the logits.",
    ),
    Finding(
        claim="X-C02",
        question="Was paper 2's weak SGD run in large batches, and at a low rate or with a squared "
        "error?",
        supported="Paper 2's weak SGD is not SGD at Keras' defaults, but in large batches, at a "
        "tenth of their rate or with a squared error (SGD's number alone).",
        contradicted="Paper 2's weak SGD is not explained by large batches with a tenth of Keras' "
        "rate or with a squared error.",
    ),
    Finding(
        claim="D2-C34",
        question="Does paper 2's order of the five optimizers hold?",
        supported="Paper 2's order of the five optimizers holds, from AdaDelta to Adam.",
        contradicted="Paper 2's order of the five optimizers does not hold.",
    ),
    Finding(
        claim="D1-C50",
        question="Are vanishing gradients why four layers fall behind two at paper 1's rate, the "
        "logits left alone?",
        supported="At paper 1's rate four layers fall behind two for vanishing gradients, where "
        "the logits are left alone.",
        contradicted="Vanishing gradients are not why four layers fall behind two at paper 1's "
        "rate, the logits left alone, or they do not fall behind.",
    ),
    Finding(
        claim="D1-C15",
        question="Does any setting that paper 1 left alone let sigmoid learn?",
        supported="Sigmoid is not hopeless: a setting that paper 1 left alone lets it learn.",
        contradicted="Sigmoid learns with none of the settings that paper 1 left alone.",
    ),
    Finding(
        claim="X-C03",
        question="Is it the loss that makes tanh fail in paper 3, and batches or weights that make "
        "sigmoid fail in paper 1?",
        supported="Tanh fails in paper 3 for a cross-entropy on outputs that are no probabilities; "
        "smaller batches or Glorot's weights let sigmoid learn in paper 1.",
        contradicted="What tells paper 1's tanh and sigmoid from paper 3's is not the loss, nor "
        "batches and weights.",
    ),
    Finding(
        claim="D3-C22",
        question="Was the batch size what gained most in paper 3?",
        supported="On CIFAR-10 smaller batches gained more than any other adjustment of paper 3.",
        contradicted="On CIFAR-10 smaller batches were not what gained most in paper 3.",
    ),
    Finding(
        claim="D4-C13",
        question="Do runs differ by their initial weights more than by the order of the data?",
        supported="Runs differ by their initial weights more than by the order of the data.",
        contradicted="Runs do not differ by their initial weights more than by the order of the "
        "data.",
    ),
)
