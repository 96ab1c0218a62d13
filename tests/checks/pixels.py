"""Judges contrast from what is seen: the pixels of a screenshot."""

import io
from collections.abc import Mapping
from typing import Final

from PIL import Image

from newsletter.compose.colours import contrast
from tests.checks.browsing import PIXELS

SHARE: Final = 0.002  # of a box's pixels; a colour rarer than that is the edge of a stroke


def open_screenshot(png: bytes) -> Image.Image:
    """Decode a screenshot."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def contrast_in(picture: Image.Image, box: Mapping[str, float]) -> float:
    """
    Return the contrast between the ground of a box and what stands on it, 1.0 to 21.0.

    The ground is the colour most pixels have; the writing is the colour farthest from it
    that is no mere speck. A box outside the picture has no contrast.

    Args:
        picture: a whole screenshot.
        box: x, y, width and height in CSS pixels.
    """
    left, top = box["x"] * PIXELS, box["y"] * PIXELS
    right, bottom = left + box["width"] * PIXELS, top + box["height"] * PIXELS
    area = (
        max(0, int(left)),
        max(0, int(top)),
        min(picture.width, round(right)),
        min(picture.height, round(bottom)),
    )
    if area[0] >= area[2] or area[1] >= area[3]:
        return 1.0
    cut = picture.crop(area)
    counted = [
        (count, _hex(colour)) for count, colour in cut.getcolors(cut.width * cut.height) or []
    ]
    ground = max(counted)[1]
    least = max(3, cut.width * cut.height * SHARE)
    return max(contrast(ground, colour) for count, colour in counted if count >= least)


def _hex(colour: object) -> str:
    assert isinstance(colour, tuple)
    return "#{:02x}{:02x}{:02x}".format(*colour)
