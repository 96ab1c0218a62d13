"""Pictures of every page for readers and of every mail of the program, in both languages."""

import io
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from newsletter.lang import Lang
from newsletter.mails.mail import MailForm
from tests.web.browsing import open_browser, visit
from tests.web.served import ServedSite, serve_sample
from tests.web.walks import WALKS

WIDTHS: Final = (375, 1280)  # CSS pixels
PHONE: Final = WIDTHS[0]
Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
ROW: Final = 8  # pictures beside each other on the contact sheet
GAP: Final = 24  # pixels around and between pictures
DESK: Final = (208, 213, 217)

Shots = Mapping[tuple[Scheme, int], bytes]  # by scheme and width


def draw_reader_pages(folder: Path) -> Iterator[Path]:
    """Write a picture of each page and mail into *folder*; yield the contact sheets."""
    with (
        TemporaryDirectory() as scratch,
        serve_sample(Path(scratch)) as served,
        open_browser() as browser,
    ):
        for lang in Lang:
            taken = {
                **{f"page-{name}": shots for name, shots in _pages(browser, served, lang)},
                **{f"mail-{name}": shots for name, shots in _mails(browser, served, lang)},
            }
            for name, shots in taken.items():
                for (scheme, width), picture in shots.items():
                    (folder / f"{name}-{lang}-{scheme}-{width}.png").write_bytes(picture)
            for scheme in SCHEMES:
                sheet = folder / f"pages-{lang}-{scheme}-contact-sheet.png"
                lay_out({name: shots[scheme, PHONE] for name, shots in taken.items()}, sheet)
                yield sheet


def _pages(browser: Browser, served: ServedSite, lang: Lang) -> Iterator[tuple[str, Shots]]:
    for walk in WALKS.values():
        with visit(browser, served, lang) as at:
            for stop in walk(at):
                yield stop.name, _take(at.page)


def _mails(browser: Browser, served: ServedSite, lang: Lang) -> Iterator[tuple[str, Shots]]:
    words = served.words[lang]
    page = browser.new_page()
    for form in MailForm:
        [mail] = served.mailboxes.wait_for_forms([form], words, f".{lang}@example.org")
        page.set_content(mail.html)
        yield form.value, _take(page)


def _take(page: Page) -> Shots:
    shots = {}
    for scheme, width in product(SCHEMES, WIDTHS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 667})
        shots[scheme, width] = page.screenshot(full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": PHONE, "height": 667})
    return shots


def lay_out(pictures: Mapping[str, bytes], target: Path) -> None:
    """Write pictures of one width to one sheet, in rows, each below its name."""
    opened = {name: Image.open(io.BytesIO(one)).convert("RGB") for name, one in pictures.items()}
    named = list(opened.items())
    rows = [named[start : start + ROW] for start in range(0, len(named), ROW)]
    heights = [max(picture.height for _, picture in row) + 2 * GAP for row in rows]
    sheet = Image.new("RGB", ((PHONE + GAP) * ROW + GAP, sum(heights) + GAP), DESK)
    draw = ImageDraw.Draw(sheet)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for number, (name, picture) in enumerate(row):
            left = GAP + number * (PHONE + GAP)
            draw.text((left, top - 16), name, fill=(60, 60, 60))
            sheet.paste(picture, (left, top))
        top += height
    sheet.save(target)
