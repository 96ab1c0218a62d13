"""The result of a declaration is told: asked for in the transaction that records it."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, select

from newsletter.lang import language_of
from newsletter.mails.mail import MailKind, Request
from newsletter.storage.mail_rows import add_request
from newsletter.storage.tables import subscribers
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import (
    ConsentAct,
    Occasion,
    declaration_of,
    stand_of,
)
from newsletter.subscribers.renewal import LOOK_BACK
from newsletter.subscribers.subscriber import Standing, SubscriberId

_KIND_OF: Final = {ConsentAct.AGREED: MailKind.AGREED, ConsentAct.ENDED: MailKind.LEFT}


def ask_for_results(
    connection: Connection, occasion: Occasion, changes: Iterable[tuple[Entry | None, Entry]]
) -> None:
    """
    Ask for the notices of what readers declared (Network Act, Article 50(7)).

    Whose mailbox refuses mail, or whoever complained, is told nothing; and nobody of a consent that
    they gave more than 14 days ago. Who was a reader here and has left is told so, however late.
    """
    lang = occasion.answers_in
    if lang is None:
        return
    for before, after in changes:
        stood = None if before is None else stand_of(before)
        declared = declaration_of(after.key, stood, stand_of(after))
        if declared is None or declared.at is None:
            continue
        is_old = occasion.now - declared.at > LOOK_BACK
        was_reader = before is not None and before.standing is Standing.ACTIVE
        if is_old and (declared.act is ConsentAct.AGREED or not was_reader):
            continue
        if after.standing is Standing.SUPPRESSED:
            continue
        result = Request(
            kind=_KIND_OF[declared.act],
            lang=language_of(after.preference, lang),
            address=after.address,
            address_key=after.key,
            asked_at=max(occasion.now, declared.at),
            reader=after.id or _find_number(connection, after.key),
            facts={"since": declared.at.isoformat()},
        )
        add_request(connection, result)


def _find_number(connection: Connection, key: str) -> SubscriberId:
    query = select(subscribers.c.id).where(subscribers.c.address_key == key)
    return SubscriberId(connection.execute(query).scalar_one())
