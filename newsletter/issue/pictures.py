"""Checks a picture before any other use."""

import hashlib
import io
import re
import struct
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from newsletter.issue.picture_colours import is_managed
from newsletter.issue.problems import Problems
from newsletter.phrases import phrase

if TYPE_CHECKING:
    from PIL import Image

BYTES_MAX: Final = 10 * 1024 * 1024
SAMPLE_SIDE: Final = 128  # pixels; enough to distinguish a photograph from a drawing
PHOTOGRAPH_COLOURS: Final = 0.35  # ratio of different colours to pixels
PIXELS_MAX: Final = 20_000_000
# A progressive JPEG is decoded once for each scan; cameras and browsers write ten scans.
# A scan of 20 megapixels takes 0.8 seconds, and a file of 3 MB can hold hundreds.
SCANNED_PIXELS_MAX: Final = 300_000_000
# The next marker with a segment, as decoders search for it: any number of FF bytes may precede
# it, FF 00 is not a marker, and TEM, RSTn and SOI have no length (ITU-T T.81, B.1.1).
NEXT_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")
START_OF_SCAN: Final = b"\xda"
END_OF_IMAGE: Final = b"\xd9"
# Some phones write MPO: a JPEG followed by a second picture; only the first is shown.
ENDINGS: Final = {"PNG": "png", "JPEG": "jpg", "MPO": "jpg"}
# Errors that Pillow raises for damaged files, besides OSError; it parses EXIF with few checks.
DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture of the issue: PNG or JPEG, within the size limits."""

    place: str  # relative to the site root, in NFC
    data: bytes  # the file's bytes, unchanged
    width: int  # pixels, as seen
    height: int  # pixels, as seen
    ending: str  # "png" or "jpg", from the content
    sha256: str  # of *data*, hexadecimal
    is_managed: bool = False  # by its colour profile or key: see `picture_colours`
    frames: int = 1  # more than one: animated


class TooManyScans(ValueError):  # noqa: N818 - a state of a file
    """A JPEG has too many scans to decode."""

    def __init__(self, scans: int) -> None:
        super().__init__(scans)
        self.scans = scans


def check_picture(
    data: bytes, place: str, named_at: tuple[str, int], problems: Problems
) -> Picture | None:
    """
    Check a picture's format and size, and that it can be decoded completely.

    Args:
        data: the file's bytes, at most `BYTES_MAX` of them.
        place: the file, relative to the site root.
        named_at: file and line that refer to the picture; problems are recorded there.
        problems: collects the problems.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - slow to load

    try:
        image = open_upright(data)
    except Image.DecompressionBombError:
        message = phrase("issue.picture-too-large", place=place)
    except UnidentifiedImageError:
        message = phrase("issue.picture-kind", place=place)
    except TooManyScans as found:
        message = phrase("issue.picture-many-scans", place=place, scans=found.scans)
    except DAMAGE as error:
        message = phrase("issue.picture-damaged", place=place, fault=str(error))
    else:
        ending = "jpg" if _is_photograph(image) else ENDINGS[image.format or "PNG"]
        return Picture(
            place,
            data,
            *image.size,
            ending,
            hashlib.sha256(data).hexdigest(),
            is_managed(image),
            getattr(image, "n_frames", 1) if image.format == "PNG" else 1,
        )
    problems.add(*named_at, message)
    return None


def open_upright(data: bytes) -> "Image.Image":
    """
    Decode a picture and rotate it according to its EXIF orientation.

    Only PNG and JPEG are decoded: Pillow supports dozens of formats, some of which start
    other programs.

    Raises:
        Image.DecompressionBombError: it has more than `PIXELS_MAX` pixels.
        UnidentifiedImageError: it is neither PNG nor JPEG.
        TooManyScans: it is a JPEG that would take minutes.
        One of `DAMAGE`: it cannot be decoded.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - slow to load

    with warnings.catch_warnings():
        # Pillow warns about damaged EXIF, and about a pixel limit that is higher than ours.
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if image.width * image.height > PIXELS_MAX:
            raise Image.DecompressionBombError
        if image.format != "PNG":
            _refuse_many_scans(data, image.width * image.height)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
    return image


def count_scans(data: bytes) -> int:
    """Count the scans of a JPEG's first picture only; segments may contain other pictures."""
    at = scans = 0
    while (found := NEXT_MARKER.search(data, at)) and found[1] != END_OF_IMAGE:
        scans += found[1] == START_OF_SCAN
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return scans


def _refuse_many_scans(data: bytes, pixels: int) -> None:
    scans = count_scans(data)
    if scans * pixels > SCANNED_PIXELS_MAX:
        raise TooManyScans(scans)


def _is_photograph(image: "Image.Image") -> bool:
    """Whether a picture is better stored as JPEG: opaque, and with many different colours."""
    if image.has_transparency_data or image.mode not in ("RGB", "RGBA"):
        return False
    small = image.convert("RGB").resize((SAMPLE_SIDE, SAMPLE_SIDE), resample=0)  # nearest
    colours = small.getcolors(SAMPLE_SIDE * SAMPLE_SIDE) or []
    return len(colours) > SAMPLE_SIDE * SAMPLE_SIDE * PHOTOGRAPH_COLOURS
