"""Makes pages: a template in the reader's language, as a response that nobody may keep."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flask import Response, request, url_for

from newsletter.desk.reader_forms import Fault
from newsletter.issue.issue import Publication
from newsletter.lang import Lang, Preference
from newsletter.message.page_press import PagePress
from newsletter.message.reader_words import ReaderWords
from newsletter.subscribers.subscriber import Subscriber

STYLESHEET: Final = "pages.css"
FAULTY: Final = 422  # a form with faults
HTML: Final = "text/html; charset=utf-8"
LANGS: Final[Mapping[str, Lang]] = {lang.value: lang for lang in Lang}
PLACES_HELD: Final = 16  # languages, and paths that the application is served below
MESSAGES_HELD: Final = 256  # pages that are the same for many readers
MARK_OF: Final = {  # messages with a drawing above them, see marks.html.j2
    **dict.fromkeys(
        (
            "confirmed",
            "left",
            "left_unlisted",
            "undone",
            "moved",
            "unmoved",
            "renewed",
            "own_saved",
        ),
        "done",
    ),
    **dict.fromkeys(("link_asked", "settings_sent", "own_moving"), "mail"),
}
# Messages after which the form to subscribe is of no use.
COMPLETE: Final = frozenset(
    {*MARK_OF, "already", "never_done", "closed", "taken", "test"} - {"left", "left_unlisted"},
)


@dataclass(frozen=True, slots=True)
class Onward:
    """A link that leads on from a page."""

    label: str
    url: str


class Pages:
    """The pages of one site; thread-safe."""

    def __init__(self, press: PagePress, publication: Publication) -> None:
        self._press = press
        self.publication = publication
        self.agreements = press.agreements
        self.stylesheet = (
            press.templates[STYLESHEET]
            .replace("ACCENT_ON_DARK", press.accent_on_dark)
            .replace("ACCENT", publication.accent)
        )
        self._told = lru_cache(MESSAGES_HELD)(self._tell)
        self.stylesheet_hash = hashlib.sha256(self.stylesheet.encode()).hexdigest()[:16]

    def words(self, lang: Lang) -> ReaderWords:
        """Return the words of a language."""
        return self._press.words[lang]

    def choose_lang(self, own: Preference | Lang | None = None) -> Lang:
        """
        Return the language of a page without one in its path.

        It is the one chosen by a link between the languages, the reader's own, or the browser's.
        """
        asked = LANGS.get(request.args.get("lang", "")) or LANGS.get(own or "")
        if asked is not None:
            return asked
        accepted = request.accept_languages  # of mail programs that post by themselves: none
        best = accepted.best_match(LANGS) if accepted else None
        own_of_all = self.publication.default_preference
        return LANGS.get(best or "") or LANGS.get(own_of_all or "") or next(iter(Lang))

    def page(
        self,
        template: str,
        lang: Lang,
        title: str,
        *,
        faults: Sequence[Fault] = (),
        status: int = 200,
        **values: object,
    ) -> Response:
        """
        Return a page.

        Args:
            template: its file below templates/web/.
            lang: of the page.
            title: its heading.
            faults: of the form that it shows again.
            status: of a page without faults.
            values: what the template shows.
        """
        shown = {**self._shared(lang), "title": title, "errors": faults, **values}
        body = self._press.fill(template, lang, **shown)
        return Response(body, FAULTY if faults else status, content_type=HTML)

    def message(
        self,
        lang: Lang,
        key: str,
        *,
        status: int = 200,
        onward: Onward | None = None,
        also: Iterable[str] = (),
        **fields: str,
    ) -> Response:
        """
        Return a page that says what happened.

        Args:
            lang: of the page.
            key: the texts are ``KEY_title`` and ``KEY_lead``.
            status: of the response.
            onward: where to go on; None: to the form to subscribe, if that is of use.
            also: keys of more paragraphs.
            fields: for the texts' places.
        """
        keys = (f"{key}_lead", *also)
        paragraphs = tuple(self.fill(lang, one, fields) for one in keys)
        if onward is None and key not in COMPLETE:
            onward = self.to_subscribe(lang)
        title, mark = self.words(lang)[f"{key}_title"], MARK_OF.get(key, "")
        told = _Message(lang, title, mark, paragraphs, onward, tuple(self._shared(lang).items()))
        return Response(self._told(told), status, content_type=HTML)

    def button(
        self,
        lang: Lang,
        key: str,
        *,
        asks_reason: bool = False,
        is_grave: bool = False,
        whose: str = "",
        onward: Onward | None = None,
        **fields: str,
    ) -> Response:
        """
        Return a page with one button, which posts to the page's own address.

        Args:
            lang: of the page.
            key: the texts are ``KEY_title``, ``KEY_lead`` and ``KEY_button``.
            asks_reason: whether it has a field for a reason.
            is_grave: whether the button cannot be undone on the web.
            whose: the address that it is about, masked if others may see it; "": not shown.
            onward: another way to go; None: none.
            fields: for the texts' places.
        """
        words = self.words(lang)
        return self.page(
            "button.html.j2",
            lang,
            words[f"{key}_title"],
            paragraphs=[self.fill(lang, f"{key}_lead", fields)],
            whose=whose,
            action=f"?lang={lang}",
            button=words[f"{key}_button"],
            asks_reason=asks_reason,
            is_grave=is_grave,
            onward=onward,
        )

    def fill(self, lang: Lang, key: str, fields: Mapping[str, str]) -> str:
        """Return a text with its places filled; every text may name publication and address."""
        publication = self.publication
        values = {"publication": publication.name[lang], "email": publication.email, **fields}
        return self.words(lang).fill(key, **values)

    def to_subscribe(self, lang: Lang) -> Onward:
        """Return the way to the form."""
        _, url = _places(request.root_path, lang, self.stylesheet_hash)
        return Onward(self.words(lang)["to_subscribe"], url)

    def _shared(self, lang: Lang) -> dict[str, object]:
        """Return what every page shows: of the request, only its language and its place."""
        stylesheet, subscribe_url = _places(request.root_path, lang, self.stylesheet_hash)
        return {
            "is_open": request.endpoint == "subscribing.show_form",
            "stylesheet": stylesheet,
            "subscribe_url": subscribe_url,
            "other_languages": tuple(
                (other.value, _path_in(other)) for other in Lang if other is not lang
            ),
        }

    def _tell(self, told: "_Message") -> str:
        return self._press.fill("message.html.j2", told.lang, **told.shown())


@dataclass(frozen=True, slots=True)
class _Message:
    """Everything that a page of a message shows: it is the same for many readers."""

    lang: Lang
    title: str
    mark: str  # of marks.html.j2; "": none
    paragraphs: tuple[str, ...]
    onward: Onward | None
    shared: tuple[tuple[str, object], ...]

    def shown(self) -> dict[str, object]:
        """Return what the template shows."""
        own = {"title": self.title, "mark": self.mark, "paragraphs": self.paragraphs}
        return {**dict(self.shared), **own, "onward": self.onward, "errors": ()}


@lru_cache(PLACES_HELD)
def _places(root_path: str, lang: Lang, mark: str) -> tuple[str, str]:
    """Return the paths of the style sheet and of the form; *root_path* is in front of both."""
    del root_path  # `url_for` reads it from the request
    stylesheet = url_for("assets.stylesheet", mark=mark)
    return stylesheet, url_for("subscribing.show_form", lang=lang.value)


def _path_in(lang: Lang) -> str:
    """Return the way to this page in another language; it does not repeat a token."""
    arguments = request.view_args or {}
    if request.endpoint and "lang" in arguments:
        return url_for(request.endpoint, **{**arguments, "lang": lang.value})
    return f"?lang={lang}"


def preference_of(reader: Subscriber, publication: Publication) -> Preference:
    """Return the edition that a reader gets."""
    return reader.preference or publication.default_preference or Preference.BOTH
