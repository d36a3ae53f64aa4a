"""Recurrent layers in the place of the first linear layer behind the convolutions."""

from torch import Tensor, nn

from lenet.recipe import Recipe


class RecurrentHead(nn.Module):
    """Reads the last maps as a sequence and hands on its last hidden state.

    Shapes: maps [N, C, H, W] in, [N, width] out. Paper 1, section 2.5, does not say what its
    sequence is; `sequence` names the reading:

    - `maps`: C steps of H * W values each, one map a step;
    - `single`: one step of C * H * W values, so nothing recurs;
    - `batch`: a 2-D input [N, C * H * W], which PyTorch reads as one unbatched sequence, so that
      the batch is the sequence and each output depends on the samples before it.
    """

    def __init__(self, kind: str, sequence: str, maps: tuple[int, int, int], width: int) -> None:
        super().__init__()
        channels, height, wide = maps
        self.sequence = sequence
        self.width = width
        values = height * wide if sequence == "maps" else channels * height * wide
        layer = {"rnn": nn.RNN, "lstm": nn.LSTM}[kind]
        self.recurrent: nn.RNN | nn.LSTM = layer(values, width, batch_first=True)

    def forward(self, maps: Tensor) -> Tensor:
        steps = {
            "maps": maps.flatten(2),
            "single": maps.flatten(1)[:, None],
            "batch": maps.flatten(1),
        }
        states: Tensor = self.recurrent(steps[self.sequence])[0]
        return states if self.sequence == "batch" else states[:, -1]


def build_head(recipe: Recipe) -> nn.Module:
    """What stands between the last maps [N, C, H, W] and the first hidden activation [N, width]."""
    width = recipe.linears[0] if recipe.linears else recipe.classes
    if recipe.head == "linear":
        return nn.Sequential(nn.Flatten(), nn.Linear(recipe.features, width))
    return RecurrentHead(recipe.head, recipe.head_sequence, recipe.stages[-1].pooled, width)
