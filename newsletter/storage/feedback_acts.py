"""What an event or a person's decision changes on the list."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from newsletter.dispatch.control import PROGRAM
from newsletter.lang import Lang, language_of
from newsletter.phrases import phrase
from newsletter.storage.acting_readers import find_by_id
from newsletter.storage.open_book import SqlOpenBook
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import leave
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import Cause, Why


def end(
    connection: Connection, reader: Entry, standing: Standing, why: Why, occasion: Occasion
) -> None:
    """Suspend or suppress a reader; no notice is owed for that."""
    ended = replace(reader, standing=standing, standing_since=occasion.now, why=why)
    SqlOpenBook(connection, occasion).update([ended])


def put_back(
    connection: Connection,
    subscriber: SubscriberId | None,
    since: datetime,
    domain: str,
    now: datetime,
) -> None:
    """Put a reader back whom the bounce read at *since* has suppressed: a person decides."""
    reader = find_by_id(connection, subscriber)
    if reader is None or reader.standing is not Standing.SUPPRESSED:
        return
    if reader.why.cause is Cause.BOUNCED and reader.standing_since == since:
        why = Why(None, phrase("feedback.released", domain=domain), PROGRAM)
        back = replace(reader, standing=Standing.ACTIVE, standing_since=now, why=why)
        SqlOpenBook(connection, Occasion(ConsentWay.MAIL, now)).update([back])


def unsubscribe(connection: Connection, reader: Entry, occasion: Occasion, lang: Lang) -> None:
    """
    Unsubscribe a reader who has asked for it, and ask for the notice of the result.

    Args:
        connection: in a transaction.
        reader: who may have left already.
        occasion: when, by a mail or at a service; who of the office has understood the mail.
        lang: of the notice to a reader without a language of their own.
    """
    left = leave(reader, "", occasion.now)
    if left is not reader:
        answers_in = language_of(reader.preference, lang)
        SqlOpenBook(connection, replace(occasion, answers_in=answers_in)).update([left])
