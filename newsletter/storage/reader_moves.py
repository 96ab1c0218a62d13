"""A reader moves to another address, and back: each is one short change."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.errors import ContentError
from newsletter.mails.mail import Door, Mail, MailKind, Request
from newsletter.storage.acting_readers import find_by_id
from newsletter.storage.blocking import find_blocked
from newsletter.storage.mail_rows import add_request, find_mail, mark_used
from newsletter.storage.open_book import SqlOpenBook
from newsletter.subscribers.address import Address
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import READER
from newsletter.subscribers.decisions import change_address
from newsletter.subscribers.reader_acts import UNDO_DAYS, Confirmed
from newsletter.subscribers.subscriber import Standing


def move(connection: Connection, mail: Mail, now: datetime) -> Confirmed:
    """Move a reader to the address of *mail*, and ask for the mail that tells the old one."""
    current = find_mail(connection, mail.name, locks=True)
    entry = find_by_id(connection, mail.reader)
    if current is None or entry is None or entry.standing is not Standing.ACTIVE:
        return Confirmed.GONE
    if current.used_at is not None:
        return Confirmed.ALREADY
    if entry.key != mail.facts.get("old_key"):
        return Confirmed.GONE  # the address was changed since by another link
    if find_blocked(connection, [mail.address_key]):
        return Confirmed.CLOSED
    if not _change_address(connection, entry, mail, now):
        return Confirmed.TAKEN
    told = Request(
        kind=MailKind.MOVED,
        lang=mail.lang,
        address=entry.address,
        address_key=entry.key,
        asked_at=now,
        reader=mail.reader,
        facts={"new": mail.address},
    )
    add_request(connection, told)
    mark_used(connection, mail, now, Door.LINK)
    return Confirmed.DONE


def undo_move(connection: Connection, mail: Mail, now: datetime) -> Confirmed:
    """
    Give a reader the address back that they had before, whatever moves followed.

    Only while the reader is active: a complaint belongs to the address that complained, and whoever
    has left since may ask for a new subscription.
    """
    current = find_mail(connection, mail.name, locks=True)
    entry = find_by_id(connection, mail.reader)
    if current is None or entry is None or now - mail.asked_at > timedelta(days=UNDO_DAYS):
        return Confirmed.GONE
    if current.used_at is not None:
        return Confirmed.ALREADY
    if entry.standing is not Standing.ACTIVE or entry.key == mail.address_key:
        return Confirmed.GONE
    if find_blocked(connection, [mail.address_key]):
        return Confirmed.CLOSED
    if not _change_address(connection, entry, mail, now):
        return Confirmed.TAKEN
    mark_used(connection, mail, now, Door.LINK)
    return Confirmed.DONE


def _change_address(connection: Connection, entry: Entry, mail: Mail, now: datetime) -> bool:
    """Move the reader of *entry* to the address of *mail*; False if it is another reader's."""
    old, new = Address(entry.address, entry.key), Address(mail.address, mail.address_key)
    book = SqlOpenBook(connection, Occasion(ConsentWay.READER, now))
    try:
        change_address(old, new, book, now, "", READER)
    except ContentError:
        return False
    return True
