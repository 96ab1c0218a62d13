"""An edition's HTML as a tree, for the rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree, html
from lxml.html import HtmlElement

PIXELS: Final = re.compile(r"([0-9]{0,9}\.?[0-9]{1,9})px", re.IGNORECASE)
DECLARATION: Final = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")

_Look = tuple[str, str, float]  # colour, background, size in pixels
PLAIN_LOOK: Final[_Look] = ("#000000", "#ffffff", 16.0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of text as the letter shows it without a style sheet."""

    text: str
    colour: str  # "#rrggbb"
    background: str  # "#rrggbb"
    size_px: float
    element: HtmlElement  # element that contains the text


@lru_cache(maxsize=8)
def parse_page(source: str) -> HtmlElement:
    """Parse a whole letter."""
    return html.document_fromstring(source)


def having(page: HtmlElement, *attributes: str) -> Sequence[HtmlElement]:
    """Return the elements that have one of *attributes*, in document order."""
    wanted = " or ".join(f"@{name}" for name in attributes)
    found: list[HtmlElement] = page.xpath(f"descendant-or-self::*[{wanted}]")
    return found


def style_of(element: HtmlElement) -> Mapping[str, str]:
    """Return the style declarations of an element: lower-case property to value."""
    return _declared(element.get("style") or "")


def _declared(style: str) -> Mapping[str, str]:
    return {name: value.strip() for name, value in DECLARATION.findall(style)}


def shown_texts(page: HtmlElement) -> Iterator[Shown]:
    """Yield every visible text with its inherited colours and size."""
    body = page.find("body")
    if body is None:
        return
    looks: list[_Look] = [PLAIN_LOOK]
    walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            look = _look(element.get("style") or "", looks[-1])
            looks.append(look or looks[-1])
            if look is None:
                walk.skip_subtree()
            elif text := _visible(element.text):
                yield Shown(text, *look, element)
            continue
        if event == "end":
            looks.pop()
        if element is not body and (text := _visible(element.tail)):
            yield Shown(text, *looks[-1], element.getparent())


def _visible(text: str | None) -> str:
    return text.strip() if text and text.strip(" \n\t\xa0") else ""


@lru_cache(maxsize=1000)  # a table repeats the same styles in every cell
def _look(style: str, around: _Look) -> _Look | None:
    """Return the look of an element's text inside text that looks *around*; None: not shown."""
    declared = _declared(style)
    if declared.get("display") == "none":
        return None
    size = PIXELS.fullmatch(declared.get("font-size", ""))
    return (
        _hex(declared.get("color")) or around[0],
        _hex(declared.get("background-color")) or around[1],
        float(size[1]) if size else around[2],
    )


def _hex(value: str | None) -> str | None:
    if value and re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return value.lower()
    if value and re.fullmatch(r"#[0-9a-fA-F]{3}", value):
        return "#" + "".join(mark * 2 for mark in value[1:].lower())
    return None
