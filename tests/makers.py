"""Makes what tests start from: sites on disk, and issues and presses in memory."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from PIL import Image

from newsletter.compose.composition import Composition, compose
from newsletter.compose.press import Press
from newsletter.compose.strings import read_strings
from newsletter.errors import ContentError
from newsletter.issue.issue import Article, ArticleText, Issue, IssueText, Publication
from newsletter.issue.markdown import Markdown, parse_markdown
from newsletter.issue.pictures import Picture, check_picture
from newsletter.issue.problems import Problems
from newsletter.issue.reading import read_site_issue
from newsletter.lang import Lang
from newsletter.supplies import read_templates

CHECKOUT: Final = Path(__file__).parent.parent
PUBLIC_URL: Final = "https://e-news.example.org"
ISSUE_ID: Final = "2022-08"
ARTICLE: Final = "issues/2022-08/01-conference"

# What publication.yaml says where the mail service stands abroad.
CROSS_BORDER: Final = (
    "cross_border:\n  items: {ko: 이메일 주소, en: Email address}\n"
    "  country: {ko: 미국, en: United States}\n  recipient: {ko: 수탁사, en: Provider}\n"
    "  purpose: {ko: 메일 발송, en: Sending email}\n  refusal: {ko: 거부 방법, en: How to refuse}\n"
)
PUBLICATION: Final = """\
name: {ko: 메디컬 경기 e-뉴스, en: Medical Gyeonggi e-News}
author: {ko: 관리자, en: Administrator}
website: {ko: "https://www.example.org/ko/", en: "https://www.example.org/en/"}
sender:
  name: {ko: 메디컬 경기 e-뉴스, en: Medical Gyeonggi e-News}
  address: news@example.org
contact:
  organisation: {ko: 경기도, en: Gyeonggi-do}
  address: {ko: 경기도 수원시 영통구 도청로 30, en: "30 Docheong-ro, Suwon"}
  phone: "+82 31 000 0000"
  email: desk@example.org
accent: "#0a5c7a"
time_zone: Asia/Seoul
list_id: e-news.example.org
sender_id: mgenews
rules: {hosted-pictures: off}
"""

LETTER_KO: Final = """\
---
subject: 경기도와 몽골, 화상으로 만나다
preheader: 양측은 다음 회의에서 초청 연수를 논의합니다.
---

이번 호에는 화상회의 소식을 담았습니다.
"""

LETTER_EN: Final = """\
---
subject: Gyeonggi-do and Mongolia meet by video
preheader: The two sides will discuss training next.
---

This issue brings news of the video conference.
"""

ARTICLE_KO: Final = """\
---
title: 화상회의로 보건의료 현안 논의
image: map.png
alt: 경기도와 울란바토르를 잇는 지도
---

경기도는 **보건개발센터(HDC)**와 회의를 열었습니다.
"""

ARTICLE_EN: Final = """\
---
title: Health issues discussed by video
image: map.png
alt: A map that joins Gyeonggi-do and Ulaanbaatar
---

Gyeonggi-do met the **Health Development Center (HDC)**.
"""


def make_png(
    width: int = 1600, height: int = 900, mode: str = "RGB", colour: str = "#0a5c7a"
) -> bytes:
    """Draw a PNG of one colour, with a line that scaling has to keep."""
    return _saved(_drawn(width, height, mode, colour), "PNG")


def make_jpeg(
    width: int = 1600, height: int = 900, exif: Image.Exif | None = None, mode: str = "RGB"
) -> bytes:
    """Draw a JPEG, with *exif* if it is given."""
    image = _drawn(width, height, mode, "#0a5c7a")
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif or Image.Exif())
    return out.getvalue()


def _drawn(width: int, height: int, mode: str, colour: str) -> Image.Image:
    image = Image.new("RGB", (width, height), colour)
    image.paste("#ffffff", (0, 0, max(1, width // 2), max(1, height // 4)))
    return image.quantize(8) if mode == "P" else image.convert(mode)


def _saved(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def site_files() -> dict[str, str | bytes]:
    """Return the files of a small site without problems, by path."""
    return {
        "issues/publication.yaml": PUBLICATION,
        "issues/2022-08/issue.yaml": "date: 2022-08-26\nadvertising: no\n",
        "issues/2022-08/ko.md": LETTER_KO,
        "issues/2022-08/en.md": LETTER_EN,
        f"{ARTICLE}/ko.md": ARTICLE_KO,
        f"{ARTICLE}/en.md": ARTICLE_EN,
        f"{ARTICLE}/map.png": make_png(8, 6),
    }


def write_site(root: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """
    Write a small site without problems below *root*, and return *root*.

    Args:
        root: made if it is missing.
        changes: files to write instead or beside, by path; None leaves one out.
    """
    for name, content in {**site_files(), **(changes or {})}.items():
        if content is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def problems_of(root: Path, issue_id: str = ISSUE_ID) -> list[str]:
    """Read an issue and return every problem as it is shown."""
    try:
        read_site_issue(root, issue_id)
    except ContentError as error:
        return [str(problem) for problem in error.problems]
    return []


def make_markdown(source: str, pictures: Mapping[str, Picture] | None = None) -> Markdown:
    """Parse *source*, which must be without problems."""
    problems = Problems()
    parsed = parse_markdown(source, "text.md", 1, problems)
    problems.raise_any()
    return Markdown(parsed.source, parsed.first_line, parsed.tokens, pictures or {})


def make_picture(data: bytes | None = None, place: str = f"{ARTICLE}/map.png") -> Picture:
    """Check a picture, which must be without problems."""
    problems = Problems()
    picture = check_picture(data or make_png(), place, ("en.md", 1), problems)
    problems.raise_any()
    assert picture is not None
    return picture


def make_publication(
    accent: str = "#0a5c7a", names: tuple[str, str] = ("메디컬 경기 e-뉴스", "Medical e-News")
) -> Publication:
    """Make a publication in memory."""
    name = {Lang.KO: names[0], Lang.EN: names[1]}
    return Publication(
        name=name,
        sender_name=name,
        sender_address="news@example.org",
        reply_to=None,
        organisation={Lang.KO: "경기도", Lang.EN: "Gyeonggi-do"},
        postal_address={Lang.KO: "경기도 수원시 도청로 30", Lang.EN: "30 Docheong-ro, Suwon"},
        phone="+82 31 000 0000",
        email="desk@example.org",
        website={lang: f"https://www.example.org/{lang}/" for lang in Lang},
        author={Lang.KO: "관리자", Lang.EN: "Administrator"},
        accent=accent,
        list_id="e-news.example.org",
        sender_id="mgenews",
        zone=ZoneInfo("Asia/Seoul"),
        default_preference=None,
        logo=None,
        images="hosted",
        approval="none",
        rules={},
    )


def make_issue(
    bodies: tuple[str, str] = ("회의를 열었습니다.", "They met."),
    subjects: tuple[str, str] = ("화상으로 만나다", "They meet by video"),
    month: int = 8,
    advertising: bool = False,
    picture: Picture | None = None,
    year: int = 2022,
) -> Issue:
    """Make an issue of one article in memory; texts are (Korean, English)."""
    letters, texts = {}, {}
    for lang, body, subject in zip(Lang, bodies, subjects, strict=True):
        greeting = make_markdown("안녕하십니까." if lang is Lang.KO else "Welcome.")
        own = {"subject": subject, "preheader": "…"}
        letters[lang] = IssueText(f"issues/2022-08/{lang}.md", own, greeting)
        texts[lang] = ArticleText(
            place=f"{ARTICLE}/{lang}.md",
            texts={
                "title": subject,
                "kicker": "",
                "alt": "지도" if picture else "",
                "caption": "",
                "link_label": "",
            },
            image=picture,
            link=None,
            facts=(),
            body=make_markdown(body),
        )
    return Issue(
        id=f"{year}-{month:02}",
        year=year,
        month=month,
        date=date(year, month, 26),
        advertising=advertising,
        letters=letters,
        articles=(Article("01-conference", texts),),
        pictures={picture.place: picture} if picture else {},
    )


def make_press(public_url: str = PUBLIC_URL, templates: Mapping[str, str] | None = None) -> Press:
    """Make a press of our own templates, some of them replaced."""
    files = {**read_templates(CHECKOUT), **(templates or {})}
    words = {lang: files[f"strings.{lang}.yaml"] for lang in Lang}
    return Press(files, read_strings(words), public_url)


def compose_site(root: Path, issue_id: str = ISSUE_ID, press: Press | None = None) -> Composition:
    """Read an issue from disk and compose it."""
    publication, issue = read_site_issue(root, issue_id)
    return compose(publication, issue, press or make_press())
