"""Marks of Markdown and HTML that readers would see unrendered: a table of patterns."""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.issue.raw_text import ON_PURPOSE, TAG
from newsletter.phrases import Phrase, phrase

STARTS: Final = rf"(?<![^\s(\[{{“‘「『《〈\"'·:,{TAG}])"  # where a word starts
WEB: Final = r"(?:https?://|www\.|mailto:|tel:)"
ENTITIES: Final = (
    "amp|lt|gt|quot|apos|nbsp|copy|reg|trade|hellip|middot|bull|[nm]dash|[lr][sd]quo|laquo|raquo|"
    "times|ensp|emsp|thinsp|zwnj|zwj|[lr]arr|deg|sect|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}"
)
TAGS: Final = (
    "a|b|i|u|p|s|br|hr|em|strong|span|div|font|img|table|tbody|t[rdh]|ul|ol|li|h[1-6]|del|ins|"
    "mark|sub|sup|small|center|script|style|iframe|blockquote|code|pre"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A pattern of text that readers would see with its marks."""

    regex: re.Pattern[str]
    message: Phrase  # fault and remedy


def _mark(regex: str, message: Phrase) -> Mark:
    return Mark(re.compile(regex), message)


BOLD: Final = phrase("proof.bold-not-taken")
ITALIC: Final = phrase("proof.italic-not-taken")
UNDERSCORES: Final = phrase("proof.underscore-not-taken")
STRIKE: Final = phrase("proof.strike-unknown")
CODE: Final = phrase("proof.backtick-alone")
LINK: Final = phrase("proof.link-not-taken")
REFERENCE: Final = phrase("proof.link-without-target")
FOOTNOTE: Final = phrase("proof.footnote-without-text")
HEADING: Final = phrase("proof.heading-not-taken")
BRACES: Final = phrase("proof.braces-not-taken")
ENTITY: Final = phrase("proof.entity-shown")
HTML: Final = phrase("proof.html-shown")
HIGHLIGHT: Final = phrase("proof.highlight-unknown")
WIDE: Final = phrase("proof.full-width-marks")

LOOSE: Final = (
    _mark(rf"{STARTS}\*\*+(?=[^\s*{ON_PURPOSE}])", BOLD),
    _mark(r"(?<=[A-Za-z가-힣]{2})\*\*+(?![*@,.)])|(?<=[)”’」』》.!?])\*\*+", BOLD),
    _mark(r"(?<=\S )\*(?=[A-Za-z가-힣(“‘])[^*]*$", ITALIC),
    _mark(r"(?<!\S)\*[^\s*|][^*]*\s\*(?=[A-Za-z가-힣])", ITALIC),
    _mark(r"(?<![A-Za-z0-9_])__(?=[^\s_])[^_]{1,200}__(?!_)", UNDERSCORES),
    _mark(rf"{STARTS}__(?=[^\s_])", UNDERSCORES),
    _mark(rf"{STARTS}_[^\s_][^_]{{0,200}}_(?=[가-힣])", UNDERSCORES),
    _mark(r"(?<![가-힣A-Za-z0-9~])~~(?=[^\s~])[^~]{1,200}~~|(?<!\S)~~(?=[^\s~\d])", STRIKE),
    _mark(r"`+", CODE),
    _mark(r"\[\^[^\]\s]{1,40}\]", FOOTNOTE),
    _mark(rf"[\]］]\(|[\]］]\s*[(（<]\s?{WEB}|\[[^\[\]]{{1,200}}\({WEB}", LINK),
    _mark(rf"\)\[{WEB}|<www\.[^<>\s]+>|\]\s?:\s?{WEB}", LINK),
    _mark(r"(?<!\])\]\[[A-Za-z0-9._ -]{0,40}\](?!\])", REFERENCE),
    _mark(r"^#{2,6}(?=[^\s#!])|^#{7,}", HEADING),
    _mark(r"^＃{1,6}\s|＊＊[^＊]+＊＊", WIDE),
    _mark(r"\]\s?\{[^{}]{0,60}\}|\{\s*[.#:]?(?:button|lang)\b[^{}]{0,60}\}", BRACES),
    _mark(rf"&(?:{ENTITIES});", ENTITY),
    _mark(rf"(?i)</?(?:{TAGS})(?:\s[^<>]{{0,200}})?/?>", HTML),
    _mark(r"(?<!\S)==[^=\s][^=]{0,200}==(?!=)", HIGHLIGHT),
)
PLAIN: Final = phrase("proof.field-without-markdown")
IN_FIELDS: Final = (
    *(
        Mark(mark.regex, mark.message if mark.message in (ENTITY, HTML) else PLAIN)
        for mark in LOOSE
    ),
    # Marks that work in a text but not in a field.
    _mark(r"\*\*[^\s*][^*]{0,200}\*\*", PLAIN),
    _mark(r"(?<![\w*])\*[^\s*](?:[^*]{0,200}[^\s*])?\*(?![\w*])", PLAIN),
    _mark(r"^(?:#{1,6}|>)\s", PLAIN),
    _mark(r"\\[*_#\[\]~`|&<]", PLAIN),
)
ROW: Final = re.compile(r"\s*\|.*\|\s*")
PART_OF_ROW: Final = re.compile(r"\S\s{1,20}\|\s{1,20}\S")
# "김*수, 이*영": the surname before each star is one syllable.
SURNAME: Final = re.compile(r"(?:^|[^가-힣])[가-힣]$")
