from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.markdown_text import COLUMNS, columns, render_text, wrap
from newsletter.errors import ContentError
from tests.makers import make_markdown, make_picture

LONG = "경기도와 몽골 보건개발센터는 화상회의를 열어 보건의료 분야의 협력을 논의했습니다. " * 3


def _text(source: str) -> str:
    return render_text(make_markdown(source), "그림")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("가\n나", "가 나"),
        ("가  \n나", "가\n나"),
        ("가\\\n나", "가\n나"),
        ("### 제목\n\n가", "제목\n\n가"),
        ("**가** *나* `다`", "가 나 다"),
        ("- 가\n- 나", "- 가\n- 나"),
        ("- 가\n  - 나\n    - 다\n- 라", "- 가\n  - 나\n    - 다\n- 라"),
        ("3. 가\n4. 나", "3. 가\n4. 나"),
        ("9. 가\n   - 다\n10. 나", "9. 가\n   - 다\n10. 나"),
        ("- 가\n\n  나\n- 다", "- 가\n\n  나\n- 다"),
        ("-\n- 가", "-\n- 가"),
        ("> 가\n>\n> 나\n> > 다", "> 가\n>\n> 나\n>\n> > 다"),
        ("    코드\n      줄", "    코드\n      줄"),
        ("```\n코드\n```", "    코드"),
        ("가\n\n---\n\n나", "가\n\n* * *\n\n나"),
        ("| 구분 | 경기도 |\n| --- | --- |\n| 협력 | 교류 |", "구분 | 경기도\n협력 | 교류"),
        ("[경기도](https://www.gg.go.kr/)", "경기도 (https://www.gg.go.kr/)"),
        ("<https://www.gg.go.kr/>", "https://www.gg.go.kr/"),
        ("<https://x.org/한>", "https://x.org/%ED%95%9C"),
        ("<desk@example.org>", "desk@example.org"),
        ("[desk](mailto:desk@example.org)", "desk (mailto:desk@example.org)"),
        ("[031](tel:031)", "031"),
        ("[**굵게** 쓴](https://x.org)", "굵게 쓴 (https://x.org)"),
        ("&amp; \\* &lt;b&gt;", "& * <b>"),
        ("", ""),
    ],
)
def test_every_block_and_word_has_its_plain_form(source: str, text: str) -> None:
    assert _text(source) == text


def test_a_picture_is_told_by_its_alt_text() -> None:
    markdown = make_markdown("![**지도** 하나](map.png)", {"map.png": make_picture()})

    assert render_text(markdown, "그림") == "[그림: 지도 하나]"


@pytest.mark.parametrize(
    "source",
    [
        LONG,
        f"- {LONG}",
        f"- 가\n  - 나\n    - {LONG}",
        f"> {LONG}",
        f"> - > {LONG}",
        f"10. {LONG}\n\n    {LONG}",
        f"| 가 | 나 |\n| - | - |\n| {LONG} | {LONG} |",
    ],
)
def test_lines_are_at_most_72_columns_wide(source: str) -> None:
    lines = _text(source).split("\n")

    assert max(map(columns, lines)) <= COLUMNS
    assert len(lines) >= 3


def test_a_word_longer_than_a_line_is_not_cut() -> None:
    url = "https://www.example.org/" + "x" * 90

    assert _text(f"가 [나]({url}) 다") == f"가 나\n({url})\n다"


def test_a_no_break_space_keeps_its_words_together() -> None:
    lines = wrap("가" * 34 + " 10\u00a0km").split("\n")

    assert lines == ["가" * 34, "10\u00a0km"]


def test_a_hangul_syllable_takes_two_columns_and_an_accent_none() -> None:
    assert [columns(text) for text in ("가a", "é", "e\u0301", "“", "（")] == [3, 1, 1, 1, 2]


@given(st.text(alphabet=st.sampled_from("가a b\n-"), max_size=200), st.integers(24, 72))
def test_wrapping_keeps_every_word_in_its_order(text: str, width: int) -> None:
    wrapped = wrap(text, width=width)

    assert wrapped.split() == text.split()
    assert all(columns(li) <= width or " " not in li for li in wrapped.split("\n"))


@given(st.text(alphabet=st.sampled_from("가b* _`[]()>#\n|-1."), max_size=80))
def test_every_parsed_text_can_be_written_plainly(source: str) -> None:
    with suppress(ContentError):  # the others are refused on reading
        render_text(make_markdown(source), "그림")


def test_footnotes_are_numbered_and_stand_at_the_end() -> None:
    assert _text("본문[^a]입니다.\n\n[^a]: 출처\n") == "본문[1]입니다.\n\n[1] 출처"


def test_a_button_is_a_link_with_its_address() -> None:
    assert _text("[신청](https://x.org/){.button}") == "신청 (https://x.org/)"


def test_foreign_words_are_plain_words() -> None:
    assert _text("[MOU]{lang=en}를") == "MOU를"
