"""Fills the templates with Jinja2; template sources are loaded in advance."""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

from jinja2 import TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from newsletter.compose.arrangement import arrange
from newsletter.compose.colours import lighten_for
from newsletter.compose.hosting import CONTENT_WIDTH, Gallery
from newsletter.compose.markdown_html import Frame, render_html
from newsletter.compose.markdown_text import render_text, wrap
from newsletter.compose.metering import Traces
from newsletter.compose.sandbox import Sandbox
from newsletter.compose.slots import Slot, slot_token, unknown_slots
from newsletter.compose.strings import Strings, label_with
from newsletter.compose.whole_words import keep_whole, keep_words_whole
from newsletter.errors import ContentError, Problem
from newsletter.issue.issue import Issue, Publication
from newsletter.issue.markdown import Markdown
from newsletter.issue.notice import FOOTER, SPONSOR
from newsletter.lang import EditionKind, Lang
from newsletter.phrases import Phrase, Said, phrase

DARK_PAPER: Final = "#16181a"  # the background in dark.css
FOLDER: Final = "templates/"
HTML_LETTER: Final = "email/letter.html.j2"  # entry template of the HTML letter
TEXT_LETTER: Final = "email/letter.txt.j2"  # entry template of the text part
NAME_MAX: Final = 40  # characters before the number of a footnote
CSS_COMMENT: Final = re.compile(r"/\*.*?\*/\s*", re.DOTALL)

# (id of the text, name of its footnotes, width) -> the text, to keep the id valid, and its HTML.
_Drawn = dict[tuple[int, str, int], tuple[Markdown, Markup]]


@dataclass(frozen=True, slots=True)
class LetterContext:
    """The data that fills the letter's templates."""

    publication: Publication
    issue: Issue
    kind: EditionKind
    subject: str
    preheader: str
    gallery: Gallery  # collects every picture that the templates show


class Press:
    """The templates and words of a site, ready to fill."""

    def __init__(
        self, templates: Mapping[str, str], strings: Mapping[Lang, Strings], public_url: str
    ) -> None:
        """
        Prepare the templates.

        Args:
            templates: the source of each file below templates/, by its name there.
            strings: the words of every language.
            public_url: address of the site's pictures and pages, without a trailing slash.
        """
        self.strings = strings
        self.public_url = public_url
        self._templates = templates
        self._sandbox = self._room()
        self.traces = Traces()  # of the letters that `trace` has filled
        # Rendered texts, most of which two editions use. HTML texts depend on their gallery.
        self._texts: dict[tuple[str, str], str] = {}  # by source and word for pictures
        self._drawn: WeakKeyDictionary[Gallery, _Drawn] = WeakKeyDictionary()

    def html(self, page: LetterContext) -> str:
        """
        Fill the HTML letter, before its plain ``<style>`` block is inlined.

        Raises:
            ContentError: a template cannot be filled.
        """
        return self._fill(HTML_LETTER, page)

    def text(self, page: LetterContext) -> str:
        """
        Fill the text part.

        Raises:
            ContentError: a template cannot be filled.
        """
        filled = self._fill(TEXT_LETTER, page)
        return "\n".join(line.rstrip() for line in filled.strip().split("\n")) + "\n"

    def trace(self, page: LetterContext) -> str:
        """
        Fill the HTML letter with marks that identify the source of each tag; only for reading.

        `traces` maps each mark to its place. The templates are compiled once for all editions.

        Raises:
            ContentError: a template cannot be filled.
        """
        return self._fill(HTML_LETTER, page, self._tracing)

    @cached_property
    def _tracing(self) -> Sandbox:
        return self._room(self.traces)

    @property
    def sources(self) -> Mapping[str, str]:
        """The source of every template, by its name below templates/."""
        return self._templates

    def _room(self, traces: Traces | None = None) -> Sandbox:
        room = Sandbox(self._find, escape=_is_html, traces=traces)
        room.add_filter("wrap", wrap)
        room.add_filter("whole", keep_whole)
        return room

    def _fill(self, name: str, page: LetterContext, room: Sandbox | None = None) -> str:
        try:
            filled = (room or self._sandbox).fill(name, self._values(page))
        except Exception as error:  # any error of a template's own expressions
            place, line = _fault_at(error, name)
            kind = type(error).__name__
            message = phrase("compose.template-fault", kind=kind, fault=_said_by(error))
            raise ContentError([Problem(place, line, message)]) from error
        if unknown := unknown_slots(filled):
            message = phrase("compose.no-slot", name=unknown[0])
            raise ContentError([Problem(FOLDER + name, None, message)])
        return filled

    def _find(self, name: str) -> tuple[str, str, None] | None:
        source = self._templates.get(name)
        return None if source is None else (source, FOLDER + name, None)

    def _css(self, name: str, accent: str) -> Markup:
        path = f"email/{name}"
        if path not in self._templates:
            raise TemplateNotFound(path)
        source = CSS_COMMENT.sub("", self._templates[path])
        source = source.replace("ACCENT_ON_DARK", lighten_for(accent, DARK_PAPER))
        return Markup(source.replace("ACCENT", accent))  # noqa: S704 - a template of the site

    def _values(self, page: LetterContext) -> dict[str, Any]:
        issue_url = f"{self.public_url}/issues/{page.issue.id}"
        base = f"{self.public_url}/"
        langs = page.kind.langs

        def html_of(markdown: Markdown, name: str, width: int = CONTENT_WIDTH) -> Markup:
            """Render a text; *name* makes footnote ids unique, *width* is in pixels."""
            if len(name) > NAME_MAX:
                raise ValueError(phrase("compose.long-name", limit=NAME_MAX))
            drawn = self._drawn.setdefault(page.gallery, {})
            key = (id(markdown), name, width)
            if key not in drawn:
                html = render_html(markdown, Frame(page.gallery, base, width, name))
                # The parser refuses raw HTML; markdown-it escapes all other text.
                drawn[key] = markdown, Markup(keep_words_whole(html))  # noqa: S704
            return drawn[key][1]

        def text_of(markdown: Markdown, lang: Lang) -> str:
            key = (markdown.source, self.strings[lang]["picture"])
            if key not in self._texts:
                self._texts[key] = render_text(markdown, key[1])
            return self._texts[key]

        return {
            "publication": page.publication,
            "issue": page.issue,
            "kind": page.kind,
            "langs": langs,
            "all_langs": list(Lang),
            "footer": _texts_of(page.issue, FOOTER),
            "sponsor": _texts_of(page.issue, SPONSOR),
            "footer_langs": [*langs, *(lang for lang in Lang if lang not in langs)],
            "css": lambda name: self._css(name, page.publication.accent),
            "subject": page.subject,
            "preheader": page.preheader,
            "strings": label_with(self.strings, page.issue.label),
            "rows": arrange(page.issue.articles),
            "shown": page.gallery.host,
            "picture_base": base,
            "html_of": html_of,
            "text_of": text_of,
            "issue_url": issue_url,
            "greeting": lambda lang: slot_token(Slot.GREETING, lang),
            "reason": lambda lang: slot_token(Slot.REASON, lang),
            "unsubscribe_url": slot_token(Slot.UNSUBSCRIBE),
            "preferences_url": slot_token(Slot.PREFERENCES),
        }


def _texts_of(issue: Issue, name: str) -> Mapping[Lang, Markdown] | None:
    notice = issue.notice(name)
    return notice.texts if notice else None


def _fault_at(error: Exception, name: str) -> tuple[str, int | None]:
    """Return the template, and the line, where filling stopped."""
    if isinstance(error, TemplateSyntaxError):
        return f"{FOLDER}{error.name or name}", error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    found = [frame for frame in frames if frame.filename.startswith(FOLDER)]
    return (found[-1].filename, found[-1].lineno) if found else (FOLDER + name, None)


def _said_by(error: Exception) -> Said:
    """Return the message of *error*: a phrase of ours, or the words of Jinja2 or Python."""
    if error.args and isinstance(error.args[0], Phrase):
        return error.args[0]
    words: str = getattr(error, "message", None) or str(error)
    return words.rstrip(".")


def _is_html(name: str | None) -> bool:
    return name is None or not name.endswith(".txt.j2")
