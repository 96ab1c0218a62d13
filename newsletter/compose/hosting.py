"""Web address and size of an edition's pictures."""

import hashlib
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from newsletter.issue.picture_colours import managed_in_srgb
from newsletter.issue.pictures import Picture, open_upright

if TYPE_CHECKING:
    from PIL import Image

CONTENT_WIDTH: Final = 560  # pixels; width of the letter's text and pictures
DENSITY: Final = 2  # pixels of the file per pixel shown
# A new recipe changes the addresses of its pictures, and the digests of their letters. So the
# second recipe is only for pictures that the first one drew wrong: a started dispatch continues.
RECIPE: Final = "1"
MANAGED_RECIPE: Final = "2"  # by colour profile and colour key: see issue/picture_colours.py
JPEG_QUALITY: Final = 85
PNG_LEVEL: Final = 6  # 9 takes seven times as long and saves two percent


@dataclass(frozen=True, slots=True)
class HostedPicture:
    """A picture as a letter shows it."""

    picture: Picture
    path: str  # below NEWSLETTER_PUBLIC_URL, ASCII: issues/2022-08/pictures/map-1a2b….png
    width: int  # pixels shown
    height: int  # pixels shown
    widest: int  # pixels; maximum width on wider screens


def host_picture(
    picture: Picture, issue_id: str, width: int = CONTENT_WIDTH, widest: int = 0
) -> HostedPicture:
    """
    Return the permanent address and the size of a picture in a letter.

    The address depends on the source picture, the width and the recipe of resizing, not on
    the encoder's output: it does not change when an image library is updated. Names are
    ASCII, because servers and archives encode other characters differently.
    """
    shown = min(width, picture.width)
    widest = min(max(width, widest), picture.width)
    height = max(1, round(picture.height * shown / picture.width))
    stem = picture.place.rpartition("/")[2].rpartition(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "picture"
    recipe = f"{picture.sha256} {widest} {DENSITY} {_recipe_of(picture)}"
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    path = f"issues/{issue_id}/pictures/{name[:60]}-{digest}.{picture.ending}"
    return HostedPicture(picture, path, shown, height, widest)


class Gallery:
    """The pictures of an issue as its letters show them, one per width."""

    def __init__(self, issue_id: str) -> None:
        self._issue_id = issue_id
        self._hosted: dict[tuple[str, int, int], HostedPicture] = {}

    def host(self, picture: Picture, width: int = CONTENT_WIDTH, widest: int = 0) -> HostedPicture:
        """
        Return *picture* as a letter shows it.

        Args:
            picture: a picture of the issue.
            width: pixels; the width shown if columns are side by side.
            widest: pixels; maximum width on a phone; *width* if that is larger.
        """
        hosted = host_picture(picture, self._issue_id, width, widest)
        return self._hosted.setdefault((picture.place, hosted.width, hosted.widest), hosted)

    @property
    def pictures(self) -> tuple[HostedPicture, ...]:
        """Every picture requested so far, in the order of the requests."""
        return tuple(self._hosted.values())


def _recipe_of(picture: Picture) -> str:
    return MANAGED_RECIPE if picture.is_managed else RECIPE


@lru_cache(maxsize=64)  # the proof weighs the same files that the build writes
def resize(hosted: HostedPicture) -> bytes:
    """
    Return the picture's file for the web, at most twice as wide as it is shown.

    Metadata is removed (EXIF may contain the place where a picture was taken); a camera's
    orientation mark is applied first.
    """
    from PIL import Image  # noqa: PLC0415 - slow to load

    source = open_upright(hosted.picture.data)
    if hosted.picture.is_managed:
        source = managed_in_srgb(source)
    is_jpeg = hosted.picture.ending == "jpg"
    is_drawing = source.mode == "P" and not source.has_transparency_data
    width = hosted.widest * DENSITY
    size = (width, max(1, round(source.height * width / source.width)))
    if size[0] >= source.width and is_drawing and not is_jpeg:
        image = source
    else:
        image = _in_srgb(source)
        if size[0] < image.width:
            image = image.resize(size, Image.Resampling.LANCZOS)
        if is_drawing:  # few colours: keeps the file small and flat areas flat
            image = image.quantize(256, dither=Image.Dither.NONE)
    image.info.clear()
    out = io.BytesIO()
    if is_jpeg:
        image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    else:
        image.save(out, "PNG", compress_level=PNG_LEVEL)
    return out.getvalue()


def _in_srgb(source: "Image.Image") -> "Image.Image":
    """
    Return the picture as L, RGB or RGBA in sRGB, the only colour space of mail clients.

    Phones write Display P3: without its profile such a picture would look pale.
    """
    if source.mode.startswith("I"):  # 16 bits of grey; Pillow would cut the values, not scale them
        return source.convert("I").point(lambda value: value / 256).convert("L")
    if source.mode in ("1", "L") and not source.has_transparency_data:
        return source.convert("L")
    profile = source.info.get("icc_profile")
    if profile and source.mode in ("RGB", "CMYK"):
        from PIL import ImageCms  # noqa: PLC0415 - slow to load, and few pictures need it

        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(source, own, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):  # a broken profile is ignored
            turned = None
        if turned:
            return turned
    return source.convert("RGBA" if source.has_transparency_data else "RGB")
