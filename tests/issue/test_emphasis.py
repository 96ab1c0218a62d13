import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsletter.issue.emphasis import allow_emphasis_next_to_hangul

STOCK = MarkdownIt("commonmark")
OURS = MarkdownIt("commonmark")
allow_emphasis_next_to_hangul(OURS)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**한국어(Korean)**은", "<strong>한국어(Korean)</strong>은"),
        ("*한국어(Korean)*은", "<em>한국어(Korean)</em>은"),
        ("이는**(가칭)**이다", "이는<strong>(가칭)</strong>이다"),
        ("그는 **“안녕”**이라고 했다", "그는 <strong>“안녕”</strong>이라고 했다"),
        ("**‘소식’**과 **‘이야기’**를", "<strong>‘소식’</strong>과 <strong>‘이야기’</strong>를"),
        ("**50%**의", "<strong>50%</strong>의"),
        ("**경기도**는", "<strong>경기도</strong>는"),
        ("[**가(A)**는](https://x.org)", '<a href="https://x.org"><strong>가(A)</strong>는</a>'),
        ("**中文（中国）**的", "<strong>中文（中国）</strong>的"),
        ("** 한국 **", "** 한국 **"),
        ("당첨자: 김**, 이**, 박**.", "당첨자: 김**, 이**, 박**."),
        ("김*, 이* (2명)", "김*, 이* (2명)"),
        (
            '말**“인용”**은 말**"인용"**은',
            "말<strong>“인용”</strong>은 말<strong>&quot;인용&quot;</strong>은",
        ),
        ("한국 ** 중국", "한국 ** 중국"),
        ("\\*\\*한국(A)\\*\\*은", "**한국(A)**은"),
        ("`**한국(A)**은`", "<code>**한국(A)**은</code>"),
    ],
)
def test_emphasis_holds_between_a_word_and_its_particle(source: str, html: str) -> None:
    assert OURS.render(source) == f"<p>{html}</p>\n"


def test_the_stock_rule_still_fails_so_that_ours_is_needed() -> None:
    assert "<strong>" not in STOCK.render("**한국어(Korean)**은")


@given(st.text(alphabet=st.sampled_from("ab1 *_`()[].,!?\"'\\<>&;-\n"), max_size=60))
def test_plain_ascii_is_rendered_as_commonmark_says(source: str) -> None:
    assert OURS.render(source) == STOCK.render(source)


@given(st.text(alphabet=st.sampled_from("éß “”‘’…—€ *_a(\n"), max_size=40))
def test_text_without_east_asian_letters_is_rendered_as_commonmark_says(source: str) -> None:
    assert OURS.render(source) == STOCK.render(source)


@given(st.text(alphabet=st.one_of(st.sampled_from("가*_() "), st.characters()), max_size=60))
def test_no_text_makes_rendering_raise(source: str) -> None:
    OURS.render(source)
