import io
import random
import struct
import time
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from newsletter.issue.pictures import check_picture, count_scans
from newsletter.issue.problems import Problems
from tests.makers import (
    ARTICLE,
    ARTICLE_EN,
    make_jpeg,
    make_picture,
    make_png,
    problems_of,
    write_site,
)

EN = f"{ARTICLE}/en.md"
PNG, JPEG = make_png(32, 24), make_jpeg(32, 24)


def _with_image(root: Path, name: str, data: bytes | None = None) -> list[str]:
    changes: dict[str, str | bytes | None] = {EN: ARTICLE_EN.replace("map.png", name)}
    if data is not None:
        changes[f"{ARTICLE}/{name}"] = data
    write_site(root, changes)
    return problems_of(root)


def test_a_missing_image_is_named_with_where_to_put_it(tmp_path: Path) -> None:
    assert _with_image(tmp_path, "conference.jpg") == [
        f"{EN}:3: there is no image 'conference.jpg' here; put it into {ARTICLE}/"
    ]


def test_a_missing_image_is_named_for_each_language_that_shows_it(tmp_path: Path) -> None:
    write_site(tmp_path, {f"{ARTICLE}/map.png": None})

    assert [problem.partition(": ")[0] for problem in problems_of(tmp_path)] == [
        f"{ARTICLE}/ko.md:3",
        f"{ARTICLE}/en.md:3",
    ]


@pytest.mark.parametrize(
    "name", ["../map.png", "/etc/passwd", "a/b.png", "..\\\\map.png", "C:\\\\x.png", "..", "."]
)
def test_an_image_outside_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    problems = _with_image(tmp_path, f'"{name}"')

    shown = name.replace("\\\\", "\\")
    assert problems == [
        f"{EN}:3: the image {shown!r} is outside its folder; copy it to {ARTICLE}/ "
        "and give only its name"
    ]


def test_an_image_that_is_a_link_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path / "site", {EN: ARTICLE_EN.replace("map.png", "x.png")})
    (tmp_path / "outside.png").write_bytes(PNG)
    (tmp_path / "site" / ARTICLE / "x.png").symlink_to(tmp_path / "outside.png")

    assert problems_of(tmp_path / "site") == [
        f"{EN}:3: the image 'x.png' is a link to a place outside its folder; copy the file here"
    ]


def test_a_link_that_leads_in_a_circle_is_no_image(tmp_path: Path) -> None:
    write_site(tmp_path, {EN: ARTICLE_EN.replace("map.png", "x.png")})
    (tmp_path / ARTICLE / "x.png").symlink_to("x.png")

    assert problems_of(tmp_path) == [
        f"{EN}:3: there is no image 'x.png' here; did you mean 'map.png'?"
    ]


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg xmlns='x'/>", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_a_file_that_is_no_image_is_named(tmp_path: Path, data: bytes) -> None:
    assert _with_image(tmp_path, "x.png", data) == [
        f"{EN}:3: '{ARTICLE}/x.png' is not a PNG or JPEG image; save it as PNG or JPEG"
    ]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "BMP", "TIFF"])
def test_an_image_that_mail_clients_may_not_show_is_refused(tmp_path: Path, form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, form)

    assert _with_image(tmp_path, "x.png", out.getvalue()) == [
        f"{EN}:3: '{ARTICLE}/x.png' is not a PNG or JPEG image; save it as PNG or JPEG"
    ]


def test_more_than_20_megapixels_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (5001, 4000)).save(out, "PNG")

    assert _with_image(tmp_path, "x.png", out.getvalue()) == [
        f"{EN}:3: '{ARTICLE}/x.png' has more than 20 megapixels; reduce its width to 1200 pixels"
    ]


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bomb = bytearray(PNG)
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2  # IHDR's width and height
    problems = Problems()

    assert check_picture(bytes(bomb), "x.png", ("en.md", 3), problems) is None
    assert len(problems.found) == 1


def test_more_than_10_megabytes_are_refused(tmp_path: Path) -> None:
    assert _with_image(tmp_path, "x.png", PNG + bytes(11 * 2**20)) == [
        f"{EN}:3: 'x.png' has 11.0 MB, but the limit is 10 MB; reduce its width to 1200 pixels"
    ]


@pytest.mark.parametrize(("name", "data"), [("x.png", PNG), ("x.jpg", JPEG)])
def test_a_truncated_image_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (problem,) = _with_image(tmp_path, name, data[: len(data) * 2 // 3])

    assert problem.startswith(f"{EN}:3: '{ARTICLE}/{name}' is damaged (")
    assert problem.endswith("); save it again")


def test_an_image_is_what_its_content_is_not_what_its_name_says() -> None:
    assert make_picture(JPEG, "issues/2022-08/x.png").ending == "jpg"


def test_a_picture_that_a_phone_wrote_with_a_second_one_behind_it_is_a_jpeg() -> None:
    out = io.BytesIO()
    first, second = Image.new("RGB", (8, 6), "red"), Image.new("RGB", (4, 3), "blue")
    first.save(out, "MPO", save_all=True, append_images=[second])

    picture = make_picture(out.getvalue())

    assert (picture.ending, picture.width, picture.height) == ("jpg", 8, 6)


def test_the_orientation_mark_of_a_camera_turns_width_and_height() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = make_picture(make_jpeg(32, 24, exif))

    assert (picture.width, picture.height) == (24, 32)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([PNG, JPEG]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(0, 40),
)
def test_damaged_bytes_never_raise(original: bytes, edits: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(original)
    for at, value in edits:
        data[at % len(data)] = value
    problems = Problems()

    picture = check_picture(bytes(data[: len(data) - cut]), "x.png", ("en.md", 1), problems)

    assert (picture is None) == bool(problems.found)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_damaged_exif_never_raises_or_warns(tail: bytes) -> None:
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08" + tail
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    problems = Problems()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_picture(JPEG[:2] + segment + JPEG[2:], "x.jpg", ("en.md", 1), problems)


def test_a_photograph_is_kept_as_jpeg_and_a_drawing_as_png_whatever_the_file() -> None:
    noise = random.Random(1).randbytes(200 * 200 * 3)
    photograph = Image.frombytes("RGB", (200, 200), noise)
    drawing = Image.new("RGB", (200, 200), "#ffffff")
    drawing.paste("#0a5c7a", (20, 20, 90, 90))

    endings = []
    for image in (photograph, drawing, photograph.convert("RGBA")):
        out = io.BytesIO()
        image.save(out, "PNG")
        picture = check_picture(out.getvalue(), "a.png", ("ko.md", 1), Problems())
        assert picture is not None
        endings.append(picture.ending)

    assert endings == ["jpg", "png", "png"]


def _with_scans(data: bytes, scans: int) -> bytes:
    """Repeat the last scan of a JPEG until it has *scans*."""
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * (scans - count_scans(data)) + b"\xff\xd9"


def _progressive(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(out, "JPEG", progressive=True)
    return out.getvalue()


def test_a_jpeg_that_would_take_minutes_is_refused_before_it_is_decoded() -> None:
    problems = Problems()
    data = _with_scans(_progressive(2000, 1500), 110)
    began = time.monotonic()

    found = check_picture(data, "map.jpg", ("en.md", 3), problems)

    assert found is None
    assert [str(problem) for problem in problems.found] == [
        "en.md:3: 'map.jpg' is a JPEG of 110 scans, which would take minutes to decode; open it "
        "in a picture program and export it as an ordinary JPEG"
    ]
    assert time.monotonic() - began < 5


def test_scans_are_counted_in_the_picture_alone_not_in_what_it_carries() -> None:
    jpeg, thumbnail = make_jpeg(64, 48), _progressive(32, 24)
    carried = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail

    assert count_scans(jpeg) == 1
    assert count_scans(thumbnail) == 10
    assert count_scans(jpeg[:2] + carried + jpeg[2:]) == 1
    assert count_scans(jpeg + thumbnail) == 1
    assert count_scans(b"\xff\xd8\xff") == 0


@pytest.mark.parametrize(
    "filling", [b"\xff", b"\xff\xff\xff", b"\xff\x01", b"\xff\xd0", b"\0\xff\0", b"\xff\x01\xff"]
)
def test_scans_are_counted_behind_whatever_decoders_pass_over(filling: bytes) -> None:
    """Fill bytes before a marker, and markers without a length, lead no count astray."""
    data = _with_scans(_progressive(32, 24), 25)
    last = data.rfind(b"\xff\xda")

    for at in (2, data.index(b"\xff\xda"), last):
        assert count_scans(data[:at] + filling + data[at:]) == 25
    assert make_picture(data[:last] + filling + data[last:]).width == 32


def test_a_progressive_photograph_is_fine() -> None:
    assert make_picture(_progressive(1600, 1200)).ending == "jpg"


def test_the_frames_of_an_animated_picture_are_counted() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])

    assert make_picture(out.getvalue()).frames == 3
    assert make_picture(PNG).frames == 1
    assert make_picture(JPEG).frames == 1


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt"])
def test_a_chunk_that_unpacks_to_hundreds_of_megabytes_is_refused(name: bytes) -> None:
    body = b"p\0\0" + zlib.compress(b"\0" * 200_000_000)
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    problems = Problems()

    assert check_picture(PNG[:33] + chunk + PNG[33:], "x.png", ("en.md", 3), problems) is None
    assert "is damaged" in str(problems.found[0])
