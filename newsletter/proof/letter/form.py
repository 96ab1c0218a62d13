"""Rules about the finished letter: sizes, links, conditionals, contrast, what the law wants in."""

import re
from collections.abc import Iterator
from typing import Final

from newsletter.compose.colours import CONTRAST_AA, contrast
from newsletter.compose.edition import SHEET, Edition
from newsletter.compose.markdown_text import COLUMNS, columns
from newsletter.compose.press import FOLDER
from newsletter.compose.slots import Slot, slot_token
from newsletter.issue.issue import PUBLICATION
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.addresses import shown_address, split_address
from newsletter.proof.letter.origins import Origins
from newsletter.proof.letter.page import Shown, having, parse_page, shown_texts
from newsletter.proof.letter.places import LETTER, TEXT, Place
from newsletter.proof.material import Material

HTML_BYTES_MAX: Final = 76_000  # so that base64 stays under the 104,448 where Gmail clips
STYLE_CHARS_MAX: Final = 8_000  # Gmail drops all style sheets past 16 KB
TEXT_SIZE_MIN: Final = 13  # pixels
STYLE_BLOCK: Final = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
FETCHED: Final = ("https://", "http://", "cid:", "data:")
COLOPHON: Final = FOLDER + "email/parts/colophon.html.j2"
SHEETS: Final = ("email/wide.css", "email/dark.css", "email/outlook.css")  # these stay <style>
PRINTED: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")  # what is no text of a template
WORDS_MIN: Final = 4  # characters of a line that tell where it is from
OPENED: Final = re.compile(r"<!--\[if [^\]]+\]>")
CLOSED: Final = re.compile(r"<!\[endif\]-->")


def size(material: Material) -> Iterator[Finding]:
    """Find letters that Gmail would clip, and style sheets that it would drop."""
    for edition in material.composition.editions.values():
        html_bytes = len(edition.html.encode())
        if html_bytes >= HTML_BYTES_MAX:
            yield _block(
                "size", edition,
                f"the HTML has {html_bytes:,} bytes, and Gmail clips letters of {HTML_BYTES_MAX:,} "
                "and more; shorten an article or link to the rest of it",
                f"issues/{edition.issue}",
            )  # fmt: skip
        style_chars = sum(map(len, STYLE_BLOCK.findall(edition.html)))
        if style_chars >= STYLE_CHARS_MAX:
            yield _block(
                "size", edition,
                f"the style sheets have {style_chars:,} characters, and {STYLE_CHARS_MAX:,} are "
                "the limit; shorten wide.css, dark.css or outlook.css",
                _longest_sheet(material),
            )  # fmt: skip


def links(material: Material) -> Iterator[Finding]:
    """Find links that lead nowhere from an inbox."""
    origins = Origins(material)
    for edition in material.composition.editions.values():
        page = parse_page(edition.html)
        names = {element.get("id") for element in having(page, "id") if element.get("id")}
        for anchor in page.iter("a"):
            href = anchor.get("href") or ""
            fault = _link_fault(href, names)
            if fault:
                words = " ".join(anchor.text_content().split())
                message = f"the link {words!r} {fault}; give it an address"
                yield _block("links", edition, message, *origins.of(edition.kind, anchor))
        for element in having(page, "src", "background"):
            for name in ("src", "background"):
                source = element.get(name)
                if source is not None and not source.startswith(FETCHED):
                    message = (
                        f"the {name} of <{element.tag}> is no whole address ({source!r}), and mail "
                        "programs look for it nowhere; print a picture of the issue with shown(), "
                        "or write https://…"
                    )
                    yield _block("links", edition, message, *origins.of(edition.kind, element))


def conditionals(material: Material) -> Iterator[Finding]:
    """Find Outlook's conditional comments that are not closed."""
    for edition in material.composition.editions.values():
        opened, closed = len(OPENED.findall(edition.html)), len(CLOSED.findall(edition.html))
        if opened != closed:
            yield _block(
                "conditionals", edition,
                f"{opened} conditional comments are opened and {closed} closed; Outlook would "
                "show the letter broken, so mend the template",
                *Origins(material).odd_condition(edition.kind),
            )  # fmt: skip


def legibility(material: Material) -> Iterator[Finding]:
    """Find text that is too small, or too pale on its background (WCAG 2.2, 1.4.3)."""
    origins = Origins(material)
    for edition in material.composition.editions.values():
        seen: set[tuple[str, str, float]] = set()
        for shown in shown_texts(parse_page(edition.html)):
            look = (shown.colour, shown.background, shown.size_px)
            if look in seen:  # one finding for each cause, with the first text that shows it
                continue
            seen.add(look)
            ratio = contrast(shown.colour, shown.background)
            if ratio < CONTRAST_AA:
                yield _block(
                    "legibility", edition,
                    f"{shown.text[:40]!r} is {shown.colour} on {shown.background}, a contrast of "
                    f"{ratio:.1f}; {CONTRAST_AA} are needed, so choose a stronger colour "
                    "(accent in publication.yaml, or the template's own)",
                    *_coloured_in(material, origins.of(edition.kind, shown.element), shown),
                )  # fmt: skip
            if 1 < shown.size_px < TEXT_SIZE_MIN:
                yield _block(
                    "legibility", edition,
                    f"{shown.text[:40]!r} is {shown.size_px:g} pixels high; {TEXT_SIZE_MIN} are "
                    "the least",
                    *_written_in(
                        material,
                        rf"font-size:\s*{re.escape(f'{shown.size_px:g}')}px",
                        origins.of(edition.kind, shown.element),
                    ),
                )  # fmt: skip


def required_parts(material: Material) -> Iterator[Finding]:
    """Find letters that lack what the law wants in them, in both languages (M11)."""
    publication = material.publication
    unsubscribe = slot_token(Slot.UNSUBSCRIBE)
    for edition in material.composition.editions.values():
        whole = _flat(parse_page(edition.html).text_content())
        flat = _flat(edition.text)
        if f'href="{unsubscribe}"' not in edition.html or unsubscribe not in edition.text:
            place = COLOPHON if f'href="{unsubscribe}"' not in edition.html else TEXT
            yield _block("required-parts", edition, "the unsubscribe link is missing", place)
        for lang, strings in material.strings.items():
            wanted = {
                "the word for unsubscribing": strings["unsubscribe"],
                "the sender's name": publication.organisation[lang],
                "the postal address": publication.postal_address[lang],
                "the phone number": publication.phone,
                "the e-mail address": publication.email,
                "the reason why readers get it": slot_token(Slot.REASON, lang),
            }
            for what, words in wanted.items():
                places = [
                    name
                    for name, text in (("HTML", whole), ("text", flat))
                    if _flat(words) not in text
                ]
                if places:
                    yield _block(
                        "required-parts", edition,
                        f"{what} ({lang}) is missing in the {' and '.join(places)}; put it back "
                        "into the template",
                        COLOPHON if "HTML" in places else TEXT,
                    )  # fmt: skip


def _flat(text: str) -> str:
    """Write one blank for any others: a no-break space in an address breaks no law."""
    return " ".join(text.split())


def text_lines(material: Material) -> Iterator[Finding]:
    """Find lines of the text part that are wider than a plain window."""
    for edition in material.composition.editions.values():
        for line in edition.text.split("\n"):
            is_breakable = len(line.split()) > 1 and "://" not in line and "NLSLOT-" not in line
            if columns(line) > COLUMNS + 6 and is_breakable:
                yield Finding(
                    "text-lines", Severity.ADVISES, *_text_written_in(material, line),
                    edition.kind,
                    f"the line {line[:40]!r}… is {columns(line)} columns wide; pass it through "
                    "the filter 'wrap'",
                )  # fmt: skip


def _link_fault(href: str, names: set[str | None]) -> str | None:
    if href.startswith("#"):
        return None if href[1:] in names else f"leads to {href}, which is not in the letter"
    if href.startswith("NLSLOT-"):
        return None
    parts = split_address(href)
    if parts is None:
        return f"is no address at all ({shown_address(href)!r})"
    if parts.scheme in ("mailto", "tel") or (parts.scheme in ("http", "https") and parts.hostname):
        return None
    return f"is not a whole address ({href!r})"


def _coloured_in(material: Material, origin: Place, shown: Shown) -> Place:
    """Name the file that gives a text its colours: the accent's, the sheet's, or its template."""
    colours = (shown.colour, shown.background)
    if material.publication.accent in colours:
        line, _ = material.publication.written.get("accent", (None, ""))
        return PUBLICATION, line
    spelt = [re.escape(one) for colour in colours if colour != "#ffffff" for one in _spelt(colour)]
    return _written_in(material, rf"(?:{'|'.join(spelt)})\b", origin)


def _spelt(colour: str) -> list[str]:
    """Return how a colour may be written: #aabbcc, #abc."""
    short = f"#{colour[1::2]}"
    return [colour, short] if colour == "#" + "".join(mark * 2 for mark in short[1:]) else [colour]


def _written_in(material: Material, regex: str, origin: Place) -> Place:
    """
    Name the place that gives an element its style.

    That is the site's own sheet, whose rules alone are written into elements, unless the line
    of the element's tag in the template says it; else that tag.
    """
    sources = material.look.press.sources if material.look else {}
    own = material.look.own if material.look else frozenset()
    tag = sources.get(origin[0].removeprefix(FOLDER), "").split("\n")
    written = re.compile(regex, re.IGNORECASE)
    if origin[1] and written.search(tag[origin[1] - 1]):
        return origin
    found = written.search(sources[SHEET]) if SHEET in own else None
    return (FOLDER + SHEET, sources[SHEET].count("\n", 0, found.start()) + 1) if found else origin


def _text_written_in(material: Material, line: str) -> Place:
    """Name the site's own template of the text part that holds most of a line as it is."""
    places = [
        (len(words), FOLDER + name, number)
        for name in (material.look.own if material.look else ())
        if name.endswith(".txt.j2") and material.look
        for number, source in enumerate(material.look.press.sources[name].split("\n"), 1)
        for words in map(str.strip, PRINTED.split(source))
        if len(words) >= WORDS_MIN and words in line
    ]
    return max(places)[1:] if places else (TEXT, None)


def _longest_sheet(material: Material) -> str:
    if material.look is None:
        return LETTER
    sources = material.look.press.sources
    return FOLDER + max(SHEETS, key=lambda name: len(sources.get(name, "")))


def _block(
    rule: str, edition: Edition, message: str, place: str = LETTER, line: int | None = None
) -> Finding:
    return Finding(rule, Severity.BLOCKS, place, line, edition.kind, message)
