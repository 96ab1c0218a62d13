import pytest

from newsletter.compose.hosting import Gallery, host_picture
from newsletter.compose.markdown_html import Frame, render_html
from tests.compose.tags import tags_of
from tests.makers import make_markdown, make_picture, make_png

BASE = "https://e-news.example.org/"


def make_frame() -> Frame:
    return Frame(Gallery("2022-08"), BASE, 560, "ko-1")


def _html(source: str) -> str:
    return render_html(make_markdown(source), make_frame())


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**한국어(Korean)**은", "<p><strong>한국어(Korean)</strong>은</p>"),
        ('가 & <3 "나"', "<p>가 &amp; &lt;3 &quot;나&quot;</p>"),
        (
            '[가](https://x.org/한?a=1&b=2 "나")',
            '<p><a href="https://x.org/%ED%95%9C?a=1&amp;b=2" title="나">가</a></p>',
        ),
        ("3. 가", '<ol start="3">\n<li>가</li>\n</ol>'),
        ('```x" onclick=y\n<b>\n```', None),
    ],
)
def test_markdown_becomes_html_with_everything_escaped(source: str, html: str | None) -> None:
    rendered = _html(source)

    if html is not None:
        assert rendered == html
    assert "<b>" not in rendered
    assert not any(name.startswith("on") for tag in tags_of(rendered) for name in tag.attrs)


def test_a_table_says_which_cells_are_heads() -> None:
    rendered = _html("| 구분 | 수 |\n| --- | --: |\n| 가 | 1 |")

    assert [tag.attrs.get("scope") for tag in tags_of(rendered, "th")] == ["col", "col"]
    assert tags_of(rendered, "td")[1].attrs["style"] == "text-align:right"
    assert tags_of(rendered, "table")[0].attrs["class"] == "data"


def test_a_picture_has_address_alt_and_size() -> None:
    picture = make_picture(make_png(1120, 500), "issues/2022-08/01-x/지도.png")
    hosted = host_picture(picture, "2022-08")
    markdown = make_markdown(
        '![**"지도"** <3](지도.png "캡션 <b>")', {"%EC%A7%80%EB%8F%84.png": picture}
    )

    rendered = render_html(markdown, make_frame())

    (image,) = tags_of(rendered, "img")
    assert image.attrs == {
        "src": BASE + hosted.path,
        "alt": '"지도" <3',
        "width": "560",
        "height": "250",
        "style": "display:block;width:100%;max-width:560px;height:auto",
    }
    assert rendered.startswith('<div class="picture"><img ')
    assert '<p class="caption">캡션 &lt;b&gt;</p>' in rendered


def test_a_picture_is_shown_no_wider_than_its_place_and_noted_for_hosting() -> None:
    picture = make_picture(make_png(1120, 500), "issues/2022-08/01-x/map.png")
    gallery = Gallery("2022-08")
    markdown = make_markdown("![a map of the way](map.png)", {"map.png": picture})

    wide = render_html(markdown, Frame(gallery, BASE, 560))
    narrow = render_html(markdown, Frame(gallery, BASE, 270))

    assert 'width="270" height="121"' in narrow
    assert [hosted.width for hosted in gallery.pictures] == [560, 270]
    assert tags_of(wide, "img")[0].attrs["src"] != tags_of(narrow, "img")[0].attrs["src"]


def test_a_button_alone_in_its_paragraph_is_a_padded_cell() -> None:
    (cell,) = tags_of(_html("[신청하기](https://x.org/a?b=1&c=2){.button}"), "td")

    rendered = _html("[신청하기](https://x.org/a?b=1&c=2){.button}")
    assert cell.attrs == {}
    assert rendered.startswith('<table class="button" role="presentation"')
    assert '<a href="https://x.org/a?b=1&amp;c=2">신청하기</a>' in rendered
    assert "<p>" not in rendered


def test_foreign_words_carry_their_language() -> None:
    assert _html("양측은 [MOU]{lang=en}를 맺었습니다.") == (
        '<p>양측은 <span lang="en">MOU</span>를 맺었습니다.</p>'
    )


def test_footnotes_lead_to_notes_whose_ids_are_the_texts_own() -> None:
    rendered = _html("본문[^1]입니다.\n\n[^1]: 출처 *자료*\n")

    assert '<sup class="mark"><a href="#ko-1-note-1">1</a></sup>' in rendered
    assert '<ol class="notes">\n<li id="ko-1-note-1"><p>출처 <em>자료</em></p>\n</li>' in rendered


def test_rendering_leaves_the_tokens_as_they_were() -> None:
    markdown = make_markdown("| 가 |\n| --- |\n| 나 |")
    before = [token.as_dict() for token in markdown.tokens]

    assert render_html(markdown, make_frame()) == render_html(markdown, make_frame())
    assert [token.as_dict() for token in markdown.tokens] == before
