"""The markup is what it has to be, whatever the letter looks like."""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as PARSE_ERRORS

from tests.checks.specimens import Specimen

OPENING: Final = "<!DOCTYPE html>\n"
HANGUL: Final = re.compile(r"[가-힣]{2,}")
ISLAND: Final = re.compile(r"<xml>.*?</xml>|</?[vow]:[^>]*>", re.DOTALL)  # XML that Word reads
# Every way to open and close a conditional: for Outlook only, and for all others.
MARK: Final = re.compile(r"<!--\[if [^\]]*\]>(?:<!-->)?|(?:<!--)?<!\[endif\]-->")
FOR_WORD: Final = re.compile(r"<!--\[if ((?!!)[^\]]*mso[^\]]*)\]>(.*?)<!\[endif\]-->", re.DOTALL)
FOR_OTHERS: Final = re.compile(r"<!--\[if !mso\]><!-->(.*?)<!--<!\[endif\]-->", re.DOTALL)
WRAPPER: Final = {"aria-roledescription": "email", "dir": "ltr"}  # beside a label and a lang
METAS: Final = {
    "viewport",
    "x-apple-disable-message-reformatting",
    "format-detection",
    "color-scheme",
    "supported-color-schemes",
}
# Sectioning tags are stripped by Gmail and Outlook, with whatever style they carry.
SECTIONING: Final = {
    *("article", "aside", "figcaption", "figure", "footer", "header", "main", "nav", "section"),
    *("script", "form", "input", "iframe", "object", "video", "audio", "picture", "source"),
}


def reveal_for_word(html: str) -> str:
    """Return the letter as Outlook for Windows reads it; its own tags marked ``data-mso``."""

    def marked(found: re.Match[str]) -> str:
        return re.sub(r"<(table|td)\b", r"<\1 data-mso", found[2])

    return ISLAND.sub("", FOR_WORD.sub(marked, FOR_OTHERS.sub("", html)))


def parse(html: str) -> Element:
    """Parse *html* as browsers do."""
    tree: Element = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return tree


def elements(tree: Element) -> Iterator[Element]:
    """Yield every element, in document order, without comments."""
    tags: Iterator[object] = tree.iter()  # html5lib puts comments in, which have no name
    return (one for one in tags if isinstance(one, Element) and isinstance(one.tag, str))


def words_of(element: Element) -> str:
    """Return an element's text in one line."""
    return " ".join("".join(element.itertext()).split())


def check_parses(letter: Specimen) -> list[str]:
    """The letter has no parse error, neither for Outlook on Windows nor for all others."""
    complaints = []
    for reader, html in (("all", letter.html), ("Word", reveal_for_word(letter.html))):
        parser = html5lib.HTMLParser()
        parser.parse(html)
        complaints += [
            f"for {reader}, line {place[0]}: {PARSE_ERRORS[code] % values}"
            for place, code, values in parser.errors
        ]
    return complaints


def check_conditionals(letter: Specimen) -> list[str]:
    """Every conditional comment that opens closes in its own way, before another opens."""
    marks, complaints = MARK.findall(letter.html), []
    expected = ""
    for mark in marks:
        closes = mark.endswith("<![endif]-->")
        if closes != bool(expected) or (closes and mark != expected):
            complaints.append(f"{mark} where {expected or 'an opening'} belongs")
        shown = mark.endswith("><!-->")
        expected = "" if closes else "<!--<![endif]-->" if shown else "<![endif]-->"
    if expected:
        complaints.append(f"{expected} is missing at the end")
    if letter.html.count("[endif]") != len(marks) / 2:
        complaints.append("an [endif] stands alone")
    return complaints


def check_skeleton(letter: Specimen) -> list[str]:
    """Doctype, root, metas, title and the wrapper are all there; no tag that is stripped."""
    tree = parse(letter.html)
    complaints = [] if letter.html.startswith(OPENING) else [f"does not start with {OPENING!r}"]
    complaints += [f"<html> has no {name}" for name in ("lang", "dir") if not tree.get(name)]
    complaints += [
        f"<html> has no {name}" for name in ("xmlns:v", "xmlns:o") if f"{name}=" not in letter.html
    ]
    metas = {meta.get("name") for meta in tree.iter("meta")}
    complaints += [f"there is no meta {name}" for name in sorted(METAS - metas)]
    if not any(meta.get("charset", "").lower() == "utf-8" for meta in tree.iter("meta")):
        complaints.append("there is no meta charset")
    if not any(words_of(title) for title in tree.iter("title")):
        complaints.append("there is no title")
    if "<o:PixelsPerInch>96</o:PixelsPerInch>" not in letter.html:
        complaints.append("Outlook is not told PixelsPerInch 96")
    wrappers = [div for div in tree.iter("div") if div.get("role") == "article"]
    if len(wrappers) != 1:
        complaints.append(f"there are {len(wrappers)} wrappers with role=article, not one")
    for wrapper in wrappers:
        told = all(wrapper.get(name) == value for name, value in WRAPPER.items())
        if not told or not wrapper.get("aria-label") or not wrapper.get("lang"):
            complaints.append("the wrapper lacks aria-roledescription, aria-label, lang or dir")
    stripped = {str(e.tag) for e in elements(tree)} & SECTIONING
    return complaints + [f"<{tag}> is stripped by mail clients" for tag in sorted(stripped)]


def check_tables(letter: Specimen) -> list[str]:
    """A table is either for layout, and says so, or holds facts, with heads that say of what."""
    complaints = []
    for table in parse(reveal_for_word(letter.html)).iter("table"):
        heads = [head for head in table.iter("th") if head.get("scope") in ("row", "col")]
        if (table.get("role") == "presentation") == bool(_own_heads(table, heads)):
            complaints.append(
                f"table {table.get('class', '')!r} of {words_of(table)[:40]!r} needs either "
                'role="presentation" or <th scope>'
            )
    complaints += [
        f"<th> {words_of(head)!r} has no scope"
        for head in parse(letter.html).iter("th")
        if head.get("scope") not in ("row", "col")
    ]
    return complaints


def check_headings(letter: Specimen) -> list[str]:
    """Headings begin at h1 and never skip a level on the way down."""
    complaints, level = [], 0
    for element in elements(parse(letter.html)):
        if re.fullmatch("h[1-6]", str(element.tag)):
            now = int(str(element.tag)[1])
            if now > level + 1:
                complaints.append(f"<h{now}> {words_of(element)!r} comes after h{level}")
            level = now
    return complaints if level else ["there is no heading"]


def check_images(letter: Specimen) -> list[str]:
    """Every image has an alt attribute, and its size as attributes, which Outlook obeys."""
    complaints = []
    for image in parse(reveal_for_word(letter.html)).iter("img"):
        name = f"image {image.get('src', '')[-40:]!r}"
        if image.get("alt") is None:
            complaints.append(f"{name} has no alt")
        if not image.get("alt") and image.get("role") != "presentation":
            complaints.append(f"{name} has an empty alt, and no role that says it is decoration")
        complaints += [
            f"{name} has no {side} in pixels"
            for side in ("width", "height")
            if not image.get(side, "").isdecimal()
        ]
    return complaints


def check_languages(letter: Specimen) -> list[str]:
    """Korean words stand in what is marked as Korean, and what is Korean holds some."""
    body = parse(letter.html.replace(letter.reader, "")).find("body")
    assert body is not None
    return list(_misnamed(body, "")) + [
        f"lang={element.get('lang')!r} on {words_of(element)[:30]!r} is misplaced"
        for element in elements(body)
        if element.get("lang") == "ko" and not HANGUL.search(words_of(element))
    ]


def _misnamed(element: Element, lang: str) -> Iterator[str]:
    """Yield what Hangul stands in another language; a hidden preheader may mix them."""
    lang = element.get("lang", lang)
    if element.get("aria-hidden") == "true" or not isinstance(element.tag, str):
        return
    for words in [element.text or "", *((child.tail or "") for child in element)]:
        if lang != "ko" and HANGUL.search(words):
            yield f"{words.strip()[:30]!r} stands in lang={lang!r}"
    for child in element:
        yield from _misnamed(child, lang)


def _own_heads(table: Element, heads: list[Element]) -> list[Element]:
    """Leave out the heads that belong to a table within *table*."""
    inner = {id(e) for child in table.iter("table") if child is not table for e in child.iter()}
    return [head for head in heads if id(head) not in inner]
