"""
Compares the consent record with the list, and with what an erasure may take out of it.

A chain proves that nothing in it was changed. That its end was cut off, or details were taken out,
shows only by what is stored elsewhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    and_,
    func,
    insert,
    select,
)

from newsletter.storage.consent_tables import consent_begins, consents
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.tables import UtcTime, subscribers
from newsletter.subscribers.consent_proof import Missing
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay, name_person
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
_AGREED: Final = Table(
    "agreed_times",
    MetaData(),
    Column("person", LargeBinary, primary_key=True),
    Column("chain_id", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("at", UtcTime),
    prefixes=["TEMPORARY"],
)

# A look makes these on its connection: see `find_missing`.
TEMPORARY: Final = (_LAST, _AGREED)


class Said(NamedTuple):
    """What the record says of a person."""

    last: frozenset[str]  # the last act in every chain
    # When they agreed, but for leaving that was taken back; None: not known when.
    agreed: frozenset[datetime | None]


class Began(NamedTuple):
    """When the record began."""

    at: datetime | None  # of its first entry, aware UTC; None: there is none
    after_reader: int | None  # the last reader who was there before; None: not known


def find_missing(connection: Connection, looked_at: Callable[[int], None]) -> Missing | None:
    """
    Compare the record with the list; *looked_at* is told how many readers were looked at.

    *connection*: a snapshot with the `TEMPORARY` tables.

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
        said = _find_said(connection, list(names))
        found = (_lacks(row, said[name], began) for name, row in names.items())
        missing += [at for at in found if at is not None]
        done += len(readers)
        looked_at(done)
    missing += _find_ends_of_erased(connection)
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


def _find_said(connection: Connection, names: Sequence[bytes]) -> Mapping[bytes, Said]:
    """Return what the record says of persons; of a stranger, nothing."""
    last = defaultdict[bytes, set[str]](set)
    theirs = select(_LAST.c.person, _LAST.c.act).where(_LAST.c.person.in_(names))
    for person, act in connection.execute(theirs):
        last[bytes(person)].add(act)
    agreed = defaultdict[bytes, set[datetime | None]](set)
    times = select(_AGREED.c.person, _AGREED.c.at).where(_AGREED.c.person.in_(names))
    for person, at in connection.execute(times):
        agreed[bytes(person)].add(at)
    return {name: Said(frozenset(last[name]), frozenset(agreed[name])) for name in names}


def _find_ends_of_erased(connection: Connection) -> Sequence[datetime]:
    """
    Return since when consents have ended of erased people whose last entry is none of that.

    Of whoever has no entry at all nothing is known: a copy may be older than their consent.
    """
    of, missing = erasures.c, list[datetime]()
    query = select(of.address_hash, of.lifted_at, of.standing_cause, of.standing_since)
    newest = {row.address_hash: row for row in connection.execute(query.order_by(of.id))}
    ended = {
        bytes.fromhex(name): row.standing_since
        for name, row in newest.items()
        if row.lifted_at is None and row.standing_cause == Cause.WITHDREW
    }
    names = list(ended)
    for start in range(0, len(names), READERS_AT_A_TIME):
        said = _find_said(connection, names[start : start + READERS_AT_A_TIME])
        missing += [
            ended[name]
            for name, one in said.items()
            if one.last and ConsentAct.ENDED not in one.last
        ]
    return missing


def _keep_last_acts(connection: Connection) -> None:
    """
    Keep in temporary tables each person's last act in every chain, and when they agreed.

    Which of two chains had the last word is not stored: a file is merged while its readers act.
    """
    by_person = (_OF.person, _OF.chain_id)
    number = func.row_number().over(partition_by=by_person, order_by=_OF.place.desc())
    acts = select(_OF.person, _OF.chain_id, _OF.act, number.label("number"))
    of = acts.where(_OF.person.is_not(None)).subquery().c
    last = select(of.person, of.chain_id, of.act).where(of.number == 1)
    connection.execute(insert(_LAST).from_select([one.name for one in _LAST.c], last))
    agreed = select(_OF.person, _OF.chain_id, _OF.place, _OF.at)
    is_new = and_(_OF.act == ConsentAct.AGREED.value, _OF.way != ConsentWay.UNDONE.value)
    agreed = agreed.where(is_new, _OF.person.is_not(None))
    connection.execute(insert(_AGREED).from_select([one.name for one in _AGREED.c], agreed))


def _lacks(row: Row[Any], said: Said, began: Began) -> datetime | None:
    """Return since when the record lacks what the list says of a reader; None: it does not."""
    acts = said.last
    is_new = began.after_reader is not None and row.id > began.after_reader
    if row.standing == Standing.ACTIVE and not acts - {ConsentAct.ENDED}:
        if row.standing_by and not acts:  # a suppressed mailbox that a person let have mail again
            return None
        at: datetime = row.consented_at or row.standing_since
        return at if is_new or (row.consented_at and _is_since(at, began)) else None
    if row.standing == Standing.ACTIVE and _is_redated(row, said, began, is_new=is_new):
        agreed: datetime = row.consented_at or row.standing_since
        return agreed
    if row.standing_cause == Cause.WITHDREW and ConsentAct.ENDED not in acts:
        since: datetime = row.standing_since
        return since if is_new or acts or _is_since(since, began) else None
    return None


def _is_redated(row: Row[Any], said: Said, began: Began, *, is_new: bool) -> bool:
    """Return whether the list dates a consent as no entry does."""
    at = row.consented_at
    if not said.agreed or at in said.agreed:
        return False
    return is_new or (at is not None and _is_since(at, began))


def _is_since(at: datetime, began: Began) -> bool:
    return began.at is not None and at >= began.at
