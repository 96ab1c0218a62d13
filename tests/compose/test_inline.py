import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.compose.hosting import Gallery
from newsletter.compose.inline import inline_css
from newsletter.compose.press import LetterContext
from newsletter.issue.reading import read_site_issue
from newsletter.lang import EditionKind
from tests.compose.tags import comments_of, tags_of
from tests.makers import CHECKOUT, make_press

KEPT = re.compile(r'<style data-premailer="ignore">(.*?)</style>', re.DOTALL)
STYLES = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
ADDED = {"style", "data-premailer"}
PLAIN = re.compile(r"<style>.*?</style>", re.DOTALL)


def _source(kind: EditionKind) -> str:
    publication, issue = read_site_issue(CHECKOUT, "2022-08")
    page = LetterContext(publication, issue, kind, "subject", "preheader", Gallery(issue.id))
    return make_press().html(page)


@pytest.mark.parametrize("kind", EditionKind)
def test_inlining_adds_styles_and_changes_nothing_else(kind: EditionKind) -> None:
    source = _source(kind)

    inlined = inline_css(source)

    before = tags_of(PLAIN.sub("", source))
    after = tags_of(inlined)
    assert [tag.name for tag in after] == [tag.name for tag in before]
    for was, tag in zip(before, after, strict=True):
        own = {name: was.attrs[name] for name in was.attrs.keys() - ADDED}
        assert own.items() <= tag.attrs.items()
        assert tag.attrs.keys() - own.keys() <= ADDED
    assert sum("style" in tag.attrs for tag in after) > len(after) / 2


@pytest.mark.parametrize("kind", EditionKind)
def test_conditional_comments_and_kept_styles_stay_byte_for_byte(kind: EditionKind) -> None:
    source = _source(kind)

    inlined = inline_css(source)

    assert comments_of(inlined) == comments_of(source)
    kept = KEPT.findall(source)
    assert len(kept) == 3
    assert STYLES.findall(inlined) == kept


def test_important_stays_in_media_queries_and_leaves_the_elements() -> None:
    page = (
        "<!DOCTYPE html><html><head><style>p { color: #112233 !important; }</style>"
        '<style data-premailer="ignore">@media (max-width: 9px) { p { color: red !important; } }'
        "</style></head><body><p>가😀 &amp; &lt;</p></body></html>"
    )

    inlined = inline_css(page)

    assert '<p style="color:#112233">가😀 &amp; &lt;</p>' in inlined
    assert "p { color: red !important; }" in inlined


def test_several_threads_get_what_one_gets() -> None:
    page = _source(EditionKind.EN)
    expected = inline_css(page)

    with ThreadPoolExecutor(4) as pool:
        inlined = list(pool.map(inline_css, [page] * 8))

    assert set(inlined) == {expected}


@pytest.mark.parametrize(
    ("selector", "tag"),
    [
        (".a", '<p class="a">'),
        (".a", "<p class=a>"),
        (".a", "<P CLASS='x a'>"),
        (".-a_1", '<p class="-a_1">'),
        ("div .a, .never", '<p class="a">'),
        ("p.a", '<p class="a b">'),
        ("div > .a", '<p class="a">'),
        ('[class~="a"]', '<p class="a">'),
    ],
)
def test_a_rule_is_passed_over_only_where_its_class_is_not_in_the_page(
    selector: str, tag: str
) -> None:
    page = (
        "<!DOCTYPE html><html><head><style>.never { color: blue; } "
        f"{selector} {{ color: red; }}</style></head><body><div>{tag}가</p></div></body></html>"
    )

    assert 'style="color:red"' in inline_css(page)
    assert "blue" not in inline_css(page)
