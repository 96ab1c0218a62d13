"""Both languages have the same parts."""

from dataclasses import replace

import pytest

from newsletter.issue.issue import Article, Issue
from newsletter.issue.pictures import Picture
from newsletter.lang import Lang
from tests.makers import ARTICLE, make_issue, make_picture, make_png
from tests.proof.parity.makers import findings_of, make_material, proofed

KO, EN = f"{ARTICLE}/ko.md", f"{ARTICLE}/en.md"
FIRST = ("회의는 7월 25일 열렸습니다.", "The meeting was held on July 25.")
SECOND = ("참석자는 모두 120명이었습니다.", "A total of 120 people took part.")
THIRD = ("다음 회의는 10월에 열립니다.", "The next meeting is in October.")


@pytest.mark.parametrize("missing", [0, 1, 2])
@pytest.mark.parametrize("lacking", [0, 1])
def test_the_very_paragraph_without_counterpart_is_named(missing: int, lacking: int) -> None:
    texts = [
        [
            pair[lang]
            for at, pair in enumerate((FIRST, SECOND, THIRD))
            if (at, lang) != (missing, lacking)
        ]
        for lang in (0, 1)
    ]

    (found,) = proofed("\n\n".join(texts[0]), "\n\n".join(texts[1]), "structure")

    assert (found.file, found.line) == ((KO, EN)[1 - lacking], 1 + 2 * missing)
    assert "this paragraph has no counterpart" in str(found.message)


@pytest.mark.parametrize(
    ("ko", "en", "line", "words"),
    [
        (
            "- 의사 7명\n- 간호사 9명\n- 통역사",
            "- 7 doctors\n- interpreters",
            2,
            "this list item has no counterpart",
        ),
        ("### 제목\n\n본문", "text", 1, "this heading has no counterpart"),
        (
            "| 가 | 나 |\n| --- | --- |\n| 다 | 라 |\n| 마 | 바 |",
            "| a | b |\n| --- | --- |\n| c | d |",
            4,
            "this table row has no counterpart",
        ),
        (
            "| 가 | 나 |\n| --- | --- |\n| 다 | 라 |",
            "| a | b |\n| --- | --- |\n| c | |",
            3,
            "“라” has no counterpart in the table",
        ),
        (
            "[누리집](https://example.org/ko/a)을 보십시오.",
            "See the website.",
            1,
            "the English text has no link to https://example.org/ko/a",
        ),
    ],
)
def test_a_part_that_one_language_lacks_is_named(ko: str, en: str, line: int, words: str) -> None:
    (found,) = proofed(ko, en, "structure")

    assert (found.file, found.line) == (KO, line)
    assert words in str(found.message)


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("https://example.org/ko/a", "https://example.org/en/a"),
        ("https://ko.example.org/a", "https://en.example.org/a"),
        ("https://example.org/a?lang=ko&x=1", "https://www.example.org/a?x=1&lang=en"),
        (
            "https://ko.wikipedia.org/wiki/%EB%AA%BD%EA%B3%A8",
            "https://en.wikipedia.org/wiki/Mongolia",
        ),
        ("tel:031-120", "tel:+82-31-120"),
    ],
)
def test_a_link_to_the_same_page_in_its_own_language_is_the_same(ko: str, en: str) -> None:
    assert proofed(f"[여기]({ko})", f"[here]({en})", "structure") == []


def test_another_link_is_named_on_both_sides() -> None:
    found = proofed("[가](https://example.org/1)", "[a](https://example.org/2)", "structure")

    assert [finding.file for finding in found] == [KO, EN]


def shows(issue: Issue, *pictures: tuple[Picture | None, Picture | None]) -> Issue:
    """Let the articles of *issue* show these pictures, Korean and English."""
    (article,) = issue.articles
    articles = tuple(
        Article(
            f"{at:02}",
            {
                lang: replace(article.texts[lang], place=f"{at}/{lang}.md", image=one)
                for lang, one in zip(Lang, pair, strict=True)
            },
        )
        for at, pair in enumerate(pictures, 1)
    )
    return replace(issue, articles=articles)


def picture(name: str, colour: str) -> Picture:
    """Make a picture of one colour."""
    return make_picture(make_png(8, 6, colour=colour), name)


MAP = picture("1/map.png", "#112233")
MAP_KO, MAP_EN = picture("1/map.ko.png", "#222222"), picture("1/map.en.png", "#333333")
OWN_NAME = picture("1/지도.png", "#444444")
OTHER = picture("2/other.png", "#555555")
COPIED = picture("1/copied.png", "#555555")


def found_in(*pictures: tuple[Picture | None, Picture | None]) -> list[tuple[str, str]]:
    """Proofread articles that show these pictures: (file, message)."""
    issue = shows(make_issue(), *pictures)
    return [(f.file, str(f.message)) for f in findings_of(make_material(issue), "structure")]


@pytest.mark.parametrize(
    "pair", [(MAP, MAP), (MAP_KO, MAP_EN), (OWN_NAME, MAP), (None, None), (MAP, MAP_EN)]
)
def test_pictures_of_either_language_may_be_the_same_or_its_own(
    pair: tuple[Picture | None, Picture | None],
) -> None:
    assert found_in(pair, (OTHER, OTHER)) == []


def test_a_picture_of_another_article_is_found() -> None:
    ((file, message),) = found_in((MAP, COPIED), (OTHER, OTHER))

    assert file == "1/en.md"
    assert message.startswith("'copied.png' is the picture of another article")


def test_a_picture_made_for_the_other_language_is_found() -> None:
    ((file, message),) = found_in((MAP_KO, MAP_KO))

    assert file == "1/en.md"
    assert message.startswith("by its name, 'map.ko.png' is not the English version")


def test_a_picture_that_one_language_lacks_is_found() -> None:
    found = found_in((MAP, None))

    assert (
        "1/ko.md",
        "the English text has no 'image'; write one in 1/en.md, or delete 'map.png'",
    ) in found
