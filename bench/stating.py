"""Short ways to state what would have to be so for a claim: terms, differences, statements.

A cell is `EXPERIMENT/VARIANT`; several are taken together, seed by seed, as `over` says. Bounds and
margins are in the recorded unit of the metric: accuracies as fractions.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.claim import Over, Statement, Term

Cell = str | tuple[str, ...]
"""One cell, or several."""

MARGIN = 0.002
"""Difference in test accuracy that matters on MNIST: 0.2 points."""
CIFAR_MARGIN = 0.01
"""The same on CIFAR-10, where accuracies are near 50%: a point."""
BAD = "below@0.9"
"""A run on MNIST that ends below 90%."""
BLANK = "the figure is blank in our copy: it is redrawn, not compared"
"""Why there is nothing to compare."""


def in_readings(
    readings: Mapping[str, str],
    make: Callable[[str], tuple[Statement, ...]],
    *,
    known: Mapping[str, int] | None = None,
) -> tuple[Statement, ...]:
    """What `make` states for each key of the readings, named after it.

    `known`: key -> seeds that were known when the reading was added.
    """
    return tuple(
        replace(statement, reading=name)
        for key, name in readings.items()
        for statement in stated_after((known or {}).get(key, 0), *make(key))
    )


def stated_after(known: int, *statements: Statement) -> tuple[Statement, ...]:
    """Statements that were made when so many seeds of their cells were known, or more."""
    return tuple(replace(each, known=max(each.known, known)) for each in statements)


def cells(experiment: str, *variants: str) -> tuple[str, ...]:
    """Several variants of one experiment."""
    return tuple(f"{experiment}/{variant}" for variant in variants)


def term(metric: str, at: Cell, *, over: Over = "mean", weight: float = 1.0) -> Term:
    """A number a seed."""
    return Term(metric=metric, at=(at,) if isinstance(at, str) else at, over=over, weight=weight)


def is_above(says: str, metric: str, at: Cell, bound: float, *, over: Over = "mean") -> Statement:
    """The mean of a metric lies above a bound."""
    return Statement(says=says, terms=(term(metric, at, over=over),), shows="above", bound=bound)


def is_below(says: str, metric: str, at: Cell, bound: float, *, over: Over = "mean") -> Statement:
    """The mean of a metric lies below a bound."""
    return Statement(says=says, terms=(term(metric, at, over=over),), shows="below", bound=bound)


def is_seen(says: str, metric: str, at: Cell, above: float = 0.0) -> Statement:
    """At least one run has a value above a bound: something happens at times."""
    return Statement(says=says, terms=(term(metric, at, over="most"),), shows="seen", bound=above)


def is_seen_between(says: str, at: str, low: float, high: float) -> Statement:
    """At least one run ends with a test accuracy between these."""
    terms = term(f"below@{high:g}", at), term(f"below@{low:g}", at, weight=-1.0)
    return Statement(says=says, terms=terms, shows="seen", bound=0.5)


def is_seen_apart(says: str, metric: str, at: tuple[str, ...], *, by: float) -> Statement:
    """In at least one seed the runs of these cells lie this far apart, whichever is the higher."""
    return Statement(says=says, terms=(term(metric, at, over="range"),), shows="seen", bound=by)


def is_more(
    says: str, metric: str, first: Cell, second: Cell, *, by: float = 0.0, over: Over = "mean"
) -> Statement:
    """The paired difference, first less second, lies above `by`: the first number is the larger."""
    return Statement(says=says, terms=_difference(metric, first, second, over), bound=by)


def is_not_more(
    says: str, metric: str, first: Cell, second: Cell, *, margin: float, over: Over = "mean"
) -> Statement:
    """The paired difference, first less second, lies below the margin: no gain that matters."""
    terms = _difference(metric, first, second, over)
    return Statement(says=says, terms=terms, shows="below", bound=margin)


def gains(says: str, later: str, earlier: str, at: Cell, *, by: float = 0.0) -> Statement:
    """Of the same runs one metric lies above another, such as a later epoch's, by so much."""
    return Statement(says=says, terms=(term(later, at), term(earlier, at, weight=-1.0)), bound=by)


def is_alike(
    says: str,
    metric: str,
    first: Cell,
    second: Cell,
    *,
    margin: float,
    over: Over = "mean",
    chosen_by: str = "",
) -> Statement:
    """The paired difference is no further from zero than the margin: equivalence.

    Of several cells one is taken, chosen by another metric, if that is given.
    """
    pair = _difference(metric, first, second, over)
    terms = tuple(replace(each, chosen_by=chosen_by) for each in pair)
    return Statement(says=says, terms=terms, shows="within", bound=margin)


def is_mostly_alike(
    says: str, metric: str, first: Cell, second: Cell, *, limit: float
) -> Statement:
    """In more than half of all runs the paired difference is no further from zero than this."""
    terms = _difference(metric, first, second, "mean")
    return Statement(says=says, terms=terms, limit=limit, bound=0.5)


def is_more_varied(
    says: str, metric: str, first: Cell, second: Cell, *, over: Over = "mean"
) -> Statement:
    """Runs of the first lie further from their median than runs of the second."""
    return Statement(says=says, terms=_difference(metric, first, second, over), of="spread")


def is_varied(says: str, metric: str, at: Cell, *, by: float) -> Statement:
    """Runs lie further from their median than this, on average."""
    return Statement(says=says, terms=(term(metric, at),), of="spread", bound=by)


def differs_by_kind(
    says: str, metric: str, at: Cell, *, split: str, is_less: bool = False, by: float = 0.0
) -> Statement:
    """Runs in which `split` is 1 have more of a metric (or less) than those in which it is 0."""
    return Statement(
        says=says,
        terms=(term(metric, at),),
        split=split,
        shows="below" if is_less else "above",
        bound=-by if is_less else by,
    )


def is_ratio_above(says: str, metric: str, first: Cell, second: Cell, *, ratio: float) -> Statement:
    """The first number is more than `ratio` times the second."""
    return Statement(says=says, terms=(term(metric, first), term(metric, second, weight=-ratio)))


def is_ratio_below(says: str, metric: str, first: Cell, second: Cell, *, ratio: float) -> Statement:
    """The first number is less than `ratio` times the second."""
    terms = (term(metric, first), term(metric, second, weight=-ratio))
    return Statement(says=says, terms=terms, shows="below")


def interacts(
    says: str,
    metric: str,
    *,
    with_both: Cell,
    with_first: Cell,
    with_second: Cell,
    with_none: Cell,
    by: float = 0.0,
) -> Statement:
    """Two changes together do more than the sum of what each does alone."""
    weights = {1.0: (with_both, with_none), -1.0: (with_first, with_second)}
    terms = tuple(
        term(metric, at, weight=weight) for weight, found in weights.items() for at in found
    )
    return Statement(says=says, terms=terms, bound=by)


def is_ordered(metric: str, *cells_in_order: str, names: tuple[str, ...]) -> tuple[Statement, ...]:
    """Each cell has more of a metric than the one before it, one statement a step."""
    steps = zip(cells_in_order, cells_in_order[1:], names, names[1:], strict=False)
    return tuple(
        is_more(f"{after} above {before}", metric, second, first)
        for first, second, before, after in steps
    )


def _difference(metric: str, first: Cell, second: Cell, over: Over) -> tuple[Term, Term]:
    return term(metric, first, over=over), term(metric, second, over=over, weight=-1.0)
