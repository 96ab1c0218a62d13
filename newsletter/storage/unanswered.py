"""Readers who were asked whether their consent still holds, and did not answer in time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.mails.mail import MailKind
from newsletter.mails.notices import Notice
from newsletter.phrases import phrase
from newsletter.storage.mail_tables import mails
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import subscribers
from newsletter.storage.told_readers import CAME_BACK, NAMES_END
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.renewal import TIME_TO_ANSWER, UNANSWERED, Silence, renewal_due
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import Cause, Why

_READER: Final = subscribers.c
_MAIL: Final = mails.c


def find_unanswered(
    connection: Connection, tells: ColumnElement[bool], zone: tzinfo, now: datetime
) -> Sequence[Notice]:
    """
    Return the notices after which a reader's silence ends the subscription by *now*.

    Only where the mail was accepted and said so, left in good time, and has not come back; and
    where nobody has put the reader back since, or agreed for them again; nor where they have
    confirmed by another mail, or on another list, or have moved since.
    """
    query = (
        select(_MAIL.facts, _MAIL.begun_at, _MAIL.lang, _READER.id, _READER.address)
        .add_columns(_READER.address_key, _READER.consented_at, _READER.reconfirmed_at)
        .join(subscribers, _READER.id == _MAIL.subscriber_id)
        .where(
            _MAIL.kind == MailKind.RENEWAL.value,
            NAMES_END,  # where silence keeps, every reader has such a mail: none is read
            _MAIL.state == State.ACCEPTED.value,
            tells,
            _MAIL.used_at.is_(None),
            _READER.address_key == _MAIL.address_key,
            _READER.standing == Standing.ACTIVE.value,
            _READER.standing_since <= _MAIL.begun_at,
            ~CAME_BACK,
        )
        .order_by(_MAIL.id)
    )
    today = now.astimezone(zone).date()
    found = (_notice_of(row) for row in connection.execute(query) if _means_end(row, zone))
    ended = {one.address_key: one for one in found if one.answer_by and today > one.answer_by}
    return list(ended.values())


def end_subscriptions(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """End the subscriptions at these addresses, as far as they are active."""
    book = SqlOpenBook(connection, Occasion(ConsentWay.SILENCE, now))
    why = Why(Cause.WITHDREW, phrase("subscribers.renewal-unanswered"), UNANSWERED)
    ended = [
        replace(entry, standing=Standing.UNSUBSCRIBED, standing_since=now, why=why)
        for entry in book.find(keys).values()
        if entry.standing is Standing.ACTIVE
    ]
    book.update(ended)


def _means_end(row: Any, zone: tzinfo) -> bool:
    """Return whether silence after a mail ends what it asks about, once its day has passed."""
    facts = row.facts
    if facts["silence"] != Silence.REMOVED:
        return False
    left, until = row.begun_at.astimezone(zone).date(), date.fromisoformat(facts["until"])
    if left + TIME_TO_ANSWER > until:  # earlier versions named a day that was too early
        return False
    is_confirmed = renewal_due(date.fromisoformat(facts["due"])).is_confirmed(
        row.reconfirmed_at, zone
    )
    is_same = row.consented_at == datetime.fromisoformat(facts["agreed"])
    return is_same and not is_confirmed


def _notice_of(row: Any) -> Notice:
    return Notice(
        kind=MailKind.RENEWAL,
        address=row.address,
        address_key=row.address_key,
        reader=SubscriberId(row.id),
        lang=read_word(Lang, _MAIL.lang, row.lang),
        declared_at=row.consented_at,
        due=date.fromisoformat(row.facts["due"]),
        answer_by=date.fromisoformat(row.facts["until"]),
        state=State.ACCEPTED,
    )
