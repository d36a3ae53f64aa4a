"""The binary problem of Wilson et al. (2017, section 3.3), on which paper 2 rests a claim.

A linear model on more features than samples. Feature 1 is the label (1 or -1), features 2 and 3
are always 1, and each sample has features of its own: one if its label is 1, five if it is -1. Only
the first tells anything about a sample never seen. Least squares on all samples at once, from zero.
"""

from collections.abc import Callable, Sequence

LABELS = (1, 1, 1, 1, -1, -1)
"""Of the training samples: most are 1, as the proof asks."""
STEPS = 100

Rule = Callable[[float, list[float], int], float]
"""(gradient, this weight's own memory, step from 1) -> how far down the weight goes."""


def descent(gradient: float, memory: list[float], step: int) -> float:
    """Plain gradient descent."""
    return 0.05 * gradient


def adagrad(gradient: float, memory: list[float], step: int) -> float:
    """Rate over the root of the sum of squares."""
    memory[0] += gradient**2
    return 0.1 * _over_root(gradient, memory[0])


def rmsprop(gradient: float, memory: list[float], step: int) -> float:
    """Rate over the root of the running mean of squares."""
    memory[0] = 0.9 * memory[0] + 0.1 * gradient**2
    return 0.01 * _over_root(gradient, memory[0])


def adam(gradient: float, memory: list[float], step: int) -> float:
    """The same with a running mean of gradients above the root."""
    memory[0] = 0.999 * memory[0] + 0.001 * gradient**2
    memory[1] = 0.9 * memory[1] + 0.1 * gradient
    return 0.01 * _over_root(memory[1] / (1 - 0.9**step), memory[0] / (1 - 0.999**step))


def right_share(rule: Rule, labels: Sequence[int] = LABELS) -> float:
    """Share of unseen samples, as many of either label, that the trained model gets right."""
    weights = _trained(rule, labels)
    scores = ((label, label * weights[0] + weights[1] + weights[2]) for label in (1, -1))
    return sum((score > 0) == (label > 0) for label, score in scores) / 2


def _trained(rule: Rule, labels: Sequence[int]) -> list[float]:
    own = [range(3 + 5 * i, 4 + 5 * i + 2 * (1 - label)) for i, label in enumerate(labels)]
    samples = [(label, (1, 2, *places)) for label, places in zip(labels, own, strict=True)]
    weights = [0.0] * (3 + 5 * len(labels))
    memories = [[0.0, 0.0] for _ in weights]
    for step in range(1, STEPS + 1):
        slopes = [0.0] * len(weights)
        for label, places in samples:
            off = label * weights[0] + sum(weights[place] for place in places) - label
            slopes[0] += off * label / len(samples)
            for place in places:
                slopes[place] += off / len(samples)
        for place, slope in enumerate(slopes):
            weights[place] -= rule(slope, memories[place], step)
    return weights


def _over_root(gradient: float, square: float) -> float:
    return gradient / square**0.5 if square else 0.0
