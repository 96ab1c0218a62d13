"""Drills of a notice of a leak: whom they were written to is forgotten soon."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, Select, delete, func, select

from newsletter.mails.mail import MailName
from newsletter.storage.breach_tables import breach_notices, breaches
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.transactions import reading

_OF: Final = breach_notices.c


class SqlDrills:
    """The notices of drills; that there was a drill stays on record."""

    def __init__(self, engine: Engine, commits: GroupCommit) -> None:
        self._engine = engine
        self._commits = commits

    def find_names(self, before: datetime) -> Sequence[MailName]:
        """Return the names of the notices of drills that began before a time."""
        query = select(_OF.name).where(_OF.breach_id.in_(_begun(before))).order_by(_OF.id)
        with reading(self._engine) as connection:
            return [MailName(name) for name in connection.execute(query).scalars()]

    def forget(self, before: datetime) -> int:
        """Delete the notices of drills that began before a time; return how many."""
        old = delete(breach_notices).where(_OF.breach_id.in_(_begun(before)))
        return self._commits.run(lambda connection: connection.execute(old).rowcount)

    def count(self, before: datetime | None = None) -> int:
        """Return how many notices there are of drills that began before a time; None: of all."""
        query = select(func.count()).select_from(breach_notices)
        with reading(self._engine) as connection:
            return connection.execute(query.where(_OF.breach_id.in_(_begun(before)))).scalar_one()

    def first_begun_at(self) -> datetime | None:
        """Return when the oldest drill began that still has notices."""
        has_notices = breaches.c.id.in_(select(_OF.breach_id))
        query = select(func.min(breaches.c.begun_at)).where(breaches.c.is_drill, has_notices)
        with reading(self._engine) as connection:
            found: datetime | None = connection.execute(query).scalar()
        return found


def _begun(before: datetime | None) -> Select[tuple[int]]:
    query = select(breaches.c.id).where(breaches.c.is_drill)
    return query if before is None else query.where(breaches.c.begun_at < before)
