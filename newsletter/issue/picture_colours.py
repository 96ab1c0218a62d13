"""Colour profiles and colour keys of pictures: whether they matter, and conversion to sRGB."""

import io
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image, ImageCms

LEVELS: Final = (0, 51, 102, 153, 204, 255)  # of each channel; enough to distinguish profiles
GREY: Final = ("1", "L", "LA")
SAME: Final = 1  # of 255: tolerance for rounding in conversions
PROFILE_BYTES_MAX: Final = 4 * 1024 * 1024  # printers' own profiles have up to 3 MB


def is_managed(image: "Image.Image") -> bool:
    """
    Whether resizing recipe 1 lost the colours of *image*.

    This affects a profile that changes colours on any mode except plain RGB or CMYK, and a
    colour key together with a profile or with 16-bit grey.
    """
    has_key = "transparency" in image.info
    if image.mode.startswith("I"):
        return has_key or _changes_colours(image)
    if image.mode == "CMYK" or (image.mode == "RGB" and not has_key):
        return False
    if image.mode == "RGB":
        return _turn_of(image) is not None
    return _changes_colours(image)


def managed_in_srgb(image: "Image.Image") -> "Image.Image":
    """
    Convert the picture from its own profile to sRGB, and keep its transparency.

    A palette picture keeps its mode; others are returned as L, RGB or RGBA.
    """
    turn = _turn_of(image)
    if image.mode == "P":
        return _with_palette_in_srgb(image, turn)
    alpha = _alpha_of(image)
    turned = _without_alpha(image)
    if turn:
        turned = turn.apply(turned).convert(turned.mode)  # grey stays grey
    if alpha is None:
        return turned
    result = turned.convert("RGB")
    result.putalpha(alpha)
    return result


@dataclass(frozen=True, slots=True)
class _Turn:
    """A conversion from a profile's colours to sRGB."""

    transform: "ImageCms.ImageCmsTransform"
    mode: str  # "L" or "RGB": the profile's own

    def apply(self, image: "Image.Image") -> "Image.Image":
        from PIL import ImageCms  # noqa: PLC0415 - loaded by then

        turned = ImageCms.applyTransform(image.convert(self.mode), self.transform)
        assert turned is not None  # noqa: S101 - only inPlace gives None
        turned.info.clear()  # already sRGB: remove the profile
        return turned


def _turn_of(image: "Image.Image") -> _Turn | None:
    """Read the picture's profile; None: missing, broken, or a profile of inks."""
    profile = image.info.get("icc_profile")
    if not profile or len(profile) > PROFILE_BYTES_MAX:
        return None
    from PIL import ImageCms  # noqa: PLC0415 - slow to load, and few need it

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        # 16-bit grey with alpha is decoded as RGBA, and some editors give grey an RGB profile.
        mode = "L" if own.profile.xcolor_space.strip() == "GRAY" else "RGB"
        srgb = ImageCms.createProfile("sRGB")
        return _Turn(ImageCms.buildTransform(own, srgb, mode, "RGB"), mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _changes_colours(image: "Image.Image") -> bool:
    """Whether the profile's colours differ from sRGB, whatever its name is."""
    from PIL import Image, ImageChops  # noqa: PLC0415 - slow to load

    turn = _turn_of(image)
    if turn is None:
        return False
    is_grey = turn.mode == "L" or image.mode in GREY or image.mode.startswith("I")
    sample = Image.frombytes("L", (len(LEVELS), 1), bytes(LEVELS))
    if not is_grey:
        cube = bytes(level for colour in product(LEVELS, repeat=3) for level in colour)
        sample = Image.frombytes("RGB", (len(LEVELS) ** 3, 1), cube)
    turned = turn.apply(sample).convert("RGB")
    changes = ImageChops.difference(sample.convert("RGB"), turned)
    return max(changes.tobytes()) > SAME


def _with_palette_in_srgb(image: "Image.Image", turn: _Turn | None) -> "Image.Image":
    from PIL import Image  # noqa: PLC0415 - slow to load

    colours = bytes(image.getpalette("RGB") or ())
    turned = image.copy()
    turned.info.pop("icc_profile", None)
    if turn and colours:
        strip = Image.frombytes("RGB", (len(colours) // 3, 1), colours)
        turned.putpalette(turn.apply(strip).convert("RGB").tobytes(), "RGB")
    return turned


def _alpha_of(image: "Image.Image") -> "Image.Image | None":
    from PIL import ImageMath  # noqa: PLC0415 - slow to load, and few need it

    if not image.has_transparency_data:
        return None
    if not image.mode.startswith("I"):
        return image.convert("RGBA").getchannel("A")
    key = int(image.info["transparency"])
    mask: Image.Image = ImageMath.lambda_eval(
        lambda given: given["convert"]((given["image"] != key) * 255, "L"), image=image.convert("I")
    )
    return mask


def _without_alpha(image: "Image.Image") -> "Image.Image":
    if image.mode.startswith("I"):  # 16-bit grey; Pillow would clip, not scale
        return image.convert("I").point(lambda value: value / 256).convert("L")
    plain = image.copy()
    plain.info.pop("transparency", None)  # otherwise Pillow changes the key's colour
    return plain.convert("L" if image.mode in GREY else "RGB")
