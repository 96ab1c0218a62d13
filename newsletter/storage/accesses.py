"""The access record in the database: added to before personal data is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, and_, delete, func, insert, or_, select

from newsletter.storage.access_tables import access_reviews, accesses
from newsletter.storage.lasting_keys import (
    KeyPurpose,
    find_lasting_key,
    find_other_keys,
    lasting_key,
)
from newsletter.storage.stored_words import read_word
from newsletter.storage.transactions import reading, writing
from newsletter.storage.whose import find_whose
from newsletter.subscribers.access_record import KEPT, Access, AccessKind, Operator, Review
from newsletter.subscribers.consent_record import name_person

_OF: Final = accesses.c
_IN: Final = access_reviews.c


class SqlAccesses:
    """The access record, in the tables of *engine*."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, access: Access, keys: Sequence[str] = ()) -> None:
        """
        Add an entry, durable on return; what is older than two years is deleted.

        Args:
            access: the entry; its person is named here.
            keys: of the addresses that it is about, if they are few: an entry for each.

        Raises:
            LedgerError: nothing was recorded, so nothing may be shown.
        """
        with writing(self._engine) as connection:
            _delete_old(connection, access.at)
            connection.execute(insert(accesses), _rows(connection, access, keys))

    def delete_old(self, now: datetime) -> None:
        """Delete entries and reviews older than two years, where nobody looks at anything more."""
        with writing(self._engine) as connection:
            _delete_old(connection, now)

    def find(self, since: datetime | None = None, until: datetime | None = None) -> list[Access]:
        """Return the entries from *since* on and before *until*, the oldest first."""
        query: Select[Any] = select(accesses).order_by(_OF.at, _OF.id)
        if since is not None:
            query = query.where(_OF.at >= since)
        if until is not None:
            query = query.where(_OF.at < until)
        return self._read(query)

    def count(self, since: datetime, until: datetime) -> int:
        """Return how many accesses there were from *since* until before *until*, aware UTC."""
        is_its = and_(accesses.c.at >= since, accesses.c.at < until)
        query = select(func.count()).select_from(accesses).where(is_its)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def find_about(self, key: str) -> list[Access]:
        """
        Return the entries about the owner of an address, of before they came too, by time.

        Also those of another database that named people by a key of its own: see
        `accesses_since`.
        """
        with reading(self._engine) as connection:
            whose = find_whose(connection, [key])
            named = [whose, *map(whose.named_by, find_other_keys(connection))]
            is_theirs = or_(*(one.in_time(_OF.person, _OF.at) for one in named))
            query = select(accesses).where(is_theirs).order_by(_OF.at, _OF.id)
            return [_access_of(row) for row in connection.execute(query)]

    def name(self, key: str) -> bytes | None:
        """Return the hash that names the owner of an address; None if nobody has one so far."""
        with reading(self._engine) as connection:
            secret = find_lasting_key(connection, KeyPurpose.ADDRESSES)
        return None if secret is None else name_person(key, secret)

    def count_other_keys(self) -> int:
        """Return how many other databases have named people here by a key of their own."""
        with reading(self._engine) as connection:
            return len(find_other_keys(connection))

    def first_entry_at(self) -> datetime | None:
        """Return the time of the oldest entry; None if there is none."""
        with reading(self._engine) as connection:
            found: datetime | None = connection.execute(select(func.min(_OF.at))).scalar()
        return found

    def record_review(self, review: Review) -> None:
        """
        Add a review, durable on return.

        Raises:
            LedgerError: it was not recorded.
        """
        row = {
            "month": review.month,
            "at": review.at,
            "reviewed_by": review.by,
            "account": review.account,
            "entries": review.entries,
            "note": review.note or None,
        }
        with writing(self._engine) as connection:
            connection.execute(insert(access_reviews).values(row))

    def find_review(self, month: str) -> Review | None:
        """Return the latest review of a month like 2026-10; None if nobody has reviewed it."""
        query = (
            select(access_reviews).where(_IN.month == month).order_by(_IN.at.desc(), _IN.id.desc())
        )
        with reading(self._engine) as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        if row is None:
            return None
        return Review(
            month=row.month,
            at=row.at,
            by=row.reviewed_by,
            account=row.account,
            entries=row.entries,
            note=row.note or "",
        )

    def _read(self, query: Select[Any]) -> list[Access]:
        with reading(self._engine) as connection:
            return [_access_of(row) for row in connection.execute(query)]


def _delete_old(connection: Connection, now: datetime) -> None:
    """Delete what is past its time; a month's review stays until its last access has gone."""
    connection.execute(delete(accesses).where(_OF.at < now - KEPT))
    connection.execute(delete(access_reviews).where(_IN.at < now - KEPT))


def _rows(connection: Connection, access: Access, keys: Sequence[str]) -> list[dict[str, object]]:
    row = {
        "at": access.at,
        "account": access.operator.account,
        "origin": access.operator.origin or None,
        "said_by": access.operator.name or None,
        "kind": access.kind.value,
        "person": None,
        "people": access.people,
        "because": access.because or None,
        "issue": access.issue or None,
    }
    if not keys:
        return [row]
    secret = lasting_key(connection, KeyPurpose.ADDRESSES, access.at)
    return [{**row, "person": name_person(key, secret), "people": 1} for key in keys]


def _access_of(row: Row[Any]) -> Access:
    return Access(
        at=row.at,
        operator=Operator(row.account, row.origin or "", row.said_by or ""),
        kind=read_word(AccessKind, _OF.kind, row.kind),
        people=row.people,
        person=None if row.person is None else bytes(row.person),
        because=row.because or "",
        issue=row.issue or "",
    )
