"""Pictures are weighed as they are sent, and one that moves is told that it will not."""

import io
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.lang import EditionKind
from newsletter.proof.finding import Finding
from tests.makers import ARTICLE, ARTICLE_EN, ARTICLE_KO, make_png, write_site

PICTURE = f"{ARTICLE}/map.png"


def _found(root: Path, rule: str, picture: bytes) -> Sequence[Finding]:
    report = proof_issue(Site({}, write_site(root, {PICTURE: picture})), "2022-08")
    return [finding for finding in report.findings if finding.rule == rule]


def _photograph(side: int, grain: float = 0.3) -> bytes:
    """Draw grain, which weighs much at full size and little once it is scaled down."""
    pixels = random.Random(1).randbytes(side * side * 3)
    noise = Image.frombytes("RGB", (side, side), pixels)
    image = Image.blend(Image.new("RGB", noise.size, "grey"), noise, grain)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_a_photograph_from_the_camera_that_is_sent_small_is_no_finding(tmp_path: Path) -> None:
    photograph = _photograph(2600)
    assert len(photograph) > 600_000

    assert _found(tmp_path, "picture-weight", photograph) == []


def test_a_picture_that_is_heavy_as_it_is_sent_is_found_once_with_its_weight(
    tmp_path: Path,
) -> None:
    found = _found(tmp_path, "picture-weight", _photograph(1120, 1))

    assert [(finding.file, finding.line) for finding in found] == [(PICTURE, None)]
    assert "kB as it is sent, but 600 kB are enough for an email; save it smaller" in str(
        found[0].message
    )


def test_an_animated_picture_is_told_that_it_stands_still(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])

    [finding] = _found(tmp_path, "animation", out.getvalue())

    assert finding.file == PICTURE
    assert str(finding.message).startswith(
        "is animated (3 frames), but emails show only the first frame"
    )
    assert _found(tmp_path / "still", "animation", make_png(8, 6)) == []


def test_an_edition_is_weighed_as_a_whole_and_its_heaviest_picture_named(tmp_path: Path) -> None:
    pictures = {f"{ARTICLE}/p{number}.jpg": _photograph(1000, 0.6) for number in range(4)}
    shown = "".join(f"\n![Grain of a photograph](p{number}.jpg)\n" for number in range(4))
    texts = {f"{ARTICLE}/en.md": ARTICLE_EN + shown, f"{ARTICLE}/ko.md": ARTICLE_KO + shown}
    site = write_site(tmp_path, {**pictures, **texts})

    report = proof_issue(Site({}, site), "2022-08")

    found = [one for one in report.findings if one.rule == "picture-weight"]
    whole = [one for one in found if one.file == "issues/2022-08"]
    assert {one.edition for one in whole} == set(EditionKind)
    assert "; the largest is issues/2022-08/01-conference/p" in str(whole[0].message)
