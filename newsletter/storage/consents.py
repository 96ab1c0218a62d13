"""The consent record in the database: rows are added in the transaction of their change."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Row,
    bindparam,
    delete,
    event,
    func,
    insert,
    select,
)

from newsletter.storage.consent_tables import consent_chains, consents
from newsletter.storage.consents_unsaid import find_unsaid
from newsletter.storage.lasting_keys import KeyPurpose, lasting_key
from newsletter.storage.prepared import prepare
from newsletter.storage.transactions import take_write_lock
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    START,
    ChainId,
    ConsentAct,
    ConsentEntry,
    ConsentWay,
    Declaration,
    Occasion,
    Seal,
    chain_on,
    declarations_of,
    seal_on,
    stand_of,
)
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

PERSON_KEY: Final = "newsletter_address_key"  # in what is known of a connection
NOTED: Final = "newsletter_consents"
CHAIN_LOCK: Final = 0x636F6E73_656E7473  # PostgreSQL; any number that no other lock uses

_OF: Final = consents.c
_Values = dict[str, object]
_SHORT: Final = ("chain_id", "place", "act", "way", "person", "at", "recorded_at", "link")


def _adding(*names: str) -> Insert:
    return insert(consents).values({name: bindparam(name, type_=_OF[name].type) for name in names})


_ADD_SHORT: Final = _adding(*_SHORT)  # the rows of a file, among others
_ADD: Final = _adding(*_SHORT, "lang", "text_hash", "details", "details_hash")
_HEAD: Final = (
    select(_OF.place, _OF.link)
    .where(_OF.chain_id == bindparam("chain"))
    .order_by(_OF.place.desc())
    .limit(1)
)


class ConsentLog:
    """
    Records what the changes of one transaction mean for consent, when it commits.

    Whoever continues a chain holds it until the commit. So that is done last: nobody waits for a
    row meanwhile, and two transactions never wait for each other.
    """

    def __init__(self, connection: Connection, occasion: Occasion) -> None:
        self._connection = connection
        self._occasion = occasion

    def note(self, changes: Iterable[tuple[Entry | None, Entry]]) -> None:
        """Record changes of entries, each before and after."""
        declared = list[Declaration]()
        for before, after in changes:
            stood = None if before is None else stand_of(before)
            declared += declarations_of(after.key, stood, stand_of(after))
        self.add(declared)

    def move(self, moves: Sequence[tuple[Entry, str]]) -> None:
        """
        Record that readers' consents, or their ends, are for other addresses from now on.

        All that ends comes first: one of them may go where another one was.
        """
        moved = replace(self._occasion, way=ConsentWay.MOVED)
        ended, begun = list[Declaration](), list[Declaration]()
        for entry, key in moves:
            if entry.standing is Standing.ACTIVE:
                ended.append(Declaration(entry.key, ConsentAct.ENDED, moved.now))
                begun.append(Declaration(key, ConsentAct.AGREED, entry.consented_at))
            elif entry.why.cause is Cause.WITHDREW:
                begun.append(Declaration(key, ConsentAct.ENDED, entry.standing_since))
        ConsentLog(self._connection, moved).add([*ended, *begun])

    def add(self, declared: Sequence[Declaration]) -> None:
        """Record declarations."""
        if declared:
            secret = _secret_of(self._connection, self._occasion.now)
            noted = self._connection.info.setdefault(NOTED, [])
            noted.append(_Noted(self._occasion, declared, secret))
            if self._occasion.chain != OWN_CHAIN:  # nobody else continues it; a file may be long
                write_noted(self._connection)


def _secret_of(connection: Connection, now: datetime) -> bytes:
    """Return the key that names persons; looked up once for a connection."""
    known: bytes | None = connection.info.get(PERSON_KEY)
    if known is None:
        known = lasting_key(connection, KeyPurpose.ADDRESSES, now)
        connection.info[PERSON_KEY] = known
    return known


class _Noted(NamedTuple):
    """Declarations of a transaction that has not committed yet."""

    occasion: Occasion
    declared: Sequence[Declaration]
    secret: bytes


def record_at_commit(engine: Engine) -> None:
    """Let every commit write what was noted, and every rollback forget it, a new key too."""

    @event.listens_for(engine, "commit")
    def write(connection: Connection) -> None:
        write_noted(connection)

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        connection.info.pop(NOTED, None)
        connection.info.pop(PERSON_KEY, None)


def write_noted(connection: Connection) -> None:
    """Continue the chains with what was noted in this transaction."""
    heads: dict[ChainId, tuple[int, bytes]] = {}
    short, long = list[_Values](), list[_Values]()
    for occasion, noted, secret in connection.info.pop(NOTED, ()):
        chain, declared = occasion.chain, noted
        if occasion.is_repeated:
            declared = find_unsaid(connection, noted, secret)
        if not declared:
            continue
        links, head = heads.get(chain) or take_head(connection, chain)
        common = {"chain_id": chain, "way": occasion.way.value, "recorded_at": occasion.now}
        is_short = occasion.lang is None is occasion.text and not occasion.details
        if not is_short:
            lang = None if occasion.lang is None else occasion.lang.value
            common |= {"lang": lang, "text_hash": occasion.text}
        rows = short if is_short else long
        for place, act, person, at, details, details_hash, link in chain_on(
            declared, occasion, secret, links, head
        ):
            own = {"place": place, "act": act.value, "person": person, "at": at, "link": link}
            if not is_short:
                own |= {"details": details, "details_hash": details_hash}
            rows.append(common | own)
        heads[chain] = place, link
    for statement, rows in ((_ADD_SHORT, short), (_ADD, long)):
        if rows:
            prepare(statement, connection.dialect).execute(connection, rows)


def begin_chain(connection: Connection, import_id: str, file: str, now: datetime) -> Occasion:
    """
    Begin the chain of a file, unless it was begun before; return the occasion of its entries.

    They are recorded as of the time at which the import began, whoever finishes it.
    """
    found = _find_chain(connection, import_id)
    if found is None:
        row = {"import_id": import_id, "file": file, "began_at": now}
        connection.execute(insert(consent_chains).values(row))
        found = _find_chain(connection, import_id)
    assert found is not None  # noqa: S101 - it was just stored
    return Occasion(ConsentWay.IMPORT, found.began_at, chain=ChainId(found.id))


def seal_chain(connection: Connection, import_id: str) -> None:
    """Record in the own chain that the chain of a file is complete."""
    found = _find_chain(connection, import_id)
    if found is None:
        return
    write_noted(connection)
    chain, now = ChainId(found.id), found.began_at
    sealed = Seal(chain, *_head(connection, chain))
    end, link = seal_on(sealed, found.file, now, *take_head(connection, OWN_CHAIN))
    connection.execute(insert(consents).values(values_of(end, link)))


def drop_chain(connection: Connection, import_id: str) -> None:
    """Forget the chain of a file of which nothing came on the list."""
    connection.execute(delete(consent_chains).where(consent_chains.c.import_id == import_id))


def take_head(connection: Connection, chain: ChainId) -> tuple[int, bytes]:
    """
    Return the length of a chain and its last link, which nobody else continues meanwhile.

    Two who continued one link would insert the same place, which the primary key refuses.
    """
    if connection.dialect.name == "sqlite":
        take_write_lock(connection)
    else:
        connection.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK + chain)))
    return _head(connection, chain)


def _head(connection: Connection, chain: ChainId) -> tuple[int, bytes]:
    found = connection.execute(_HEAD, {"chain": chain}).one_or_none()
    return (0, START) if found is None else (found.place, bytes(found.link))


def _find_chain(connection: Connection, import_id: str) -> Row[Any] | None:
    query = select(consent_chains).where(consent_chains.c.import_id == import_id)
    return connection.execute(query).one_or_none()


def values_of(entry: ConsentEntry, link: bytes) -> dict[str, object]:
    """Return the row of an entry."""
    seal = entry.seal
    return {
        "chain_id": entry.chain,
        "place": entry.place,
        "act": entry.act.value,
        "way": entry.way.value,
        "person": entry.person,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "lang": None if entry.lang is None else entry.lang.value,
        "text_hash": entry.text,
        "details": entry.details,
        "details_hash": entry.details_hash,
        "sealed_chain": None if seal is None else seal.chain,
        "sealed_links": None if seal is None else seal.links,
        "sealed_head": None if seal is None else seal.head,
        "link": link,
    }
