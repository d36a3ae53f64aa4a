"""What GitHub is told, and that it fits."""

from harness.gate_github import MOST_ANNOTATIONS, annotations, summary
from harness.gate_result import refused
from tests.gate_records import held, side

NAMES = ("base", "run")
MANY = [f"c{number}" for number in range(30)]


def test_a_summary_shrinks_until_it_fits_and_says_so() -> None:
    result = held(side("a", cells=MANY), side("b", cells=MANY, shifts={"c3": -0.05}))
    whole = summary(result, names=NAMES, most_bytes=2**20)
    assert whole.count("| green") == 29
    short = summary(result, names=NAMES, most_bytes=1_500)
    assert len(short.encode()) <= 1_500
    assert "| red" in short
    assert "| green" not in short
    assert "Rows are left out for size" in short
    tiny = summary(result, names=NAMES, most_bytes=60)
    assert tiny.startswith("## Gate: a regression")
    assert len(tiny.encode()) <= 60
    assert summary(result, names=NAMES, most_bytes=-5) == ""


def test_there_are_as_many_annotations_as_are_shown() -> None:
    lost = dict.fromkeys(MANY, -0.05)
    found = annotations(held(side("a", cells=MANY), side("b", cells=MANY, shifts=lost)))
    assert len(found) == MOST_ANNOTATIONS
    assert found[-1] == "::error title=Gate::and 21 more"


def test_what_commands_would_trip_over_is_escaped() -> None:
    [found] = annotations(refused("50%\nof it: gone"))
    assert found == "::error title=Gate could not judge::50%25%0Aof it: gone"


def test_undecided_cells_are_one_warning() -> None:
    wide = side("b", cells=("adam", "nadam"), noise=0.05)
    after = [*side("b", cells=("sgd", "momentum")), *wide]
    [found] = annotations(held(side("a"), after))
    assert found.startswith("::warning title=Gate::2 cells are undecided")
