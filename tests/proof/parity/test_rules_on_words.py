"""Language, glossary, length and history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.issue.glossary import Term
from newsletter.issue.issue import Article
from newsletter.lang import Lang
from newsletter.proof.finding import Severity
from newsletter.proof.parity.staleness import staleness_notes
from tests.makers import ARTICLE, make_issue, make_markdown
from tests.proof.parity.makers import findings_of, make_material, proofed

KO, EN = f"{ARTICLE}/ko.md", f"{ARTICLE}/en.md"
HDC = Term(3, {Lang.KO: ("보건개발센터",), Lang.EN: ("Health Development Center", "HDC")})
PROVINCE = Term(4, {Lang.KO: ("경기",), Lang.EN: ("Gyeonggi",)})
MONDAY = datetime(2022, 8, 1, 9, tzinfo=UTC)


class Known:
    """A history that was written down."""

    def __init__(
        self, changed: dict[str, datetime], lines: dict[str, Sequence[int]], fault: str = ""
    ) -> None:
        self._changed = changed
        self._lines = lines
        self.fault = fault

    def changed_at(self, file: str) -> datetime | None:
        """Say when *file* was changed."""
        return self._changed.get(file)

    def is_committed(self, file: str) -> bool:
        """Say whether an earlier version is known."""
        return file in self._changed

    def lines_since(self, file: str, moment: datetime) -> Sequence[int]:
        """Name the changed lines."""
        del moment
        return self._lines.get(file, ())


@pytest.mark.parametrize(
    ("ko", "en", "file", "line"),
    [
        ("회의를 열었습니다.", "They met.\nThe 회의 went well.", EN, 2),
        ("회의는 They met to discuss health issues 열렸습니다.", "They met.", KO, 1),
    ],
)
def test_the_other_language_left_in_a_text_is_found(ko: str, en: str, file: str, line: int) -> None:
    (found,) = proofed(ko, en, "language")

    assert (found.file, found.line, found.severity) == (file, line, Severity.BLOCKS)


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("지도 자료: Natural Earth", "Kimchi (김치) is a dish."),
        ("Gyeonggi Provincial Medical Center Suwon Hospital에서", "the word “정(情)” and more"),
        ("https://example.org/this/is/no/sentence 참고", "https://example.org/한글"),
        ("메디컬 경기 e-뉴스", "Read 메디컬 경기 e-뉴스 every month."),
        ("표어는 “we are here to help”입니다.", "Our motto: “we are here to help”."),
    ],
)
def test_names_quotes_and_addresses_may_be_in_any_language(ko: str, en: str) -> None:
    assert proofed(ko, en, "language") == []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("보건개발센터는 기관입니다.", "The HDC is an organization."),
        ("보건개발센터와 만났습니다.", "They met the Health Development Center’s staff."),
        ("경기도는 넓습니다.", "The province is large."),
        ("경기에서 열립니다.", "It is held in Gyeonggi."),
    ],
)
def test_terms_written_as_agreed_are_let_through(ko: str, en: str) -> None:
    material = make_material(make_issue(bodies=(ko, en)), [HDC, PROVINCE])

    assert findings_of(material, "glossary") == []


@pytest.mark.parametrize(
    ("ko", "en", "file"),
    [
        ("보건개발센터는 기관입니다.", "The Health Center is an organization.", KO),
        ("그 기관은 큽니다.", "The HDC is large.", EN),
        ("前보건개발센터는 기관입니다.", "The former center was an organization.", KO),
    ],
)
def test_a_term_without_an_agreed_form_in_the_other_language_is_named(
    ko: str, en: str, file: str
) -> None:
    material = make_material(make_issue(bodies=(ko, en)), [HDC, PROVINCE])

    (found,) = findings_of(material, "glossary")

    assert (found.file, found.severity) == (file, Severity.ADVISES)
    assert "issues/glossary.yaml:3" in str(found.message)


KO_TEXT = "경기도와 몽골은 보건의료 분야에서 계속 협력하기로 뜻을 모았습니다. " * 3
EN_TEXT = (
    "Gyeonggi-do and Mongolia agreed to keep cooperating in the field of health and medicine "
    "with each other. "
) * 3


def with_articles(*texts: tuple[str, str]) -> list[tuple[str, str]]:
    """Proofread the lengths of several articles: (file, message)."""
    issue = make_issue()
    (article,) = issue.articles
    articles = tuple(
        Article(
            f"{at:02}",
            {
                lang: replace(
                    article.texts[lang], place=f"{at}/{lang}.md", body=make_markdown(text)
                )
                for lang, text in zip(Lang, pair, strict=True)
            },
        )
        for at, pair in enumerate(texts, 1)
    )
    found = findings_of(make_material(replace(issue, articles=articles)), "length")
    return [(finding.file, str(finding.message)) for finding in found]


def test_articles_of_like_length_are_let_through() -> None:
    assert with_articles(*[(KO_TEXT, EN_TEXT)] * 4) == []


def test_an_article_that_is_cut_short_is_named() -> None:
    ((file, message),) = with_articles(*[(KO_TEXT, EN_TEXT)] * 3, (KO_TEXT, EN_TEXT[:100]))

    assert file == "4/en.md"
    assert message.startswith("this article is much shorter in English than in Korean")


def test_a_single_article_is_named_only_if_it_is_very_short() -> None:
    assert with_articles((KO_TEXT, EN_TEXT[: len(EN_TEXT) * 2 // 3])) == []
    assert with_articles((KO_TEXT, EN_TEXT[: len(EN_TEXT) // 4])) != []


def test_a_file_changed_after_its_translation_is_named_with_its_lines() -> None:
    body = "\n\n".join(["문단입니다."] * 10)
    history = Known({KO: MONDAY + timedelta(days=2), EN: MONDAY}, {KO: [3, 4, 5, 9]})
    material = make_material(make_issue(bodies=(body, body)), history=history)

    (found,) = findings_of(material, "stale-translation")

    assert (found.file, found.line) == (KO, 3)
    assert str(found.message) == (
        f"lines 3-5, 9 changed on 2022-08-03, after the last change of {EN} (2022-08-01); "
        "update the English text"
    )


def test_what_is_known_in_part_is_no_finding_and_why_it_is_not_known_is_said() -> None:
    body = "\n\n".join(["문단입니다."] * 10)
    changed = {KO: MONDAY + timedelta(days=2), EN: MONDAY}
    history = Known(changed, {KO: [3]}, "git did not answer within 10 seconds")
    material = make_material(make_issue(bodies=(body, body)), history=history)

    assert findings_of(material, "stale-translation") == []
    assert list(map(str, staleness_notes(material))) == [
        "stale-translation did not run: git did not answer within 10 seconds"
    ]


def test_a_translation_written_after_its_original_is_no_finding() -> None:
    body = "\n\n".join(["Text."] * 3)
    history = Known({KO: MONDAY, EN: MONDAY + timedelta(days=2)}, {EN: [1, 2, 3, 4, 5]})

    material = make_material(make_issue(bodies=(body, body)), history=history)

    assert findings_of(material, "stale-translation") == []


def test_nothing_is_said_about_files_without_history() -> None:
    assert findings_of(make_material(make_issue()), "stale-translation") == []
    assert (
        findings_of(make_material(make_issue(), history=Known({}, {})), "stale-translation") == []
    )
