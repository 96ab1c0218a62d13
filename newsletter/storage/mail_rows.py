"""Rows of mails: written and read, without deciding anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.mails.mail import (
    Door,
    Mail,
    MailForm,
    MailKind,
    MailName,
    Request,
    Skip,
)
from newsletter.phrases import read_said
from newsletter.storage.at_commit import insert_later
from newsletter.storage.mail_tables import funnel_counts, mails
from newsletter.storage.stored_words import read_word
from newsletter.subscribers.subscriber import SubscriberId

_COLUMNS: Final = mails.c
FIELDS: Final = (
    *(_COLUMNS.id, _COLUMNS.name, _COLUMNS.kind, _COLUMNS.lang, _COLUMNS.address),
    *(_COLUMNS.address_key, _COLUMNS.subscriber_id, _COLUMNS.facts, _COLUMNS.network),
    *(_COLUMNS.asked_at, _COLUMNS.state, _COLUMNS.form, _COLUMNS.attempts, _COLUMNS.begun_at),
    *(_COLUMNS.answered_at, _COLUMNS.due_at, _COLUMNS.answer, _COLUMNS.tries),
    *(_COLUMNS.used_at, _COLUMNS.door),
)
_ASKED: Final = (
    *("name", "kind", "lang", "address", "address_key", "subscriber_id", "facts", "network"),
    *("asked_at", "state", "attempts", "tries"),
)
_ADD: Final = insert(mails).values({name: bindparam(name) for name in _ASKED})


def add_request(connection: Connection, request: Request) -> None:
    """
    Insert a request, at the commit: the same statement for every kind and address.

    Requests of many readers who act at the same time are one statement, too.
    """
    insert_later(connection, _ADD, _row_of(request))


def add_settled(connection: Connection, request: Request) -> None:
    """Insert a request that nothing is sent for, because its reader was told by another way."""
    settled = {"state": State.SKIPPED.value, "reason": Skip.SETTLED.value}
    connection.execute(insert(mails).values(_row_of(request) | settled))


def _row_of(request: Request) -> dict[str, Any]:
    return {
        "name": request.name,
        "kind": request.kind.value,
        "lang": request.lang.value,
        "address": request.address,
        "address_key": request.address_key,
        "subscriber_id": request.reader,
        "facts": dict(request.facts),
        "network": request.network,
        "asked_at": request.asked_at,
        "state": State.PENDING.value,
        "attempts": 0,
        "tries": 0,
    }


def find_mail(connection: Connection, name: MailName, *, locks: bool = False) -> Mail | None:
    """Return the mail of this name; *locks*: PostgreSQL locks it until the transaction ends."""
    query = select(*FIELDS).where(_COLUMNS.name == name)
    row = connection.execute(query.with_for_update() if locks else query).one_or_none()
    return None if row is None else mail_of(row)


def mail_of(row: Sequence[Any]) -> Mail:
    """Return the mail of a row of `FIELDS`."""
    (number, name, kind, lang, address, address_key, reader, facts, network, *rest) = row
    asked_at, state, form, attempts, begun_at, answered_at, due_at, answer, *last = rest
    tries, used_at, door = last
    return Mail(
        id=number,
        name=MailName(name),
        kind=read_word(MailKind, _COLUMNS.kind, kind),
        lang=read_word(Lang, _COLUMNS.lang, lang),
        address=address,
        address_key=address_key,
        reader=None if reader is None else SubscriberId(reader),
        facts=facts,
        network=network,
        asked_at=asked_at,
        state=State(state),
        form=read_word(MailForm, _COLUMNS.form, form) if form else None,
        attempts=attempts,
        begun_at=begun_at,
        answered_at=answered_at,
        due_at=due_at,
        answer=read_said(answer),
        tries=tries,
        used_at=used_at,
        door=read_word(Door, _COLUMNS.door, door) if door else None,
    )


def mark_used(connection: Connection, mail: Mail, now: datetime, door: Door | None = None) -> None:
    """Record that its reader has done what the mail offers."""
    connection.execute(
        update(mails)
        .where(_COLUMNS.id == mail.id)
        .values(used_at=now, door=None if door is None else door.value)
    )


def take_requests_along(connection: Connection, key: str, reader: int) -> None:
    """Note whose the requests of an address are, before its reader leaves it for another."""
    are_theirs = and_(_COLUMNS.address_key == key, _COLUMNS.subscriber_id.is_(None))
    connection.execute(update(mails).where(are_theirs).values(subscriber_id=reader))


def count_wrong_code(connection: Connection, mail: Mail) -> None:
    """Count a wrong code in the tab of a request."""
    connection.execute(
        update(mails).where(_COLUMNS.id == mail.id).values(tries=_COLUMNS.tries + literal(1))
    )


def count_step(connection: Connection, month: str, step: str) -> None:
    """Add one to a count of the funnel."""
    is_sqlite = connection.dialect.name == "sqlite"
    added = (sqlite if is_sqlite else postgresql).insert(funnel_counts)
    row = added.values(month=month, step=step, count=1)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["month", "step"],
            set_={"count": funnel_counts.c.count + literal(1)},
        )
    )
