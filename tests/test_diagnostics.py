"""What the probe finds in networks, planted illnesses among it."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from lenet.diagnostics import PROBE_IMAGES, probe
from lenet.losses import LOSSES
from lenet.model import LeNet, build_model
from lenet.recipe import Activation, Recipe
from lenet.train import Trainer
from tests.samples import SMALL, noise

LAYERS = ["conv1", "linear1", "output"]
IMAGES, LABELS = noise(SMALL, train=50).x_train, noise(SMALL, train=50).y_train


def network(activation: Activation = "relu") -> LeNet:
    """A network whose units all wake on some image."""
    model = build_model(replace(SMALL, activation=activation), 0)
    for name in LAYERS:
        weight, bias = parameters(model, name)
        weight.abs_()
        bias.abs_()
    return model


def parameters(model: LeNet, layer: str) -> tuple[Tensor, Tensor]:
    """Weight and bias of a layer, to be overwritten."""
    weight, bias = model.layers[layer].parameters()
    return weight.detach(), bias.detach()


@pytest.mark.parametrize(("layer", "share"), [("conv1", 1 / 4), ("linear1", 1 / 16)])
def test_planted_dead_unit_is_outcomeed_in_its_layer(layer: str, share: float) -> None:
    model = network()
    assert probe(model, IMAGES, LABELS)[1] == dict.fromkeys(LAYERS, 0.0)
    weight, bias = parameters(model, layer)
    weight[2], bias[2] = 0.0, -1.0
    assert probe(model, IMAGES, LABELS)[1] == {**dict.fromkeys(LAYERS, 0.0), layer: share}


def test_dead_output_is_outcomeed_only_where_relu_is_on_the_logits() -> None:
    for output_activation, share in (("relu", 0.1), ("identity", 0.0)):
        recipe = replace(SMALL, output_activation=output_activation)  # type: ignore[arg-type]
        model = build_model(recipe, 0)
        for layer in LAYERS:
            parameters(model, layer)[0].abs_()
        weight, bias = parameters(model, "output")
        bias.abs_()
        weight[7], bias[7] = 0.0, -1.0
        assert probe(model, IMAGES, LABELS)[1]["output"] == pytest.approx(share)


def test_planted_saturation_is_outcomeed_in_its_layer() -> None:
    model = build_model(replace(SMALL, activation="tanh"), 0)
    assert probe(model, IMAGES, LABELS)[2] == dict.fromkeys(LAYERS, 0.0)
    weight, bias = parameters(model, "linear1")
    weight[:4], bias[:2], bias[2:4] = 0.0, 9.0, -9.0
    found = probe(model, IMAGES, LABELS)
    assert found[2] == {"conv1": 0.0, "linear1": 0.25, "output": 0.0}
    assert found[1] == dict.fromkeys(LAYERS, 0.0)  # saturated, not dead


def test_saturation_of_a_convolution_is_of_all_its_outputs_not_of_the_maxima() -> None:
    model = build_model(replace(SMALL, activation="sigmoid"), 0)
    weight, bias = parameters(model, "conv1")
    weight.zero_()
    bias.zero_()
    weight[:, 0, 0, 0] = 100.0  # each map shows the image, its bright pixels saturated
    images = torch.zeros(2, 1, 28, 28)
    images[:, :, ::2, ::2] = 1.0  # one pixel in each window of four
    assert probe(model, images, LABELS[:2])[2]["conv1"] == 0.25


def test_gradient_norms_are_those_of_the_loss_without_its_penalties() -> None:
    recipe = replace(SMALL, penalty=replace(SMALL.penalty, kernel_l2=10.0, layers="all"))
    model = build_model(recipe, 0)
    norms = probe(model, IMAGES, LABELS)[0]
    torch.autograd.backward(LOSSES[recipe.loss](model(IMAGES), LABELS))
    assert list(norms) == LAYERS
    for name, layer in model.layers.items():
        squares = [float(p.grad.square().sum()) for p in layer.parameters() if p.grad is not None]
        assert len(squares) == 2
        assert norms[name] == pytest.approx(sum(squares) ** 0.5, rel=1e-4)


def test_gradients_are_left_as_they_were_found() -> None:
    model = build_model(SMALL, 0)
    probe(model, IMAGES, LABELS)
    assert all(parameter.grad is None for parameter in model.parameters())
    planted = [torch.rand_like(parameter) for parameter in model.parameters()]
    for parameter, gradient in zip(model.parameters(), planted, strict=True):
        parameter.grad = gradient.clone()
    probe(model, IMAGES, LABELS)
    for parameter, gradient in zip(model.parameters(), planted, strict=True):
        assert parameter.grad is not None
        assert torch.equal(parameter.grad, gradient)


def probed(recipe: Recipe, *, changed: int) -> list[float]:
    """Gradient norms after an epoch on black images, one of which, a row of the file, is white."""
    split = noise(recipe, train=PROBE_IMAGES + 20)
    split.x_train.zero_()
    trainer = Trainer(replace(recipe, batch_size=2_000, learning_rate=1e-9), split, 0)
    trainer.run_epoch()
    split.x_train[changed] = 1.0
    trainer.evaluate()
    return list(trainer.history.epochs[0].gradient_norm.values())


def test_probe_images_are_the_first_thousand_in_file_order() -> None:
    assert PROBE_IMAGES == 1_000
    black = probed(SMALL, changed=PROBE_IMAGES)
    assert probed(SMALL, changed=PROBE_IMAGES + 19) == black
    for row in (0, 1, PROBE_IMAGES - 1):
        assert probed(SMALL, changed=row) != black
