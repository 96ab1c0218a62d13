"""Checks a picture before anything is done with it."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Final

from newsletter.issue.problems import Problems

BYTES_MAX: Final = 10 * 1024 * 1024
PIXELS_MAX: Final = 20_000_000
FORMATS: Final = {"PNG": "png", "JPEG": "jpg"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the issue, checked: PNG or JPEG, of bearable size."""

    place: str  # relative to the site root, in NFC
    data: bytes  # the file as it is
    width: int  # pixels
    height: int  # pixels
    ending: str  # "png" or "jpg", by content
    sha256: str  # of *data*, hexadecimal


def check_picture(
    data: bytes, place: str, named_at: tuple[str, int], problems: Problems
) -> Picture | None:
    """
    Check a picture's form and size, and that it can be decoded whole.

    Args:
        data: the file's bytes, at most `BYTES_MAX` of them.
        place: the file, relative to the site root.
        named_at: file and line that name the picture; problems are noted there.
        problems: takes what is wrong.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - slow to load

    try:
        with warnings.catch_warnings():
            # Pillow's own bound is higher than ours and only warns.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
        if image.width * image.height > PIXELS_MAX:
            raise Image.DecompressionBombError
        if image.format not in FORMATS:
            problems.add(
                *named_at, f"{place!r} is {image.format}; mail clients want PNG or JPEG, save it so"
            )
            return None
        image.load()
    except Image.DecompressionBombError:
        problems.add(
            *named_at, f"{place!r} has more than 20 megapixels; scale it to 1200 pixels of width"
        )
    except UnidentifiedImageError:
        problems.add(*named_at, f"{place!r} is no image; save it as PNG or JPEG")
    except (OSError, SyntaxError, ValueError) as error:
        problems.add(*named_at, f"{place!r} is damaged ({error}); save it anew")
    else:
        # A camera's orientation mark swaps width and height of what is seen.
        turned = image.getexif().get(0x0112, 1) >= 5
        width, height = image.size[::-1] if turned else image.size
        ending = FORMATS[image.format]
        return Picture(place, data, width, height, ending, hashlib.sha256(data).hexdigest())
    return None
