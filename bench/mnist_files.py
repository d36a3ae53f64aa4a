"""What MNIST's own files are like, for claims about the data: measured once over all 70,000 images.

A test measures it again where the files are at hand; nothing is read here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MnistFiles:
    """Counts and sizes over the training and the test images together."""

    train_images: int = 60_000
    """Images to train on."""
    test_images: int = 10_000
    """Images to test on."""
    side: int = 28
    """Pixels a side."""
    classes: int = 10
    """Digits."""
    lowest: int = 0
    """Lowest pixel value."""
    highest: int = 255
    """Highest pixel value."""
    highest_corner: int = 0
    """Highest value of any of the four corner pixels: what the ground of a digit is stored as."""
    least_ink: int = 254
    """Lowest, over images, of an image's highest pixel value: what ink is stored as."""
    farthest_centre: float = 0.71
    """Largest distance of an image's centre of mass from pixel (14, 14), in pixels, rounded up."""
    longest_side: int = 20
    """Longest side of the box about a digit, in pixels, of nearly every image."""
    other_boxes: int = 16
    """Images in which it is 19 instead."""


MNIST_FILES = MnistFiles()
"""As measured."""
