"""Which pictures are drawn by their profile, and which keep the address they have."""

import io
import struct
from dataclasses import replace

import pytest
from PIL import Image, ImageCms

from newsletter.compose.hosting import host_picture, resize
from newsletter.issue.picture_colours import is_managed
from tests.makers import make_picture

FLAT = (230, 60, 40)
IN_SRGB = (251, 25, 0)  # the same red, once the wide profile is taken off
KEY = (0, 0, 0)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def profile(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    """Write an ICC profile of version 2 with *tags*."""
    place, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags:
        padded = content + b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", place + len(body), len(content))
        body += padded
    head = struct.pack(">I4sI4s4s4s", place + len(body), b"", 0x02100000, b"mntr", space, b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + xyz(0.9642, 1, 0.8249)[8:]
    return head.ljust(128, b"\0") + table + body


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def wide() -> bytes:
    """Return a profile with the primaries of Display P3 and a gamma of 2.2."""
    desc = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 78
    red, green, blue = (0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841)
    return profile(
        b"RGB ",
        [
            *((b"desc", desc), (b"wtpt", xyz(0.9642, 1, 0.8249))),
            *((b"rXYZ", xyz(*red)), (b"gXYZ", xyz(*green)), (b"bXYZ", xyz(*blue))),
            *((b"rTRC", curve(2.2)), (b"gTRC", curve(2.2)), (b"bTRC", curve(2.2))),
        ],
    )


def grey(gamma: float) -> bytes:
    desc = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"grey\0" + b"\0" * 78
    return profile(
        b"GRAY", [(b"desc", desc), (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"kTRC", curve(gamma))]
    )


def drawn(mode: str, side: int = 24) -> Image.Image:
    """Draw a flat picture with a black corner; with alpha, the corner is clear."""
    image = Image.new("RGB", (side, side), FLAT)
    image.paste(KEY, (0, 0, side // 3, side // 3))
    if mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        image.paste((0, 0, 0, 0), (0, 0, side // 3, side // 3))
    return image.quantize(4) if mode == "P" else image.convert(mode)


def png(image: Image.Image, icc: bytes | None, key: object = None) -> bytes:
    out = io.BytesIO()
    settings = {"icc_profile": icc} if icc else {}
    if key is not None:
        settings["transparency"] = key  # type: ignore[assignment] # a number, or three
    image.save(out, "PNG", **settings)
    return out.getvalue()


def on_the_web(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(resize(host_picture(make_picture(data), "2022-08"))))


def recipe_one(data: bytes) -> bool:
    return not is_managed(Image.open(io.BytesIO(data)))


def seen(image: Image.Image) -> tuple[tuple[int, ...], int]:
    """Return the colour of the middle, and the alpha of the corner."""
    whole = image.convert("RGBA")
    middle, corner = whole.getpixel((whole.width // 2, whole.height // 2)), whole.getpixel((1, 1))
    assert isinstance(middle, tuple)
    assert isinstance(corner, tuple)
    return middle[:3], corner[3]


@pytest.mark.parametrize("side", [24, 1500])
@pytest.mark.parametrize(
    ("mode", "key", "alpha"),
    [
        ("RGB", None, 255),
        ("RGB", KEY, 0),
        ("RGBA", None, 0),
        ("P", None, 255),
        ("P", "corner", 0),
    ],
)
def test_a_wide_profile_is_taken_off_whatever_the_form(
    mode: str, key: object, alpha: int, side: int
) -> None:
    image = drawn(mode, side)
    data = png(image, wide(), image.getpixel((0, 0)) if key == "corner" else key)

    colour, corner = seen(on_the_web(data))

    assert colour == pytest.approx(IN_SRGB, abs=3)
    assert corner == alpha
    assert "icc_profile" not in on_the_web(data).info


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_profile_is_taken_off_and_grey_stays_grey(mode: str) -> None:
    image = Image.new("L", (24, 24), 100).convert(mode)
    if mode == "I;16":
        image = Image.new("I;16", (24, 24), 100 * 257)

    web = on_the_web(png(image, grey(1.0)))

    assert seen(web)[0] == pytest.approx((168, 168, 168), abs=2)
    assert web.mode in ("L", "RGBA")


@pytest.mark.parametrize(("mode", "key"), [("L", 0), ("1", 0), ("I;16", 0), ("RGB", KEY)])
def test_a_colour_key_stays_transparent(mode: str, key: object) -> None:
    image = drawn("L").convert("I").point(lambda value: value * 257).convert("I;16")
    data = png(image if mode == "I;16" else drawn(mode), None, key)

    assert seen(on_the_web(data))[1] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("icc", [None, SRGB, b"broken", b"\0" * 900_000])
def test_what_the_first_recipe_drew_right_keeps_its_address(mode: str, icc: bytes | None) -> None:
    assert recipe_one(png(drawn("L").convert("I;16") if mode == "I;16" else drawn(mode), icc))


def test_plain_colours_with_a_wide_profile_keep_their_address() -> None:
    data = png(drawn("RGB"), wide())

    assert recipe_one(data)
    assert not recipe_one(png(drawn("RGBA"), wide()))


def test_only_a_picture_drawn_otherwise_has_another_name() -> None:
    data = png(drawn("RGBA"), wide())
    hosted = make_picture(data)

    before = host_picture(replace(hosted, is_managed=False), "2022-08").path
    assert host_picture(hosted, "2022-08").path != before


def test_a_turned_picture_with_a_profile_is_turned_and_drawn_by_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    out = io.BytesIO()
    Image.new("RGBA", (40, 20), (*FLAT, 255)).save(out, "PNG", icc_profile=wide(), exif=exif)

    web = on_the_web(out.getvalue())

    assert web.size == (20, 40)
    assert seen(web)[0] == pytest.approx(IN_SRGB, abs=3)
