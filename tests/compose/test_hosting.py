import io

import pytest
from PIL import Image, ImageCms

from newsletter.compose.hosting import host_picture, resize
from tests.makers import make_jpeg, make_picture, make_png


def _web(data: bytes, place: str = "issues/2022-08/01-x/map.png") -> Image.Image:
    return Image.open(io.BytesIO(resize(host_picture(make_picture(data, place), "2022-08"))))


@pytest.mark.parametrize("data", [make_png(3000, 1500), make_jpeg(3000, 1500)])
def test_a_large_picture_is_scaled_to_twice_its_width_on_the_page(data: bytes) -> None:
    hosted = host_picture(make_picture(data), "2022-08")

    assert (hosted.width, hosted.height) == (560, 280)
    assert _web(data).size == (1120, 560)


@pytest.mark.parametrize("width", [1, 300, 560, 800, 1120])
def test_a_small_picture_is_never_made_larger(width: int) -> None:
    hosted = host_picture(make_picture(make_png(width, 10)), "2022-08")

    assert hosted.width == min(width, 560)
    assert hosted.height >= 1
    assert _web(make_png(width, 10)).width == width


def test_a_name_on_the_web_is_ascii_and_does_not_hang_on_the_encoder() -> None:
    data = make_png(16, 9)

    paths = [
        host_picture(make_picture(data, f"issues/2022-08/01-x/{name}"), "2022-08").path
        for name in ("지도.png", "Map of Asia (1).PNG", "지도-map.png")
    ]

    digest = paths[0].removesuffix(".png")[-12:]
    assert [path.removeprefix("issues/2022-08/pictures/") for path in paths] == [
        f"picture-{digest}.png",
        f"map-of-asia-1-{digest}.png",
        f"map-{digest}.png",
    ]
    assert int(digest, 16) >= 0


def test_another_picture_or_width_has_another_name() -> None:
    one, other = make_picture(make_png(16, 9)), make_picture(make_png(16, 9, colour="#ff0000"))

    paths = {
        host_picture(one, "2022-08").path,
        host_picture(other, "2022-08").path,
        host_picture(one, "2022-08", 8).path,
    }

    assert len(paths) == 3


def test_a_jpeg_tells_nobody_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Kim"
    exif.get_ifd(0x8825)[2] = (37.0, 16.0, 0.0)  # GPSLatitude
    data = make_jpeg(1600, 900, exif)
    assert b"Camera of Kim" in data

    web = resize(host_picture(make_picture(data), "2022-08"))

    image = Image.open(io.BytesIO(web))
    assert b"Camera of Kim" not in web
    assert b"Exif" not in web
    assert dict(image.getexif()) == {}


def test_a_png_tells_nothing_beside_its_picture() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of Kim"
    Image.new("RGB", (8, 8)).save(out, "PNG", exif=exif, dpi=(300, 300))

    web = resize(host_picture(make_picture(out.getvalue()), "2022-08"))

    assert b"Camera of Kim" not in web
    assert b"eXIf" not in web
    assert b"pHYs" not in web


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_remarks_and_profiles_in_a_picture_are_left_out(mode: str) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image, png, jpeg = Image.new(mode, (8, 8)), io.BytesIO(), io.BytesIO()
    image.save(png, "PNG", icc_profile=icc)
    image.convert("RGB").save(jpeg, "JPEG", icc_profile=icc, comment=b"Camera of Kim")

    for data in (png.getvalue(), jpeg.getvalue()):
        web = resize(host_picture(make_picture(data), "2022-08"))

        assert b"iCCP" not in web
        assert b"ICC_PROFILE" not in web
        assert b"Camera of Kim" not in web


def test_the_orientation_mark_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (0, 0, 20, 20))
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)

    web = _web(out.getvalue())

    assert web.size == (20, 40)
    _, _, blue = _pixel(web, (10, 5))
    assert blue > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("width", [40, 1400])
def test_every_kind_of_png_is_resized(mode: str, width: int) -> None:
    data = make_png(width, 20, mode)

    web = _web(data)

    assert web.width == min(width, 1120)
    assert web.mode in ("L", "P", "RGB", "RGBA")


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_is_resized(mode: str) -> None:
    web = _web(make_jpeg(1400, 20, mode=mode))

    assert (web.format, web.width) == ("JPEG", 1120)
    assert web.mode in ("L", "RGB")


def test_16_bits_of_grey_are_scaled_not_cut() -> None:
    out = io.BytesIO()
    Image.new("I;16", (4, 4), 0x8000).save(out, "PNG")

    assert _web(out.getvalue()).getpixel((0, 0)) == 128


def test_a_transparent_drawing_stays_transparent() -> None:
    out = io.BytesIO()
    image = Image.new("P", (1400, 20))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.save(out, "PNG", transparency=0)

    web = _web(out.getvalue())

    assert web.mode == "RGBA"
    assert _pixel(web.getchannel("A"), (5, 5)) == (0,)


def test_a_drawing_keeps_its_colours_exactly() -> None:
    for width in (40, 1400):
        web = _web(make_png(width, 20, "P"))

        assert web.mode == "P"
        assert _pixel(web.convert("RGB"), (1, 1)) == (255, 255, 255)
        assert _pixel(web.convert("RGB"), (web.width - 2, web.height - 2)) == (0x0A, 0x5C, 0x7A)


def test_a_picture_with_a_profile_of_colours_is_turned_to_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, srgb, b"broken"):
        out = io.BytesIO()
        Image.new("RGB", (8, 8), "#0a5c7a").save(out, "JPEG", icc_profile=icc, quality=95)

        web = _web(out.getvalue())

        assert "icc_profile" not in web.info


def test_the_same_picture_gives_the_same_bytes() -> None:
    hosted = host_picture(make_picture(), "2022-08")

    assert resize(hosted) == resize(hosted)


def _pixel(image: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    value = image.getpixel(at)
    return value if isinstance(value, tuple) else (int(value or 0),)
