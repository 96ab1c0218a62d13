"""Inlining changes nothing: neither what a browser draws, nor a byte of what it left alone."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Final

import css_inline

from tests.checks.browsing import Window
from tests.checks.specimens import STYLE_BLOCK, Specimen, without_styles

CONDITIONAL: Final = re.compile(
    r"<!--\[if.*?<!\[endif\]-->|<!--\[if[^>]*><!-->|<!--<!\[endif\]-->", re.DOTALL
)
KEPT: Final = re.compile(r"<style\b[^>]*data-premailer=\"ignore\"[^>]*>(.*?)</style>\s*", re.DOTALL)
INLINED: Final = re.compile(r"<style\b(?![^>]*data-premailer)[^>]*>.*?</style>\s*", re.DOTALL)
STYLE_CONTENT: Final = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
OWN: Final = {"style", "data-premailer"}  # the attributes that inlining is there to change
FIRST: Final = 5  # differences named for each view; the rest would be noise
FOUR_SIDES: Final = ("top", "right", "bottom", "left")
PROPERTIES: Final = [
    *("display", "position", "float", "clear", "visibility", "opacity", "overflow-x"),
    *("overflow-y", "box-sizing", "width", "height", "min-width", "min-height", "max-width"),
    *("max-height", "border-collapse", "border-spacing", "border-top-left-radius"),
    *(f"margin-{side}" for side in FOUR_SIDES),
    *(f"padding-{side}" for side in FOUR_SIDES),
    *(f"border-{side}-{what}" for side in FOUR_SIDES for what in ("width", "style", "color")),
    *("color", "background-color", "background-image", "background-size"),
    *("font-family", "font-size", "font-weight", "font-style", "font-variant-numeric"),
    *("line-height", "letter-spacing", "word-spacing", "text-align", "text-decoration-line"),
    *("text-decoration-color", "text-indent", "text-transform", "vertical-align"),
    *("white-space", "word-break", "overflow-wrap", "list-style-type", "list-style-position"),
    *("table-layout", "caption-side", "direction"),
]
COMPUTED: Final = """properties => {
  const near = value => Math.round(value * 10) / 10;
  return JSON.stringify([...document.querySelectorAll('body, body *')].map(e => {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    return [e.tagName.toLowerCase() + (e.className ? '.' + e.className : ''),
      [box.x, box.y, box.width, box.height].map(near).join(' '),
      ...properties.map(name => style.getPropertyValue(name))];
  }));
}"""


def check_cascade(window: Window, letter: Specimen) -> list[str]:
    """The inlined letter is drawn as its source is, and as another inliner inlines it."""
    bare_source, bare = KEPT.sub("", letter.page), without_styles(letter.html)
    other = css_inline.CSSInliner(load_remote_stylesheets=False).inline(bare_source)
    was = {dark: _computed(window, letter.page, dark=dark) for dark in (False, True)}
    now = {dark: _computed(window, letter.html, dark=dark) for dark in (False, True)}
    plain = _computed(window, bare)
    compared = (
        ("", was[False], now[False]),
        (" in the dark", was[True], now[True]),
        (" without kept styles", _computed(window, bare_source), plain),
        (" by css-inline", _computed(window, other), plain),
    )
    return [
        f"at {width} px{words}: {fault}"
        for words, before, after in compared
        for width in before
        for fault in _differences(before[width], after[width])
    ]


def check_left_alone(letter: Specimen) -> list[str]:
    """Conditional comments, kept styles, words and all attributes but style are as before."""
    source, inlined = letter.page, letter.html
    kept = KEPT.findall(source)
    was, now = _Reading(INLINED.sub("", source)), _Reading(inlined)
    compared = (
        ("conditional comment", CONDITIONAL.findall(source), CONDITIONAL.findall(inlined)),
        ("kept style block", kept, STYLE_CONTENT.findall(inlined)),
        ("tag", was.tags, now.tags),
        ("text", was.words, now.words),
    )
    return [fault for what, one, other in compared for fault in _unequal(what, one, other)]


def _computed(window: Window, html: str, *, dark: bool = False) -> dict[int, list[list[str]]]:
    """Return name, box and properties of every element, by the window's width."""
    window.show(html, 1280, dark=dark)
    wide = json.loads(window.ask(COMPUTED, PROPERTIES))
    window.resize(375)
    return {1280: wide, 375: json.loads(window.ask(COMPUTED, PROPERTIES))}


def _differences(was: list[list[str]], now: list[list[str]]) -> list[str]:
    if [row[0] for row in was] != [row[0] for row in now]:
        return ["the elements are not the same"]
    names = ["box", *PROPERTIES]
    found = [
        f"{one[0]}: {name} was {before!r}, is {after!r}"
        for one, other in zip(was, now, strict=True)
        if one != other
        for name, before, after in zip(names, one[1:], other[1:], strict=True)
        if before != after
    ]
    return found[:FIRST]


def _unequal(what: str, one: list[str], other: list[str]) -> Iterator[str]:
    differing = [
        f"{what} was {before!r}, is {after!r}"
        for before, after in zip_longest(one, other)
        if before != after
    ]
    yield from differing[:1]


class _Reading(HTMLParser):
    """The tags with their attributes, and the words, of a letter."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = [html.partition("\n")[0]]  # the doctype, as it is spelt
        self.words: list[str] = []
        self.feed(STYLE_BLOCK.sub("", html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = [f"{name}={value!r}" for name, value in attrs if name not in OWN]
        self.tags.append(" ".join([tag, *kept]))

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())
