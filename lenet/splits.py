"""Fixed orders of samples, by which a dataset is split.

A split must stay the same for ever, or records of different years could not be compared. The
orders come from numpy's `RandomState`, whose stream numpy has frozen (NEP 19), not from a
generator that a newer version may change. Each has its own generator, derived from a name.
"""

import hashlib

import numpy as np
import numpy.typing as npt


def fixed_order(name: str, count: int) -> npt.NDArray[np.int64]:
    """A permutation of 0 .. count - 1 that depends on `name` and `count` alone."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    return np.random.RandomState(seed).permutation(count).astype(np.int64)


def stratified_order(name: str, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A fixed permutation of which every prefix has the classes in proportion.

    `labels` [N] are class numbers from 0. Sample k of the n of its class, counted in the fixed
    order, goes to place (k + 1/2) / n of the whole.
    """
    order = fixed_order(name, len(labels))
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place[order], kind="stable")]
