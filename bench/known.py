"""Cases that need no training, as another run has them: what `--leave-out` leaves out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bench.experiment import Case
from bench.planning import Key, key
from bench.session import data_source
from harness.record import Record


def known(
    cases: Iterable[Case], records: Iterable[Record], settings: Mapping[str, Any]
) -> set[Key]:
    """Those of the cases that one of these records is the result of, under these settings."""
    by_key: dict[Key, list[Record]] = {}
    for record in records:
        if not record.raised:
            there = record.experiment, record.variant, record.seed
            by_key.setdefault(there, []).append(record)
    return {
        key(case)
        for case in cases
        if any(_is_result(each, case, settings) for each in by_key.get(key(case), ()))
    }


def _is_result(record: Record, case: Case, settings: Mapping[str, Any]) -> bool:
    """Whether training the case now would train what the record tells of."""
    if (record.tier, record.engine) != (case.tier.name, settings["engine"]):
        return False
    if record.dataset is None:
        return False
    images = record.dataset.train_size + record.dataset.validation_size
    recipe = replace(
        case.tier.apply(case.variant.recipe, train_images=images),
        dataset=data_source(case.variant.recipe, settings)[0],
        input_shape=tuple(record.recipe["input_shape"]),  # the dataset's, like the next
        classes=record.recipe["classes"],
    )
    return recipe.identity == record.recipe_id
