"""What kernels, maps, mistakes and layers' health tell of a training, in numbers and words. Pure.

Letters: E epochs, S seeds, M maps, N images, H and W pixels, K classes.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.artifacts import Counts, Floats, Wrong
from harness.record import EpochRecord, Record

Series = NDArray[np.float64]
Health = Literal["dead_units", "gradient_norm"]

LEAST_CHANGE = 0.01
"""A map tells images apart if it changes by this share of its layer's range."""


def layer_series(records: Sequence[Record], health: Health) -> dict[str, Series]:
    """Layer -> its values [S, E], one row a record; NaN where a number is missing or not finite."""
    layers = dict.fromkeys(
        layer for each in records for epoch in each.epochs for layer in _of(epoch, health)
    )
    last = max((len(record.epochs) for record in records), default=0)
    found = {layer: np.full((len(records), last), np.nan) for layer in layers}
    for row, record in enumerate(records):
        for column, epoch in enumerate(record.epochs):
            for layer, value in _of(epoch, health).items():
                if value is not None:
                    found[layer][row, column] = value
    return found


def mean_over_seeds(values: Series, *, geometric: bool = False) -> Series:
    """[S, E] -> [E]: mean of the finite values, NaN where there is none.

    The geometric mean is for values above zero.
    """
    finite = np.isfinite(values)
    counted = np.log(values, where=finite, out=np.zeros_like(values)) if geometric else values
    sums = np.where(finite, counted, 0.0).sum(axis=0)
    counts = finite.sum(axis=0)
    means: Series = np.divide(sums, counts, where=counts > 0, out=np.full(len(sums), np.nan))
    return np.asarray(np.exp(means)) if geometric else means


def above_zero(values: Series) -> Series:
    """The values, NaN in the place of what has no logarithm."""
    return np.where(values > 0, values, np.nan)


def kernel_change(kernels: Floats) -> float | None:
    """Norm of the change from the first to the last of [E + 1, ...] over the norm of the first.

    `None` where a number is not finite, or all are zero at the start.
    """
    start, end = kernels[0], kernels[-1]
    size = float(np.linalg.norm(start))
    change = float(np.linalg.norm(end - start))
    return change / size if size and np.isfinite(change) else None


def telling_maps(maps: Floats) -> int:
    """Of maps [N, M, H, W], how many are not the same on every image."""
    span = float(np.ptp(maps))
    changes = np.ptp(maps, axis=0).max(axis=(1, 2))
    return int((changes > LEAST_CHANGE * span).sum()) if span else 0


def kernels_finding(kernels: Mapping[str, Floats]) -> str:
    """How far training moved the kernels of each layer."""
    broken = {name: _first_broken(values) for name, values in kernels.items()}
    first = min((epoch for epoch in broken.values() if epoch is not None), default=None)
    if first is not None:
        layer = next(name for name, epoch in broken.items() if epoch == first)
        return f"kernels of {layer} are no finite numbers after epoch {first}"
    changes = {name: kernel_change(values) for name, values in kernels.items()}
    known = {name: change for name, change in changes.items() if change is not None}
    said = [f"{share(change)} ({name})" for name, change in known.items()]
    if len(known) > 3:
        ends = (min(known, key=known.__getitem__), max(known, key=known.__getitem__))
        said = [" to ".join(f"{share(known[name])} ({name})" for name in ends)]
    return f"kernels changed by {', '.join(said)} of their size"


def features_finding(features: Mapping[str, Floats]) -> str:
    """How many maps of a layer tell the images apart, of the layer with the smallest share."""
    counts = {name: (telling_maps(maps), maps.shape[1]) for name, maps in features.items()}
    name, (telling, all_maps) = min(counts.items(), key=lambda entry: entry[1][0] / entry[1][1])
    if telling == all_maps:
        return "every map of every layer changes with the image"
    return f"{telling} of {all_maps} maps of {name} change with the image"


def confusion_finding(confusion: Counts) -> str:
    """The most frequent confusion; or that there is none, or only one answer."""
    answers = np.flatnonzero(confusion.sum(axis=0))
    mistakes = confusion * (1 - np.eye(len(confusion), dtype=np.int64))
    if not mistakes.any():
        return "every test image is classified rightly"
    if len(answers) == 1:
        return f"every test image is taken for class {answers[0]}"
    label, answer = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    count, images = mistakes[label, answer], confusion[label].sum()
    return f"class {label} is taken for {answer} most often, {count:,} of {images:,} images"


def wrong_finding(wrong: Wrong) -> str:
    """The most confident mistake."""
    if not len(wrong.label):
        return "no test image is classified wrongly"
    sure = confidence(float(wrong.confidence[0]))
    return f"most confident mistake: {wrong.label[0]} taken for {wrong.prediction[0]} at {sure}"


def dead_finding(variants: Mapping[str, Sequence[Record]]) -> str:
    """The layer with most dead units after the last epoch, over variant -> its records."""
    found = {
        (name, layer): mean_over_seeds(values)
        for name, records in variants.items()
        for layer, values in layer_series(records, "dead_units").items()
    }
    ends = {key: float(np.nan_to_num(means[-1])) for key, means in found.items() if len(means)}
    name, layer = max(ends, key=ends.__getitem__, default=("", ""))
    if ends.get((name, layer)):
        return f"{name}: {share(ends[name, layer])} of {layer}'s units are dead at the end"
    ever = any((means > 0).any() for means in found.values())
    return "Units that were dead are alive at the end" if ever else "No unit is ever dead"


def gradient_finding(variants: Mapping[str, Sequence[Record]]) -> str:
    """What the first layer's gradient is of the last one's at the end, over variant -> records.

    Of several variants the lowest and the highest are named.
    """
    series = {name: layer_series(found, "gradient_norm") for name, found in variants.items()}
    first, *_, last = next([*each] * 2 for each in series.values() if each)
    ratios = {name: _ratio(each, first, last) for name, each in series.items()}
    known = sorted((ratio, name) for name, ratio in ratios.items() if ratio is not None)
    if not known:
        return f"{first}'s gradient is zero or not finite at the end"
    (low, lowest), (high, highest) = known[0], known[-1]
    said = f"{first}'s gradient at the end: {low:.2g} of {last}'s in {lowest}"
    return f"{said}, {high:.2g} in {highest}" if len(known) > 1 else said


def share(value: float) -> str:
    """A share in percent, with a decimal where it is small."""
    if 0 < value < 0.0005:
        return "<0.1%"
    return f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"


def confidence(value: float) -> str:
    """A confidence in percent; what is not quite certain is not rounded to 100%."""
    return ">99.9%" if value > 0.9995 else f"{value:.1%}"


def _of(epoch: EpochRecord, health: Health) -> Mapping[str, float | None]:
    return epoch.dead_units if health == "dead_units" else epoch.gradient_norm


def _first_broken(kernels: Floats) -> int | None:
    """The first epoch after which a number is not finite."""
    broken = ~np.isfinite(kernels.reshape(len(kernels), -1)).all(axis=1)
    return int(broken.argmax()) if broken.any() else None


def _ratio(series: Mapping[str, Series], first: str, last: str) -> float | None:
    """Geometric mean of the first layer's last values over that of the last layer's."""
    ends = [above_zero(series[layer][:, -1:]) for layer in (first, last) if layer in series]
    means = [float(mean) for end in ends for mean in mean_over_seeds(end, geometric=True)]
    return means[0] / means[1] if len(means) == 2 and np.isfinite(means).all() else None
