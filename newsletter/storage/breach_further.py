"""Whose data is held beside the list: who wrote, whom earlier notices name, and copies."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import ContentError, LedgerError
from newsletter.lang import EditionKind
from newsletter.mails.breach import EVENTS, HeldAs, Person, Untold
from newsletter.storage.blocking import find_blocked
from newsletter.storage.breach_tables import breach_notices
from newsletter.storage.erased import find_erased
from newsletter.storage.erased_copies import copies_of, opened_copy
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.mail_tables import mails
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import reading
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import ERASED_KEY

NOTICES: Final = "breach_notices"
_AT_ONCE: Final = 2_000  # rows of one query
_KEYED: Final = (subscribers, mails, breach_notices)
_EVENT: Final = feedback_events.c
_NOTICE: Final = breach_notices.c


@dataclass(frozen=True, slots=True)
class Further:
    """People whom neither the list nor a request names."""

    people: Sequence[Person]
    untold: Sequence[Untold]
    kept: frozenset[str]  # file names of the kept mails that are on record


def find_further(connection: Connection) -> Further:
    """
    Find who wrote to the bounce mailbox, and whom earlier notices of a leak name.

    They are told once, in both languages or in those of the earlier notice: but for who was erased,
    or never wants mail again, and for mails whose writers are not known.
    """
    found, untold = dict[str, tuple[Person, str]](), list[Untold]()
    kept = set[str]()
    query = select(_EVENT.sender, _EVENT.kept_as).order_by(_EVENT.id)
    held = query.where(_EVENT.sender.is_not(None) | _EVENT.kept_as.is_not(None))
    for sender, name in connection.execute(held):
        where = f"feedback/{name}" if name else EVENTS
        kept |= {name} if name else set()
        try:
            address = address_of(sender or "")
        except ContentError:
            untold.append(Untold(sender or "", where))
            continue
        person = Person(
            *(address.spelling, address.key, EditionKind.BILINGUAL, None, None), HeldAs.WRITER
        )
        found.setdefault(address.key, (person, where))
    notices = select(_NOTICE.address, _NOTICE.address_key, _NOTICE.edition)
    notices = notices.where(~_NOTICE.address_key.startswith(ERASED_KEY)).order_by(_NOTICE.id)
    for address, key, edition in connection.execute(notices):
        person = Person(address, key, EditionKind(edition), None, None, HeldAs.NOTICE)
        found.setdefault(key, (person, NOTICES))
    people = list[Person]()
    for some in _some(list(found)):
        listed = _keys_in(connection, (subscribers, mails), some)
        closed = find_blocked(connection, some) | find_erased(connection, some).keys()
        for key in some:
            person, where = found[key]
            if key in closed - listed:
                untold.append(Untold(person.address, where))
            elif key not in listed:
                people.append(person)
    return Further(people, untold, frozenset(kept))


def find_strangers(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Return those of *keys* that neither the list, a request, a writer nor a notice has."""
    told = {one.address_key for one in find_further(connection).people}
    known = (_keys_in(connection, (subscribers, mails), some) for some in _some(sorted(keys)))
    return frozenset(keys) - told - frozenset().union(*known)


def find_in_copies(engine: Engine) -> Iterator[Untold]:
    """
    Yield whom only a copy beside the database has, each address once a copy.

    Readers whom the ledger has by the id in links are told at the address of the ledger.
    """
    for copy in copies_of(engine):
        try:
            with opened_copy(copy) as of, of.connect() as there, reading(engine) as here:
                for address in _only_in(there, here):
                    yield Untold(address, copy.name)
        except (SQLAlchemyError, OSError, ValueError, LedgerError):
            yield Untold("", copy.name)  # nobody can say who is in it


def _only_in(there: Connection, here: Connection) -> Iterator[str]:
    rows, seen = Rows(there), set[str]()
    for table in _KEYED:
        if not rows.has(table.c.address_key):
            continue
        has_ids = table is subscribers and rows.has(subscribers.c.reader_id)
        ids = (subscribers.c.reader_id,) if has_ids else ()
        query = select(table.c.id, table.c.address_key, table.c.address, *ids)
        query = query.where(~table.c.address_key.startswith(ERASED_KEY)).order_by(table.c.id)
        after = 0
        while page := there.execute(query.where(table.c.id > after).limit(_AT_ONCE)).all():
            after = page[-1].id
            known = _keys_in(here, _KEYED, [row.address_key for row in page])
            of = subscribers.c.reader_id
            named = [row.reader_id for row in page if has_ids and row.reader_id]
            told = set(here.execute(select(of).where(is_in(of, named))).scalars())
            for row in page:
                is_told = row.address_key in known or (has_ids and row.reader_id in told)
                if not is_told and row.address_key not in seen:
                    seen.add(row.address_key)
                    yield row.address
    if rows.has(_EVENT.sender):
        senders = set(there.execute(select(_EVENT.sender).distinct()).scalars()) - {None}
        for some in _some(sorted(senders)):
            keys = [one.casefold() for one in some]
            known = _keys_in(here, _KEYED, keys) | _writers_in(here, keys)
            yield from (
                one
                for one, key in zip(some, keys, strict=True)
                if key not in known and key not in seen
            )


def _keys_in(
    connection: Connection, tables: Collection[Table], keys: Collection[str]
) -> frozenset[str]:
    """Return those of *keys* that one of the tables has."""
    found = set[str]()
    for table in tables:
        of = table.c.address_key
        found |= set(connection.execute(select(of).where(is_in(of, keys)).distinct()).scalars())
    return frozenset(found)


def _writers_in(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    of = func.lower(_EVENT.sender)
    return frozenset(connection.execute(select(of).where(is_in(of, keys))).scalars())


def _some(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
