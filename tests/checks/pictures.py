"""The picture files are ones that every client draws, on light paper and on dark."""

import io
from html import unescape
from typing import Final

from PIL import Image, UnidentifiedImageError

from newsletter.compose.colours import contrast
from tests.checks.specimens import Specimen

FORMS: Final = {"PNG", "JPEG"}
DARK_PAPER: Final = "#16181a"
VISIBLE: Final = 128  # of 255: pixels less opaque than that are seen through
GRAPHICS: Final = 3.0  # contrast, WCAG 2.2 criterion 1.4.11


def check_pictures(letter: Specimen) -> list[str]:
    """Every picture is PNG or JPEG; one that is seen through has no dark drawing."""
    shown = unescape(letter.html)
    found = {url: _fault(data) for url, data in letter.pictures.items() if url in shown}
    complaints = [f"picture {url[-40:]} {fault}" for url, fault in found.items() if fault]
    return complaints if found else ["no picture of the letter is at hand"]


def _fault(data: bytes) -> str:
    try:
        picture = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        return "cannot be decoded"
    if picture.format not in FORMS:
        return f"is {picture.format}"
    small = picture.convert("RGBA").resize((64, 64))
    pixels = [colour for _, colour in small.getcolors(64 * 64) or [] if isinstance(colour, tuple)]
    drawn = [pixel for pixel in pixels if pixel[3] >= VISIBLE]
    if len(drawn) == len(pixels):
        return ""
    mean = [sum(pixel[band] for pixel in drawn) // max(1, len(drawn)) for band in range(3)]
    seen = contrast("#{:02x}{:02x}{:02x}".format(*mean), DARK_PAPER)
    return "" if seen >= GRAPHICS else "is transparent, and too dark for dark mode"
