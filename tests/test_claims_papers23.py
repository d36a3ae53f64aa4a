"""The claims and numbers of papers 2 and 3: all there, all of cells and metrics that exist."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import binary_problem, planning
from bench.claims_paper2 import CLAIMS as CLAIMS_2
from bench.claims_paper2_cells import SETTINGS
from bench.claims_paper3 import CLAIMS as CLAIMS_3
from bench.experiment import Experiment, Variant
from bench.mnist_files import MNIST_FILES
from bench.reported_paper2 import PAPER as PAPER_2
from bench.reported_paper2 import REPORTED as REPORTED_2
from bench.reported_paper3 import PAPER as PAPER_3
from bench.reported_paper3 import REPORTED as REPORTED_3
from harness.claim import Claims, Term, cells, check, read_claims, write_claims
from harness.metric_families import FAMILIES
from harness.metrics import metric
from harness.record import Record
from harness.repeated import repeat
from harness.term_values import cells_of
from harness.verdict import Verdict, judge
from lenet.data import load
from tests.records import make_record

BOTH = Claims(
    papers=(PAPER_2, PAPER_3), reported=(*REPORTED_2, *REPORTED_3), claims=(*CLAIMS_2, *CLAIMS_3)
)
TERMS = [term for claim in BOTH.claims for each in claim.statements for term in each.terms]
TERMS += [each.term for each in BOTH.reported if each.term]
SEEDS = range(8)


@pytest.fixture(scope="module")
def experiments() -> dict[str, Experiment]:
    return planning.all_experiments()


def ids(paper: str, kind: str, count: int) -> list[str]:
    return [f"{paper}-{kind}{number:02}" for number in range(1, count + 1)]


def variant(cell: str, experiments: dict[str, Experiment]) -> Variant:
    name, _, asked = cell.partition("/")
    return next(each for each in experiments[name].paper_variants if each.name == asked)


def parts(term: Term) -> tuple[str, str, float | None]:
    """Family, layer and level of a metric's name."""
    name, _, level = term.metric.partition("@")
    family, _, layer = name.partition("/")
    return family, layer, float(level) if level else None


def test_every_claim_is_there_in_order() -> None:
    assert [claim.id for claim in CLAIMS_2] == ids("D2", "C", 39)
    assert [claim.id for claim in CLAIMS_3] == ids("D3", "C", 38)


def test_every_table_figure_and_number_is_there_in_order() -> None:
    assert [each.id for each in REPORTED_2] == [
        *ids("D2", "T", 1),
        *ids("D2", "F", 3),
        *ids("D2", "N", 10),
    ]
    assert [each.id for each in REPORTED_3] == [
        *ids("D3", "T", 5),
        *ids("D3", "F", 3),
        *ids("D3", "N", 22),
    ]


def test_they_make_sense_and_come_back_as_written(tmp_path: Path) -> None:
    check(BOTH)
    write_claims(BOTH, tmp_path)
    assert replace(read_claims([tmp_path]), written_at="") == BOTH


def test_reported_numbers_have_a_term_or_a_reason() -> None:
    assert all((each.term is None) == bool(each.reason) for each in BOTH.reported)
    assert all(each.value is not None for each in BOTH.reported if each.term)


def test_a_cause_is_measured_and_removed() -> None:
    causes = [claim for claim in BOTH.claims if claim.is_cause and not claim.reason]
    assert len(causes) == 10
    assert all(len(claim.statements) + len(claim.facts) >= 2 for claim in causes)


def test_only_what_needs_more_than_we_have_is_not_testable() -> None:
    assert [claim.id for claim in BOTH.claims if claim.reason] == [
        *("D2-C01", "D2-C02", "D2-C05", "D2-C22", "D2-C39"),
        "D3-C26",
    ]


def test_experiments_and_cells_exist(experiments: dict[str, Experiment]) -> None:
    assert {name for paper in BOTH.papers for name in paper.experiments} <= set(experiments)
    for cell in cells(BOTH):
        assert variant(cell, experiments).recipe.epochs > 0


def test_metrics_exist_and_fit_their_cells(experiments: dict[str, Experiment]) -> None:
    """Epochs within the training, layers of the network, conditions that it is judged under."""
    for term in TERMS:
        metric(term.metric)
        family, layer, level = parts(term)
        for cell in term.at:
            recipe = variant(cell, experiments).recipe
            if family == "accuracy_under":
                conditions = experiments[cell.partition("/")[0]].conditions
                assert f"{layer}-{level:g}" in conditions
            elif family.endswith("_probe"):
                assert experiments[cell.partition("/")[0]].probes
                assert layer in ("input", "conv1", "conv2")
            elif layer:
                count = {"conv": len(recipe.convs), "linear": len(recipe.linears)}
                assert int(layer[-1]) <= count[layer[:-1]], (term.metric, cell)
            if level and "epoch" in FAMILIES[family].level:
                assert level <= recipe.epochs, (term.metric, cell)


def test_noise_is_looked_at_in_the_second_half(experiments: dict[str, Experiment]) -> None:
    found = [term for term in TERMS if term.metric.startswith("noise_from@")]
    assert found
    for term in found:
        recipe = variant(term.at[0], experiments).recipe
        steps = recipe.epochs * MNIST_FILES.train_images // recipe.batch_size
        assert parts(term)[2] == steps / 2


def test_padded_kernels_differ_in_padding_alone(experiments: dict[str, Experiment]) -> None:
    small, large, padded = (
        variant(f"cifar_removed/{name}", experiments).recipe
        for name in ("relu-3x3", "relu-5x5", "relu-5x5-padded")
    )
    assert [stage.convolved for stage in padded.stages] == [
        stage.convolved for stage in small.stages
    ]
    assert padded.convs[0].kernel == large.convs[0].kernel == 5


def test_noisy_gradients_get_as_many_steps(experiments: dict[str, Experiment]) -> None:
    noisy = variant("optimizer_parts/sgd-batch-4", experiments).recipe
    usual = variant("rate_dependence/sgd-lr0.01", experiments).recipe
    assert noisy.epochs / noisy.batch_size == 8 / usual.batch_size


def test_binary_problem_divides_the_optimizers() -> None:
    """And descent fails, too, where no sample has the other label."""
    assert binary_problem.right_share(binary_problem.descent) == 1.0
    assert binary_problem.right_share(binary_problem.adam) == 0.5
    assert binary_problem.right_share(binary_problem.descent, (1, 1, 1)) == 0.5


@pytest.mark.skipif(not os.environ.get("LENET_DATA"), reason="LENET_DATA names no folder")
def test_mnist_files_are_as_measured() -> None:
    root = Path(os.environ["LENET_DATA"])
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip(f"no MNIST under LENET_DATA={root}")
    mnist = load("mnist", root=root)
    images = np.concatenate([np.asarray(mnist.x_train), np.asarray(mnist.x_test)])[:, 0]
    assert len(mnist.x_train) == MNIST_FILES.train_images
    assert images.shape[1] == MNIST_FILES.side
    assert (images.min(), images.max()) == (MNIST_FILES.lowest, MNIST_FILES.highest)
    assert images[:, [0, 0, -1, -1], [0, -1, 0, -1]].max() == MNIST_FILES.highest_corner
    assert images.max(axis=(1, 2)).min() == MNIST_FILES.least_ink
    places = np.arange(MNIST_FILES.side)
    ink = images.sum(axis=(1, 2), dtype=float)
    centres = [images.sum(axis=axis, dtype=float) @ places / ink for axis in (1, 2)]
    assert np.hypot(*(centre - 14 for centre in centres)).max() < MNIST_FILES.farthest_centre
    sides = [(images.max(axis=axis) > 0) for axis in (1, 2)]
    spans = [28 - row.argmax(axis=1) - row[:, ::-1].argmax(axis=1) for row in sides]
    longest = np.maximum(*spans)
    assert int((longest != MNIST_FILES.longest_side).sum()) == MNIST_FILES.other_boxes


def runs(accuracies: dict[str, float]) -> list[Record]:
    """Made-up runs: cell -> test accuracy, a little different from seed to seed."""
    return [
        make_record(
            experiment=cell.partition("/")[0],
            variant=cell.partition("/")[2],
            seed=seed,
            accuracies=(0.1, accuracy + 0.001 * ((seed * (place + 2)) % 5)),
        )
        for place, (cell, accuracy) in enumerate(accuracies.items())
        for seed in SEEDS
    ]


def verdict(id: str, records: list[Record]) -> Verdict:
    return next(each for each in judge(BOTH, records) if each.claim.id == id)


def test_numbers_turned_round_turn_the_verdict() -> None:
    higher, lower = "cifar_removed/none", "cifar_removed/bias-deviation-4704"
    assert verdict("D3-C17", runs({higher: 0.95, lower: 0.90})).word == "supported"
    assert verdict("D3-C17", runs({higher: 0.90, lower: 0.95})).word == "contradicted"
    assert verdict("D3-C17", []).word == "undecided"


def five(
    accuracies: Mapping[str, float], settings: Sequence[str] = tuple(SETTINGS)
) -> list[Record]:
    """Runs of the five optimizers in these readings of their settings."""
    return runs(
        {SETTINGS[each][name]: value for each in settings for name, value in accuracies.items()}
    )


RISING = {
    name: 0.85 + 0.03 * place
    for place, name in enumerate(("adadelta", "sgd", "adagrad", "rmsprop", "adam"))
}


def test_one_setting_supports_and_all_of_them_contradict() -> None:
    turned = RISING | {"rmsprop": RISING["adagrad"], "adagrad": RISING["rmsprop"]}
    assert verdict("D2-C27", five(RISING, ["PyTorch's defaults"])).word == "supported"
    assert verdict("D2-C27", five(turned, ["PyTorch's defaults"])).word == "undecided"
    assert verdict("D2-C27", five(turned)).word == "contradicted"


def test_order_of_the_five_falls_with_one_swap() -> None:
    assert verdict("D2-C34", five(RISING)).word == "supported"
    assert verdict("D2-C34", five(RISING | {"sgd": 0.985})).word == "contradicted"


def test_claims_that_a_calculation_decides() -> None:
    decided = {each.claim.id: each.word for each in judge(BOTH, []) if each.p == 0.0}
    assert decided == {
        "D2-C04": "supported",
        "D2-C06": "supported",
        "D2-C07": "supported",
        "D2-C11": "supported",
        "D3-C28": "supported",
    }


def test_a_reported_number_stands_beside_ours() -> None:
    found = next(each for each in REPORTED_3 if each.id == "D3-N10")
    ours = runs({"cifar_adjusted/tanh-ce-softmax-lr0.01": 0.546})
    assert found.value == 0.5475
    assert repeat(found, cells_of(ours))[0].is_alike
