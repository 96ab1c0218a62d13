"""The pages /u/TOKEN and /LANG/link: leave by one button, by one click, or get a new link."""

from collections.abc import Sequence

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import HTTPException

from newsletter.desk.letter_links import LetterLinks, Unread
from newsletter.desk.reader_forms import Fault, FormError
from newsletter.desk.reader_requests import ReaderRequests
from newsletter.lang import Lang
from newsletter.message.links import Purpose
from newsletter.subscribers.consenting import READER
from newsletter.subscribers.reader_acts import mask
from newsletter.subscribers.subscriber import Standing
from newsletter.web.pages import Onward, Pages


class LeavingPages:
    """The page of an unsubscribe link, and the form for a new one."""

    def __init__(self, letters: LetterLinks, requests: ReaderRequests, pages: Pages) -> None:
        self._letters = letters
        self._requests = requests
        self._pages = pages

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("leaving", __name__)
        routes.get("/u/<token>")(self.show_button)
        routes.post("/u/<token>")(self.leave)
        routes.get("/<any(ko,en):lang>/link")(self.show_link_form)
        routes.post("/<any(ko,en):lang>/link")(self.ask_for_link)
        return routes

    def show_button(self, token: str) -> Response:
        """
        Show one button; opening the page changes nothing (RFC 8058, section 2).

        To a reader who has left it says so: a button would look as if they had not.
        """
        reader = self._letters.read(Purpose.UNSUBSCRIBE, token)
        if isinstance(reader, Unread):
            return say_unread(self._pages, self._pages.choose_lang(), reader)
        found = self._letters.find(reader)
        lang = self._pages.choose_lang(None if found is None else found.preference)
        if found is not None and found.standing is Standing.UNSUBSCRIBED:
            if found.why.by != READER:  # an office or an import did it, and no mail has said so
                return self._pages.message(lang, "settings_none")
            return self._say_left(lang)
        instead = url_for(
            "preferences.show", token=self._letters.preferences_token(reader), lang=lang.value
        )
        return self._pages.button(
            lang,
            "leave",
            asks_reason=True,
            whose="" if found is None else mask(found.address),
            onward=Onward(self._pages.words(lang)["leave_instead"], instead),
        )

    def leave(self, token: str) -> Response:
        """
        Unsubscribe, whatever the body, its type, the user agent or the cookies are.

        RFC 8058, section 3.2: mail programs send the POST without any context. There is no
        redirect, and the answer is the same for a reader who has left already.
        """
        if answer := self._letters.answer_dry_run(token):
            return Response(answer, content_type="text/plain")
        reader = self._letters.read(Purpose.UNSUBSCRIBE, token)
        lang = self._pages.choose_lang()
        if isinstance(reader, Unread):
            return say_unread(self._pages, lang, reader)
        left = self._letters.leave(reader, _read_reason(), lang)
        if left is None:
            return self._pages.message(lang, "left_unlisted")
        return self._say_left(self._pages.choose_lang(left.preference))

    def show_link_form(self, lang: str) -> Response:
        """Show the form that mails new links."""
        return link_form(self._pages, Lang(lang), "link")

    def ask_for_link(self, lang: str) -> Response:
        """Ask for a new link; the page is the same for every address."""
        address = request.form.get("address", "")
        try:
            self._requests.mail_link(address, Lang(lang), request.remote_addr or "")
        except FormError as error:
            return link_form(self._pages, Lang(lang), "link", address, error.faults)
        return self._pages.message(Lang(lang), "link_asked")

    def _say_left(self, lang: Lang) -> Response:
        return self._pages.message(lang, "left", also=("left_undo",))


def say_unread(pages: Pages, lang: Lang, unread: Unread) -> Response:
    """Return the page of a link that names no reader; it never claims success."""
    if unread is Unread.TEST:
        return pages.message(lang, "test")
    return link_form(pages, lang, "damaged")


def link_form(
    pages: Pages, lang: Lang, key: str, address: str = "", faults: Sequence[Fault] = ()
) -> Response:
    """Return the form that mails new links; *key*: "damaged" after a link that cannot be read."""
    return pages.page(
        "link.html.j2",
        lang,
        pages.words(lang)[f"{key}_title"],
        faults=faults,
        action=url_for("leaving.ask_for_link", lang=lang.value),
        address=address,
        key=key,
    )


def _read_reason() -> str:
    """Return the reason, if the body is a form that can be read; never refuse a body."""
    try:
        if b"reason" not in request.get_data():  # a mail program's: nothing to be parsed
            return ""
        return request.form.get("reason", "")
    except (HTTPException, ValueError):
        return ""
