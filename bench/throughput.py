"""The programs whose epochs `test_throughput` compares."""

from collections.abc import Callable
from functools import partial

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import ToTensor

from lenet.data import Split
from lenet.engine import Engine
from lenet.flops import training_flops
from lenet.recipe import Recipe
from lenet.train import Trainer

Epoch = Callable[[], None]

MATMUL_SIDE = 1024
"""Side of the square matrices of `matmul`: large enough for the peak."""


def work(recipe: Recipe, split: Split) -> tuple[int, int]:
    """Images of an epoch, and its floating-point operations."""
    images = len(split.y_train)
    return images, images * training_flops(recipe)


class Samples(Dataset[tuple[Tensor, int]]):
    """Images one by one, by way of PIL and `ToTensor`, as torchvision's own datasets do it."""

    def __init__(self, split: Split) -> None:
        pixels = (split.x_train * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
        self.images = pixels.squeeze(3) if pixels.shape[3] == 1 else pixels
        self.labels = split.y_train
        self.transform = ToTensor()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.images[index].numpy())
        return self.transform(image), int(self.labels[index])


def dataloader_epoch(recipe: Recipe, split: Split) -> Epoch:
    """An epoch of the usual loop: a DataLoader, `ToTensor`, `nn.Sequential`, SGD."""
    side = recipe.stages[-1].pooled
    network = nn.Sequential(
        nn.Conv2d(recipe.input_shape[0], 6, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(side[0] * side[1] * side[2], 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, recipe.classes),
    )
    loader = DataLoader(Samples(split), batch_size=recipe.batch_size, shuffle=True)
    optimizer = torch.optim.SGD(network.parameters(), lr=recipe.learning_rate)
    loss_function = nn.CrossEntropyLoss()

    def epoch() -> None:
        for images, labels in loader:
            optimizer.zero_grad()
            loss_function(network(images), labels).backward()
            optimizer.step()

    return epoch


def trainer_epoch(recipe: Recipe, split: Split, *, engine: Engine) -> Epoch:
    """An epoch of `Trainer`."""
    return Trainer(recipe, split, seed=0, engine=engine).run_epoch


def matmul_epoch(recipe: Recipe, split: Split) -> Epoch:
    """The floating-point operations of an epoch as matrix products."""
    draw = torch.Generator().manual_seed(0)
    left, right = (torch.rand(MATMUL_SIDE, MATMUL_SIDE, generator=draw) for _ in range(2))
    products = max(1, round(work(recipe, split)[1] / (2 * MATMUL_SIDE**3)))
    out = torch.empty_like(left)

    def epoch() -> None:
        for _ in range(products):
            torch.mm(left, right, out=out)

    return epoch


PROGRAMS: dict[str, Callable[[Recipe, Split], Epoch]] = {
    "dataloader": dataloader_epoch,
    "torch": partial(trainer_epoch, engine="torch"),
    "fast": partial(trainer_epoch, engine="fast"),
    "matmul": matmul_epoch,
}
"""Name -> what makes its epoch."""
