"""Layers behind the convolutions, and recurrent ones in the place of a linear one."""

import math

from torch import Tensor, nn

from lenet.recipe import Recipe


class RecurrentHead(nn.Module):
    """Reads the last maps, or what a linear layer made of them, as a sequence.

    Shapes: maps [N, C, H, W] or values [N, F] in, [N, width] out. Paper 1, section 2.5, does not
    say what its sequence is; `sequence` names the reading:

    - `maps`: C steps of H * W values each, one map a step; the last hidden state goes on;
    - `single`: one step of all values, so nothing recurs;
    - `batch`: a 2-D input [N, C * H * W], which PyTorch reads as one unbatched sequence, so that
      the batch is the sequence and each output depends on the samples before it.
    """

    def __init__(self, kind: str, sequence: str, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.sequence = sequence
        self.width = width
        values = math.prod(shape[1:] if sequence == "maps" else shape)
        layer = {"rnn": nn.RNN, "lstm": nn.LSTM}[kind]
        self.recurrent: nn.RNN | nn.LSTM = layer(values, width, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        if self.sequence == "batch":
            return self._states(x.flatten(1))
        steps = x.flatten(2) if self.sequence == "maps" else x.flatten(1)[:, None]
        return self._states(steps)[:, -1]

    def _states(self, steps: Tensor) -> Tensor:
        states: Tensor = self.recurrent(steps)[0]
        return states


def build_layers(recipe: Recipe) -> dict[str, nn.Module]:
    """The layers behind the last maps [N, C, H, W] by name; each gives [N, width]."""
    found: dict[str, nn.Module] = {}
    shape: tuple[int, ...] = recipe.stages[-1].pooled
    for name, width in zip(recipe.linear_names, recipe.widths, strict=True):
        if name == recipe.head_name:
            found[name] = RecurrentHead(recipe.head, recipe.head_sequence, shape, width)
        else:
            linear = nn.Linear(math.prod(shape), width)
            found[name] = linear if found else nn.Sequential(nn.Flatten(), linear)
        shape = (width,)
    return found
