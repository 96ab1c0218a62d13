"""What the letter uses, looked up in Can I email: no client we must work in may say no."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, Final
from xml.etree.ElementTree import Element

import tinycss2

from tests.checks.allowances import ALLOWANCES, KNOWN_EVERYWHERE, UNASKED, WORD
from tests.checks.markup import FOR_OTHERS, FOR_WORD, elements, parse, reveal_for_word
from tests.checks.specimens import SUPPORT, Specimen

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
ENDINGS: Final = {"jpeg": "jpg", "tif": "tiff", "heic": "heif"}
# Properties that Can I email treats as one, by the beginning of their names.
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
SEMANTIC: Final = {
    *("article", "aside", "details", "figcaption", "figure", "footer", "header"),
    *("main", "mark", "nav", "section", "summary", "time"),
}


@cache
def read_support() -> Mapping[str, Mapping[str, str]]:
    """Read what each client supports: y, a (partly), n, or u (unknown), by feature."""
    found: Mapping[str, Mapping[str, str]] = json.loads(SUPPORT.read_text("utf-8"))["features"]
    return found


def refusals(letter: Specimen) -> set[tuple[str, str]]:
    """Return every (feature, client) of the letter that Can I email marks with n."""
    support = read_support()
    everywhere, for_word = features_of(letter)
    asked = [(feature, client) for feature in everywhere for client in support.get(feature, {})]
    asked += [(feature, WORD) for feature in for_word]
    return {(feature, client) for feature, client in asked if support[feature].get(client) == "n"}


def check_clients(letter: Specimen) -> list[str]:
    """What a client refuses, the letter uses only where it is written down why that is fine."""
    allowed = {(name, client) for name, (clients, _) in ALLOWANCES.items() for client in clients}
    by_feature: dict[str, list[str]] = {}
    for feature, client in sorted(refusals(letter) - allowed):
        by_feature.setdefault(feature, []).append(client)
    complaints = [
        f"{feature} is refused by {', '.join(clients)}; do without, or say in allowances.py "
        "why it is fine"
        for feature, clients in by_feature.items()
    ]
    return complaints + [
        f"{use} is nowhere in Can I email; do without, or say in allowances.py why it is fine"
        for use in sorted(_unasked(letter) - set(UNASKED))
    ]


def needless_allowances(letters: Collection[Specimen]) -> list[str]:
    """Name the allowances that no letter needs any more."""
    needed = set().union(*map(refusals, letters))
    unasked = set().union(*map(_unasked, letters))
    return [
        f"{feature} for {client}"
        for feature, (clients, _) in ALLOWANCES.items()
        for client in clients
        if (feature, client) not in needed
    ] + [use for use in UNASKED if use not in unasked]


def features_of(letter: Specimen) -> tuple[set[str], set[str]]:
    """Return the features that all clients meet, and those that only Word does."""
    asked = set(read_support())
    only_word = reveal_for_word("".join(found[0] for found in FOR_WORD.finditer(letter.html)))
    for_all = {"html-doctype", "html-comments", *_uses(letter.html)}
    return for_all & asked, set(_uses(only_word)) & asked


def _unasked(letter: Specimen) -> set[str]:
    """Return what the letter uses and Can I email has no answer for."""
    return set(_uses(letter.html)) - set(read_support())


def _uses(html: str) -> Iterator[str]:
    """Yield the features of *html*; what has no entry of its own is yielded by its name."""
    for element in elements(parse(FOR_OTHERS.sub(r"\1", FOR_WORD.sub("", html)))):
        yield from _uses_of_element(element)
        if style := element.get("style"):
            yield from _uses_of_declarations(style)
        if element.tag == "style":
            yield from _uses_of_sheet(element.text or "")


def _uses_of_element(element: Element) -> Iterator[str]:
    support, tag = read_support(), str(element.tag)
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
            yield _image_form(value)
        if name == "href":
            yield from (["html-anchor-links"] if value.startswith("#") else [])
            yield from (["html-mailto-links"] if value.startswith("mailto:") else [])


def _image_form(address: str) -> str:
    if address.startswith("data:"):
        return "image-base64"
    ending = address.partition("?")[0].rpartition(".")[2].lower()
    return f"image-{ENDINGS.get(ending, ending)}"


def _uses_of_sheet(css: str) -> Iterator[str]:
    if "/*" in css:
        yield "css-comments"
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            yield from _uses_of_selectors(rule.prelude)
            yield from _uses_of_declarations(tinycss2.serialize(rule.content))
        elif rule.type == "at-rule":
            yield f"css-at-{rule.at_keyword.lower()}"
            yield from _uses_of_media(tinycss2.serialize(rule.prelude).lower())
            if rule.content is not None:
                yield from _uses_of_sheet(tinycss2.serialize(rule.content))


def _uses_of_media(query: str) -> Iterator[str]:
    for name in re.findall(r"\(\s*([a-z-]+)", query):
        if name in MEDIA:
            yield f"css-at-media-{name}"
    if "device-pixel-ratio" in query:
        yield "css-at-media-device-pixel-ratio"


def _uses_of_declarations(css: str) -> Iterator[str]:
    for found in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if found.type == "declaration":
            yield from _uses_of_property(found.lower_name)
            yield from _uses_of_value(found.lower_name, found.value)
            if found.important:
                yield "css-important"
        elif found.type in ("qualified-rule", "at-rule"):
            yield "css-nesting"


def _uses_of_property(name: str) -> Iterator[str]:
    support = read_support()
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


def _uses_of_value(name: str, value: list[Any]) -> Iterator[str]:
    support = read_support()
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
                yield "css-sytem-ui"  # so spelt in the data
        elif token.type == "dimension":
            yield f"css-unit-{token.lower_unit}"
        elif token.type == "percentage":
            yield "css-unit-percent"
        elif token.type in ("function", "url"):
            yield from _uses_of_function(name, token)


def _uses_of_function(name: str, token: Any) -> Iterator[str]:
    support = read_support()
    word = "url" if token.type == "url" else token.lower_name
    if word == "url":
        address = token.value if token.type == "url" else token.arguments[0].value
        yield "css-background-image" if name.startswith("background") else f"url() in {name}"
        yield _image_form(address)
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
    yield from _uses_of_value(name, token.arguments)


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
