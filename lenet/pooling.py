"""Pooling layers by kind."""

from torch import nn

from lenet.settings import Pool


def build_pool(pool: Pool | None) -> nn.Module:
    """The layer of these settings: [N, C, H, W] in, [N, C, H', W'] out, sizes as in `lenet.shapes`.

    Average pooling counts the padding's zeros in its mean, as PyTorch does by default.
    """
    if pool is None:
        return nn.Identity()
    kind = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[pool.kind]
    return kind(pool.kernel, stride=pool.stride, padding=pool.padding)
