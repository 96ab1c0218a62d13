"""The pages /c/TOKEN: what the reader of one of the program's mails can do with it."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request, url_for

from newsletter.desk.mail_links import Changed, MailLinks
from newsletter.desk.reader_forms import Fault, Form, FormError
from newsletter.lang import Lang
from newsletter.mails.mail import Mail, MailKind
from newsletter.subscribers.reader_acts import Confirmed
from newsletter.subscribers.subscriber import Subscriber
from newsletter.web.pages import Pages, preference_of
from newsletter.web.subscribing import read_form, say_confirmed

# By what was asked for: the words of the page with the button, of the one after it, and of the one
# for a link that is too late.
BUTTON: Final = {
    MailKind.SUBSCRIBE: ("confirm", "confirmed", "gone"),
    MailKind.LEFT: ("undo", "undone", "undo_late"),
    MailKind.NEW_ADDRESS: ("move", "moved", "gone"),
    MailKind.MOVED: ("unmove", "unmoved", "undo_late"),
    MailKind.RENEWAL: ("renew", "renewed", "renew_late"),
    MailKind.AGREED: ("confirm", "already", "gone"),  # has no link of this kind
}
REFUSED: Final = {Confirmed.TAKEN: "taken", Confirmed.CLOSED: "closed"}
DONE: Final = frozenset({Confirmed.DONE, Confirmed.ALREADY})


class MailLinkPages:
    """The pages of links in mails of the program."""

    def __init__(self, mails: MailLinks, pages: Pages) -> None:
        self._mails = mails
        self._pages = pages

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("mail_links", __name__)
        routes.get("/c/<token>")(self.show)
        routes.post("/c/<token>")(self.act)
        routes.get("/c/<token>/never")(self.show_never)
        routes.post("/c/<token>/never")(self.never)
        routes.get("/c/<token>/data")(self.download)
        return routes

    def show(self, token: str) -> Response:
        """
        Show a button, or the form of a reader's own data; opening changes nothing.

        A link that has done its work says so again: a button would look as if it had not.
        """
        found = self._find(token)
        if isinstance(found, Response):
            return found
        mail, lang = found
        if mail.kind is MailKind.SETTINGS:
            return self._show_own(token, mail, lang)
        end = self._mails.find_end(mail)
        if end is not None:
            return self._say(lang, mail, end)
        return self._pages.button(lang, BUTTON[mail.kind][0], address=mail.address)

    def act(self, token: str) -> Response:
        """Do what the button says."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        mail, lang = found
        if mail.kind is MailKind.SETTINGS:
            return self._change_own(token, mail, lang)
        return self._say(lang, mail, self._mails.confirm(mail))

    def show_never(self, token: str) -> Response:
        """Show the button that ends all mail to an address."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        mail, lang = found
        if self._mails.is_blocked(mail):
            return self._pages.message(lang, "never_done")
        return self._pages.button(lang, "never", is_grave=True, address=mail.address)

    def never(self, token: str) -> Response:
        """End all mail to an address."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        mail, lang = found
        self._mails.never_write_again(mail)
        return self._pages.message(lang, "never_done")

    def download(self, token: str) -> Response:
        """Return everything that is stored about the reader, as JSON (PIPA, Art. 35)."""
        found = self._find(token)
        if isinstance(found, Response):
            return found
        mail, lang = found
        owner = self._mails.find_owner(mail)
        if owner is None:
            return self._say_old(lang)
        answer = Response(
            self._mails.describe(owner) + "\n", content_type="application/json; charset=utf-8"
        )
        answer.headers["Content-Disposition"] = 'attachment; filename="newsletter.json"'
        return answer

    def _find(self, token: str) -> tuple[Mail, Lang] | Response:
        """Return the mail of a link and its page's language, or the page that says it is gone."""
        mail = self._mails.find(token)
        if mail is None:
            return say_confirmed(self._pages, self._pages.choose_lang(), Confirmed.GONE)
        return mail, self._pages.choose_lang(mail.lang)

    def _show_own(self, token: str, mail: Mail, lang: Lang) -> Response:
        owner = self._mails.find_owner(mail)
        if owner is None:
            return self._say_old(lang)
        form = Form(name=owner.name, preference=preference_of(owner, self._pages.publication))
        return self._own_page(lang, token, owner, form)

    def _change_own(self, token: str, mail: Mail, lang: Lang) -> Response:
        owner = self._mails.find_owner(mail)
        if owner is None:
            return self._say_old(lang)
        form = read_form(request.form)
        try:
            changed = self._mails.change(mail, owner, form, request.remote_addr or "")
        except FormError as error:
            return self._own_page(lang, token, owner, form, error.faults)
        if changed is Changed.GONE:
            return self._say_old(lang)
        return self._pages.message(lang, f"own_{changed}")

    def _own_page(
        self, lang: Lang, token: str, owner: Subscriber, form: Form, faults: Sequence[Fault] = ()
    ) -> Response:
        return self._pages.page(
            "own.html.j2",
            lang,
            self._pages.words(lang)["own_title"],
            faults=faults,
            action=url_for("mail_links.act", token=token, lang=lang.value),
            data_url=url_for("mail_links.download", token=token),
            address=owner.address,
            form=form,
        )

    def _say(self, lang: Lang, mail: Mail, confirmed: Confirmed) -> Response:
        if mail.kind is MailKind.SUBSCRIBE:
            return say_confirmed(self._pages, lang, confirmed)
        if confirmed in REFUSED:
            return self._pages.message(lang, REFUSED[confirmed])
        _, done, late = BUTTON[mail.kind]
        return self._pages.message(lang, done if confirmed in DONE else late)

    def _say_old(self, lang: Lang) -> Response:
        return self._pages.message(lang, "settings_gone", status=404)
