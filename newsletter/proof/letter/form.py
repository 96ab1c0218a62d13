"""Rules about the finished letter: sizes, links, conditionals, contrast, parts required by law."""

import re
from collections.abc import Iterator
from typing import Final

from newsletter.compose.colours import CONTRAST_AA, contrast
from newsletter.compose.edition import SHEET, Edition
from newsletter.compose.markdown_text import COLUMNS, columns
from newsletter.compose.press import FOLDER
from newsletter.compose.slots import Slot, slot_token
from newsletter.issue.issue import PUBLICATION
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.addresses import shown_address, split_address
from newsletter.proof.letter.origins import Origins
from newsletter.proof.letter.page import Shown, having, parse_page, shown_texts
from newsletter.proof.letter.places import LETTER, TEXT, Place
from newsletter.proof.material import Material

HTML_BYTES_MAX: Final = 76_000  # base64 then stays below 104,448 bytes, where Gmail clips
STYLE_CHARS_MAX: Final = 8_000  # Gmail drops all style sheets after 16 KB
TEXT_SIZE_MIN: Final = 13  # pixels
STYLE_BLOCK: Final = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
FETCHED: Final = ("https://", "http://", "cid:", "data:")
COLOPHON: Final = FOLDER + "email/parts/colophon.html.j2"
SHEETS: Final = ("email/wide.css", "email/dark.css", "email/outlook.css")  # these stay <style>
PRINTED: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")  # template code, not template text
WORDS_MIN: Final = 4  # characters that identify a template line
OPENED: Final = re.compile(r"<!--\[if [^\]]+\]>")
CLOSED: Final = re.compile(r"<!\[endif\]-->")
IN_HTML: Final = phrase("proof.in-html")
IN_TEXT: Final = phrase("proof.in-text")


def size(material: Material) -> Iterator[Finding]:
    """Find letters that Gmail would clip, and style sheets that Gmail would drop."""
    for edition in material.composition.editions.values():
        html_bytes = len(edition.html.encode())
        if html_bytes >= HTML_BYTES_MAX:
            yield _block(
                "size", edition,
                phrase("proof.html-too-large", size=html_bytes, most=HTML_BYTES_MAX),
                f"issues/{edition.issue}",
            )  # fmt: skip
        style_chars = sum(map(len, STYLE_BLOCK.findall(edition.html)))
        if style_chars >= STYLE_CHARS_MAX:
            yield _block(
                "size", edition,
                phrase("proof.styles-too-large", size=style_chars, most=STYLE_CHARS_MAX),
                _longest_sheet(material),
            )  # fmt: skip


def links(material: Material) -> Iterator[Finding]:
    """Find links that do not work from an inbox."""
    origins = Origins(material)
    for edition in material.composition.editions.values():
        page = parse_page(edition.html)
        names = {element.get("id") for element in having(page, "id") if element.get("id")}
        for anchor in page.iter("a"):
            href = anchor.get("href") or ""
            fault = _link_fault(href, names)
            if fault:
                words = " ".join(anchor.text_content().split())
                message = phrase("proof.link-leads-nowhere", words=words, fault=fault)
                yield _block("links", edition, message, *origins.of(edition.kind, anchor))
        for element in having(page, "src", "background"):
            for name in ("src", "background"):
                source = element.get(name)
                if source is not None and not source.startswith(FETCHED):
                    tag = element.tag
                    message = phrase(
                        "proof.source-not-whole", attribute=name, tag=tag, source=source
                    )
                    yield _block("links", edition, message, *origins.of(edition.kind, element))


def conditionals(material: Material) -> Iterator[Finding]:
    """Find Outlook's conditional comments that are not closed."""
    for edition in material.composition.editions.values():
        opened, closed = len(OPENED.findall(edition.html)), len(CLOSED.findall(edition.html))
        if opened != closed:
            yield _block(
                "conditionals", edition,
                phrase("proof.conditions-open", opened=opened, closed=closed),
                *Origins(material).odd_condition(edition.kind),
            )  # fmt: skip


def legibility(material: Material) -> Iterator[Finding]:
    """Find text that is too small, or has too little contrast (WCAG 2.2, 1.4.3)."""
    origins = Origins(material)
    for edition in material.composition.editions.values():
        seen: set[tuple[str, str, float]] = set()
        for shown in shown_texts(parse_page(edition.html)):
            look = (shown.colour, shown.background, shown.size_px)
            if look in seen:  # one finding per cause, with the first text that shows it
                continue
            seen.add(look)
            ratio = contrast(shown.colour, shown.background)
            if ratio < CONTRAST_AA:
                yield _block(
                    "legibility", edition,
                    phrase(
                        "proof.contrast-too-low",
                        words=shown.text[:40],
                        colour=shown.colour,
                        background=shown.background,
                        ratio=ratio,
                        least=CONTRAST_AA,
                    ),
                    *_coloured_in(material, origins.of(edition.kind, shown.element), shown),
                )  # fmt: skip
            if 1 < shown.size_px < TEXT_SIZE_MIN:
                yield _block(
                    "legibility", edition,
                    phrase(
                        "proof.text-too-small",
                        words=shown.text[:40],
                        size=shown.size_px,
                        least=TEXT_SIZE_MIN,
                    ),
                    *_written_in(
                        material,
                        rf"font-size:\s*{re.escape(f'{shown.size_px:g}')}px",
                        origins.of(edition.kind, shown.element),
                    ),
                )  # fmt: skip


def required_parts(material: Material) -> Iterator[Finding]:
    """Find letters that lack a part required by law, in both languages (M11)."""
    publication = material.publication
    unsubscribe = slot_token(Slot.UNSUBSCRIBE)
    for edition in material.composition.editions.values():
        parts = {
            IN_HTML: _flat(parse_page(edition.html).text_content()),
            IN_TEXT: _flat(edition.text),
        }
        if f'href="{unsubscribe}"' not in edition.html or unsubscribe not in edition.text:
            place = COLOPHON if f'href="{unsubscribe}"' not in edition.html else TEXT
            yield _block("required-parts", edition, phrase("proof.unsubscribe-missing"), place)
        for lang, strings in material.strings.items():
            wanted = {
                phrase("proof.part-unsubscribe"): strings["unsubscribe"],
                phrase("proof.part-sender"): publication.organisation[lang],
                phrase("proof.part-address"): publication.postal_address[lang],
                phrase("proof.part-phone"): publication.phone,
                phrase("proof.part-email"): publication.email,
                phrase("proof.part-reason"): slot_token(Slot.REASON, lang),
            }
            for what, words in wanted.items():
                places = [part for part, text in parts.items() if _flat(words) not in text]
                if places:
                    yield _block(
                        "required-parts", edition,
                        phrase("proof.part-missing", part=what, language=lang, places=places),
                        COLOPHON if IN_HTML in places else TEXT,
                    )  # fmt: skip


def _flat(text: str) -> str:
    """Replace any white space by one space: a no-break space in an address is allowed."""
    return " ".join(text.split())


def text_lines(material: Material) -> Iterator[Finding]:
    """Find lines of the text part that are wider than a plain-text window."""
    for edition in material.composition.editions.values():
        for line in edition.text.split("\n"):
            is_breakable = len(line.split()) > 1 and "://" not in line and "NLSLOT-" not in line
            if columns(line) > COLUMNS + 6 and is_breakable:
                yield Finding(
                    "text-lines", Severity.ADVISES, *_text_written_in(material, line),
                    edition.kind,
                    phrase("proof.line-too-wide", words=line[:40], columns=columns(line)),
                )  # fmt: skip


def _link_fault(href: str, names: set[str | None]) -> Phrase | None:
    if href.startswith("#"):
        is_there = href[1:] in names
        return None if is_there else phrase("proof.link-not-in-letter", address=href)
    if href.startswith("NLSLOT-"):
        return None
    parts = split_address(href)
    if parts is None:
        return phrase("proof.link-no-address", address=shown_address(href))
    if parts.scheme in ("mailto", "tel") or (parts.scheme in ("http", "https") and parts.hostname):
        return None
    return phrase("proof.link-not-whole", address=href)


def _coloured_in(material: Material, origin: Place, shown: Shown) -> Place:
    """Return the file that sets a text's colours: the accent, the sheet, or the template."""
    colours = (shown.colour, shown.background)
    if material.publication.accent in colours:
        line, _ = material.publication.written.get("accent", (None, ""))
        return PUBLICATION, line
    spelt = [re.escape(one) for colour in colours if colour != "#ffffff" for one in _spelt(colour)]
    return _written_in(material, rf"(?:{'|'.join(spelt)})\b", origin)


def _spelt(colour: str) -> list[str]:
    """Return the spellings of a colour: #aabbcc, #abc."""
    short = f"#{colour[1::2]}"
    return [colour, short] if colour == "#" + "".join(mark * 2 for mark in short[1:]) else [colour]


def _written_in(material: Material, regex: str, origin: Place) -> Place:
    """
    Return the place that sets an element's style.

    If the line of the element's tag in the template sets the style, that line is the place.
    Otherwise the place is the site's own sheet: only its rules are inlined into elements.
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
    """Return the site's own template of the text part that contains most of a line."""
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
    rule: str, edition: Edition, message: Phrase, place: str = LETTER, line: int | None = None
) -> Finding:
    return Finding(rule, Severity.BLOCKS, place, line, edition.kind, message)
