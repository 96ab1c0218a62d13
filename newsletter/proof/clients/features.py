"""The HTML and CSS features of a letter, by their names in Can I email."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import tinycss2
from lxml.html import HtmlElement

from newsletter.proof.clients.allowances import KNOWN_EVERYWHERE, WORD
from newsletter.proof.letter.page import parse_page

Support = Mapping[str, Mapping[str, str]]  # feature -> client -> y, a (partly), n, u (unknown)
FOR_WORD: Final = re.compile(r"<!--\[if ((?!!)[^\]]*mso[^\]]*)\]>(.*?)<!\[endif\]-->", re.DOTALL)
FOR_OTHERS: Final = re.compile(r"<!--\[if !mso\]><!-->(.*?)<!--<!\[endif\]-->", re.DOTALL)
ELEMENTS: Final = {
    **{f"h{level}": "html-h1-h6" for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "li", "dl", "dt", "dd"), "html-lists"),
    **dict.fromkeys(
        ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "col", "colgroup"),
        "html-table",
    ),
    **dict.fromkeys(("strong", "b", "em", "i"), "html-strong"),
    **dict.fromkeys(("del", "s"), "html-del"),
}
ATTRIBUTES: Final = {"loading": "html-loading-attribute", "usemap": "html-image-maps"}
ENDING: Final = re.compile(r"(?:^|[^/]/)[^/?#:@]*\.([A-Za-z0-9]{1,5})(?=[?#]|$)")  # of a file name
ENDINGS: Final = {"jpeg": "jpg", "tif": "tiff", "heic": "heif"}
# Beginnings of the names of properties that Can I email treats as one.
FAMILIES: Final = ("margin", "padding", "border", "list-style", "text-decoration")
OTHERS: Final = {
    **dict.fromkeys(("left", "right", "top", "bottom"), "css-left-right-top-bottom"),
    **dict.fromkeys(("columns", "column-width"), "css-column-count"),
    "grid": "css-display-grid",
    "flex": "css-display-flex",
}
UNITS: Final = {"%": "percent"}
COMBINATORS: Final = {">": "child", "+": "adjacent-sibling", "~": "general-sibling"}
MEDIA: Final = ("hover", "orientation", "prefers-color-scheme", "prefers-reduced-motion")
KEYWORDS: Final = ("initial", "inherit", "unset", "revert")
CSS_WIDE: Final = "css-unit-initial"
ALWAYS: Final = frozenset(("html-doctype", "html-comments"))
SEMANTIC: Final = {
    *("article", "aside", "details", "figcaption", "figure", "footer", "header"),
    *("main", "mark", "nav", "section", "summary", "time"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Can I email's data on a letter."""

    refused: frozenset[tuple[str, str]]  # every (feature, client) that the data marks with n
    unasked: frozenset[str]  # used by the letter, but not listed


def look_up(html: str, support: Support) -> Answers:
    """Look up all features of a letter; features in comments for Word, for Word only."""
    used = {*ALWAYS, *uses(html, support)}
    only_word = "".join(found[2] for found in FOR_WORD.finditer(html))
    in_word = set(uses(only_word, support)) if only_word.strip() else set()
    known = set(support)
    asked = [(feature, client) for feature in used & known for client in support[feature]]
    asked += [(feature, WORD) for feature in in_word & known]
    refused = [pair for pair in asked if support[pair[0]].get(pair[1]) == "n"]
    return Answers(frozenset(refused), frozenset(used - known - ALWAYS))


def uses(html: str, support: Support) -> Iterator[str]:
    """Yield the features of *html*; a feature without its own entry is yielded by its name."""
    styles: set[str] = set()  # an inlined letter repeats each style many times
    seen: set[tuple[object, ...]] = set()
    for element in parse_page(FOR_OTHERS.sub(r"\1", FOR_WORD.sub("", html))).iter():
        if not isinstance(element.tag, str):
            continue
        if (tag := (element.tag, *element.items())) in seen and element.tag != "style":
            continue
        seen.add(tag)
        yield from _uses_of_element(element, support)
        styles.add(element.get("style") or "")
        if element.tag == "style":
            yield from _uses_of_sheet(element.text or "", support)
    for style in sorted(styles):
        yield from _uses_of_declarations(_parsed_style(style), support)


def _uses_of_element(element: HtmlElement, support: Support) -> Iterator[str]:
    tag = str(element.tag)
    named = ELEMENTS.get(tag, f"html-{tag}")
    if named in support:
        yield named
    elif tag in SEMANTIC:
        yield "html-semantics"
    elif tag not in KNOWN_EVERYWHERE:
        yield f"<{tag}>"
    if tag == "meta" and element.get("name") == "color-scheme":
        yield "html-meta-color-scheme"
    for name, value in element.items():
        feature = ATTRIBUTES.get(name, f"html-{name}")
        if feature in support and name != "style":
            yield feature
        if name in ("src", "background"):
            yield from _image_form(value)
        if name == "href":
            yield from (["html-anchor-links"] if value.startswith("#") else [])
            yield from (["html-mailto-links"] if value.startswith("mailto:") else [])


def _image_form(address: str) -> Iterator[str]:
    if address.startswith("data:"):
        yield "image-base64"
    elif found := ENDING.search(address):
        ending = found[1].lower()
        yield f"image-{ENDINGS.get(ending, ending)}"


def _uses_of_sheet(css: str, support: Support) -> Iterator[str]:
    if "/*" in css:
        yield "css-comments"
    yield from _uses_of_rules(_parsed_sheet(css), support)


def _uses_of_rules(rules: Iterable[Any], support: Support) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            yield from _uses_of_selectors(rule.prelude)
            yield from _uses_of_declarations(_parsed_block(rule.content), support)
        elif rule.type == "at-rule":
            yield f"css-at-{rule.at_keyword.lower()}"
            yield from _uses_of_media(tinycss2.serialize(rule.prelude).lower())
            yield from _uses_of_rules(
                tinycss2.parse_rule_list(
                    rule.content or (), skip_comments=True, skip_whitespace=True
                ),
                support,
            )


def _uses_of_media(query: str) -> Iterator[str]:
    for name in re.findall(r"\(\s*([a-z-]+)", query):
        if name in MEDIA:
            yield f"css-at-media-{name}"
    if "device-pixel-ratio" in query:
        yield "css-at-media-device-pixel-ratio"


def _uses_of_declarations(declarations: Iterable[Any], support: Support) -> Iterator[str]:
    for found in declarations:
        if found.type == "declaration":
            yield from _uses_of_property(found.lower_name, support)
            yield from _uses_of_value(found.lower_name, found.value, support)
            if found.important:
                yield "css-important"
        elif found.type in ("qualified-rule", "at-rule"):
            yield "css-nesting"


# The editions of an issue share their style sheet and most of their elements' styles.
@lru_cache(maxsize=8)
def _parsed_sheet(css: str) -> Sequence[Any]:
    return tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)


@lru_cache(maxsize=1000)
def _parsed_style(css: str) -> Sequence[Any]:
    return _parsed_block(css)


def _parsed_block(css: str | Sequence[Any]) -> Sequence[Any]:
    return tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)


def _uses_of_property(name: str, support: Support) -> Iterator[str]:
    if name.startswith("--"):
        yield "css-variables"
        return
    families = [f"css-{family}" for family in FAMILIES if name.startswith(f"{family}-")]
    own = [f"css-{name}", OTHERS.get(name, ""), *families]
    found = next((feature for feature in own if feature in support), None)
    if found:
        yield found
    elif name not in KNOWN_EVERYWHERE and not name.startswith("mso-"):
        yield f"property {name}"


def _uses_of_value(name: str, value: list[Any], support: Support) -> Iterator[str]:
    for token in value:
        if token.type == "ident":
            word = token.lower_value
            if f"css-{name}-{word}" in support:
                yield f"css-{name}-{word}"
            if word.removeprefix("inline-") != word and f"css-{name}-{word[7:]}" in support:
                yield f"css-{name}-{word[7:]}"
            if word in KEYWORDS:
                yield CSS_WIDE
            if word == "system-ui":
                yield "css-sytem-ui"  # spelt like this in the data
        elif token.type == "dimension":
            yield f"css-unit-{token.lower_unit}"
        elif token.type == "percentage":
            yield "css-unit-percent"
        elif token.type in ("function", "url"):
            yield from _uses_of_function(name, token, support)


def _uses_of_function(name: str, token: Any, support: Support) -> Iterator[str]:
    word = "url" if token.type == "url" else token.lower_name
    if word == "url":
        address = token.value if token.type == "url" else token.arguments[0].value
        yield "css-background-image" if name.startswith("background") else f"url() in {name}"
        yield from _image_form(address)
        return
    if word == "var":
        yield "css-variables"
    yield from (
        feature
        for feature in (f"css-function-{word}", f"css-unit-{word}", f"css-{word}")
        if feature in support
    )
    if word in ("rgb", "rgba", "hsl") and not any(arg == "," for arg in token.arguments):
        yield "css-modern-color"
    yield from _uses_of_value(name, token.arguments, support)


def _uses_of_selectors(prelude: list[Any]) -> Iterator[str]:
    text = tinycss2.serialize(prelude).strip()
    if "," in text:
        yield "css-selector-grouping"
    for kind, pattern in (
        ("class", r"\.[\w-]"),
        ("id", r"#[\w-]"),
        ("attribute", r"\["),
        ("universal", r"\*(?!=)"),
        ("type", r"(?:^|[\s>+~,])[a-z]"),
        ("chaining", r"\.[\w-]+\.[\w-]"),
        ("descendant", r"[^\s>+~,]\s+[^\s>+~,]"),
    ):
        if re.search(pattern, text):
            yield f"css-selector-{kind}"
    for sign, kind in COMBINATORS.items():
        if re.search(rf"{re.escape(sign)}(?!=)", text):
            yield f"css-selector-{kind}"
    yield from (f"css-pseudo-element-{name}" for name in re.findall(r"::([\w-]+)", text))
    yield from (f"css-pseudo-class-{name}" for name in re.findall(r"(?<!:):([\w-]+)", text))
