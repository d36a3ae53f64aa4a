"""A second engine for the same recipes: the batch is the innermost axis of every map.

README.md in this folder tells the layout and the reasoning. Import it only to use it: it brings
Numba with it.
"""

from lenet.fast.direct import Direct
from lenet.fast.network import Network
from lenet.fast.stack import Batch
from lenet.fast.threads import lent

__all__ = ["Batch", "Direct", "Network", "lent"]
