"""Where an edition's pictures lie on the web, and in which size."""

import hashlib
import io
import re
from dataclasses import dataclass
from typing import Final

from newsletter.issue.pictures import Picture

CONTENT_WIDTH: Final = 560  # pixels; the letter's text and pictures are this wide
DENSITY: Final = 2  # pixels of the file for each pixel shown
RECIPE: Final = "1"  # a new one gives every resized picture a new address
JPEG_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class HostedPicture:
    """A picture as a letter shows it."""

    picture: Picture
    path: str  # below NEWSLETTER_PUBLIC_URL, ASCII: issues/2022-08/pictures/map-1a2b….png
    width: int  # pixels shown
    height: int  # pixels shown


def host_picture(picture: Picture, issue_id: str, width: int = CONTENT_WIDTH) -> HostedPicture:
    """
    Say under which permanent address and in which size a picture is shown.

    The address is a function of the source picture, the width and the recipe of
    resizing, not of the encoder's output: it stays when an image library is updated.
    Names are ASCII, because servers and archives disagree on how to spell others.
    """
    shown = min(width, picture.width)
    height = max(1, round(picture.height * shown / picture.width))
    stem = picture.place.rpartition("/")[2].rpartition(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "picture"
    recipe = f"{picture.sha256} {shown} {DENSITY} {RECIPE}"
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    path = f"issues/{issue_id}/pictures/{name[:60]}-{digest}.{picture.ending}"
    return HostedPicture(picture, path, shown, height)


def resize(hosted: HostedPicture) -> bytes:
    """
    Return the picture's file for the web, at most twice as wide as it is shown.

    Metadata is left out (EXIF may name the place a picture was taken at); a camera's
    orientation mark is applied first.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - slow to load

    source = ImageOps.exif_transpose(Image.open(io.BytesIO(hosted.picture.data)))
    is_jpeg = hosted.picture.ending == "jpg"
    is_opaque = is_jpeg or not source.has_transparency_data
    image = source.convert("RGB" if is_opaque else "RGBA")
    size = (hosted.width * DENSITY, hosted.height * DENSITY)
    if size[0] < image.width:
        image = image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if is_jpeg:
        image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True, exif=b"")
    else:
        if source.mode == "P" and is_opaque:  # drawings stay as small as they were
            image = image.quantize(256, dither=Image.Dither.NONE)
        image.info.clear()
        image.save(out, "PNG", optimize=True)
    return out.getvalue()
