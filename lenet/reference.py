"""The two reference networks, as the papers describe them, with the counts that follow."""

import json

from lenet.plain import differing
from lenet.recipe import Recipe
from lenet.settings import Pool

BASE_NETWORK = Recipe(output_activation="relu")
"""The base network of paper 1 (model card): 28 x 28 in, max pooling, ReLU on the logits too."""

LENET_5 = Recipe(input_padding=2, pools=(Pool(kind="average"), Pool(kind="average")))
"""LeNet-5 as paper 2 describes it (section 5): 32 x 32 in, average pooling."""

ARCHITECTURE = (
    "input_shape",
    "classes",
    "input_padding",
    "convs",
    "pools",
    "activation",
    "output_activation",
    "linears",
    "head",
    "head_layer",
    "head_sequence",
)
"""The fields of a recipe that make its network; the others say how it is trained."""


def architecture(recipe: Recipe) -> str:
    """Identity of the network alone: as `Recipe.identity`, of these fields."""
    layers = {name: value for name, value in differing(recipe).items() if name in ARCHITECTURE}
    return json.dumps(layers, sort_keys=True, separators=(",", ":"))


PUBLISHED_PARAMETERS = {
    architecture(BASE_NETWORK): 44_426,
    architecture(LENET_5): 61_706,
}
"""Architecture -> the parameter count that follows from the papers' layer lists."""
