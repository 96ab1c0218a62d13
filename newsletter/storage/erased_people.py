"""Finds in the rows of a database, of this program or an older one, who is to be erased."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, Table, and_, or_, select

from newsletter.errors import ContentError
from newsletter.phrases import Phrase, read_said
from newsletter.storage.breach_tables import breach_notices
from newsletter.storage.import_tables import imported_rows
from newsletter.storage.mail_tables import mails
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.senders import find_senders
from newsletter.storage.tables import deliveries, rehearsed_deliveries, subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import ERASED_KEY, People, is_placeholder
from newsletter.subscribers.traces import Sought, hash_of, placeholder_of
from newsletter.subscribers.why import Cause

SENT: Final = (deliveries, rehearsed_deliveries)
# The tables with the keys of people's addresses; events name who wrote, too: see `senders`.
KEYED: Final = (
    *(subscribers, mails, imported_rows, deliveries, rehearsed_deliveries, breach_notices),
)
SOME: Final = 500  # rows in memory at a time


def find_people(connection: Connection, keys: Collection[str]) -> People:
    """Find the readers of addresses, with the addresses that they have left for these."""
    rows = Rows(connection)
    found = with_left(connection, keys)
    of = subscribers.c
    ids, names = set[int](), set[str]()
    for row in connection.execute(select(of.id, of.name).where(is_in(of.address_key, found))):
        ids.add(row.id)
        names.add(row.name)
    if rows.has(mails.c.facts):
        theirs = or_(is_in(mails.c.address_key, found), is_in(mails.c.subscriber_id, ids))
        asked = select(mails.c.facts, mails.c.address_key).where(theirs)
        for facts, key in connection.execute(asked).all():
            names.add(str(facts.get("name") or ""))
            # Where they wanted to move to; whoever else is there, or wants to be, stays.
            if not (_is_anothers(connection, key, ids) or _is_wanted(connection, rows, key, ids)):
                found.add(key)
    if rows.has(imported_rows.c.name):
        theirs = is_in(imported_rows.c.address_key, found)
        names |= set(connection.execute(select(imported_rows.c.name).where(theirs)).scalars())
    for table in SENT:
        if rows.has(table.c.address_key):
            sent = select(table.c.address_key).where(is_in(table.c.subscriber_id, ids))
            found |= {
                key
                for key in connection.execute(sent).scalars()
                if not key.startswith(ERASED_KEY) and not _is_anothers(connection, key, ids)
            }
    return People(frozenset(ids), frozenset(found), frozenset(names - {""}))


def find_keys(connection: Connection, sought: Sought, tables: Iterable[Table]) -> set[str]:
    """Find the addresses of people who are known by hashes alone."""
    rows, found = Rows(connection), set[str]()
    for table in tables:
        if rows.has(table.c.address_key):
            keys = connection.execute(
                select(table.c.address_key).distinct(), execution_options={"yield_per": SOME}
            )
            found |= {key for key in keys.scalars() if sought.is_theirs(key)}
    return found


def find_all_keys(connection: Connection, sought: Sought) -> set[str]:
    """Find the same wherever a database has them: also of whoever only wrote, or was told."""
    wrote = {key for key in find_senders(connection) if sought.is_theirs(key)}
    return find_keys(connection, sought, KEYED) | wrote


def keys_held(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return those of the addresses that a database holds anywhere."""
    rows, held = Rows(connection), find_senders(connection).keys() & set(keys)
    for table in KEYED:
        of = table.c.address_key
        if rows.has(of):
            held |= set(connection.execute(select(of).where(is_in(of, keys)).distinct()).scalars())
    return {key for key in held if not is_placeholder(key)}


def find_placeholders(connection: Connection, hashes: Iterable[str]) -> frozenset[int]:
    """Return the numbers of the rows that stand for people who were erased."""
    of, found = subscribers.c, set[int]()
    for hashed in hashes:
        own = placeholder_of(hashed)
        is_its = or_(of.address_key == own, of.address_key.startswith(f"{own}:"))
        found |= set(connection.execute(select(of.id).where(is_its)).scalars())
    return frozenset(found)


def _is_anothers(connection: Connection, key: str, ids: Collection[int]) -> bool:
    """Return whether an address that a reader once had is another reader's now."""
    query = select(subscribers.c.id).where(subscribers.c.address_key == key)
    owner = connection.execute(query).scalar()
    return owner is not None and owner not in ids


def _is_wanted(connection: Connection, rows: Rows, key: str, ids: Collection[int]) -> bool:
    """Return whether somebody else has asked for something at an address, or is imported to it."""
    of = mails.c
    stranger = and_(of.subscriber_id.is_(None), of.used_at.is_(None))
    asked = select(of.id).where(of.address_key == key)
    asked = asked.where(or_(stranger, of.subscriber_id.not_in(list(ids))))
    if connection.execute(asked.limit(1)).first() is not None:
        return True
    if not rows.has(imported_rows.c.address_key):
        return False
    row = imported_rows.c
    imported = select(row.id).where(row.address_key == key)
    imported = imported.where(or_(row.subscriber_id.is_(None), row.subscriber_id.not_in(list(ids))))
    return connection.execute(imported.limit(1)).first() is not None


def with_left(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return addresses with those that their readers have left for them."""
    rows, found = Rows(connection), set(keys)
    while further := _find_left_for(connection, rows, found) - found:
        found |= further
    return found


def _find_left_for(connection: Connection, rows: Rows, keys: Collection[str]) -> set[str]:
    """Return the addresses that their readers have left for one of *keys*."""
    of = subscribers.c
    if not rows.has(of.standing_cause):
        return set()
    query = select(of.address_key, of.standing_because).where(
        of.standing_cause == Cause.MOVED.value
    )
    return {row.address_key for row in connection.execute(query) if moved_to(row[1]) in keys}


def moved_to(because: str | None) -> str | None:
    """Return the key of the address that the reader of a row has moved to."""
    return target_of(read_said(because))


def target_of(said: Phrase | str) -> str | None:
    """Return the key of the address that the reason of a move names; None: it was erased."""
    address = said.fields.get("address") if isinstance(said, Phrase) else None
    try:
        return address_of(str(address)).key if address else None
    except ContentError:
        return None


def with_names(sought: Sought, people: People) -> Sought:
    """Return *sought* with what is known of the people from their rows."""
    hashes = {hash_of(key, sought.secret) for key in people.keys}
    return replace(sought, hashes=sought.hashes | hashes, names=sought.names | people.names)
