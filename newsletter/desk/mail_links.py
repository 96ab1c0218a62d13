"""The links of the program's mails, and the tab that accepts a code."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.kept_feedback import open_kept
from newsletter.desk.link_keys import LinkKeyring
from newsletter.desk.person_record import find_person, write_person
from newsletter.desk.reader_forms import Fault, Form, FormError, check_settings
from newsletter.desk.reader_requests import ReaderRequests
from newsletter.mails.codes import read_code
from newsletter.mails.mail import Mail, MailForm, MailKind, mail_name_in
from newsletter.message.links import Purpose
from newsletter.subscribers.address import address_of
from newsletter.subscribers.reader_acts import UNDO_DAYS, Change, Confirmed
from newsletter.subscribers.subscriber import Standing, Subscriber

SETTINGS_VALID: Final = timedelta(hours=1)
UNDOING: Final = frozenset({MailKind.LEFT, MailKind.MOVED})


class Changed(StrEnum):
    """The result of changing one's own data."""

    SAVED = "saved"
    MOVING = "moving"  # saved, and the new address is asked to confirm
    GONE = "gone"  # the link was used already


class MailLinks:
    """What the links in mails of the program do; used by many threads."""

    def __init__(
        self,
        site: Site,
        keyring: LinkKeyring,
        requests: ReaderRequests,
        wake: Callable[[], None],
    ) -> None:
        self._clock = site.clock
        self._keyring = keyring
        self._requests = requests
        self._acts = site.records.reader_acts(site.zone())
        self._lookup = site.records.reader_lookup()
        self._records = site.records
        self._kept = open_kept(site)
        self._wake = wake  # called when a mail may be due

    def find_tab(self, token: str) -> Mail | None:
        """Return the request that a tab belongs to; None if it is none, or too old."""
        return self._find(Purpose.TAB, token)

    def find(self, token: str) -> Mail | None:
        """Return the mail of a link /c/TOKEN; None if it is none, or was deleted after a week."""
        return self._find(Purpose.MAIL, token)

    def confirm_by_code(self, tab: Mail, code: str) -> Confirmed:
        """
        Confirm a subscription by a typed code.

        Raises:
            FormError: it is no code; that is no try.
            LedgerError: nothing was recorded.
        """
        digits = read_code(code)
        if digits is None:
            raise FormError([Fault("code", "error_code_form")])
        return self._acts.confirm_by_code(tab.name, digits, self._clock())

    def find_end(self, mail: Mail) -> Confirmed | None:
        """
        Return what became of a link that was used, or is too late to undo anything.

        None: its button still does something. Of links to own data, see `find_owner`.
        """
        if mail.kind is MailKind.SETTINGS:
            return None
        if mail.kind is MailKind.AGREED:
            return Confirmed.GONE
        is_of_readers = mail.kind in (MailKind.LEFT, MailKind.RENEWAL)
        if mail.used_at is not None:
            has_left_again = is_of_readers and not self._is_active(mail)
            return Confirmed.GONE if has_left_again else Confirmed.ALREADY
        if mail.kind is MailKind.RENEWAL and not self._is_active(mail):
            return Confirmed.GONE
        is_late = self._clock() - mail.asked_at > timedelta(days=UNDO_DAYS)
        return Confirmed.GONE if mail.kind in UNDOING and is_late else None

    def confirm(self, mail: Mail) -> Confirmed:
        """Do what a mail asks its reader to confirm; durable on return."""
        now = self._clock()
        match mail.kind:
            case MailKind.SUBSCRIBE:
                return self._acts.confirm(mail, now)
            case MailKind.NEW_ADDRESS:
                confirmed = self._acts.move(mail, now)
                self._wake()
                return confirmed
            case MailKind.MOVED:
                return self._acts.undo_move(mail, now)
            case MailKind.LEFT:
                standing = self._acts.undo_leaving(mail, now)
                return Confirmed.DONE if standing is Standing.ACTIVE else Confirmed.GONE
            case MailKind.RENEWAL:
                return self._acts.renew(mail, now)
            case MailKind.SETTINGS | MailKind.AGREED:
                return Confirmed.GONE  # the first has a form of its own, the second no button

    def is_blocked(self, mail: Mail) -> bool:
        """Whether the address of a mail never wants mail again."""
        return self._lookup.is_blocked(mail.address_key)

    def never_write_again(self, mail: Mail) -> None:
        """Never write to the address of a mail again."""
        self._acts.block(mail, self._clock())

    def find_owner(self, mail: Mail) -> Subscriber | None:
        """Return the reader whose data a fresh link may show; None if it is not valid any more."""
        is_fresh = (
            mail.form is MailForm.SETTINGS
            and mail.used_at is None
            and mail.begun_at is not None
            and self._clock() - mail.begun_at <= SETTINGS_VALID
        )
        reader = self._lookup.find_reader_id(mail) if is_fresh else None
        subscriber = None if reader is None else self._lookup.find_reader(reader)
        if subscriber is None or subscriber.standing is not Standing.ACTIVE:
            return None
        is_its_address = address_of(subscriber.address).key == mail.address_key
        return subscriber if is_its_address else None

    def change(self, mail: Mail, owner: Subscriber, form: Form, peer: str) -> Changed:
        """
        Change a reader's own data by a fresh link, whose validity this ends.

        A new address is asked to confirm first.

        Returns:
            What came of it; GONE if another request has used the link meanwhile.

        Raises:
            FormError: every fault of the form; the link stays valid.
            LedgerError: nothing was recorded.
        """
        wanted = check_settings(form)
        request, new = None, wanted.address
        current = address_of(owner.address)
        if new is not None and new.key != current.key:
            facts = {"old_key": current.key}
            asked = self._requests.make(MailKind.NEW_ADDRESS, mail.lang, new, peer, facts)
            request = replace(asked, reader=owner.id)
        spelling = new.spelling if new is not None and request is None else None
        change = Change(wanted.preference, wanted.name, spelling)
        if not self._acts.use(mail, owner.id, change, self._clock(), request):
            return Changed.GONE
        self._wake()
        return Changed.SAVED if request is None else Changed.MOVING

    def describe(self, owner: Subscriber) -> str:
        """Return everything that is stored about a reader, as JSON for the reader."""
        person = find_person(self._records, self._kept, address_of(owner.address))
        return write_person(person, for_reader=True)

    def _is_active(self, mail: Mail) -> bool:
        reader = self._lookup.find_reader_id(mail)
        subscriber = None if reader is None else self._lookup.find_reader(reader)
        return subscriber is not None and subscriber.standing is Standing.ACTIVE

    def _find(self, purpose: Purpose, token: str) -> Mail | None:
        named = self._keyring.read(purpose, token)
        name = None if named is None else mail_name_in(named)
        return None if name is None else self._lookup.find_mail(name)
