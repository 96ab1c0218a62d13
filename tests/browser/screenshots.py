"""
Pictures of every edition, page and mail: what `make screenshots` runs.

Editions at every size and in every mode; pages for readers, and mails of the program, at two
sizes in light and in dark.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from newsletter.lang import EditionKind
from tests.browser.page_pictures import draw_pages
from tests.browser.reader_pictures import draw_reader_pages
from tests.checks.browsing import PIXELS, Window, open_window
from tests.checks.specimens import Specimen, compose_specimens, issue_ids, without_styles

ROOT: Final = Path(__file__).resolve().parent.parent.parent
OUT: Final = ROOT / "build" / "screenshots"
WIDTHS: Final = (320, 375, 600, 640, 1280)  # CSS pixels
ISSUE: Final = "2022-08"
README_PICTURE: Final = ROOT / "docs" / "README-letters.png"
README_HEIGHT: Final = 1160  # CSS pixels: masthead, opening and the first picture
GAP: Final = 32  # pixels around and between pictures
DESK: Final = (208, 213, 217)
THUMB: Final = 0.35  # of a CSS pixel, on the contact sheet
COLOURS: Final = 192  # enough for letters; keeps the file small


@dataclass(frozen=True, slots=True)
class Mode:
    """A way in which a mail program may show a letter."""

    name: str
    styles: bool = True
    pictures: bool = True
    dark: bool = False
    forced_dark: bool = False


MODES: Final = (
    Mode("light"),
    Mode("dark", dark=True),
    Mode("forced-dark", forced_dark=True),
    Mode("images-blocked", pictures=False),
    Mode("no-style", styles=False),
)


def main() -> None:
    """Take all pictures, lay them out on a contact sheet an edition, make the README's pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    tops: dict[EditionKind, Image.Image] = {}
    with open_window() as window:
        print(draw_pages(window).relative_to(ROOT))
        letters = [one for name in issue_ids() for one in compose_specimens(name).values()]
        for letter in letters:
            shots = dict(_take_all(window, letter))
            sheet = OUT / f"{letter.issue}-{letter.kind}-contact-sheet.png"
            contact_sheet(shots).save(sheet)
            print(sheet.relative_to(ROOT))
            if letter.issue == ISSUE:
                tops[letter.kind] = shots["light", 640]
    lay_side_by_side([tops[EditionKind.KO], tops[EditionKind.EN]], README_PICTURE)
    print(README_PICTURE.relative_to(ROOT))
    for sheet in draw_reader_pages(OUT):
        print(sheet.relative_to(ROOT))


def contact_sheet(shots: dict[tuple[str, int], Image.Image]) -> Image.Image:
    """Lay small copies out: a row for each mode, a column for each width."""
    small = {
        key: shot.resize(
            (round(shot.width / PIXELS * THUMB), round(shot.height / PIXELS * THUMB)),
            Image.Resampling.LANCZOS,
        )
        for key, shot in shots.items()
    }
    columns = {width: max(small[mode.name, width].width for mode in MODES) for width in WIDTHS}
    rows = {mode.name: max(small[mode.name, width].height for width in WIDTHS) for mode in MODES}
    size = (
        sum(columns.values()) + GAP * (len(columns) + 1),
        sum(rows.values()) + GAP * (len(rows) + 1),
    )
    sheet = Image.new("RGB", size, DESK)
    draw = ImageDraw.Draw(sheet)
    top = GAP
    for name, height in rows.items():
        left = GAP
        for width, room in columns.items():
            draw.text((left, top - 18), f"{name} {width}", fill=(60, 60, 60))
            sheet.paste(small[name, width], (left, top))
            left += room + GAP
        top += height + GAP
    return sheet


def lay_side_by_side(letters: list[Image.Image], target: Path) -> None:
    """Put the top parts of *letters* beside each other, on a plain ground."""
    tops = [
        letter.resize((letter.width // PIXELS, letter.height // PIXELS), Image.Resampling.LANCZOS)
        for letter in letters
    ]
    tops = [top.crop((0, 0, top.width, min(top.height, README_HEIGHT))) for top in tops]
    width = sum(top.width for top in tops) + GAP * (len(tops) + 1)
    sheet = Image.new("RGB", (width, max(top.height for top in tops) + GAP), DESK)
    left = GAP
    for top in tops:
        sheet.paste(top, (left, GAP))
        left += top.width + GAP
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)


def _take_all(window: Window, letter: Specimen) -> Iterator[tuple[tuple[str, int], Image.Image]]:
    for mode in MODES:
        html = letter.html if mode.styles else without_styles(letter.html)
        pictures = letter.pictures if mode.pictures else None
        for width in WIDTHS:
            window.show(html, width, pictures=pictures, dark=mode.dark)
            taken = window.screenshot(forced_dark=mode.forced_dark)
            path = OUT / f"{letter.issue}-{letter.kind}-{mode.name}-{width}.png"
            path.write_bytes(taken)
            yield (mode.name, width), Image.open(io.BytesIO(taken)).convert("RGB")


if __name__ == "__main__":
    main()
