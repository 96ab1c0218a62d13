"""What an event or a person's decision changes on the list."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from newsletter.lang import Lang, language_of
from newsletter.storage.open_book import SqlOpenBook
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import leave
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Why


def end(connection: Connection, reader: Entry, standing: Standing, why: Why, now: datetime) -> None:
    """Suspend or suppress a reader; no notice is owed for that."""
    ended = replace(reader, standing=standing, standing_since=now, why=why)
    SqlOpenBook(connection, Occasion(ConsentWay.MAIL, now)).update([ended])


def unsubscribe(
    connection: Connection, reader: Entry, now: datetime, lang: Lang, by: str = ""
) -> None:
    """
    Unsubscribe a reader who has asked for it by mail, and ask for the notice of the result.

    Args:
        connection: in a transaction.
        reader: who may have left already.
        now: aware UTC.
        lang: of the notice to a reader without a language of their own.
        by: who of the office has understood the mail; "": nobody had to.
    """
    left = leave(reader, "", now)
    if left is not reader:
        answers_in = language_of(reader.preference, lang)
        occasion = Occasion(ConsentWay.MAIL, now, by, answers_in=answers_in)
        SqlOpenBook(connection, occasion).update([left])
