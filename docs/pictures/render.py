"""Turn the SVG files of draw.mjs into the PNG files of the issues.

Usage: python render.py SVGDIR ISSUESDIR

Needs Chromium on the PATH, the Noto CJK fonts and Pillow.
An SVG called YEAR-MONTH__ARTICLE__NAME.svg becomes ISSUESDIR/YEAR-MONTH/ARTICLE/NAME.png.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image


def render(svg: Path, png: Path) -> None:
    markup = svg.read_text(encoding="utf-8")
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', markup).groups())
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        page.write_text(
            f'<!DOCTYPE html><meta charset="utf-8"><style>body{{margin:0}}svg{{display:block}}</style>{markup}',
            encoding="utf-8",
        )
        # The window is taller than the picture, for the browser takes some of its height.
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                "--virtual-time-budget=2000",
                f"--window-size={width},{height + 200}",
                f"--screenshot={shot}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
        picture = Image.open(shot).convert("RGB").crop((0, 0, width, height))
    png.parent.mkdir(parents=True, exist_ok=True)
    # A palette without dithering: line drawings look the same at a third of the size.
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        png, optimize=True
    )
    print(f"{png.name}: {width} x {height}, {png.stat().st_size // 1024} KB")


def main() -> None:
    source, issues = Path(sys.argv[1]), Path(sys.argv[2])
    for svg in sorted(source.glob("*.svg")):
        render(
            svg, issues.joinpath(*svg.stem.split("__")).with_name(svg.stem.split("__")[-1] + ".png")
        )


if __name__ == "__main__":
    main()
