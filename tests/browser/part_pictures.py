"""
Pictures of every part of a letter, for docs/templates.md.

Run ``python -m tests.browser.part_pictures``. A sample site with every part is composed in
a temporary folder, and once more with the recipes of the document applied to it.
"""

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from newsletter.app.site import Site
from newsletter.desk.build_folder import write_build
from tests.checks.browsing import ARGUMENTS
from tests.makers import write_site

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = ROOT / "docs" / "templates.md"
PICTURES: Final = ROOT / "docs" / "templates"
WIDTH: Final = 600  # CSS pixels, and pixels of the file: the letter's own width
PHONE: Final = 375  # CSS pixels
COLOURS: Final = 64  # enough for a letter; keeps the files small
LARGEST: Final = 60_000  # bytes
INK, PAPER, SEA, SAND, LAND = "#111111", "#ffffff", "#0a5c7a", "#e8e2d4", "#9fc0cc"

ISSUE: Final = "2022-09"
LETTER_KO: Final = """\
---
subject: 등대에 다시 불이 켜졌습니다
preheader: 수리를 마친 등대가 9월에 문을 엽니다.
---

이번 호에는 수리를 마친 등대의 소식을 담았습니다. 가을에 열리는 강좌도 함께 전해 드립니다.
"""
LETTER_EN: Final = """\
---
subject: The lighthouse is lit again
preheader: Repairs are done, and the lighthouse opens in September.
---

This issue brings news of the lighthouse, whose repairs are done. It also tells you about \
the courses of this autumn.
"""
LEAD_KO: Final = """\
---
title: 백 년 된 등대, 다시 불을 밝히다
kicker: 박물관 소식
image: lighthouse.png
alt: 바위 위에 선 등대와 그 너머의 바다
caption: 수리를 마친 등대. 공사는 열여덟 달 걸렸습니다.
---

열여덟 달의 공사 끝에 등대가 **9월 10일 토요일**에 다시 문을 엽니다. 여는 행사는 \
[MOU]{lang=en}를 맺은 이웃 박물관과 함께 준비했습니다.[^1]

### 달라진 점

- 계단에 난간이 생겼습니다.
- 렌즈를 분해하여 닦았습니다.

> 불빛이 처음 바다에 닿던 밤을 모두가 기억할 것입니다.

| 요일 | 여는 시간 |
| --- | --- |
| 평일 | 10시부터 17시까지 |
| 주말 | 9시부터 19시까지 |

![등대 안의 렌즈](lens.png "1922년에 만들어진 렌즈")

[관람 예약하기](https://www.example.org/ko/visit){.button}

[^1]: 이웃 박물관 두 곳이 참여합니다.
"""
LEAD_EN: Final = """\
---
title: A lighthouse of a hundred years is lit again
kicker: From the museum
image: lighthouse.png
alt: A lighthouse on a rock, and the sea behind it
caption: The lighthouse after its repairs, which took eighteen months.
---

After eighteen months of work the lighthouse opens again on **Saturday, September 10**. The \
opening, [개관식]{lang=ko}, was planned together with neighbouring museums.[^1]

### What is new

- The stairs have a handrail.
- The lens was taken apart and cleaned.

> Everyone will remember the night when the light first touched the sea.

| Day | Open |
| --- | --- |
| Monday to Friday | 10:00 to 17:00 |
| Saturday, Sunday | 9:00 to 19:00 |

![The lens in the lighthouse](lens.png "The lens was made in 1922.")

[Book a visit](https://www.example.org/en/visit){.button}

[^1]: Two museums of the neighbourhood take part.
"""
SMALL: Final = """\
---
title: {title}
kicker: {kicker}
image: lens.png
alt: {alt}
link: https://www.example.org/{lang}/course
link_label: {label}
---

{body}
"""
FACTS: Final = """\
---
title: {title}
facts:
{rows}
---

{body}
"""
TEXTS: Final = {
    "issue.yaml": "date: 2022-09-02\nadvertising: no\n",
    "ko.md": LETTER_KO,
    "en.md": LETTER_EN,
    "01-lighthouse/ko.md": LEAD_KO,
    "01-lighthouse/en.md": LEAD_EN,
    "02-drawing/ko.md": SMALL.format(
        title="바다를 그리는 저녁 강좌",
        kicker="강좌",
        alt="렌즈를 그린 그림",
        lang="ko",
        label="신청하기",
        body="수요일 저녁마다 물감과 종이를 들고 바닷가에 모입니다. 처음 오시는 분도 환영합니다.",
    ),
    "02-drawing/en.md": SMALL.format(
        title="Drawing the sea, an evening course",
        kicker="Courses",
        alt="A drawing of the lens",
        lang="en",
        label="Sign up",
        body="Every Wednesday evening we meet at the shore with paint and paper. "
        "Beginners are welcome.",
    ),
    "03-birds/ko.md": SMALL.format(
        title="가을 철새를 만나는 아침",
        kicker="산책",
        alt="렌즈를 그린 그림",
        lang="ko",
        label="모이는 곳",
        body="해가 뜰 무렵 갯벌을 함께 걷습니다. 망원경은 박물관에서 빌려 드립니다.",
    ),
    "03-birds/en.md": SMALL.format(
        title="A morning with the birds of autumn",
        kicker="Walks",
        alt="A drawing of the lens",
        lang="en",
        label="Where we meet",
        body="We walk along the mudflats at sunrise. The museum lends you binoculars.",
    ),
    "04-talk/ko.md": FACTS.format(
        title="등대지기의 이야기",
        rows="  일시: 2022년 9월 17일 14시\n  장소: 바닷가 박물관 강당\n  참가비: 없음",
        body="서른 해 동안 등대를 지킨 분의 이야기를 듣습니다.",
    ),
    "04-talk/en.md": FACTS.format(
        title="A lighthouse keeper’s story",
        rows='  When: "September 17, 2022, 14:00"\n  Where: Museum of the Shore\n  Fee: none',
        body="We listen to someone who kept the light for thirty years.",
    ),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the document."""

    name: str
    parts: tuple[str, ...]  # selectors; the picture reaches from the first to the last
    edition: str = "en"
    recipes: bool = False  # from the site that the document's recipes were applied to
    dark: bool = False
    width: int = WIDTH
    air: int = 0  # CSS pixels above and below, for parts without room of their own
    cut: bool = False  # no wider than the part


SHOTS: Final = (
    Shot("skip-links", (".note",), "bilingual", air=8),
    Shot("masthead", (".masthead",), air=8),
    Shot("logo", (".logo img",), recipes=True, air=12),
    Shot("opening", (".opening",)),
    Shot("contents", (".contents h2", ".contents ol"), air=8),
    Shot("rule", (".thin",), air=8),
    Shot("whole", (".lead",), "ko"),
    Shot("columns", (".columns",)),
    Shot("columns-phone", (".columns",), width=PHONE),
    Shot("column", (".column .picture", ".column .button"), cut=True, air=8),
    Shot("heading", (".lead .kicker", ".lead h2"), air=8),
    Shot("body", (".article:has(.facts) h2 + p", ".facts"), air=8),
    Shot("picture", (".lead h2 + .picture",), air=8),
    Shot("facts", (".facts",), air=8),
    Shot("button", (".lead .button",), air=8),
    Shot("colophon", (".colophon",)),
    Shot("text", (".lead .picture + p", ".lead ul"), air=8),
    Shot("quote", (".sheet blockquote",), air=8),
    Shot("table", (".lead .data",), air=8),
    Shot("picture-in-text", (".lead .data + .picture",), air=8),
    Shot("footnote", (".notes",), air=8),
    Shot("accent", (".lead .kicker", ".lead h2"), recipes=True, air=8),
    Shot("with-logo", (".masthead",), recipes=True, air=8),
    Shot("words", (".contents h2", ".contents ol"), recipes=True, air=8),
    Shot("standfirst", (".opening",), recipes=True),
    Shot("event", (".article:has(.event)",), recipes=True),
    Shot("event-ko-dark", (".article:has(.event)",), "ko", recipes=True, dark=True),
)

RECIPE: Final = re.compile(r"^## Recipe: (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
STEP: Final = re.compile(
    r"^\*\*`(?P<file>[^`]+)`\*\*, (?P<how>a new file|at the end|find):\n\n"
    r"```\w*\n(?P<code>.*?)^```\n(?:\nand write:\n\n```\w*\n(?P<instead>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What a recipe does to one file."""

    file: str  # below the site's folder
    how: str  # "a new file", "at the end" or "find"
    code: str
    instead: str  # what takes the place of what was found


def read_recipes() -> dict[str, list[Step]]:
    """Return the steps of every recipe of the document, by its heading."""
    return {
        title: [
            Step(found["file"], found["how"], found["code"], found["instead"] or "")
            for found in STEP.finditer(body)
        ]
        for title, body in RECIPE.findall(DOCUMENT.read_text(encoding="utf-8"))
    }


def apply_steps(site: Path, steps: Sequence[Step], issue: str) -> None:
    """Do what a recipe says to the files of *site*; templates are copied from ours first."""
    for step in steps:
        path = site / step.file.replace("2022-09", issue)
        path.parent.mkdir(parents=True, exist_ok=True)
        ours = ROOT / step.file
        if step.how != "a new file" and not path.exists() and step.file.startswith("templates/"):
            path.write_bytes(ours.read_bytes())
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(_changed(before, step), encoding="utf-8")


def _changed(before: str, step: Step) -> str:
    match step.how:
        case "a new file":
            assert not before, f"{step.file} is there already"
            return step.code
        case "at the end":
            return before + step.code
        case _:
            old, new = step.code.rstrip("\n"), step.instead.rstrip("\n")
            assert before.count(old) == 1, f"{step.file} does not hold once:\n{old}"
            return before.replace(old, new)


def draw_logo() -> bytes:
    """Draw a logo as wide as the masthead shows it, at twice its pixels."""
    image = Image.new("RGB", (400, 120), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 119, 119), SEA)
    pen.polygon([(48, 100), (72, 100), (66, 34), (54, 34)], PAPER)
    pen.polygon([(60, 20), (118, 4), (118, 44)], SAND)
    for top, width in ((18, 250), (54, 190), (90, 110)):
        pen.rectangle((144, top, 144 + width, top + 12), INK)
    return _png(image)


def draw_lighthouse() -> bytes:
    """Draw a lighthouse above the sea."""
    image = Image.new("RGB", (1120, 560), SAND)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 370, 1120, 560), SEA)
    pen.polygon([(370, 140), (1120, 0), (1120, 200)], PAPER)
    pen.polygon([(326, 420), (414, 420), (394, 140), (346, 140)], INK)
    pen.ellipse((150, 390, 590, 580), LAND)
    return _png(image)


def draw_lens() -> bytes:
    """Draw the rings of a lens."""
    image = Image.new("RGB", (1120, 560), SEA)
    pen = ImageDraw.Draw(image)
    for radius in range(240, 20, -44):
        pen.circle((560, 280), radius, LAND, PAPER, 10)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def write_sample_site(root: Path) -> Path:
    """Write a site with every part in it below *root*, and return *root*."""
    lens = dict.fromkeys(("01-lighthouse", "02-drawing", "03-birds"), draw_lens())
    files: dict[str, str | bytes] = {
        **TEXTS,
        **{f"{folder}/lens.png": drawing for folder, drawing in lens.items()},
        "01-lighthouse/lighthouse.png": draw_lighthouse(),
    }
    return write_site(root, {f"issues/{ISSUE}/{name}": one for name, one in files.items()})


def build(root: Path) -> Path:
    """Compose the sample site below *root*; return the folder of its previews."""
    site = Site({}, root)
    composed = site.compose(ISSUE)
    return write_build(root / "build", composed, composed.letter.compile(), site.public_url) / (
        "preview"
    )


def build_both(scratch: Path) -> dict[bool, Path]:
    """Compose the sample site as it is (False), and with every recipe applied (True)."""
    plain = write_sample_site(scratch / "plain")
    changed = write_sample_site(scratch / "changed")
    (changed / "issues" / "logo.png").write_bytes(draw_logo())
    for steps in read_recipes().values():
        apply_steps(changed, steps, ISSUE)
    return {False: build(plain), True: build(changed)}


def take(page: Page, shot: Shot) -> bytes:
    """Cut a part out of a letter, over the letter's whole width, in few colours."""
    boxes = [page.locator(selector).first.bounding_box() for selector in shot.parts]
    found = [box for box in boxes if box]
    assert len(found) == len(boxes), f"{shot.name}: the letter has no {shot.parts}"
    top = max(0, min(box["y"] for box in found) - shot.air)
    end = max(box["y"] + box["height"] for box in found) + shot.air
    left, width = (found[0]["x"], found[0]["width"]) if shot.cut else (0, shot.width)
    picture = page.screenshot(
        full_page=True, clip={"x": left, "y": top, "width": width, "height": end - top}
    )
    return _png(Image.open(io.BytesIO(picture)).convert("RGB"))


def take_all(browser: Browser, previews: dict[bool, Path]) -> Iterator[tuple[str, bytes]]:
    """Yield every picture of the document by its name; nothing is fetched from the network."""
    for shot in SHOTS:
        page = browser.new_page(
            viewport={"width": shot.width, "height": 800},
            color_scheme="dark" if shot.dark else "light",
        )
        page.context.set_offline(True)
        page.goto((previews[shot.recipes] / f"{shot.edition}.html").as_uri())
        page.evaluate("document.fonts.ready.then(() => true)")
        yield shot.name, take(page, shot)
        page.close()


def main() -> None:
    """Write every picture of docs/templates.md anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        previews = build_both(Path(scratch))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS), headless=True
        )
        for name, content in take_all(browser, previews):
            if len(content) >= LARGEST:
                sys.exit(f"{name}.png takes {len(content)} bytes; show less of it")
            (PICTURES / f"{name}.png").write_bytes(content)
            print(f"docs/templates/{name}.png  {len(content)} bytes")
        browser.close()


if __name__ == "__main__":
    main()
