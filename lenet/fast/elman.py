"""PyTorch's default recurrent layer over one long sequence, without a graph of its steps."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


def run_sequence(layer: nn.RNN, x: Tensor) -> Tensor:
    """States [T, width] of a layer with tanh over one sequence [T, F], from a state of zeros.

    Elman 1990: h_t = tanh(W x_t + b + U h_(t-1)). As `layer(x)[0]`, in a third of its time: a graph
    of autograd's has some five nodes a step, for products that take a microsecond.
    """
    own = dict(layer.named_parameters())
    bias = own["bias_ih_l0"] + own["bias_hh_l0"]
    inputs = torch.addmm(bias, x, own["weight_ih_l0"].t())
    states: Tensor = _Recurrence.apply(inputs, own["weight_hh_l0"])
    return states


class _Recurrence(torch.autograd.Function):
    """h_t = tanh(inputs_t + U h_(t-1)): inputs [T, width] and U [width, width] to [T, width]."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor) -> Tensor:
        states = torch.empty_like(inputs)
        before = inputs.new_zeros(inputs.shape[1])
        for given, state in zip(inputs.unbind(), states.unbind(), strict=True):
            before = torch.addmv(given, weight, before, out=state).tanh_()
        ctx.save_for_backward(states, weight)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        states, weight = ctx.saved_tensors
        back = weight.t().contiguous()
        slopes = torch.empty_like(gradient)
        after = gradient.new_zeros(gradient.shape[1])
        steps = zip(gradient.unbind(), (1 - states * states).unbind(), slopes.unbind(), strict=True)
        for given, derivative, slope in reversed(list(steps)):
            after = torch.addmv(given, back, after, out=slope).mul_(derivative)
        return slopes, slopes[1:].t() @ states[:-1]
