"""The rule "markup": an editor's text is shown completely and as intended."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from newsletter.issue.markdown import Markdown
from newsletter.issue.raw_text import raw_lines
from newsletter.lang import EditionKind, Lang
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.marks import IN_FIELDS, LOOSE, PART_OF_ROW, ROW, SURNAME, Mark
from newsletter.proof.letter.places import field_passages, texts
from newsletter.proof.material import Material

RULE: Final = "markup"
SHOWN: Final = 40  # characters of the text in a finding
LEAVES: Final = ("inline", "fence", "code_block", "hr", "html_block")
LABEL: Final = re.compile(r"\[([^\[\]]+)\]")
DEFINITION: Final = re.compile(r"(?:[ >]|[-+*] |\d{1,9}[.)] )*\[(?P<label>[^\[\]]+)\]:")

Place = tuple[int, Phrase]  # line of the file, message


def check_markup(material: Material) -> Iterator[Finding]:
    """Find marks that readers would see, and lines that readers would not see."""
    for passage in field_passages(material.issue):
        for message in _messages(passage.text, IN_FIELDS):
            yield _finding(passage.file, passage.line, passage.lang, message)
    for lang, file, markdown in texts(material.issue):
        for line, message in dict.fromkeys(_places(markdown)):
            yield _finding(file, line, lang, message)


def _places(markdown: Markdown) -> Iterator[Place]:
    inside: list[str] = []
    for token in markdown.tokens:
        line = (token.map[0] if token.map else 0) + markdown.first_line
        if token.nesting == 1:
            inside.append(token.type)
        elif token.nesting == -1:
            inside.pop()
        if token.type == "inline":
            lines = raw_lines(token)
            for below, text in lines:
                yield from ((line + below, message) for message in _messages(text, LOOSE))
            if inside[-1:] == ["paragraph_open"]:
                yield from ((line + below, message) for below, message in _table_lines(lines))
            yield from ((line, message) for message in _masked_names(token.children or ()))
        elif token.type == "code_block":
            yield line, phrase("proof.code-unasked")
    yield from _surplus_cells(markdown)
    yield from _lost_lines(markdown)


def _messages(text: str, marks: Sequence[Mark]) -> Iterator[Phrase]:
    """Yield the messages on a line, each kind once."""
    for message in dict.fromkeys(mark.message for mark in marks if mark.regex.search(text)):
        found = min(
            (hit for mark in marks if mark.message == message and (hit := mark.regex.search(text))),
            key=lambda hit: hit.start(),
        )
        words = _around(text, found.start())
        yield phrase("proof.marks-shown", words=words, fault=message)


def _around(text: str, at: int) -> str:
    """Return the words from offset *at* on, without the placeholders of code and tags."""
    shown = re.sub("[\ue000\ue001]", "", text[at : at + SHOWN]).strip()
    return f"{shown}…" if len(text) > at + SHOWN else shown


def _table_lines(lines: Sequence[tuple[int, str]]) -> Iterator[Place]:
    """Find lines that look like table rows outside a table."""
    rows = [(line, text) for line, text in lines if ROW.fullmatch(text)]
    if rows:
        yield rows[0][0], phrase("proof.table-not-taken", words=_around(rows[0][1], 0))
        return
    for (line, text), (_, following) in pairwise(lines):
        if PART_OF_ROW.search(text) and PART_OF_ROW.search(following):
            yield line, phrase("proof.table-not-taken", words=_around(text, 0))
            return


def _masked_names(children: Sequence[Token]) -> Iterator[Phrase]:
    """Find the stars of masked names that Markdown reads as italic or bold."""
    before = ""
    opened: list[bool] = []
    for token in children:
        if token.type in ("em_open", "strong_open"):
            opened.append(bool(SURNAME.search(before)))
        elif token.type in ("em_close", "strong_close") and opened:
            if opened.pop() and SURNAME.search(before):
                yield phrase("proof.masked-name", words=before[-SHOWN:])
        elif token.type == "text":
            before = token.content


def _surplus_cells(markdown: Markdown) -> Iterator[Place]:
    """Find cells beyond the columns of a table's head; Markdown drops them."""
    lines = markdown.source.split("\n")
    columns = 0
    for token in markdown.tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and token.map and columns:
            cells = _cells(lines[token.map[0]])
            if any(cell.strip() for cell in cells[columns:]):
                words = cells[columns].strip()[:SHOWN]
                yield (
                    token.map[0] + markdown.first_line,
                    phrase("proof.cell-lost", count=columns, words=words),
                )


def _cells(row: str) -> list[str]:
    """Split a row below a table's head into cells; such a row contains no list marks."""
    cells = escapedSplit(row.lstrip(" \t>").rstrip())
    start = 1 if not cells[0].strip() else 0
    end = -1 if len(cells) > 1 and not cells[-1].strip() else None
    return cells[start:end]


def _lost_lines(markdown: Markdown) -> Iterator[Place]:
    """Find lines that are not shown: unused footnote texts and unused link targets."""
    definitions = list(_definitions(markdown))
    uses = Counter(_label(label) for label in LABEL.findall(markdown.source))
    uses.subtract(_label(name) for _, _, name in definitions)
    known: set[str] = set()
    fault: Phrase | None
    for at, line, name in definitions:
        label = _label(name)
        if label.startswith("^"):
            fault = phrase("proof.footnote-lost", name=name)
        elif label in known:
            fault = phrase("proof.target-repeated", words=line, name=name)
        elif uses[label] < 1:
            fault = phrase("proof.target-unused", words=line, name=name)
        else:
            fault = None
        known.add(label)
        if fault:
            yield at + markdown.first_line, fault


def _definitions(markdown: Markdown) -> Iterator[tuple[int, str, str]]:
    """Yield the link definitions of a text, which no block shows: line, words, name."""
    shown = {
        line
        for token in markdown.tokens
        if token.type in LEAVES and token.map
        for line in range(*token.map)
    }
    for at, line in enumerate(markdown.source.split("\n")):
        found = DEFINITION.match(line)
        if found and at not in shown:
            yield at, line.strip()[:SHOWN], found["label"]


def _label(written: str) -> str:
    return " ".join(written.split()).casefold()


def _finding(file: str, line: int | None, lang: Lang, message: Phrase) -> Finding:
    return Finding(RULE, Severity.ADVISES, file, line, EditionKind(lang.value), message)
