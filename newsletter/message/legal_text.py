"""
Texts that the law asks for: consents and notices, one Markdown file a text and language.

A file has fields between ``---`` lines, and below them a heading, paragraphs, and one list of
definitions (``Term`` on a line, ``: text`` on the next), which may have paragraphs after it. All of
it is plain words, so that a page, a mail and its text part say the same, and a hash of the words
names them for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin

from newsletter.issue.front_matter import FrontMatter, read_front_matter
from newsletter.issue.problems import Problems
from newsletter.issue.text_file import decode_text
from newsletter.lang import Lang
from newsletter.languages.mixing import find_other
from newsletter.message.reader_words import fill_places, places_of
from newsletter.phrases import Phrase, phrase

HOURS: Final = "[1-9][0-9]{0,3}"
PLACE: Final = "templates/legal/{name}.{lang}.md"


class LegalName(StrEnum):
    """A text; the name of its file."""

    CONSENT = "consent"  # of the form to subscribe
    CROSS_BORDER = "cross-border"  # the same, where the provider is abroad
    AGREED = "agreed"  # notice: the result of consent
    LEFT = "left"  # notice: the result of withdrawal
    RENEWAL = "renewal"  # notice: consent is confirmed every two years
    BREACH = "breach"  # notice: personal data has leaked; a file of the office fills it


@dataclass(frozen=True, slots=True)
class Form:
    """What a text has to contain."""

    fields: tuple[str, ...]
    places: frozenset[str]  # that may be filled in; each but those of `COMMON` has to be
    boxes: tuple[str, ...] = ()  # fields that a person agrees to, as part of the text
    hours: tuple[str, ...] = ()  # fields with a number of hours
    in_fields: frozenset[str] = frozenset()  # places that only fields have


COMMON: Final = frozenset({"publication", "organisation", "sender", "email", "phone"})
_FORMS: Final[Mapping[LegalName, Form]] = {
    LegalName.CONSENT: Form(
        (), frozenset({"days"}), ("consent_required", "consent_name", "consent_age")
    ),
    LegalName.CROSS_BORDER: Form(
        (),
        frozenset({"items", "country", "recipient", "purpose", "refusal"}),
        ("consent_abroad",),
    ),
    LegalName.AGREED: Form(("subject", "button", "link"), frozenset({"when", "sender"})),
    LegalName.LEFT: Form(("subject", "button"), frozenset({"when", "sender"})),
    LegalName.RENEWAL: Form(
        ("subject", "button", "link", "kept", "removed"),
        frozenset({"agreed", "until", "silence", "sender"}),
    ),
    LegalName.BREACH: Form(
        ("subject", "below", "drill_mark", "drill_note"),
        frozenset({"what", "when", "advice", "done", "damages", "mediation", "contact"}),
        hours=("people_hours", "authority_hours"),
        in_fields=frozenset({"subject"}),
    ),
}


@dataclass(frozen=True, slots=True)
class LegalText:
    """A text in one language."""

    name: LegalName
    lang: Lang
    version: str  # as its author calls it
    fields: Mapping[str, str]
    heading: str
    lead: tuple[str, ...]  # paragraphs
    rows: tuple[tuple[str, str], ...]  # terms and what is said of each
    notes: tuple[str, ...]  # paragraphs after these

    def filled(self, values: Mapping[str, str]) -> "LegalText":
        """Return the text with its places filled, as a person reads it."""

        def fill(text: str) -> str:
            return fill_places(text, values)

        return replace(
            self,
            fields={key: fill(text) for key, text in self.fields.items()},
            heading=fill(self.heading),
            lead=tuple(map(fill, self.lead)),
            rows=tuple((fill(term), fill(text)) for term, text in self.rows),
            notes=tuple(map(fill, self.notes)),
        )

    def hours(self, field: str) -> timedelta:
        """Return the period of a field with a number of hours."""
        return timedelta(hours=int(self.fields[field]))

    @property
    def boxes(self) -> tuple[str, ...]:
        """The fields with what is said beside a box."""
        return _FORMS[self.name].boxes

    @property
    def words(self) -> str:
        """All that a person reads and agrees to, as plain text."""
        boxes = (f"[ ] {self.fields[box]}" for box in self.boxes)
        rows = (f"{term}: {text}" for term, text in self.rows)
        return "\n\n".join([f"## {self.heading}", *self.lead, *rows, *self.notes, *boxes])


LegalTexts = Mapping[tuple[LegalName, Lang], LegalText]


def file_name(name: LegalName, lang: Lang) -> str:
    """Return the name of a text's file below templates/legal/."""
    return f"{name}.{lang}.md"


def read_legal_texts(own: Mapping[str, bytes], site: Mapping[str, bytes]) -> LegalTexts:
    """
    Read every text in every language; a file of the site replaces ours.

    Args:
        own: the program's files, by their name.
        site: the files of the site.

    Raises:
        ContentError: every fault of the files, and files of the site that no text is named after.
    """
    problems = Problems()
    texts: dict[tuple[LegalName, Lang], LegalText] = {}
    for name in LegalName:
        for lang in Lang:
            file = file_name(name, lang)
            text = _read(name, lang, site.get(file, own[file]), problems)
            if text is not None:
                texts[name, lang] = text
    for stranger in sorted(site.keys() - own.keys()):
        problems.add(
            f"templates/legal/{stranger}", None, phrase("message.legal-stranger", known=sorted(own))
        )
    problems.raise_any()
    return texts


def _read(name: LegalName, lang: Lang, content: bytes, problems: Problems) -> LegalText | None:
    place = PLACE.format(name=name, lang=lang)
    text = decode_text(content, place, problems)
    found = None if text is None else read_front_matter(text, place, problems)
    if found is None:
        return None
    form = _FORMS[name]
    fields = {key: found.fields.text(key) for key in (*form.fields, *form.boxes)}
    for key in form.hours:
        fields[key] = found.fields.matching(key, HOURS, phrase("message.legal-hours"))
    version = found.fields.text("version")
    found.fields.finish()
    for key, words in fields.items():
        allowed = COMMON | form.places | form.in_fields
        _check_places(place, found.fields.line_of(key), words, allowed, problems)
    body = _Body(found, form, lang, problems)
    return LegalText(
        name,
        lang,
        version,
        fields,
        body.heading,
        tuple(body.lead),
        tuple(body.rows),
        tuple(body.notes),
    )


class _Body:
    """Reads the parts of a text from top to bottom."""

    def __init__(self, found: FrontMatter, form: Form, lang: Lang, problems: Problems) -> None:
        self.heading = ""
        self.lead: list[str] = []
        self.rows: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self._found = found
        self._form = form
        self._lang = lang
        self._problems = problems
        self._is_faulty = False
        parser = MarkdownIt("commonmark").enable("table").use(deflist_plugin)
        for node in SyntaxTreeNode(parser.parse(found.body)).children:
            self._add(node)
        self._check_whole()

    def _add(self, node: SyntaxTreeNode) -> None:
        match node.type:
            case "heading" if self.heading:
                self._fault(node, phrase("message.legal-one-heading"))
            case "heading" if self.lead or self.rows:
                self._fault(node, phrase("message.legal-no-heading"))
            case "heading":
                self.heading = self._plain(node)
            case "paragraph":
                (self.notes if self.rows else self.lead).append(self._plain(node))
            case "dl" if self.rows:
                self._fault(node, phrase("message.legal-one-list"))
            case "dl":
                self._add_rows(node.children)
            case _:
                self._fault(node, phrase("message.legal-form"))

    def _add_rows(self, nodes: Sequence[SyntaxTreeNode]) -> None:
        for term, said in zip_longest(nodes[::2], nodes[1::2]):
            is_pair = term.type == "dt" and said is not None and said.type == "dd"
            if not is_pair or [one.type for one in said.children] != ["paragraph"]:
                self._fault(said or term, phrase("message.legal-form"))
                return
            self.rows.append((self._plain(term), self._plain(said.children[0])))

    def _plain(self, node: SyntaxTreeNode) -> str:
        """Return the words of a piece of text, which has nothing but words in it."""
        parts = [part for inline in node.children for part in inline.children]
        if any(part.type not in ("text", "text_special", "softbreak") for part in parts):
            self._fault(node, phrase("message.legal-form"))
            return ""
        words = "".join(" " if part.type == "softbreak" else part.content for part in parts)
        allowed = COMMON | self._form.places
        _check_places(self._found.place, self._line(node), words, allowed, self._problems)
        return words

    def _check_whole(self) -> None:
        if self._is_faulty:
            return
        if not self.heading:
            self._fault(None, phrase("message.legal-no-heading"))
        said = self._said()
        missing = sorted(self._form.places - said)
        if missing:
            lacks = phrase("message.legal-lacks", places=[f"{{{one}}}" for one in missing])
            self._problems.add(self._found.place, None, lacks)

        if other := find_other(" ".join(self._texts()), self._lang):
            fault = phrase("message.legal-other-language", found=other.name)
            self._problems.add(self._found.place, None, fault)

    def _texts(self) -> Sequence[str]:
        pairs = (text for row in self.rows for text in row)
        return [self.heading, *self.lead, *self.notes, *pairs]

    def _said(self) -> frozenset[str]:
        return frozenset[str]().union(*(places_of(one) or () for one in self._texts()))

    def _line(self, node: SyntaxTreeNode) -> int | None:
        return self._found.body_line + node.map[0] if node.map else None

    def _fault(self, node: SyntaxTreeNode | None, fault: Phrase) -> None:
        self._is_faulty = True
        line = self._found.body_line if node is None else self._line(node)
        self._problems.add(self._found.place, line, fault)


def _check_places(
    place: str, line: int | None, words: str, allowed: frozenset[str], problems: Problems
) -> None:
    found = places_of(words)
    if found is None or not found <= allowed:
        shown = [f"{{{one}}}" for one in sorted(allowed)]
        problems.add(place, line, phrase("message.legal-places", places=shown))
