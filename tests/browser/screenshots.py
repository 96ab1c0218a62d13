"""Pictures of every edition, phone and desktop wide: what `make screenshots` runs."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from newsletter.lang import EditionKind

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ISSUE: Final = "2022-08"
WIDTHS: Final = (375, 640)  # CSS pixels: a phone; a mail program's reading pane
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
README_PICTURE: Final = ROOT / "docs" / "README-letters.png"
README_HEIGHT: Final = 1094  # pixels: masthead, opening and the first picture
GAP: Final = 32  # pixels around and between the two letters
DESK: Final = (208, 213, 217)
COLOURS: Final = 192  # enough for letters; keeps the file small


def main() -> None:
    """Compose the sample issue, take a picture of each edition, lay two side by side."""
    subprocess.run([sys.executable, "-m", "newsletter", "compose", ISSUE], cwd=ROOT, check=True)
    preview = ROOT / "build" / ISSUE / "preview"
    out = ROOT / "build" / "screenshots"
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_find_chromium(), args=list(ARGUMENTS), headless=True
        )
        for kind in EditionKind:
            for width in WIDTHS:
                target = out / f"{kind}-{width}.png"
                take(browser, preview / f"{kind}.html", width, target)
                print(target.relative_to(ROOT))
        browser.close()
    sides = [out / f"{kind}-640.png" for kind in (EditionKind.KO, EditionKind.EN)]
    lay_side_by_side(sides, README_PICTURE)
    print(README_PICTURE.relative_to(ROOT))


def take(browser: Browser, page_file: Path, width: int, target: Path) -> None:
    """Save *page_file* as a PNG of its whole length; nothing is fetched from the network."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.context.set_offline(True)
    page.goto(page_file.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=target, full_page=True)
    page.close()


def lay_side_by_side(sides: list[Path], target: Path) -> None:
    """Put the top parts of the pictures *sides* beside each other, on a plain ground."""
    tops = [Image.open(side).convert("RGB") for side in sides]
    tops = [top.crop((0, 0, top.width, min(top.height, README_HEIGHT))) for top in tops]
    width = sum(top.width for top in tops) + GAP * (len(tops) + 1)
    sheet = Image.new("RGB", (width, max(top.height for top in tops) + GAP), DESK)
    left = GAP
    for top in tops:
        sheet.paste(top, (left, GAP))
        left += top.width + GAP
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)


def _find_chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        sys.exit("chromium is not installed; run: sudo apt-get install chromium")
    return found


if __name__ == "__main__":
    main()
