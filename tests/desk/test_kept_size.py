"""What it costs to keep a letter: pictures as sent, each once, and never the sources."""

import io
import random
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

from newsletter.app.site import Site
from tests.makers import ARTICLE_EN, ARTICLE_KO, CHECKOUT, ISSUE_ID, PUBLIC_URL, write_site

MB: Final = 1_000_000
PHOTOGRAPHS: Final = 12
WIDTH, HEIGHT = 3000, 2000


def kept_size(root: Path, folder: Path) -> int:
    """Keep the issue's letter in a ledger in *folder*; return its size in bytes."""
    url = f"sqlite:///{folder}/size.db"
    settings = {"NEWSLETTER_PUBLIC_URL": PUBLIC_URL, "NEWSLETTER_DATABASE_URL": url}
    site = Site(settings, root)
    letters = site.records.letters()
    for _ in range(2):  # the second time costs nothing
        letters.keep(site.compose(ISSUE_ID).letter, site.clock())
    kept = letters.size()
    site.close()
    assert kept.letters == 1
    return kept.size


def make_photograph(number: int) -> bytes:
    """Draw what has the detail of a photograph at every scale, as nature has it."""
    noise = random.Random(number)
    image = Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128))
    for width in (6, 24, 96, 384, 1500):
        height = width * HEIGHT // WIDTH
        layer = Image.frombytes("RGB", (width, height), noise.randbytes(3 * width * height))
        layer = layer.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        image = Image.blend(image, ImageChops.add(image, layer, 2), 0.5 * (6 / width) ** 0.05)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def test_the_sample_issue_takes_a_third_of_a_megabyte(tmp_path: Path) -> None:
    assert 0.02 * MB < kept_size(CHECKOUT, tmp_path) < 0.33 * MB


def test_twelve_photographs_take_less_than_five_megabytes(tmp_path: Path) -> None:
    photographs = [make_photograph(number) for number in range(PHOTOGRAPHS)]
    files: dict[str, str | bytes | None] = {}
    for number, photograph in enumerate(photographs, 1):
        folder = f"issues/{ISSUE_ID}/{number:02}-conference"
        files[f"{folder}/map.jpg"] = photograph
        for lang, text in (("ko", ARTICLE_KO), ("en", ARTICLE_EN)):
            files[f"{folder}/{lang}.md"] = text.replace("map.png", "map.jpg")
    size = kept_size(write_site(tmp_path / "site", files), tmp_path)

    assert sum(map(len, photographs)) > 2 * size
    assert 1 * MB < size < 5 * MB
