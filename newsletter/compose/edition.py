"""An issue in one language, or in every language one after the other: an Edition."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.compose.hosting import HostedPicture
from newsletter.compose.inline import inline_css
from newsletter.compose.press import Page, Press
from newsletter.compose.slots import TOKEN
from newsletter.errors import ContentError, Problem
from newsletter.issue.issue import Issue, Publication
from newsletter.lang import EditionKind

BETWEEN = " / "  # between the languages of a bilingual subject


@dataclass(frozen=True, slots=True)
class Edition:
    """A finished letter whose slots are still open."""

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
    hosted: Mapping[str, HostedPicture],
    press: Press,
) -> Edition:
    """
    Compose *issue* as *kind*: the steps an issue goes through, in order.

    Raises:
        ContentError: the texts hold what looks like a slot.
    """
    subject = subject_of(issue, kind, press)
    preheader = BETWEEN.join(issue.letters[lang].preheader for lang in kind.langs)
    page = Page(publication, issue, kind, subject, preheader, hosted)
    refuse_own_tokens(issue)
    html = inline_css(press.html(page))
    text = press.text(page)
    return Edition(issue.id, kind, subject, preheader, html, text)


def subject_of(issue: Issue, kind: EditionKind, press: Press) -> str:
    """
    Return the subject line, with the label of the month before each language's words.

    An issue with advertising starts with exactly ``(광고)`` (Enforcement Decree of the
    Network Act, Table 6), whatever the language.
    """
    words = []
    for lang in kind.langs:
        label = press.strings[lang].label(issue.year, issue.month)
        own = issue.letters[lang].subject
        words.append(own if own.startswith(label) else f"{label} {own}")
    mark = press.strings[kind.langs[0]]["advertising_mark"] + " " if issue.advertising else ""
    return mark + BETWEEN.join(words)


def refuse_own_tokens(issue: Issue) -> None:
    """Refuse a text that holds a slot's token: it would be filled with a reader's data."""
    problems = []
    for place, source in _sources(issue):
        if TOKEN.search(source):
            problems.append(
                Problem(place, None, "holds text like NLSLOT-…-END, which is reserved; change it")
            )
    if problems:
        raise ContentError(problems)


def _sources(issue: Issue) -> list[tuple[str, str]]:
    sources = [
        (letter.place, f"{letter.subject} {letter.preheader} {letter.greeting.source}")
        for letter in issue.letters.values()
    ]
    for article in issue.articles:
        for text in article.texts.values():
            facts = " ".join(f"{label} {value}" for label, value in text.facts)
            fields = (text.title, text.kicker, text.alt, text.caption, text.link, text.link_label)
            whole = " ".join(filter(None, (*fields, facts, text.body.source)))
            sources.append((text.place, whole))
    return sources
