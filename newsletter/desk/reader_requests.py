"""Requests of readers: each is one row, and the same one, whatever the address is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from newsletter.app.reader_pages import make_agreements, read_legal
from newsletter.app.site import Site
from newsletter.desk.link_keys import LinkKeyring
from newsletter.desk.reader_forms import Form, check_address, check_subscription
from newsletter.lang import Lang
from newsletter.mails.limits import network_of
from newsletter.mails.mail import MailKind, Request
from newsletter.message.links import Purpose
from newsletter.subscribers.address import Address, address_of
from newsletter.subscribers.subscriber import Standing, Subscriber


class ReaderRequests:
    """Stores what readers ask for; the thread that sends mails decides what becomes of it."""

    def __init__(self, site: Site, keyring: LinkKeyring, wake: Callable[[], None]) -> None:
        """Read what forms ask to agree to, and keep it: requests name it by its hash."""
        self._clock = site.clock
        self._keyring = keyring
        self._acts = site.records.reader_acts(site.zone())
        self._agreements = make_agreements(site, read_legal(site))
        site.records.consent_texts().keep(self._agreements.values(), site.clock())
        self._wake = wake  # called when a mail may be due

    def subscribe(self, form: Form, lang: Lang, peer: str) -> str:
        """
        Store a request to subscribe; return the token of the tab that accepts the code.

        Args:
            form: as it was sent.
            lang: of the page, and so of the mail.
            peer: the IP address that it came from.

        Raises:
            FormError: every fault of the form.
            LedgerError: nothing was recorded.
        """
        agreement = self._agreements[lang]
        asked = check_subscription(form, agreement)
        boxes = [box for box in agreement.boxes if getattr(form, box)]
        facts = {
            "name": asked.name,
            "preference": asked.preference,
            "text": agreement.hash,
            "boxes": boxes,
        }
        request = self.make(MailKind.SUBSCRIBE, lang, asked.address, peer, facts)
        self._store(request)
        return self._keyring.links.token(Purpose.TAB, request.name)

    def mail_link(self, text: str, lang: Lang, peer: str) -> None:
        """
        Store a request for new links to an address; nobody is told whether it is subscribed.

        Raises:
            FormError: the address is none.
            LedgerError: nothing was recorded.
        """
        self._store(self.make(MailKind.SETTINGS, lang, check_address(text), peer))

    def open_settings(self, reader: Subscriber, lang: Lang, peer: str) -> None:
        """Store a request for a link to a reader's own data; it goes to the subscribed address."""
        if reader.standing is Standing.ACTIVE:
            asked = self.make(MailKind.SETTINGS, lang, address_of(reader.address), peer)
            self._store(replace(asked, reader=reader.id))

    def make(
        self,
        kind: MailKind,
        lang: Lang,
        address: Address,
        peer: str,
        facts: Mapping[str, Any] | None = None,
    ) -> Request:
        """Make a request of now, with the network that it came from."""
        return Request(
            kind=kind,
            lang=lang,
            address=address.spelling,
            address_key=address.key,
            asked_at=self._clock(),
            facts=facts or {},
            network=network_of(peer),
        )

    def _store(self, request: Request) -> None:
        self._acts.ask(request)
        self._wake()
