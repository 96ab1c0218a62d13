"""Takes people out of texts of others: of the office, of servers, of other readers."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    cast,
    false,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy import Text as TextType

from newsletter.errors import ContentError
from newsletter.mails.mail import MailKind
from newsletter.storage import (  # noqa: F401 - part of the metadata, by `TEXTS`
    access_tables,
    breach_tables,
    mail_tables,
)
from newsletter.storage.facts import read_facts
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.mail_tables import mails
from newsletter.storage.personal_columns import ANSWERS, TEXTS
from newsletter.storage.present_columns import Rows
from newsletter.storage.tables import metadata, subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import ERASED, People
from newsletter.subscribers.loose_ats import PERHAPS
from newsletter.subscribers.traces import Sought, domains_of, hash_of, likes_of

# What mails about a move have of the other address: see `mails.mail.MailKind`.
_OTHER_ADDRESS: Final = {MailKind.NEW_ADDRESS.value: "old_key", MailKind.MOVED.value: "new"}


def erase_texts(connection: Connection, rows: Rows, sought: Sought, others: Collection[str]) -> int:
    """Take people out of texts; *others* are senders who had one of their addresses before."""
    changed = 0
    for column in _columns_of(rows, TEXTS):
        text = type_coerce(column, TextType)
        perhaps = or_(text.regexp_match(PERHAPS), _has_name(text, sought))
        stays = others if column is feedback_events.c.sender else ()
        changed += _erase(connection, column, perhaps, sought, stays)
    return changed


def erase_answers(connection: Connection, rows: Rows, sought: Sought, people: People) -> int:
    """
    Take people out of what servers have answered to letters and mails to somebody else.

    There are as many as letters, and most have an @, in the name of a message. So they are looked
    for by the domains of the addresses, as far as these are known.
    """
    known = {hash_of(key, sought.secret) for key in people.keys}
    domains = domains_of(people.keys) if sought.hashes <= known else ()
    changed = 0
    for column in _columns_of(rows, ANSWERS):
        text = type_coerce(column, TextType)
        marks = domains or ("@", "%40")
        named = or_(*(text.icontains(one, autoescape=True) for one in marks))
        changed += _erase(connection, column, or_(named, _has_name(text, sought)), sought, ())
    return changed


def erase_moves(connection: Connection, rows: Rows, sought: Sought) -> int:
    """
    Take people out of the mails of others who have moved from or to one of their addresses.

    A link to move from there leads nowhere then, as since the address is another reader's. A notice
    that has not left yet names the address that its reader has by now.
    """
    of, changed = mails.c, 0
    if not rows.has(of.facts):
        return 0
    facts = cast(of.facts, TextType).label("facts")
    query = select(of.id, of.kind, of.subscriber_id, facts).where(of.kind.in_(_OTHER_ADDRESS))
    for row in connection.execute(query).all():
        found, name = read_facts(row.facts) or {}, _OTHER_ADDRESS[row.kind]
        if not _is_one_of(sought, found.get(name)):
            continue
        query = select(subscribers.c.address).where(subscribers.c.id == row.subscriber_id)
        is_notice = row.kind == MailKind.MOVED.value
        other = connection.execute(query).scalar() if is_notice else None
        kept = {**found, name: ERASED if other is None or _is_one_of(sought, other) else other}
        changed += rows.change(mails, of.id == row.id, {"facts": kept})
    return changed


def _is_one_of(sought: Sought, address: object) -> bool:
    try:
        return isinstance(address, str) and sought.is_theirs(address_of(address).key)
    except ContentError:
        return False


def _columns_of(rows: Rows, names: Mapping[str, frozenset[str]]) -> list[Column[Any]]:
    every = (metadata.tables[table].c[one] for table in names for one in sorted(names[table]))
    return [column for column in every if rows.has(column)]


def _has_name(text: ColumnElement[str], sought: Sought) -> ColumnElement[bool]:
    return or_(
        false(),
        *(text.ilike(like, escape="\\") for name in sought.names for like in likes_of(name)),
    )


def _erase(
    connection: Connection,
    column: Column[Any],
    perhaps: ColumnElement[bool],
    sought: Sought,
    stays: Collection[str],
) -> int:
    """Return how many rows were changed; texts among *stays* are somebody else's own."""
    text, changed = type_coerce(column, TextType), 0
    found = connection.execute(select(text).where(perhaps).distinct()).scalars()
    for before in found.all():
        after = before if before in stays else sought.redact(before)
        if after != before:
            where = and_(column.is_not(None), text == before)
            changed += connection.execute(
                update(column.table).where(where).values({column.name: after})
            ).rowcount
    return changed
