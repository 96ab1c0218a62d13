"""Edition: an issue in one language, or in all languages one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.common.utils import unescapeAll

from newsletter.compose.hosting import Gallery
from newsletter.compose.inline import inline_css, nested_rule_line
from newsletter.compose.press import FOLDER, HTML_LETTER, LetterContext, Press
from newsletter.compose.slots import MARK
from newsletter.compose.strings import label_with
from newsletter.errors import ContentError, Problem
from newsletter.issue.issue import PUBLICATION, Issue, Publication
from newsletter.issue.lines import walk
from newsletter.issue.markdown import Markdown
from newsletter.lang import EditionKind
from newsletter.phrases import phrase

SHEET = "email/letter.css"  # the style sheet whose rules are inlined
BETWEEN = " / "  # between the languages of a bilingual subject


@dataclass(frozen=True, slots=True)
class Edition:
    """A complete letter whose slots are still open."""

    issue: str
    kind: EditionKind
    subject: str  # one line, with the issue's label
    preheader: str
    html: str  # inlined; slots as tokens
    text: str  # LF line ends; slots as tokens


def compose_edition(
    publication: Publication,
    issue: Issue,
    kind: EditionKind,
    gallery: Gallery,
    press: Press,
) -> Edition:
    """
    Compose *issue* as *kind*: runs all steps in order.

    Raises:
        ContentError: a template cannot be filled.
    """
    page = page_of(publication, issue, kind, gallery, press)
    html = _inlined(press.html(page), press)
    text = press.text(page)
    return Edition(issue.id, kind, page.subject, page.preheader, html, text)


def page_of(
    publication: Publication, issue: Issue, kind: EditionKind, gallery: Gallery, press: Press
) -> LetterContext:
    """Collect the data that fills the templates of one edition."""
    subject = subject_of(issue, kind, press)
    preheader = BETWEEN.join(issue.letters[lang].preheader for lang in kind.langs)
    return LetterContext(publication, issue, kind, subject, preheader, gallery)


def _inlined(page: str, press: Press) -> str:
    try:
        return inline_css(page)
    except Exception as error:  # any error of the inliner in a site's style sheet
        line = nested_rule_line(press.sources.get(SHEET, ""))
        place = FOLDER + (SHEET if line else HTML_LETTER)
        kind, fault = type(error).__name__, str(error)
        nested = phrase("compose.nested-rule", kind=kind, fault=fault)
        broken = phrase("compose.broken-style", kind=kind, fault=fault)
        raise ContentError([Problem(place, line, nested if line else broken)]) from error


def subject_of(issue: Issue, kind: EditionKind, press: Press) -> str:
    """
    Return the subject line, with the label of the month before the words of each language.

    An issue with advertising starts with exactly ``(광고)`` (Enforcement Decree of the
    Network Act, Table 6), in every language.
    """
    words = []
    strings = label_with(press.strings, issue.label)
    for lang in kind.langs:
        label = strings[lang].label(issue.year, issue.month)
        own = issue.letters[lang].subject
        words.append(own if own.startswith(label) else f"{label} {own}")
    mark = press.strings[kind.langs[0]]["advertising_mark"] + " " if issue.advertising else ""
    return mark + BETWEEN.join(words)


def refuse_own_tokens(publication: Publication, issue: Issue) -> None:
    """
    Refuse texts that contain a slot token: a reader's data would replace it.

    Markdown is checked after rendering: escapes and emphasis could hide a token.
    """
    held = [place for place, text in _texts(publication, issue) if MARK in text]
    if held:
        message = phrase("compose.reserved-text", mark=MARK)
        raise ContentError([Problem(place, None, message) for place in dict.fromkeys(held)])


def _texts(publication: Publication, issue: Issue) -> Iterator[tuple[str, str]]:
    """Yield every text by a person that reaches a letter, with its file."""
    yield PUBLICATION, repr(publication)
    for letter in issue.letters.values():
        yield letter.place, " ".join(letter.texts.values())
        yield from ((letter.place, text) for text in _rendered(letter.greeting))
    for notice in issue.notices:
        for markdown in notice.texts.values():
            yield from ((notice.place, text) for text in _rendered(markdown))
    for article in issue.articles:
        for text in article.texts.values():
            fields = (*text.texts.values(), text.link)
            facts = (f"{label} {value}" for label, value in text.facts)
            yield text.place, " ".join(filter(None, (*fields, *facts)))
            yield from ((text.place, shown) for shown in _rendered(text.body))


def _rendered(markdown: Markdown) -> Iterator[str]:
    """Yield the words of each block, without marks, and its attribute values."""
    for block in markdown.tokens:
        inner = [token for token, _ in walk(block.children, 0)] if block.children else [block]
        yield "".join(token.content for token in inner)
        for token in (block, *inner):
            yield from map(str, token.attrs.values())
        yield unescapeAll(block.info)  # the language of a code block becomes its class
