"""What a letter uses of HTML and CSS, in the words of Can I email."""

import re
from collections.abc import Iterator, Mapping
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


def features_of(html: str, support: Support) -> tuple[set[str], set[str]]:
    """Return the features that all clients meet, and those that only Word does."""
    only_word = "".join(found[2] for found in FOR_WORD.finditer(html))
    for_all = {"html-doctype", "html-comments", *uses(html, support)}
    in_word = set(uses(only_word, support)) if only_word.strip() else set()
    return for_all & set(support), in_word & set(support)


def refusals(html: str, support: Support) -> set[tuple[str, str]]:
    """Return every (feature, client) of a letter that Can I email marks with n."""
    everywhere, for_word = features_of(html, support)
    asked = [(feature, client) for feature in everywhere for client in support[feature]]
    asked += [(feature, WORD) for feature in for_word]
    return {(feature, client) for feature, client in asked if support[feature].get(client) == "n"}


def unasked(html: str, support: Support) -> set[str]:
    """Return what a letter uses and Can I email has no answer for."""
    return set(uses(html, support)) - set(support) - {"html-doctype", "html-comments"}


def uses(html: str, support: Support) -> Iterator[str]:
    """Yield the features of *html*; what has no entry of its own is yielded by its name."""
    for element in parse_page(FOR_OTHERS.sub(r"\1", FOR_WORD.sub("", html))).iter():
        if not isinstance(element.tag, str):
            continue
        yield from _uses_of_element(element, support)
        if style := element.get("style"):
            yield from _uses_of_declarations(style, support)
        if element.tag == "style":
            yield from _uses_of_sheet(element.text or "", support)


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
            yield _image_form(value)
        if name == "href":
            yield from (["html-anchor-links"] if value.startswith("#") else [])
            yield from (["html-mailto-links"] if value.startswith("mailto:") else [])


def _image_form(address: str) -> str:
    if address.startswith("data:"):
        return "image-base64"
    ending = address.partition("?")[0].rpartition(".")[2].lower()
    return f"image-{ENDINGS.get(ending, ending)}"


def _uses_of_sheet(css: str, support: Support) -> Iterator[str]:
    if "/*" in css:
        yield "css-comments"
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            yield from _uses_of_selectors(rule.prelude)
            yield from _uses_of_declarations(tinycss2.serialize(rule.content), support)
        elif rule.type == "at-rule":
            yield f"css-at-{rule.at_keyword.lower()}"
            yield from _uses_of_media(tinycss2.serialize(rule.prelude).lower())
            if rule.content is not None:
                yield from _uses_of_sheet(tinycss2.serialize(rule.content), support)


def _uses_of_media(query: str) -> Iterator[str]:
    for name in re.findall(r"\(\s*([a-z-]+)", query):
        if name in MEDIA:
            yield f"css-at-media-{name}"
    if "device-pixel-ratio" in query:
        yield "css-at-media-device-pixel-ratio"


def _uses_of_declarations(css: str, support: Support) -> Iterator[str]:
    for found in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if found.type == "declaration":
            yield from _uses_of_property(found.lower_name, support)
            yield from _uses_of_value(found.lower_name, found.value, support)
            if found.important:
                yield "css-important"
        elif found.type in ("qualified-rule", "at-rule"):
            yield "css-nesting"


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
                yield "css-sytem-ui"  # so spelt in the data
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
