"""Marks that readers would see, and lines that they would not, are found; ordinary text is not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.issue.issue import Issue
from newsletter.lang import Lang
from newsletter.proof.finding import Finding
from newsletter.proof.letter.markup import check_markup
from newsletter.proof.letter.words import placeholders
from newsletter.proof.material import Material
from tests.makers import ARTICLE, CHECKOUT, make_issue, make_press, make_publication, write_site


def _material(issue: Issue) -> Material:
    from newsletter.compose.composition import compose  # noqa: PLC0415 - slow to import

    publication, press = make_publication(), make_press()
    return Material(publication, issue, compose(publication, issue, press), press.strings, (), None)


def _found(text: str, lang: Lang = Lang.KO) -> list[Finding]:
    """Look at *text* as an article of an issue whose other language is without fault."""
    bodies = (text, "They met.") if lang is Lang.KO else ("회의를 열었습니다.", text)
    return list(check_markup(_material(make_issue(bodies))))


LOUD = [
    ("**굵게 시작", "bold was not recognised"),
    ("굵게**입니다", "bold was not recognised"),
    ("이것은 **굵게 **입니다", "bold was not recognised"),
    ("This is **bold **text", "bold was not recognised"),
    ("**bold begins", "bold was not recognised"),
    ("- 첫째\n- **둘째", "bold was not recognised"),
    ("> **인용", "bold was not recognised"),
    ("### **제목", "bold was not recognised"),
    ("| **가 | 나 |\n|---|---|\n| 1 | 2 |", "bold was not recognised"),
    ("이것은 *기울임입니다", "italic was not recognised"),
    ("이것은 *기울임 *입니다", "italic was not recognised"),
    ("이것은 __굵게__입니다", "the _ was not recognised"),
    ("이것은__굵게__입니다", "the _ was not recognised"),
    ("__굵게 시작", "the _ was not recognised"),
    ("_기울임_은", "the _ was not recognised"),
    ("가격은 ~~비쌉니다~~ 쌉니다", "~~ cannot be used to strike"),
    ("The price is ~~high low", "~~ cannot be used to strike"),
    ("명령은 `코드입니다", "this ` has no partner"),
    ("[안내문] (https://www.example.org/a)", "the link was not recognised"),
    ("[안내문](https://www.example.org/a b.pdf)", "the link was not recognised"),
    ("[안내문](https://www.example.org/a", "the link was not recognised"),
    ("[안내문(https://www.example.org/a)", "the link was not recognised"),
    ("(안내문)[https://www.example.org/a]", "the link was not recognised"),
    ("［안내문］（https://www.example.org/a）", "the link was not recognised"),
    ("![지도](map.png “설명”)", "the link was not recognised"),
    ("[안내문][ref]", "the link has no target"),
    ("[the leaflet][]", "the link has no target"),
    ("각주[^9]는", "the footnote has no text"),
    ("말\n\n[^1]: 출처", "the text of the footnote [^1] is not shown"),
    ("말[^1]\n\n[^1]: 가\n\n[^1]: 나", "the text of the footnote [^1] is not shown"),
    ("[문의]: 031-000-0000", "is not shown: it is the target of a link"),
    ("말\n\n[ref]: https://www.example.org", "is not shown: it is the target of a link"),
    ("###작은 제목", "the heading was not recognised"),
    ("##A heading", "the heading was not recognised"),
    ("####### 일곱", "the heading was not recognised"),
    ("＃ 제목", "full-width marks have"),
    ("＊＊굵게＊＊", "full-width marks have"),
    ("| 이름 | 수 |\n|ㅡ|ㅡ|\n| 가 | 나 |", "the table was not recognised"),
    ("| name | n |\n|–|–|\n| a | b |", "the table was not recognised"),
    ("| name | n |\n|—|—|\n| a | b |", "the table was not recognised"),
    ("| name | n |\n| a | b |", "the table was not recognised"),
    ("| name | n |\n|---|\n| a | b |", "the table was not recognised"),
    ("이름 | 수\n가 | 나", "the table was not recognised"),
    ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "the table has 2 columns, so '3' after them"),
    ("- | a | b |\n  |---|---|\n  | 1 | 2 | 3 |", "the table has 2 columns, so '3' after them"),
    ("1. 말\n\n   | a |\n   |---|\n   | 1 | 둘 |", "the table has 1 column, so '둘' after it"),
    ("> - | a | b |\n>   |---|---|\n>   | 1 | 2 | 3", "the table has 2 columns, so '3' after"),
    ("a | b\n-|-\n1 | 2 | 3 | 4", "the table has 2 columns, so '3' after them"),
    (
        "[가]\n\n[가]: https://x.org\n\n[가]: https://y.org",
        "is not used: a line above already has the",
    ),
    (
        "[가] [가]\n\n[가]: https://x.org\n[가]: https://y.org",
        "is not used: a line above already has the",
    ),
    (
        "[A b]\n\n[a  B]: https://x.org\n- [A b]: https://y.org",
        "is not used: a line above already has",
    ),
    ("- [ref]: https://www.example.org\n- 말", "is not shown: it is the target of a link"),
    ("[MOU]{lang=“en”}", "the text in braces was not recognised"),
    ("[가](https://www.example.org) {.button}", "the text in braces was not recognised"),
    ("R&amp;amp;D", "the code of the character"),
    ("&amp;nbsp;말", "the code of the character"),
    ("첫 줄&lt;br&gt;둘째 줄", "the HTML would be shown"),
    ("==강조== 말", "== cannot be used to highlight"),
    ("당첨: 김*수, 이*영", "are read as bold or italic and are not shown"),
    ("김**님과 이**님", "are read as bold or italic and are not shown"),
    ("    들여쓴 문단", "four blanks at the start"),
]


@pytest.mark.parametrize(("source", "message"), LOUD)
@pytest.mark.parametrize("lang", list(Lang))
def test_a_mark_that_did_not_take_is_found_with_its_line(
    source: str, message: str, lang: Lang
) -> None:
    found = _found(f"말입니다.\n\n{source}", lang)

    assert [one for one in found if message in str(one.message)] != []
    assert len(found) == 1
    assert found[0].file == f"{ARTICLE}/{lang}.md"
    assert found[0].line is not None
    assert 3 <= found[0].line <= 3 + source.count("\n")


@pytest.mark.parametrize(
    "source",
    [
        *("2 * 3 * 4", "10~20명", "별 * 하나", "*", "가격* 은", "5*3", "2 ** 3", "***", "2**3"),
        *("#해시태그", "#해시태그 #둘", "[대괄호]는", "[공지][안내] 소식", "[[안내]]"),
        *("1~2시", "서울~부산~제주", "10~~20명", "안녕하세요~~", "와~~ 좋습니다~~"),
        *("A_B_C", "snake_case_name", "홍보_자료_최종.hwp", "^_^ T_T", "성명: __ 서명"),
        *("`**굵게` `{{name}}` `<b>` `[^1]`", "```\n**굵게\n###제목\n```"),
        *(r"\*별\*", r"\*\*별\*\*", r"\# 제목", r"\[가\](https://x.org)", r"\~\~가\~\~", r"\`가"),
        *(r"\__가__나", r"\<b>", r"\&amp;"),
        *(
            "**굵게** 말",
            "**한국어(Korean)**은",
            "**가**·**나**",
            "“**가**”",
            "*기울임* __굵게__ 말",
        ),
        *("당첨: 김**, 이**, 박**님", "010-****-1234", "ab***@example.org", "비밀번호 ****"),
        *("R&D", "AT&T", "1 < 2 > 3", "가 &amp; 나", "2 &lt; 3", "C#", "100%", "30%할인"),
        *("홈 | 소개 | 문의", r"가\|나", "| a | b |\n|---|---|\n| 1 | 2 |", "a|b\n-|-\n1|2"),
        *("- | a | b |\n  |---|---|\n  | 1 | 2 |\n  | 1 |", "- a | b\n  -|-\n  1 | 2"),
        *(
            "[가] [나]\n\n[가]: https://x.org\n[나]: https://x.org",
            "- [가]\n- 말\n\n[가]: https://x.org",
        ),
        *("| a | b |\n|---|---|\n| 1 | 2 | |", "> | a | b |\n> |---|---|\n> | 1 | 2 |"),
        *("말[^1]\n\n[^1]: 출처", "말[^1] 말[^1]\n\n[^1]: 출처\n\n    둘째 문단"),
        *("[안내]\n\n[안내]: https://www.example.org", "[가](https://x.org) (참고)"),
        *("[가](https://x.org){.button}", "[MOU]{lang=en} {그냥}", "(주)경기 [주]"),
        *("<https://x.org>", "<desk@example.org>", "*참고: 별", "※ 참고", "별표(*)는 필수"),
        *("- \n- 가", "> 인용\n>\n> 둘", "1. 가\n\n   나\n2. 다", "가  \n나\\\n다", "---"),
        *("2022. 8. 26.(금)", "○ 가\n○ 나", "3 == 3", "1) 가\n2) 나", "(*재료비 별도)"),
    ],
)
def test_ordinary_text_gives_no_finding(source: str) -> None:
    for lang in Lang:
        assert _found(source, lang) == []


FIELD_MARKS = [
    *("**중요** 소식", "*중요* 소식", "__중요__ 소식", "~~옛~~ 소식", "`코드` 소식"),
    *("[소식](https://www.example.org)", "### 소식", r"별 \* 소식", "**소식", "소식[^1]"),
    *("R&amp;D 소식", "소식<br>둘째 줄", "<b>소식</b>"),
]


@pytest.mark.parametrize("text", FIELD_MARKS)
@pytest.mark.parametrize("field", ["title", "kicker", "alt", "caption", "link_label"])
def test_marks_mean_nothing_in_the_fields_of_an_article(field: str, text: str) -> None:
    issue = make_issue()
    [article] = issue.articles
    own = article.texts[Lang.KO]
    words = replace(own, texts={**own.texts, field: text}, lines={field: 3})
    changed = replace(article, texts={**article.texts, Lang.KO: words})

    found = list(check_markup(_material(replace(issue, articles=(changed,)))))

    assert [(finding.file, finding.line) for finding in found] == [(words.place, 3)]


def test_marks_mean_nothing_in_the_facts_of_an_article() -> None:
    issue = make_issue()
    [article] = issue.articles
    rows = (("날짜", "7월 25일"), ("**장소**", "[별관](https://www.example.org)"))
    words = replace(article.texts[Lang.KO], facts=rows, lines={"facts.**장소**": 7})
    changed = replace(article, texts={**article.texts, Lang.KO: words})

    [finding] = check_markup(_material(replace(issue, articles=(changed,))))

    assert (finding.file, finding.line) == (words.place, 7)


@pytest.mark.parametrize(
    "text",
    [
        *("#해시태그 소식", "[공지] 소식", "[공지][안내] 소식", "10~20명", "5 * 3", "김*, 이**"),
        *("A_B_C", "R&D", "소식 <8월>", "C#", "2**3", "별표(*)", "1. 소식", "- 소식"),
    ],
)
def test_ordinary_fields_give_no_finding(text: str) -> None:
    issue = make_issue(subjects=(text, text))

    assert list(check_markup(_material(issue))) == []


MERGE_TAGS = [
    *("{{name}}", "{{ user.name | default }}", "*|FNAME|*", "%%name%%", "%name%", "{name}"),
    *("{first_name}", "[[name]]", "${name}", "#{고객명}", "%recipient.name%", "[% name %]"),
    *("{% if name %}", "{{{name}}}", "{이름}님", "[[이름]]", "«이름»", "$%name%$"),
    *("<<first_name>>", "<<이름>>", "<< 고객명 >>님", "*|NAME|", "|NAME|*"),
]


@pytest.mark.parametrize("tag", [*MERGE_TAGS, "본문\ufffd입니다"])
def test_a_merge_tag_of_another_system_and_a_lost_character_block(tag: str) -> None:
    for issue in (make_issue((f"안녕하세요 {tag}", "Hello")), make_issue(("안녕", f"Hi {tag}"))):
        assert list(placeholders(_material(issue))) != []
    assert list(placeholders(_material(make_issue(subjects=(tag, "Hello"))))) != []


@pytest.mark.parametrize("tag", ["<<name>>", "<<e-mail>>", "<< FIRST.NAME >>", "<<이메일>>"])
def test_a_merge_tag_that_looks_like_html_blocks_in_a_field(tag: str) -> None:
    assert list(placeholders(_material(make_issue(subjects=(tag, "Hello"))))) != []


@pytest.mark.parametrize(
    "text",
    [
        *("`{{name}}`", "{그냥}", "30%할인, 20%적립", "50% off, 20% more", "[이름]", "[[안내]]"),
        *("<<2022년 하반기 사업 안내>>", "<<경기도의 꿈>> 출간", "|KOICA|", "KOICA|KOTRA|HDC"),
        *("<<A Room of One's Own>>", "가 << 나 >> 다", "|KOICA| 사업 |HDC|", "<<이름 없는 여인>>"),
    ],
)
def test_what_is_no_merge_tag_does_not_block(text: str) -> None:
    assert list(placeholders(_material(make_issue((text, text))))) == []


def _documented() -> Iterator[tuple[str, str]]:
    """Yield the same text in both languages: everything that the manual says may be written."""
    for words, title in (("문장입니다", "첫 소식"), ("A sentence", "First news")):
        yield (
            f"---\ntitle: {title}\n---\n\n{words} **{words}** *{words}* `code`[^1].\n\n"
            f"### {words}\n\n- {words}\n  - {words}\n\n1. {words}\n2. {words}\n\n> {words}\n\n"
            f"| {words} | {words} |\n| --- | --- |\n| {words} | {words} |\n\n---\n\n"
            f"[{words}](https://www.example.org/b){{.button}}\n\n"
            f'![{words} {words}](map.png "{words}")\n\n[MOU]{{lang=en}} <desk@example.org>\n\n'
            f"[^1]: {words} [{words}](https://www.example.org/e)\n",
            title,
        )


def test_everything_that_the_manual_says_may_be_written_gives_no_finding(tmp_path: Path) -> None:
    (korean, _), (english, _) = _documented()
    letter = "subject: {}\npreheader: {}\n---\n\n{}\n"
    write_site(
        tmp_path,
        {
            f"{ARTICLE}/ko.md": korean,
            f"{ARTICLE}/en.md": english,
            "issues/2022-08/ko.md": "---\n"
            + letter.format("이번 달 소식", "이번 호에는 새로운 소식을 담아 보내 드립니다.", "말"),
            "issues/2022-08/en.md": "---\n"
            + letter.format("News of the month", "This issue brings you some news of ours.", "Hi"),
        },
    )

    assert [
        finding.message for finding in proof_issue(Site({}, tmp_path), "2022-08").findings
    ] == []


@pytest.mark.parametrize("issue", ["2022-07", "2022-08"])
def test_the_sample_issues_have_no_mark_that_did_not_take(issue: str) -> None:
    composed = Site({}, CHECKOUT).compose(issue)
    material = Material(
        composed.publication, composed.issue, composed.composition, composed.press.strings, (), None
    )

    assert list(check_markup(material)) == []
