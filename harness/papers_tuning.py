"""Fair tuning as tables: each contender at its best rate. Pure."""

from collections.abc import Sequence

from harness.estimate import Estimate
from harness.repetition import Tuned
from harness.table import escape, markdown_table


def tuning_parts(tuned: Sequence[Tuned]) -> list[str]:
    """Contenders at their best rate, one table a search."""
    if not tuned:
        return []
    parts = [
        "## Fair tuning",
        "What none of the papers did: each contender gets as many learning rates as the others, "
        "the best is chosen on training images held out, by which rows are ordered, and its "
        "accuracy on the test images is told, beside that at its usual rate, untuned. Where there "
        "is one seed, an order is no more than a hint.",
    ]
    for experiment in dict.fromkeys(each.experiment for each in tuned):
        rows = [each for each in tuned if each.experiment == experiment]
        parts += [f"### {escape(experiment)}", _budget(rows), _tuned_table(rows)]
    return parts


def _budget(rows: Sequence[Tuned]) -> str:
    """What each training had; a contender that learns late may need more."""
    epochs, size, held_out = (
        " or ".join(f"{found:,}" for found in sorted({getattr(row, name) for row in rows}))
        for name in ("epochs", "batch_size", "images_held_out")
    )
    return (
        f"{epochs} epochs in batches of {size}, which favours what learns at once: with the time "
        f"that a paper gives it, a contender may end elsewhere. {held_out} images held out."
    )


def _doubt(each: Tuned) -> str:
    if each.is_tied:
        return " (others did as well)"
    return " (edge of the search)" if each.is_at_edge else ""


def _tuned_table(rows: Sequence[Tuned]) -> str:
    return markdown_table(
        [
            ("contender", [escape(row.name) for row in rows], False),
            ("rates tried", [", ".join(f"{rate:g}" for rate in row.tried) for row in rows], False),
            ("best rate", [f"{row.rate:g}{_doubt(row)}" for row in rows], True),
            ("held out, %", [_percent(row.held_out) for row in rows], True),
            ("test, %", [_percent(row.accuracy) for row in rows], True),
            ("untuned, %", [_untuned(row) for row in rows], True),
            ("seeds", [str(row.accuracy.n) for row in rows], True),
        ]
    )


def _untuned(row: Tuned) -> str:
    found = row.untuned
    return "-" if found is None else f"{_percent(found.accuracy)} at {found.rate:g}"


def _percent(found: Estimate) -> str:
    half = "" if found.half_width is None else f" ± {found.half_width * 100:.2f}"
    return f"{found.mean * 100:.2f}{half}"
