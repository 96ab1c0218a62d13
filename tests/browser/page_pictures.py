"""The README's picture of readers' pages, of a server with the sample issue's publication."""

import io
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Final

from PIL import Image

from newsletter.app.site import Site
from newsletter.lang import Lang
from newsletter.web.serving import Serving
from tests.checks.browsing import PIXELS, Window
from tests.stage.site import CHECKOUT

PICTURE: Final = CHECKOUT / "docs" / "README-pages.png"
WIDTH: Final = 420  # CSS pixels: a large phone
HEIGHT: Final = 860
GAP: Final = 24
DESK: Final = (208, 213, 217)
COLOURS: Final = 64


def draw_pages(window: Window) -> Path:
    """Take the form to subscribe in both languages, side by side, and return the picture's file."""
    with serving_sample() as url:
        shots = [_take(window, f"{url}/{lang}/subscribe") for lang in Lang]
    sheet = Image.new("RGB", (WIDTH * len(shots) + GAP * (len(shots) + 1), HEIGHT + GAP), DESK)
    for number, shot in enumerate(shots):
        sheet.paste(shot, (GAP + number * (WIDTH + GAP), GAP))
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, "PNG", optimize=True)
    return PICTURE


@contextmanager
def serving_sample() -> Iterator[str]:
    """Serve the pages of the sample issue's publication; yield where."""
    with TemporaryDirectory() as folder:
        shutil.copytree(CHECKOUT / "issues", Path(folder, "issues"))
        with closing(Site({}, Path(folder))) as site:
            serving = Serving(site, "127.0.0.1", 0)
            thread = Thread(target=serving.run)
            thread.start()
            try:
                yield f"http://127.0.0.1:{serving.port}"
            finally:
                serving.stop()
                thread.join()


def _take(window: Window, url: str) -> Image.Image:
    assert window.page.context.browser
    page = window.page.context.browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=PIXELS
    )
    try:
        page.goto(url)
        taken = page.screenshot()
    finally:
        page.close()
    whole = Image.open(io.BytesIO(taken)).convert("RGB")
    return whole.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
