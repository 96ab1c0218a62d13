"""The page /p/TOKEN: the language of a reader, and the way to their own data."""

from collections.abc import Sequence

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from newsletter.desk.letter_links import LetterLinks, Unread
from newsletter.desk.reader_forms import Fault, FormError
from newsletter.desk.reader_requests import ReaderRequests
from newsletter.message.links import Purpose
from newsletter.subscribers.reader_acts import mask
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.subscriber import Standing, Subscriber
from newsletter.web.leaving import say_unread
from newsletter.web.pages import Pages, preference_of


class PreferencePages:
    """The page of a reader's settings: whoever has the letter may see it."""

    def __init__(self, letters: LetterLinks, requests: ReaderRequests, pages: Pages) -> None:
        self._letters = letters
        self._requests = requests
        self._pages = pages

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("preferences", __name__)
        routes.get("/p/<token>")(self.show)
        routes.post("/p/<token>")(self.save)
        routes.post("/p/<token>/link")(self.ask_for_settings)
        routes.get("/p/<token>/link")(self.show_again)
        return routes

    def show(self, token: str) -> Response:
        """Show the language, and the address masked."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        return self._settings(token, found[1])

    def save(self, token: str) -> Response | Redirect:
        """Change the language, and nothing else."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        name, reader = found
        try:
            self._letters.change_preference(name, request.form.get("preference", ""))
        except FormError as error:
            return self._settings(token, reader, error.faults)
        lang = self._pages.choose_lang(reader.preference)
        return redirect(url_for("preferences.show", token=token, lang=lang.value, saved="yes"), 303)

    def ask_for_settings(self, token: str) -> Response:
        """Mail a fresh link to the subscribed address, which this page does not show."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        lang = self._pages.choose_lang(found[1].preference)
        self._requests.open_settings(found[1], lang, request.remote_addr or "")
        return self._pages.message(lang, "settings_sent")

    def show_again(self, token: str) -> Redirect:
        """Lead back: the page that follows a request for a link has the other language, too."""
        lang = self._pages.choose_lang()
        return redirect(url_for("preferences.show", token=token, lang=lang.value), 302)

    def _find(self, token: str) -> tuple[ReaderName, Subscriber] | Response:
        """Return the active reader of a link, or the page that says why there is none."""
        name = self._letters.read(Purpose.PREFERENCES, token)
        if isinstance(name, Unread):
            return say_unread(self._pages, self._pages.choose_lang(), name)
        reader = self._letters.find(name)
        if reader is None or reader.standing is not Standing.ACTIVE:
            return self._pages.message(self._pages.choose_lang(), "settings_none")
        return name, reader

    def _settings(self, token: str, reader: Subscriber, faults: Sequence[Fault] = ()) -> Response:
        lang = self._pages.choose_lang(reader.preference)
        return self._pages.page(
            "settings.html.j2",
            lang,
            self._pages.words(lang)["settings_title"],
            faults=faults,
            action=url_for("preferences.save", token=token, lang=lang.value),
            more_action=url_for("preferences.ask_for_settings", token=token, lang=lang.value),
            address=mask(reader.address),
            preference=preference_of(reader, self._pages.publication),
            is_saved="saved" in request.args,
        )
