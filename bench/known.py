"""Cases that need no training, as another run has them: what `--leave-out` leaves out.

In the tier `paper` it is enough that another experiment trained the recipe, as the report on the
studies counts a training wherever its recipe is asked for (`harness.equal_recipes`). Seed 0 is each
cell's own: of it the report knows the recipe.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from bench.experiment import Case
from bench.planning import Key, key
from bench.session import data_source
from harness.papers import OWN_TIER
from harness.record import Record
from lenet.shapes import Shape


@dataclass(frozen=True)
class Data:
    """What a dataset adds to a recipe."""

    name: str
    images: int
    input_shape: Shape
    classes: int


Trained = tuple[str, str, str, int, str]
"""(cell, tier, engine, seed, recipe's identity); of any cell where that is empty."""


def known(
    cases: Iterable[Case], records: Iterable[Record], settings: Mapping[str, Any]
) -> set[Key]:
    """Those of the cases that one of these records is the result of, under these settings."""
    trained: dict[Data, set[Trained]] = {}
    for record in records:
        if not record.raised and record.dataset is not None:
            trained.setdefault(_data(record), set()).update(_trained(record))
    return {key(case) for case in cases if _is_known(case, trained, settings)}


def _is_known(
    case: Case, trained: Mapping[Data, set[Trained]], settings: Mapping[str, Any]
) -> bool:
    """Whether its dataset has a result of the case; images of others may not fit its layers."""
    name, _ = data_source(case.variant.recipe, settings)
    return any(
        _asked(case, data, settings) in found
        for data, found in trained.items()
        if data.name == name
    )


def _data(record: Record) -> Data:
    dataset = record.trained_on
    return Data(
        name=record.recipe["dataset"],
        images=dataset.train_size + dataset.validation_size,
        input_shape=cast(Shape, tuple(record.recipe["input_shape"])),
        classes=record.recipe["classes"],
    )


def _trained(record: Record) -> tuple[Trained, Trained]:
    """What a record is the result of: its own cell's, and any other's of its recipe."""
    rest = record.tier, record.engine, record.seed, record.recipe_id
    return (f"{record.experiment}/{record.variant}", *rest), ("", *rest)


def _asked(case: Case, data: Data, settings: Mapping[str, Any]) -> Trained:
    """What training the case on this data would be the result of."""
    recipe = replace(
        case.tier.apply(case.variant.recipe, train_images=data.images),
        dataset=data.name,
        input_shape=data.input_shape,
        classes=data.classes,
    )
    # Probes are measured for the experiments that ask for them alone.
    is_shared = case.tier.name == OWN_TIER and case.seed > 0 and not case.probes
    cell = "" if is_shared else f"{case.experiment}/{case.variant.name}"
    return cell, case.tier.name, settings["engine"], case.seed, recipe.identity
