"""The engines that can train a recipe. Free of torch and of Numba."""

from pathlib import Path
from typing import Literal

from lenet.recipe import Recipe

Engine = Literal["torch", "fast"]
"""`torch` is PyTorch throughout, on any device; `fast` is `lenet.fast`, on the CPU."""

ENGINES: tuple[Engine, ...] = ("torch", "fast")


def torch_layers(recipe: Recipe, engine: Engine) -> tuple[str, ...]:
    """Layers that the fast engine leaves to PyTorch; none where PyTorch is the engine itself.

    Of recurrent heads it has but the RNN over one long sequence. An activity penalty reads outputs
    that its fused steps never hold, and it numbers the pixels of a window in two bytes.
    """
    if engine == "torch":
        return ()
    if recipe.penalty.activity_l2 or any(pool and pool.kernel > 255 for pool in recipe.pools):
        return ("all",)
    is_own = recipe.head == "rnn" and recipe.head_sequence == "batch"
    return () if recipe.head_name is None or is_own else (recipe.head_name,)


def describe(engine: Engine) -> str:
    """The engine, and what its first use costs where no kernels lie beside its sources yet."""
    folder = Path(__file__).parent / "fast" / "__pycache__"
    if engine == "torch" or any(folder.glob("kernels.backward*.nbc")):
        return engine
    return f"{engine} (compiles its kernels first, once for this machine: some 25 s)"
