"""Losses by name, and the penalties that a recipe adds to them."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from lenet.model import LeNet
from lenet.settings import Penalty

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""(outputs [N, classes], labels [N]) -> mean loss, a scalar."""

KERAS_CLIP = 1e-7
"""Keras' backend epsilon: probabilities are kept this far from 0 and 1."""


def mean_squared_error(outputs: Tensor, labels: Tensor) -> Tensor:
    """Mean over samples and classes of the squared distance to the one-hot label."""
    wanted = functional.one_hot(labels, outputs.shape[1]).to(outputs.dtype)
    return functional.mse_loss(outputs, wanted)


def keras_cross_entropy(outputs: Tensor, labels: Tensor) -> Tensor:
    """Keras' categorical cross-entropy of outputs that need not be probabilities.

    Outputs are divided by their sum over classes, then clipped to [1e-7, 1 - 1e-7]; of outputs that
    may be negative (tanh) this is no cross-entropy at all.
    """
    shares = outputs / outputs.sum(dim=1, keepdim=True)
    clipped = shares.clamp(KERAS_CLIP, 1 - KERAS_CLIP)
    return functional.nll_loss(clipped.log(), labels)


LOSSES: dict[str, LossFunction] = {
    "cross-entropy": functional.cross_entropy,
    "mse": mean_squared_error,
    "keras-cross-entropy": keras_cross_entropy,
}
"""Name -> loss; the names are those of `lenet.recipe.Loss`."""


def penalty_term(penalty: Penalty, model: LeNet, outputs: Mapping[str, Tensor]) -> Tensor:
    """The sum of a recipe's penalties, a scalar.

    `outputs`: layer -> its output [N, ...]; the activity term is divided by N, as Keras does.
    """
    total = next(model.parameters()).new_zeros(())
    for tensor, factor in l2_factors(penalty, model).items():
        total = total + factor * tensor.square().sum() if factor else total
    for name in model.layers if penalty.activity_l2 else ():
        if _is_penalised(name, penalty):
            output = outputs[name]
            total = total + penalty.activity_l2 * output.square().sum() / output.shape[0]
    return total


def l2_factors(penalty: Penalty, model: LeNet) -> dict[Tensor, float]:
    """What the sum of squares of each parameter is multiplied with."""
    return {
        tensor: _l2_factor(penalty, name, key)
        for name, layer in model.layers.items()
        for key, tensor in layer.named_parameters()
    }


def _l2_factor(penalty: Penalty, layer: str, parameter: str) -> float:
    if not _is_penalised(layer, penalty):
        return 0.0
    is_kernel = parameter.rpartition(".")[2].startswith("weight")
    return penalty.kernel_l2 if is_kernel else penalty.bias_l2


def has_penalty(penalty: Penalty) -> bool:
    """Whether any term is in force."""
    return any((penalty.kernel_l2, penalty.bias_l2, penalty.activity_l2))


def _is_penalised(name: str, penalty: Penalty) -> bool:
    return penalty.layers == "all" or (penalty.layers == "conv") == name.startswith("conv")


def loss_sum(loss: LossFunction, outputs: Tensor, labels: Tensor) -> Tensor:
    """Loss summed over the samples of a batch, in float64, for a mean over unequal batches."""
    return loss(outputs, labels).to(torch.float64) * labels.shape[0]
