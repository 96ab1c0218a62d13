"""Korean words beside brackets, quotation marks, dots and dashes stay on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.whole_words import CLOSED, OPENED, keep_whole, keep_words_whole


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>몽골 보건개발센터(HDC)는 기관</p>", "<p>몽골 [보건개발센터(HDC)는] 기관</p>"),
        ("<strong>센터(HDC)</strong>는 기관", "[<strong>센터(HDC)</strong>는] 기관"),
        ("<strong>몽골 센터(HDC)</strong>는", "<strong>몽골 [센터(HDC)]</strong>는"),
        ("e-뉴스 경기도·몽골", "[e-뉴스] [경기도·몽골]"),
        ("화상회의를 열었습니다. (HDC) 2,000km의", "화상회의를 열었습니다. (HDC) 2,000km의"),
        ("아래 ‘구독 확인하기’를 누릅니다", "아래 ‘구독 [확인하기’를] 누릅니다"),
        ("그‘것’ “가” 말", "[그‘것’] “가” 말"),
        ('<img alt="센터(HDC)는"> 말', '<img alt="센터(HDC)는"> 말'),
        ("<a href='x'>센터(HDC)</a>는", "<a href='x'>[센터(HDC)]</a>는"),
        ("긴낱말이이어지는국제보건의료센터(HDC)는", "긴낱말이이어지는국제보건의료센터(HDC)는"),
    ],
)  # fmt: skip
def test_a_word_that_would_tear_is_held_together(html: str, kept: str) -> None:
    assert keep_words_whole(html) == kept.replace("[", OPENED).replace("]", CLOSED)


def test_plain_text_is_escaped_first() -> None:
    assert keep_whole("<b>센터(HDC)는") == f"&lt;b&gt;{OPENED}센터(HDC)는{CLOSED}".replace(
        f"&lt;b&gt;{OPENED}", f"{OPENED}&lt;b&gt;"
    )


@given(st.text(st.sampled_from("가나 ab()·-<strong></em>\n&;"), max_size=60))
def test_nothing_but_spans_is_added(html: str) -> None:
    assert keep_words_whole(html).replace(OPENED, "").replace(CLOSED, "") == html
