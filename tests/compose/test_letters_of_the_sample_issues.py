"""The acceptance checks of a letter, over every edition of the issues in issues/."""

import re
from collections.abc import Callable
from functools import cache

import html5lib
import pytest

from newsletter.compose.composition import Composition
from newsletter.compose.edition import Edition
from newsletter.compose.markdown_text import COLUMNS, columns
from newsletter.compose.slots import TOKEN
from newsletter.issue.reading import issue_ids
from newsletter.lang import EditionKind, Lang
from tests.compose.tags import comments_of, tags_of
from tests.makers import CHECKOUT, PUBLIC_URL, compose_site

LETTERS = [(issue_id, kind) for issue_id in issue_ids(CHECKOUT) for kind in EditionKind]
every_letter = pytest.mark.parametrize(("issue_id", "kind"), LETTERS)
ARTICLE_ID = re.compile(r"(ko|en)-[0-9]+")
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)


@cache
def _composition(issue_id: str) -> Composition:
    return compose_site(CHECKOUT, issue_id)


def _edition(issue_id: str, kind: EditionKind) -> Edition:
    return _composition(issue_id).editions[kind]


@every_letter
def test_the_html_starts_with_exactly_the_doctype(issue_id: str, kind: EditionKind) -> None:
    assert _edition(issue_id, kind).html.startswith("<!DOCTYPE html>\n<html ")


@every_letter
def test_the_html_parses_strictly_without_errors(issue_id: str, kind: EditionKind) -> None:
    html5lib.HTMLParser(strict=True).parse(_edition(issue_id, kind).html)


@every_letter
def test_the_html_is_small_enough_for_gmail(issue_id: str, kind: EditionKind) -> None:
    html = _edition(issue_id, kind).html

    assert len(html.encode()) < 76_000
    assert sum(map(len, STYLE.findall(html))) < 8_000


@every_letter
def test_every_image_has_address_size_and_alt(issue_id: str, kind: EditionKind) -> None:
    images = tags_of(_edition(issue_id, kind).html, "img")

    assert images
    for image in images:
        assert image.attrs["src"].startswith(f"{PUBLIC_URL}/issues/{issue_id}/pictures/")
        assert image.attrs["src"].isascii()
        assert 0 < int(image.attrs["width"]) <= 560
        assert int(image.attrs["height"]) > 0
        assert image.attrs["alt"].strip()


@every_letter
def test_every_link_of_the_html_is_in_the_text(issue_id: str, kind: EditionKind) -> None:
    edition = _edition(issue_id, kind)
    hrefs = {tag.attrs["href"] for tag in tags_of(edition.html, "a")}

    away = {href for href in hrefs if not href.startswith("#")}
    assert {href for href in away if href.startswith("NLSLOT")}
    for href in away:
        bare = href.removeprefix("mailto:")
        if not href.startswith("tel:"):  # the number stands there with its spaces
            assert bare in edition.text


@every_letter
def test_links_are_absolute_or_lead_to_an_id_that_exists(issue_id: str, kind: EditionKind) -> None:
    tags = tags_of(_edition(issue_id, kind).html)
    ids = [tag.attrs["id"] for tag in tags if "id" in tag.attrs]
    hrefs = [tag.attrs["href"] for tag in tags if tag.name == "a"]

    assert len(ids) == len(set(ids))
    for href in hrefs:
        if href.startswith("#"):
            assert href[1:] in ids
        else:
            assert href.startswith(("https://", "mailto:", "tel:", "NLSLOT-"))


@every_letter
def test_conditional_comments_are_balanced(issue_id: str, kind: EditionKind) -> None:
    comments = comments_of(_edition(issue_id, kind).html)

    assert comments
    for comment in comments:
        assert comment.startswith("[if mso]>")
        assert comment.endswith("<![endif]")


@every_letter
def test_nothing_of_a_template_is_left(issue_id: str, kind: EditionKind) -> None:
    edition = _edition(issue_id, kind)

    for content in (edition.html, edition.text, edition.subject, edition.preheader):
        assert not re.search(r"\{\{|\}\}|\{%|\{#|ACCENT|None|Undefined", content)


@every_letter
def test_slots_are_exactly_those_that_a_letter_fills(issue_id: str, kind: EditionKind) -> None:
    edition = _edition(issue_id, kind)

    for content in (edition.html, edition.text):
        greetings = {f"greeting-{lang}" for lang in kind.langs}
        reasons = {f"reason-{lang}" for lang in Lang}
        assert set(TOKEN.findall(content)) == greetings | reasons | {"unsubscribe", "preferences"}


@every_letter
def test_lines_of_the_text_are_at_most_72_columns_but_for_long_words(
    issue_id: str, kind: EditionKind
) -> None:
    for line in TOKEN.sub("", _edition(issue_id, kind).text).split("\n"):
        last_word = line.rpartition(" ")[2]
        assert columns(line) <= COLUMNS or last_word == line or "://" in last_word


@pytest.mark.parametrize("issue_id", issue_ids(CHECKOUT))
def test_the_bilingual_letter_is_korean_whole_then_english_whole(issue_id: str) -> None:
    edition = _edition(issue_id, EditionKind.BILINGUAL)

    ids = [tag.attrs.get("id", "") for tag in tags_of(edition.html)]
    langs = [found[1] for found in map(ARTICLE_ID.fullmatch, ids) if found]
    assert langs == sorted(langs, reverse=True)
    assert langs.count("ko") == langs.count("en") > 0
    assert edition.html.index('href="#en"') < edition.html.index('id="ko"')
    assert edition.text.index("NLSLOT-greeting-ko") < edition.text.index("NLSLOT-greeting-en")


@pytest.mark.parametrize("issue_id", issue_ids(CHECKOUT))
@pytest.mark.parametrize("lang", Lang)
def test_each_language_says_the_same_alone_and_beside_the_other(issue_id: str, lang: Lang) -> None:
    alone = _edition(issue_id, EditionKind(lang.value)).text
    beside = _edition(issue_id, EditionKind.BILINGUAL).text

    missing = set(alone.split("\n")) - set(beside.split("\n"))
    assert all("/issues/" in line for line in missing)  # the address of this edition's web page


@pytest.mark.parametrize("kind", EditionKind)
def test_the_editions_of_august_are_as_they_were(
    kind: EditionKind, same_as_golden: Callable[[str, str], None]
) -> None:
    edition = _edition("2022-08", kind)

    same_as_golden(f"2022-08.{kind}.html", edition.html)
    same_as_golden(f"2022-08.{kind}.txt", edition.text)
