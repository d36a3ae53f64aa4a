"""Compiled kernels on disk: compiled once a machine, and again when any file here changes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core.caching import (
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)


class _WholeFolder:
    """Numba's own stamp is of one file, but a kernel is made of several."""

    def get_source_stamp(self) -> str:
        """Digest of every source file of this folder."""
        digest = hashlib.sha256()
        for path in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()


class Given(_WholeFolder, UserProvidedCacheLocator):
    """In `NUMBA_CACHE_DIR`."""


class InTree(_WholeFolder, InTreeCacheLocator):
    """In `__pycache__`, where that can be written."""


class UserWide(_WholeFolder, UserWideCacheLocator):
    """In the user's cache folder."""


def compiled(function: Callable[..., None]) -> Any:
    """The function compiled by Numba when first called, free of Python's lock, kept on disk."""
    before = config.CACHE_LOCATOR_CLASSES
    config.CACHE_LOCATOR_CLASSES = ",".join(
        f"{__name__}.{place.__name__}" for place in (Given, InTree, UserWide)
    )
    try:
        return njit(nogil=True, error_model="numpy", cache=True)(function)
    finally:
        config.CACHE_LOCATOR_CLASSES = before
