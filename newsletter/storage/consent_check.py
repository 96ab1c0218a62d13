"""
Compares the consent record with the list, and with what an erasure may take out of it.

A chain proves that nothing in it was changed. That its end was cut off, or details were taken out,
shows only by what is stored elsewhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.schema import CreateTable

from newsletter.storage.consent_tables import consent_begins, consents
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.tables import subscribers
from newsletter.subscribers.consent_proof import Missing
from newsletter.subscribers.consent_record import ConsentAct, name_person
from newsletter.subscribers.erasing import is_placeholder
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

READERS_AT_A_TIME: Final = 5_000
_OF: Final = consents.c
_LIST: Final = subscribers.c
_LAST: Final = Table(
    "last_consents",
    MetaData(),
    Column("person", LargeBinary, primary_key=True),
    Column("chain_id", Integer, primary_key=True),
    Column("act", Text, nullable=False),
    prefixes=["TEMPORARY"],
)


class Began(NamedTuple):
    """When the record began."""

    at: datetime | None  # of its first entry, aware UTC; None: there is none
    after_reader: int | None  # the last reader who was there before; None: not known


def find_missing(connection: Connection, looked_at: Callable[[int], None]) -> Missing | None:
    """
    Compare the record with the list; *looked_at* is told how many readers were looked at.

    What was agreed, or ended, before the record began stands on the list alone.
    """
    began = Began(
        connection.execute(select(func.min(_OF.recorded_at))).scalar(),
        connection.execute(select(consent_begins.c.after_reader)).scalar(),
    )
    # Without its key nobody is found in the record: every new reader is missing in it.
    secret = find_lasting_key(connection, KeyPurpose.ADDRESSES) or b""
    done, missing = 0, list[datetime]()
    _keep_last_acts(connection)
    for readers in _pages_of(connection):
        names = {name_person(row.address_key, secret): row for row in readers}
        acts = defaultdict[bytes, set[str]](set)
        theirs = select(_LAST.c.person, _LAST.c.act).where(_LAST.c.person.in_(list(names)))
        for person, act in connection.execute(theirs):
            acts[bytes(person)].add(act)
        for name, row in names.items():
            at = _lacks(row, acts[name], began)
            missing += [] if at is None else [at]
        done += len(readers)
        looked_at(done)
    connection.execute(delete(_LAST))
    return Missing(len(missing), min(missing)) if missing else None


def find_erased_names(connection: Connection) -> frozenset[bytes]:
    """Return the names in the record of those who were erased: their details may be gone."""
    hashes = connection.execute(select(erasures.c.address_hash).distinct()).scalars()
    return frozenset(map(bytes.fromhex, hashes))


def _pages_of(connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    query: Select[Any] = select(
        *(_LIST.id, _LIST.address_key, _LIST.standing, _LIST.standing_since),
        *(_LIST.standing_cause, _LIST.consented_at, _LIST.standing_by),
    )
    after = 0
    while rows := connection.execute(
        query.where(_LIST.id > after).order_by(_LIST.id).limit(READERS_AT_A_TIME)
    ).all():
        yield [row for row in rows if not is_placeholder(row.address_key)]
        after = rows[-1].id


def _keep_last_acts(connection: Connection) -> None:
    """
    Keep in a temporary table each person's last act in every chain.

    Which of two chains had the last word is not stored: a file is merged while its readers act.
    """
    by_person = (_OF.person, _OF.chain_id)
    number = func.row_number().over(partition_by=by_person, order_by=_OF.place.desc())
    acts = select(_OF.person, _OF.chain_id, _OF.act, number.label("number"))
    of = acts.where(_OF.person.is_not(None)).subquery().c
    last = select(of.person, of.chain_id, of.act).where(of.number == 1)
    connection.execute(CreateTable(_LAST, if_not_exists=True))  # the connection may be used again
    connection.execute(delete(_LAST))
    connection.execute(insert(_LAST).from_select([one.name for one in _LAST.c], last))


def _lacks(row: Row[Any], acts: set[str], began: Began) -> datetime | None:
    """Return since when the record lacks what the list says of a reader; None: it does not."""
    is_new = began.after_reader is not None and row.id > began.after_reader
    if row.standing == Standing.ACTIVE and not acts - {ConsentAct.ENDED}:
        if row.standing_by and not acts:  # a suppressed mailbox that a person let have mail again
            return None
        at: datetime = row.consented_at or row.standing_since
        return at if is_new or (row.consented_at and _is_since(at, began)) else None
    if row.standing_cause == Cause.WITHDREW and ConsentAct.ENDED not in acts:
        since: datetime = row.standing_since
        return since if is_new or acts or _is_since(since, began) else None
    return None


def _is_since(at: datetime, began: Began) -> bool:
    return began.at is not None and at >= began.at
