"""Labels that are wrong on purpose."""

import torch
from torch import Tensor

from lenet.seeding import generator


def shuffled_labels(labels: Tensor, *, share: float, seed: int) -> Tensor:
    """The labels [N], a share of which changed places; which ones derives from the seed.

    A label may come to a place where it is right: of ten classes in equal numbers, one in ten does.
    The labels handed in stay as they are.
    """
    count = round(share * len(labels))
    if not count:
        return labels
    draw = generator(seed, "label noise")
    rows = torch.randperm(len(labels), generator=draw)[:count]
    others = rows[torch.randperm(count, generator=draw)]
    noisy = labels.clone()
    noisy[rows.to(labels.device)] = labels[others.to(labels.device)]
    return noisy
