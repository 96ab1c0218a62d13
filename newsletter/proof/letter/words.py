"""Rules about editors' texts: subjects, alt texts, links, placeholders."""

import re
from collections.abc import Iterator
from typing import Final

from newsletter.compose.markdown_text import columns
from newsletter.issue.issue import ArticleText, Issue
from newsletter.issue.lines import walk
from newsletter.issue.markdown import Markdown, images_of
from newsletter.lang import EditionKind, Lang
from newsletter.languages.known import language_of
from newsletter.phrases import Phrase, Said, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.places import passages, texts
from newsletter.proof.letter.wording import (
    MERGE_TAGS,
    PLACEHOLDERS,
)
from newsletter.proof.material import Material

# Columns of a subject and a preheader on a phone; a Hangul syllable takes two columns.
SUBJECT_COLUMNS: Final = 70
PREHEADER_COLUMNS: Final = (30, 110)
MONTH_LABEL: Final = re.compile(r"\s*[\[(【［]\s*[^\])】］]*(?:20\d\d|\d\d?월)[^\])】］]*[\])】］]")
SHOUTED: Final = re.compile(r"\b[A-Z]{4,}\b")
ALT_MIN: Final = 5  # characters
FILE_NAME: Final = re.compile(r"[\w.-]+\.(?:png|jpe?g|gif)", re.IGNORECASE)


def subject_length(material: Material) -> Iterator[Finding]:
    """Find subjects and preheaders that a phone cuts off, or that say too little."""
    for lang, letter in material.issue.letters.items():
        label = material.strings[lang].label(material.issue.year, material.issue.month)
        width = columns(f"{label} {letter.subject}")
        if width > SUBJECT_COLUMNS:
            yield _advice(
                "subject-length", letter.place, letter.lines.get("subject"), lang,
                phrase(
                    "proof.subject-too-wide",
                    columns=width,
                    most=SUBJECT_COLUMNS,
                    surplus=width - SUBJECT_COLUMNS,
                ),
            )  # fmt: skip
        least, most = PREHEADER_COLUMNS
        width = columns(letter.preheader)
        if not least <= width <= most:
            yield _advice(
                "subject-length", letter.place, letter.lines.get("preheader"), lang,
                phrase("proof.preheader-width", columns=width, least=least, most=most),
            )  # fmt: skip


def capitals(material: Material) -> Iterator[Finding]:
    """Find subjects in which most of the longer words are in capitals."""
    for lang, letter in material.issue.letters.items():
        words = re.findall(r"\b[A-Za-z]{4,}\b", letter.subject)
        shouted = SHOUTED.findall(letter.subject)
        if len(shouted) >= 2 and len(shouted) * 2 > len(words):
            yield _advice(
                "capitals", letter.place, letter.lines.get("subject"), lang,
                phrase("proof.subject-in-capitals", words=" ".join(shouted)),
            )  # fmt: skip


def month_label(material: Material) -> Iterator[Finding]:
    """Find a month label that an editor wrote by hand and that does not match the issue."""
    for lang, letter in material.issue.letters.items():
        label = material.strings[lang].label(material.issue.year, material.issue.month)
        found = MONTH_LABEL.match(letter.subject)
        if found and not letter.subject.startswith(label):
            yield _block(
                "month-label", letter.place, letter.lines.get("subject"), lang,
                phrase("proof.month-label-wrong", found=found[0].strip(), label=label),
            )  # fmt: skip


def advertising(material: Material) -> Iterator[Finding]:
    """Find editions with advertising and no (광고) in the subject, or the reverse (M6)."""
    for kind, edition in material.composition.editions.items():
        mark = material.strings[kind.langs[0]]["advertising_mark"]
        starts = edition.subject.startswith(f"{mark} ")
        if starts != material.issue.advertising or (starts and edition.subject.count(mark) > 1):
            place = f"issues/{material.issue.id}/issue.yaml"
            yield Finding(
                "advertising", Severity.BLOCKS, place, None, kind,
                phrase(
                    "proof.advertising-mark",
                    answer="yes" if material.issue.advertising else "no",
                    subject=edition.subject,
                    mark=mark,
                ),
            )  # fmt: skip


def alt_text(material: Material) -> Iterator[Finding]:
    """Find alt texts without information for a reader who sees no pictures."""
    for article in material.issue.articles:
        for lang, text in article.texts.items():
            if text.image:
                yield from _poor_alt(text.alt, text, lang, text.lines.get("alt"))
            for use in images_of(text.body):
                yield from _poor_alt(use.alt, text, lang, use.line)


def link_text(material: Material) -> Iterator[Finding]:
    """Find links whose text does not describe the target."""
    for lang, file, markdown in texts(material.issue):
        for words, line in _link_words(markdown):
            if words.strip(" .…→>").lower() in language_of(lang).empty_links:
                yield _advice(
                    "link-text", file, line, lang,
                    phrase("proof.link-says-nothing", words=words),
                )  # fmt: skip


def dead_links(material: Material) -> Iterator[Finding]:
    """Open every link of the texts once to check that it works, if requested."""
    if material.probe is None:
        return
    asked: dict[str, Said | None] = {}
    for lang, file, href, line in _addresses(material.issue):
        if href not in asked:
            asked[href] = material.probe.fault(href)
        if fault := asked[href]:
            yield _advice(
                "dead-links", file, line, lang,
                phrase("proof.link-dead", address=href, fault=fault),
            )  # fmt: skip


def placeholders(material: Material) -> Iterator[Finding]:
    """Find placeholder text that was not filled in."""
    for passage in passages(material.issue, material.publication):
        found = PLACEHOLDERS.search(passage.text)
        if not passage.is_code:
            found = found or MERGE_TAGS.search(passage.text)
        if found:
            yield _block(
                "placeholder", passage.file, passage.line, passage.lang,
                phrase("proof.placeholder-left", found=found[0], words=passage.text[:60]),
            )  # fmt: skip


def _poor_alt(alt: str, text: ArticleText, lang: Lang, line: int | None) -> Iterator[Finding]:
    bare = alt.strip(" .").lower()
    if bare == text.title.strip(" .").lower():
        message = phrase("proof.alt-repeats-title", alt=alt)
    elif FILE_NAME.fullmatch(bare):
        message = phrase("proof.alt-is-file-name", alt=alt)
    elif bare in language_of(lang).empty_descriptions or len(bare) < ALT_MIN:
        message = phrase("proof.alt-says-nothing", alt=alt)
    else:
        return
    yield _advice("alt-text", text.place, line, lang, message)


def _addresses(issue: Issue) -> Iterator[tuple[Lang, str, str, int | None]]:
    for lang, file, markdown in texts(issue):
        for token, line in walk(markdown.tokens, markdown.first_line):
            href = str(token.attrs.get("href", ""))
            if token.type == "link_open" and href.startswith(("http://", "https://")):
                yield lang, file, href, line
    for article in issue.articles:
        for lang, text in article.texts.items():
            if text.link:
                yield lang, text.place, text.link, text.lines.get("link")


def _link_words(markdown: Markdown) -> Iterator[tuple[str, int]]:
    words: list[str] | None = None
    for token, line in walk(markdown.tokens, markdown.first_line):
        if token.type == "link_open":
            words = []
        elif token.type == "link_close" and words is not None:
            yield "".join(words), line
            words = None
        elif words is not None and token.type in ("text", "code_inline"):
            words.append(token.content)


def _advice(rule: str, file: str, line: int | None, lang: Lang, message: Phrase) -> Finding:
    return Finding(rule, Severity.ADVISES, file, line, EditionKind(lang.value), message)


def _block(rule: str, file: str, line: int | None, lang: Lang, message: Phrase) -> Finding:
    return Finding(rule, Severity.BLOCKS, file, line, EditionKind(lang.value), message)
