"""The pages /LANG/subscribe: the form, and the tab that waits for the code."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from newsletter.desk.mail_links import MailLinks
from newsletter.desk.reader_forms import TEXT_CHANGED, Fault, Form, FormError, without_boxes
from newsletter.desk.reader_requests import ReaderRequests
from newsletter.lang import Lang
from newsletter.mails.mail import Mail
from newsletter.subscribers.reader_acts import Confirmed
from newsletter.web.pages import Pages

FAULT_OF: Final = {
    Confirmed.WRONG_CODE: "error_code_wrong",
    Confirmed.NO_MORE_TRIES: "error_code_tries",
}
WORDS_OF: Final = {
    Confirmed.DONE: "confirmed",
    Confirmed.ALREADY: "already",
    Confirmed.CLOSED: "closed",
}


class SubscribingPages:
    """The form, and the tab that waits for a code."""

    def __init__(self, requests: ReaderRequests, mails: MailLinks, pages: Pages) -> None:
        self._requests = requests
        self._mails = mails
        self._pages = pages

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("subscribing", __name__)
        routes.get("/<any(ko,en):lang>/subscribe")(self.show_form)
        routes.post("/<any(ko,en):lang>/subscribe/start")(self.start)
        routes.get("/<any(ko,en):lang>/subscribe/start")(self.show_again)
        routes.post("/<any(ko,en):lang>/subscribe")(self.ask)
        routes.get("/<any(ko,en):lang>/subscribe/<tab>")(self.show_tab)
        routes.post("/<any(ko,en):lang>/subscribe/<tab>")(self.enter_code)
        return routes

    def show_form(self, lang: str) -> Response:
        """Show the form; no box is ticked."""
        return self._form(Lang(lang), Form(preference=lang))

    def start(self, lang: str) -> Response:
        """Show the form with an address that was typed into a form elsewhere; store nothing."""
        address = request.form.get("address", "")
        return self._form(Lang(lang), Form(address=address, preference=lang))

    def show_again(self, lang: str) -> Redirect:
        """Lead to the form: `start` links to itself in the other language."""
        return redirect(url_for("subscribing.show_form", lang=lang), 302)

    def ask(self, lang: str) -> Response | Redirect:
        """Store a request; the page that follows is the same for every address."""
        form = read_form(request.form)
        try:
            tab = self._requests.subscribe(form, Lang(lang), request.remote_addr or "")
        except FormError as error:
            if any(fault.key == TEXT_CHANGED for fault in error.faults):
                form = without_boxes(form)
            return self._form(Lang(lang), form, error.faults)
        return redirect(url_for("subscribing.show_tab", lang=lang, tab=tab), 303)

    def show_tab(self, lang: str, tab: str) -> Response:
        """Show which mail to look for, and the field for its code."""
        asked = self._mails.find_tab(tab)
        if asked is None:
            return say_confirmed(self._pages, Lang(lang), Confirmed.GONE)
        if asked.used_at is not None:
            return say_confirmed(self._pages, Lang(lang), Confirmed.ALREADY)
        return self._tab(Lang(lang), asked)

    def enter_code(self, lang: str, tab: str) -> Response:
        """Confirm by the code of the mail."""
        asked = self._mails.find_tab(tab)
        if asked is None:
            return say_confirmed(self._pages, Lang(lang), Confirmed.GONE)
        try:
            confirmed = self._mails.confirm_by_code(asked, request.form.get("code", ""))
        except FormError as error:
            return self._tab(Lang(lang), asked, error.faults)
        if confirmed in FAULT_OF:
            return self._tab(Lang(lang), asked, [Fault("code", FAULT_OF[confirmed])])
        return say_confirmed(self._pages, Lang(lang), confirmed)

    def _form(self, lang: Lang, form: Form, faults: Sequence[Fault] = ()) -> Response:
        return self._pages.page(
            "subscribe.html.j2",
            lang,
            self._pages.words(lang)["subscribe_title"],
            faults=faults,
            action=url_for("subscribing.ask", lang=lang.value),
            form=form,
            agreement=self._pages.agreements[lang],
        )

    def _tab(self, lang: Lang, asked: Mail, faults: Sequence[Fault] = ()) -> Response:
        return self._pages.page(
            "asked.html.j2",
            lang,
            self._pages.words(lang)["asked_title"],
            faults=faults,
            action=request.script_root + request.path,
            address=asked.address,
        )


def say_confirmed(pages: Pages, lang: Lang, confirmed: Confirmed) -> Response:
    """Return the page that says what came of confirming a subscription."""
    key = WORDS_OF.get(confirmed, "gone")
    return pages.message(lang, key, status=404 if key == "gone" else 200)


def read_form(sent: "MultiDict[str, str]") -> Form:
    """Read the fields of a form; a box is ticked if it was sent at all."""
    return Form(
        address=sent.get("address", ""),
        name=sent.get("name", ""),
        preference=sent.get("preference", ""),
        consent_required="consent_required" in sent,
        consent_name="consent_name" in sent,
        consent_age="consent_age" in sent,
        consent_abroad="consent_abroad" in sent,
        text=sent.get("text"),
    )
