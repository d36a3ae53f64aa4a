"""Generators derived from (seed, name): no draw depends on another, none touches global state."""

import hashlib

import torch


def generator(seed: int, name: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator of its own for each (seed, name).

    Two recipes with one seed thus draw the same numbers for each thing that has the same name and
    shape, whatever else they draw.
    """
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return torch.Generator(device=device).manual_seed(int.from_bytes(digest[:8]) % 2**63)
