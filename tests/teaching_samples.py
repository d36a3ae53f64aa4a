"""What the tests of pictures for teaching share: made-up records and arrays, reading a figure."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.artifacts import Wrong
from harness.record import Record
from tests.records import make_record

Array = np.ndarray[Any, Any]


def texts(figure: Figure) -> list[str]:
    return [found.get_text() for found in figure.findobj(Text) if isinstance(found, Text)]


def title(figure: Figure) -> str:
    return figure.texts[-2].get_text()


def drawn(figure: Figure) -> Figure:
    """The figure, rendered, which is where matplotlib warns or fails."""
    figure.savefig(io.BytesIO(), dpi=40)
    return figure


def pictures(figure: Figure) -> list[Array]:
    return [np.asarray(image.get_array()) for ax in figure.axes for image in ax.images]


def health(seed: int, *, dead: Sequence[float], norms: Sequence[float | None]) -> Record:
    """A record whose layer conv1 has these values, epoch by epoch; output has 0 and 1."""
    record = make_record(seed=seed, accuracies=(0.9,) * len(dead))
    epochs = tuple(
        replace(
            epoch,
            dead_units={"conv1": share, "output": 0.0},
            gradient_norm={"conv1": norm, "output": 1.0},
        )
        for epoch, share, norm in zip(record.epochs, dead, norms, strict=True)
    )
    return replace(record, epochs=epochs)


def mistakes(count: int) -> Wrong:
    return Wrong(
        images=np.full((count, 1, 6, 6), 200, np.uint8),
        label=np.arange(count),
        prediction=np.arange(count) + 1,
        confidence=np.linspace(0.9, 0.5, count, dtype=np.float32),
    )


def artifact_arrays() -> dict[str, Array]:
    """What a training leaves, made up: two convolutions, ten classes."""
    random = np.random.default_rng(0)
    return {
        "kernels/conv1": random.normal(size=(3, 4, 1, 5, 5)).astype(np.float16),
        "kernels/conv2": random.normal(size=(3, 20, 4, 5, 5)).astype(np.float16),
        "features/conv1": random.random((10, 4, 24, 24)).astype(np.float16),
        "features/conv2": random.random((10, 20, 8, 8)).astype(np.float16),
        "features/pixels": random.integers(0, 256, (10, 1, 28, 28), dtype=np.uint8),
        "confusion": np.diag(np.full(10, 90, dtype=np.int32)) + 1,
        "wrong/images": random.integers(0, 256, (11, 1, 28, 28), dtype=np.uint8),
        "wrong/label": np.arange(11, dtype=np.int32) % 10,
        "wrong/prediction": (np.arange(11, dtype=np.int32) + 1) % 10,
        "wrong/confidence": np.linspace(0.99, 0.4, 11, dtype=np.float32),
    }
