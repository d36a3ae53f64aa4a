"""One training answers in every experiment that asks for its recipe: records in, more out. Pure.

Two experiments often have a cell in common, such as the network that both begin from. A recipe, a
seed and the conditions fix a training, so what was trained for one of them is a result of the
other, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.compare import Conditions, conditions_of, group_by
from harness.record import Record

Training = tuple[str, Conditions]
"""Recipe and conditions: with a seed, all that a training hangs on."""


def shared(records: Sequence[Record]) -> tuple[Record, ...]:
    """The records, and for each cell those of equal recipes at seeds that it lacks itself."""
    trained = [record for record in records if record.dataset is not None and not record.raised]
    equal = group_by(trained, _training)
    cells = group_by(trained, lambda record: (record.experiment, record.variant, _training(record)))
    lent = [each for (_, _, training), own in cells.items() for each in _lent(own, equal[training])]
    return (*records, *lent)


def _training(record: Record) -> Training:
    return record.recipe_id, conditions_of(record)


def _lent(own: Sequence[Record], equal: Iterable[Record]) -> Iterable[Record]:
    """Others' results as this cell's, one for each seed that it lacks."""
    first, seeds = own[0], {record.seed for record in own}
    for record in equal:
        if record.seed not in seeds:
            seeds.add(record.seed)
            yield replace(
                record,
                experiment=first.experiment,
                question=first.question,
                variant=first.variant,
                baseline=first.baseline,
                factors=first.factors,
            )
