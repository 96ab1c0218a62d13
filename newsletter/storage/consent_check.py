"""
Compares the consent record with the list, and with what an erasure may take out of it.

A chain proves that nothing in it was changed. That its end was cut off, or details were taken out,
shows only by what is stored elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    case,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.schema import CreateTable

from newsletter.storage.consent_tables import consents
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.tables import UtcTime, subscribers
from newsletter.subscribers.consent_proof import Missing
from newsletter.subscribers.consent_record import OWN_CHAIN, ConsentAct, name_person
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
    Column("is_own", Boolean, primary_key=True),
    Column("act", Text, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    prefixes=["TEMPORARY"],
)


def find_missing(connection: Connection, looked_at: Callable[[int], None]) -> Missing | None:
    """
    Compare the record with the list; *looked_at* is told how many readers were looked at.

    What was agreed, or ended, before the record began stands on the list alone.
    """
    began = connection.execute(select(func.min(_OF.recorded_at))).scalar()
    secret = find_lasting_key(connection, KeyPurpose.ADDRESSES)
    if began is None or secret is None:
        return None
    done, missing = 0, list[datetime]()
    _keep_last_acts(connection)
    for readers in _pages_of(connection):
        names = {name_person(row.address_key, secret): row for row in readers}
        theirs = select(_LAST).where(_LAST.c.person.in_(list(names)))
        newest = connection.execute(theirs.order_by(_LAST.c.recorded_at, _LAST.c.is_own))
        acts = {bytes(row.person): row.act for row in newest}
        for name, row in names.items():
            at = _lacks(row, acts.get(name), began)
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
        *(_LIST.standing_cause, _LIST.consented_at),
    )
    after = 0
    while rows := connection.execute(
        query.where(_LIST.id > after).order_by(_LIST.id).limit(READERS_AT_A_TIME)
    ).all():
        yield [row for row in rows if not is_placeholder(row.address_key)]
        after = rows[-1].id


def _keep_last_acts(connection: Connection) -> None:
    """
    Keep in a temporary table each person's last own act, and the last one of a file.

    Own acts follow each other in their chain, whatever the clock said. A file's are as old as its
    import.
    """
    is_own = (_OF.chain_id == OWN_CHAIN).label("is_own")
    newest = (case((is_own, None), else_=_OF.recorded_at).desc(), _OF.place.desc())
    number = func.row_number().over(partition_by=(_OF.person, is_own), order_by=newest)
    acts = select(_OF.person, is_own, _OF.act, _OF.recorded_at, number.label("number"))
    of = acts.where(_OF.person.is_not(None)).subquery().c
    last = select(of.person, of.is_own, of.act, of.recorded_at).where(of.number == 1)
    connection.execute(CreateTable(_LAST, if_not_exists=True))  # the connection may be used again
    connection.execute(delete(_LAST))
    connection.execute(insert(_LAST).from_select([one.name for one in _LAST.c], last))


def _lacks(row: Row[Any], act: str | None, began: datetime) -> datetime | None:
    """Return since when the record lacks what the list says of a reader; None: it does not."""
    if row.standing == Standing.ACTIVE and act in {None, ConsentAct.ENDED}:
        at: datetime | None = row.consented_at
        return at if at is not None and at >= began else None
    if row.standing_cause == Cause.WITHDREW and act != ConsentAct.ENDED:
        since: datetime = row.standing_since
        return since if since >= began or act is not None else None
    return None
