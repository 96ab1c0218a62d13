"""Marks of Markdown and HTML that readers would see as they are: data, a table of spellings."""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.issue.raw_text import ON_PURPOSE, TAG

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
    """A spelling that would be shown with its marks."""

    regex: re.Pattern[str]
    message: str  # what it is, and what to do


def _mark(regex: str, message: str) -> Mark:
    return Mark(re.compile(regex), message)


BOLD: Final = (
    "bold did not take: the ** stand right beside the words, **bold**, with no blank inside and "
    "one pair for each; write \\* for a star that is text"
)
ITALIC: Final = (
    "italic did not take: the * stand right beside the words, *italic*, with no blank inside and "
    "one pair for each; write \\* for a star that is text"
)
UNDERSCORES: Final = (
    "the _ did not take (they mean nothing beside letters and Hangul); write **bold** or *italic*, "
    "or \\_ for one that is text"
)
STRIKE: Final = "there is no striking out with ~~; leave the words out, or write \\~ for a wave"
CODE: Final = (
    "the ` has no second one; write `words` for code, \\` for a mark that is text, and ' for a "
    "quotation"
)
LINK: Final = (
    "the link did not take; write [words](https://www.example.org) with no blank between ] and (, "
    "and %20 for a blank in the address"
)
REFERENCE: Final = (
    "the link has no target; write [words](https://www.example.org), or a line [name]: https://…"
)
FOOTNOTE: Final = "the footnote has no text; add a line [^1]: text, or delete the mark"
HEADING: Final = "the heading did not take; write a blank behind the marks: ### Heading"
BRACES: Final = (
    "the words in braces did not take; write [text](https://…){.button} or [MOU]{lang=en} with no "
    "blank before the { and with straight quotation marks, if any"
)
ENTITY: Final = "the code for a character would be shown; write the character itself"
HTML: Final = "the HTML would be shown; leave it out, or write `<b>` if readers are to see it"
HIGHLIGHT: Final = "there is no marking with ==; write **bold**"
WIDE: Final = "the full-width marks mean nothing; write ** and ### with plain * and #"

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
PLAIN: Final = "fields are plain text without Markdown; leave the marks out"
IN_FIELDS: Final = (
    *(
        Mark(mark.regex, mark.message if mark.message in (ENTITY, HTML) else PLAIN)
        for mark in LOOSE
    ),
    # What means something in a text, and nothing in a field.
    _mark(r"\*\*[^\s*][^*]{0,200}\*\*", PLAIN),
    _mark(r"(?<![\w*])\*[^\s*](?:[^*]{0,200}[^\s*])?\*(?![\w*])", PLAIN),
    _mark(r"^(?:#{1,6}|>)\s", PLAIN),
    _mark(r"\\[*_#\[\]~`|&<]", PLAIN),
)
ROW: Final = re.compile(r"\s*\|.*\|\s*")
PART_OF_ROW: Final = re.compile(r"\S\s{1,20}\|\s{1,20}\S")
# "김*수, 이*영": the surname before each star is one syllable.
SURNAME: Final = re.compile(r"(?:^|[^가-힣])[가-힣]$")
