"""An edition's HTML as a tree, for the rules that read it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import html
from lxml.html import HtmlElement

PIXELS: Final = re.compile(r"([0-9]{0,9}\.?[0-9]{1,9})px", re.IGNORECASE)
DECLARATION: Final = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of text as the letter shows it without any style sheet."""

    text: str
    colour: str  # "#rrggbb"
    background: str  # "#rrggbb"
    size_px: float
    element: HtmlElement  # that it stands in


@lru_cache(maxsize=8)
def parse_page(source: str) -> HtmlElement:
    """Parse a whole letter."""
    return html.document_fromstring(source)


def style_of(element: HtmlElement) -> Mapping[str, str]:
    """Return the declarations on an element, lower-case property to value."""
    return {name: value.strip() for name, value in DECLARATION.findall(element.get("style") or "")}


def shown_texts(page: HtmlElement) -> Iterator[Shown]:
    """Yield every visible text with the colours and the size it inherits."""
    body = page.find("body")
    if body is not None:
        yield from _walk(body, "#000000", "#ffffff", 16.0)


def _walk(element: HtmlElement, colour: str, background: str, size_px: float) -> Iterator[Shown]:
    if not isinstance(element.tag, str):
        return
    style = style_of(element)
    if style.get("display") == "none":
        return
    colour = _hex(style.get("color")) or colour
    background = _hex(style.get("background-color")) or background
    if size := PIXELS.fullmatch(style.get("font-size", "")):
        size_px = float(size[1])
    if element.text and element.text.strip(" \n\t\xa0"):
        yield Shown(element.text.strip(), colour, background, size_px, element)
    for child in element:
        yield from _walk(child, colour, background, size_px)
        if child.tail and child.tail.strip(" \n\t\xa0"):
            yield Shown(child.tail.strip(), colour, background, size_px, element)


def _hex(value: str | None) -> str | None:
    if value and re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return value.lower()
    if value and re.fullmatch(r"#[0-9a-fA-F]{3}", value):
        return "#" + "".join(mark * 2 for mark in value[1:].lower())
    return None
